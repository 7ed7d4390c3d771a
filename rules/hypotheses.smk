rule hypotheses:
    # Verdicts by method.
    input:
        **read_by("hypotheses"),
    output:
        **written_by("hypotheses"),
    log:
        "reports/private/logs/hypotheses.log",
    resources:
        **resources_of("hypotheses", size),
    params:
        **options_of("hypotheses"),
    script:
        "scripts/stage.py"
