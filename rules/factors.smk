rule factors:
    # Components of the item correlations, rotated; how many there are by each rule; item retention.
    input:
        **read_by("factors"),
    output:
        **written_by("factors"),
    log:
        "reports/private/logs/factors.log",
    params:
        **options_of("factors"),
    script:
        "scripts/stage.py"
