rule regression:
    input:
        scores="reports/private/scores.csv",
        answers="reports/private/answers.csv",
        demographics="reports/tables/demographics.csv",
        codebook=study.data.codebook,
    output:
        casewise=update("reports/private/casewise.csv"),
        tables=written(
            "model_summary",
            "anova",
            "coefficients",
            "collinearity",
            "regression_diagnostics",
            "residual_statistics",
            "hierarchical_blocks",
            "hierarchical_coefficients",
        ),
        cards=update("reports/cards/regression.json"),
    log:
        "reports/private/logs/regression.log",
    priority: 3
    params:
        disclosure=options(study.disclosure),
        model=options(study.model, *STRUCTURE),
        options=options(study.regression),
        method=study.scores.method,
    script:
        "scripts/regression.py"
