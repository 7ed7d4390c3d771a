rule copulas:
    # Gaussian copulas of each predictor by itself and of all together, in every regression of the model.
    input:
        **read_by("copulas"),
    output:
        **written_by("copulas"),
    log:
        "reports/private/logs/copulas.log",
    resources:
        **resources_of("copulas", size),
    params:
        **options_of("copulas"),
    script:
        "scripts/stage.py"
