rule pls_prediction:
    # Predict the items of explained constructs fold by fold, beside a linear model and the averages.
    input:
        **read_by("pls_prediction"),
    output:
        **written_by("pls_prediction"),
    log:
        "reports/private/logs/pls_prediction.log",
    resources:
        **resources_of("pls_prediction", size),
    params:
        **options_of("pls_prediction"),
    script:
        "scripts/stage.py"
