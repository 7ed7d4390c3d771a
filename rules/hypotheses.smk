rule hypotheses:
    # Verdicts by method.
    input:
        **read_by("hypotheses"),
    output:
        **written_by("hypotheses"),
    log:
        "reports/private/logs/hypotheses.log",
    params:
        **options_of("hypotheses"),
    resources:
        **resources_of("hypotheses", size),
    script:
        "scripts/stage.py"
