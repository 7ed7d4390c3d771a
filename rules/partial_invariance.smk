rule partial_invariance:
    # Items to leave free between groups, one after another, until the others count as alike.
    input:
        **read_by("partial_invariance"),
    output:
        **written_by("partial_invariance"),
    log:
        "reports/private/logs/partial_invariance.log",
    resources:
        **resources_of("partial_invariance", size),
    params:
        **options_of("partial_invariance"),
    script:
        "scripts/stage.py"
