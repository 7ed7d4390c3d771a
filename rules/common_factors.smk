rule common_factors:
    input:
        answers="reports/private/answers.csv",
        codebook=study.data.codebook,
    output:
        tables=written(
            "factor_solutions",
            "factor_communalities",
            "factor_matrix",
            "pattern_matrix",
            "structure_matrix",
            "factor_correlations",
            "polychoric_correlations",
        ),
        cards=update("reports/cards/common_factors.json"),
    log:
        "reports/private/logs/common_factors.log",
    params:
        model=options(study.model, *STRUCTURE),
        options=options(study.factors),
        continuity=study.pls.continuity,
    script:
        "scripts/common_factors.py"
