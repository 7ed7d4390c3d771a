rule measurement:
    # Reliability and discriminant validity of the constructs.
    input:
        **read_by("measurement"),
    output:
        **written_by("measurement"),
    log:
        "reports/private/logs/measurement.log",
    params:
        **options_of("measurement"),
    resources:
        **resources_of("measurement", size),
    script:
        "scripts/stage.py"
