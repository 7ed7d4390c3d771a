# Only where the config has further reconstructions to compare with.
rule spread:
    input:
        answers="reports/private/answers.csv",
        retention="reports/tables/item_retention.csv",
        codebook=study.data.codebook,
        alternatives=reconstructions(),
    output:
        tables=written(*OPTIONAL["alternatives"]),
        cards=update("reports/cards/spread.json"),
    log:
        "reports/private/logs/spread.log",
    params:
        alternatives=lambda wildcards: study.study.alternatives,
        cleaning=options(study.cleaning),
        model=options(study.model),
        pls=options(study.pls, *PLS_FIT),
        groups=options(study.groups, "variables", "smallest"),
    script:
        "scripts/spread.py"
