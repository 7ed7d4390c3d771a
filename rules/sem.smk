rule sem:
    # The structural model on latent factors: the third estimator beside OLS and PLS-SEM.
    input:
        **read_by("sem"),
    output:
        **written_by("sem"),
    log:
        "reports/private/logs/sem.log",
    resources:
        **resources_of("sem", size),
    params:
        **options_of("sem"),
    script:
        "scripts/stage.py"
