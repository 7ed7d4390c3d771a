rule graded_response:
    # A graded response model of each construct with three items or more: slopes, thresholds, information.
    input:
        **read_by("graded_response"),
    output:
        **written_by("graded_response"),
    log:
        "reports/private/logs/graded_response.log",
    resources:
        **resources_of("graded_response", size),
    params:
        **options_of("graded_response"),
    script:
        "scripts/stage.py"
