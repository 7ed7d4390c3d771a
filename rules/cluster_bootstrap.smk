rule cluster_bootstrap:
    # Standardised loadings, correlations of the factors and paths in resamples of whole clusters.
    input:
        **read_by("cluster_bootstrap"),
    output:
        **written_by("cluster_bootstrap"),
    log:
        "reports/private/logs/cluster_bootstrap.log",
    resources:
        **resources_of("cluster_bootstrap", size),
    params:
        **options_of("cluster_bootstrap"),
    script:
        "scripts/stage.py"
