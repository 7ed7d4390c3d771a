rule loading_intervals:
    # Percentile intervals of the loadings of components, rotated by varimax in every resample.
    input:
        **read_by("loading_intervals"),
    output:
        **written_by("loading_intervals"),
    log:
        "reports/private/logs/loading_intervals.log",
    resources:
        **resources_of("loading_intervals", size),
    params:
        **options_of("loading_intervals"),
    script:
        "scripts/stage.py"
