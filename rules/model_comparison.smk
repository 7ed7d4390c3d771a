rule model_comparison:
    # Information criteria of each outcome in the model and its rivals, and CVPAT between them.
    input:
        **read_by("model_comparison"),
    output:
        **written_by("model_comparison"),
    log:
        "reports/private/logs/model_comparison.log",
    resources:
        **resources_of("model_comparison", size),
    params:
        **options_of("model_comparison"),
    script:
        "scripts/stage.py"
