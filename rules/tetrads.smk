rule tetrads:
    # Confirmatory tetrad analysis of every construct with four items or more (CTA-PLS).
    input:
        **read_by("tetrads"),
    output:
        **written_by("tetrads"),
    log:
        "reports/private/logs/tetrads.log",
    resources:
        **resources_of("tetrads", size),
    params:
        **options_of("tetrads"),
    script:
        "scripts/stage.py"
