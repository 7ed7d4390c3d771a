rule pls_assessment:
    input:
        answers="reports/private/answers.csv",
        retention="reports/tables/item_retention.csv",
        codebook=study.data.codebook,
    output:
        tables=written(
            "pls_fit",
            "cross_loadings",
            "htmt2",
            "pls_effects",
            "blindfolding",
            "ipma",
        ),
        cards=update("reports/cards/pls_assessment.json"),
    log:
        "reports/private/logs/pls_assessment.log",
    priority: 1
    params:
        model=options(study.model, *STRUCTURE),
        options=options(study.pls, *PLS_FIT, "exact_fit_draws"),
        seed=study.seed,
    script:
        "scripts/pls_assessment.py"
