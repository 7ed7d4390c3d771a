rule reproduction:
    # Compare each printed cell with the stage file that computes it, rounded as printed.
    input:
        **read_by("reproduction"),
    output:
        **written_by("reproduction"),
    log:
        "reports/private/logs/reproduction.log",
    params:
        **options_of("reproduction"),
    resources:
        **resources_of("reproduction", size),
    script:
        "scripts/stage.py"
