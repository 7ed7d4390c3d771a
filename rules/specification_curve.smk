rule specification_curve:
    # Estimate every hypothesis in every specification, and test the curves jointly.
    input:
        **read_by("specification_curve"),
    output:
        **written_by("specification_curve"),
    log:
        "reports/private/logs/specification_curve.log",
    priority: 2
    resources:
        **resources_of("specification_curve", size),
    params:
        **options_of("specification_curve"),
    script:
        "scripts/stage.py"
