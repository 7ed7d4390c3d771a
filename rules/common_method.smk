rule common_method:
    # Harman's single factor, full-collinearity VIF and, where a marker was asked, correlations less it.
    input:
        **read_by("common_method"),
    output:
        **written_by("common_method"),
    log:
        "reports/private/logs/common_method.log",
    resources:
        **resources_of("common_method", size),
    params:
        **options_of("common_method"),
    script:
        "scripts/stage.py"
