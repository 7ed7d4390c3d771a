rule necessary_conditions:
    # Necessary conditions of each outcome, beside the importance and performance of the same constructs.
    input:
        **read_by("necessary_conditions"),
    output:
        **written_by("necessary_conditions"),
    log:
        "reports/private/logs/necessary_conditions.log",
    resources:
        **resources_of("necessary_conditions", size),
    params:
        **options_of("necessary_conditions"),
    script:
        "scripts/stage.py"
