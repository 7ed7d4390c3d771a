rule cfa:
    input:
        answers="reports/private/answers.csv",
        retention="reports/tables/item_retention.csv",
        codebook=study.data.codebook,
    output:
        tables=written(
            "cfa_fit",
            "cfa_loadings",
            "cfa_factor_correlations",
            "cfa_correlation_intervals",
            "modification_indices",
            "cfa_residuals",
            "dynamic_fit",
            "cfa_dwls_fit",
            "cfa_dwls_loadings",
            "cfa_dwls_factor_correlations",
        ),
        cards=update("reports/cards/cfa.json"),
    log:
        "reports/private/logs/cfa.log",
    priority: 2
    params:
        model=options(study.model, *STRUCTURE),
        options=options(study.cfa),
        continuity=study.pls.continuity,
        level=study.regression.confidence_level,
        seed=study.seed,
    script:
        "scripts/cfa.py"
