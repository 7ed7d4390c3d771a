rule pls:
    input:
        answers="reports/private/answers.csv",
        retention="reports/tables/item_retention.csv",
        codebook=study.data.codebook,
    output:
        tables=written(
            "pls_loadings",
            "pls_weights",
            "pls_paths",
            "pls_quality",
            "specific_indirect",
            "htmt_bounds",
            "pls_inadmissible",
            "plsc_paths",
            "plsc_loadings",
            "plsc_quality",
        ),
        cards=update("reports/cards/pls.json"),
    log:
        "reports/private/logs/pls.log",
    threads: 2
    params:
        model=options(study.model),
        options=options(
            study.pls, *PLS_FIT, "bootstrap_draws", "interval", "confidence_level"
        ),
        seed=study.seed,
        code=code(
            "stages/pls.py",
            "stages/pls_bootstrap.py",
            "stages/pls_inputs.py",
            "stages/pls_consistent.py",
            "stages/retention.py",
            "stats",
        ),
    script:
        "scripts/pls.py"
