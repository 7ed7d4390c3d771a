rule crosscheck:
    # Compare the run's core results with factor_analyzer, statsmodels and semopy.
    input:
        **read_by("crosscheck"),
    output:
        **written_by("crosscheck"),
    log:
        "reports/private/logs/crosscheck.log",
    priority: 1
    resources:
        **resources_of("crosscheck", size),
    params:
        **options_of("crosscheck"),
    script:
        "scripts/stage.py"
