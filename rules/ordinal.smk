rule ordinal:
    # Proportional odds of each outcome's answer, or of its items' mean rounded, by predictors' scores.
    input:
        **read_by("ordinal"),
    output:
        **written_by("ordinal"),
    log:
        "reports/private/logs/ordinal.log",
    resources:
        **resources_of("ordinal", size),
    params:
        **options_of("ordinal"),
    script:
        "scripts/stage.py"
