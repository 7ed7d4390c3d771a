# Stage files a study must have; whatever else is under reports/tables is shown too.
REQUIRED = [
    "cleaning_log",
    "exclusions",
    "careless",
    "read_log",
    "demographics",
    "item_descriptives",
    "descriptives",
    "adequacy",
    "item_msa",
    "eigenvalues",
    "variance_explained",
    "communalities",
    "rotated_loadings",
    "item_retention",
    "reliability",
    "fornell_larcker",
    "htmt",
    "cfa_fit",
    "cfa_loadings",
    "model_summary",
    "anova",
    "coefficients",
    "regression_diagnostics",
    "pls_loadings",
    "pls_weights",
    "pls_paths",
    "pls_quality",
    "hypotheses",
    "crosscheck",
]


rule report:
    input:
        tables=tables(*REQUIRED, *compared()),
        casewise="reports/private/casewise.csv",
        codebook=study.data.codebook,
        survey=study.data.file,
        published=published_files(),
    output:
        page=update("reports/report.html"),
        manifest=update("reports/manifest.json"),
    log:
        "reports/private/logs/report.log",
    params:
        config=options(study),
        required=[*REQUIRED, *compared()],
        code=code("report", "stages/manifest.py"),
    script:
        "scripts/report.py"
