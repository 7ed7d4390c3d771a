rule specification_curve:
    # Estimate every hypothesis in every specification, and test the curves jointly.
    input:
        **read_by("specification_curve"),
    output:
        **written_by("specification_curve"),
    log:
        "reports/private/logs/specification_curve.log",
    priority: 2
    params:
        **options_of("specification_curve"),
    resources:
        **resources_of("specification_curve", size),
    script:
        "scripts/stage.py"
