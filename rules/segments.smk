rule segments:
    # Mixtures of 1, 2, ... segments of the path model (FIMIX-PLS), with criteria for their number.
    input:
        **read_by("segments"),
    output:
        **written_by("segments"),
    log:
        "reports/private/logs/segments.log",
    resources:
        **resources_of("segments", size),
    params:
        **options_of("segments"),
    script:
        "scripts/stage.py"
