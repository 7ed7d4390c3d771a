rule components:
    # Components of the item correlations, rotated; how many there are by each rule; item retention.
    input:
        **read_by("components"),
    output:
        **written_by("components"),
    log:
        "reports/private/logs/components.log",
    resources:
        **resources_of("components", size),
    params:
        **options_of("components"),
    script:
        "scripts/stage.py"
