rule random_intercept:
    # Regressions of each outcome with a random intercept of the clusters, by REML.
    input:
        **read_by("random_intercept"),
    output:
        **written_by("random_intercept"),
    log:
        "reports/private/logs/random_intercept.log",
    resources:
        **resources_of("random_intercept", size),
    params:
        **options_of("random_intercept"),
    script:
        "scripts/stage.py"
