rule waves:
    # Means of constructs and paths among them in every wave, their differences, and measurement invariance.
    input:
        **read_by("waves"),
    output:
        **written_by("waves"),
    log:
        "reports/private/logs/waves.log",
    threads: 2
    resources:
        **resources_of("waves", size),
    params:
        **options_of("waves"),
    script:
        "scripts/stage.py"
