rule method_factor:
    # A latent factor of the method behind all items, and the CFA marker where several items mark it.
    input:
        **read_by("method_factor"),
    output:
        **written_by("method_factor"),
    log:
        "reports/private/logs/method_factor.log",
    resources:
        **resources_of("method_factor", size),
    params:
        **options_of("method_factor"),
    script:
        "scripts/stage.py"
