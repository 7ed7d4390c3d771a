rule scores:
    # Scores by `method`, their SPSS descriptives, their weights, and their agreement with the other methods.
    input:
        **read_by("scores"),
    output:
        **written_by("scores"),
    log:
        "reports/private/logs/scores.log",
    # The longest chain of rules begins first: the run is as long as it.
    priority: 3
    resources:
        **resources_of("scores", size),
    params:
        **options_of("scores"),
    script:
        "scripts/stage.py"
