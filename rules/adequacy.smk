rule adequacy:
    # KMO overall and per item, Bartlett's test, anti-image matrices, how well the matrix is conditioned.
    input:
        **read_by("adequacy"),
    output:
        **written_by("adequacy"),
    log:
        "reports/private/logs/adequacy.log",
    resources:
        **resources_of("adequacy", size),
    params:
        **options_of("adequacy"),
    script:
        "scripts/stage.py"
