rule factors:
    input:
        answers="reports/private/answers.csv",
        codebook=study.data.codebook,
    output:
        tables=written(
            "eigenvalues",
            "variance_explained",
            "communalities",
            "rotated_loadings",
            "item_retention",
        ),
        cards=update("reports/cards/factors.json"),
    log:
        "reports/private/logs/factors.log",
    params:
        model=options(study.model),
        options=options(study.factors),
        seed=study.seed,
        code=code("stages/factors.py", "stats"),
    script:
        "scripts/factors.py"
