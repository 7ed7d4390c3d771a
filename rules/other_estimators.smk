rule other_estimators:
    # Each outcome's regression by least squares, by the MM-estimator and at three quantiles.
    input:
        **read_by("other_estimators"),
    output:
        **written_by("other_estimators"),
    log:
        "reports/private/logs/other_estimators.log",
    resources:
        **resources_of("other_estimators", size),
    params:
        **options_of("other_estimators"),
    script:
        "scripts/stage.py"
