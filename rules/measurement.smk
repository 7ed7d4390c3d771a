rule measurement:
    # Reliability and discriminant validity of the constructs.
    input:
        **read_by("measurement"),
    output:
        **written_by("measurement"),
    log:
        "reports/private/logs/measurement.log",
    resources:
        **resources_of("measurement", size),
    params:
        **options_of("measurement"),
    script:
        "scripts/stage.py"
