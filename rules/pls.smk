rule pls:
    # Fit the path model to the kept items and to bootstrap resamples of the respondents.
    input:
        **read_by("pls"),
    output:
        **written_by("pls"),
    log:
        "reports/private/logs/pls.log",
    priority: 1
    resources:
        **resources_of("pls", size),
    params:
        **options_of("pls"),
    script:
        "scripts/stage.py"
