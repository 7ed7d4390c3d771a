rule reproduction:
    # Compare each printed cell with the stage file that computes it, rounded as printed.
    input:
        **read_by("reproduction"),
    output:
        **written_by("reproduction"),
    log:
        "reports/private/logs/reproduction.log",
    resources:
        **resources_of("reproduction", size),
    params:
        **options_of("reproduction"),
    script:
        "scripts/stage.py"
