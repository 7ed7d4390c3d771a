rule regression:
    # One regression per outcome of the model; the tables of SPSS REGRESSION with HC3 errors beside them.
    input:
        **read_by("regression"),
    output:
        **written_by("regression"),
    log:
        "reports/private/logs/regression.log",
    priority: 3
    params:
        **options_of("regression"),
    resources:
        **resources_of("regression", size),
    script:
        "scripts/stage.py"
