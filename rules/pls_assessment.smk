rule pls_assessment:
    # Fit the path model once and judge it by everything that needs no bootstrap of its estimates.
    input:
        **read_by("pls_assessment"),
    output:
        **written_by("pls_assessment"),
    log:
        "reports/private/logs/pls_assessment.log",
    priority: 1
    resources:
        **resources_of("pls_assessment", size),
    params:
        **options_of("pls_assessment"),
    script:
        "scripts/stage.py"
