rule read:
    # Read the survey file; respondent-level answers stay private.
    input:
        **read_by("read"),
    output:
        **written_by("read"),
    log:
        "reports/private/logs/read.log",
    params:
        **options_of("read"),
    resources:
        **resources_of("read", size),
    script:
        "scripts/stage.py"
