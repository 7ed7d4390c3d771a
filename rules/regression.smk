rule regression:
    # One regression per outcome of the model; the tables of SPSS REGRESSION with HC3 errors beside them.
    input:
        **read_by("regression"),
    output:
        **written_by("regression"),
    log:
        "reports/private/logs/regression.log",
    priority: 3
    resources:
        **resources_of("regression", size),
    params:
        **options_of("regression"),
    script:
        "scripts/stage.py"
