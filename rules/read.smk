rule read:
    # Read the survey file; respondent-level answers stay private.
    input:
        **read_by("read"),
    output:
        **written_by("read"),
    log:
        "reports/private/logs/read.log",
    resources:
        **resources_of("read", size),
    params:
        **options_of("read"),
    script:
        "scripts/stage.py"
