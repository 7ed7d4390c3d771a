# Only where the config has other waves to compare with.
rule waves:
    input:
        answers="reports/private/answers.csv",
        cleaning_log="reports/tables/cleaning_log.csv",
        retention="reports/tables/item_retention.csv",
        codebook=study.data.codebook,
        others=wave_files(),
    output:
        tables=written(*OPTIONAL["waves"]),
        cards=update("reports/cards/waves.json"),
    log:
        "reports/private/logs/waves.log",
    threads: 2
    params:
        wave=lambda wildcards: study.study.wave,
        others=options(study)["waves"],
        cleaning=options(study.cleaning),
        model=options(study.model),
        pls=options(study.pls, *PLS_FIT, "bootstrap_draws", "confidence_level"),
        groups=options(study.groups, "permutations"),
        seed=study.seed,
    script:
        "scripts/waves.py"
