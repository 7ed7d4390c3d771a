rule cfa:
    # One factor per construct, all correlated: fit, loadings, what the model misses, dynamic cut-offs.
    input:
        **read_by("cfa"),
    output:
        **written_by("cfa"),
    log:
        "reports/private/logs/cfa.log",
    priority: 2
    resources:
        **resources_of("cfa", size),
    params:
        **options_of("cfa"),
    script:
        "scripts/stage.py"
