rule measurement_models:
    # Correlated factors beside one factor, two merged, a second-order factor and a bifactor model.
    input:
        **read_by("measurement_models"),
    output:
        **written_by("measurement_models"),
    log:
        "reports/private/logs/measurement_models.log",
    resources:
        **resources_of("measurement_models", size),
    params:
        **options_of("measurement_models"),
    script:
        "scripts/stage.py"
