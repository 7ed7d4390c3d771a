rule factor_count:
    # Number of common factors by the Hull method, and by comparison data where the config asks for them.
    input:
        **read_by("factor_count"),
    output:
        **written_by("factor_count"),
    log:
        "reports/private/logs/factor_count.log",
    resources:
        **resources_of("factor_count", size),
    params:
        **options_of("factor_count"),
    script:
        "scripts/stage.py"
