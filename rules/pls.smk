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
            *extras("moderation", "higher_order"),
        ),
        cards=update("reports/cards/pls.json"),
    log:
        "reports/private/logs/pls.log",
    priority: 1
    params:
        model=options(study.model, *(() if ASKED["higher_order"] else STRUCTURE)),
        options=options(
            study.pls, *PLS_FIT, "bootstrap_draws", "interval", "confidence_level"
        ),
        seed=study.seed,
    script:
        "scripts/pls.py"
