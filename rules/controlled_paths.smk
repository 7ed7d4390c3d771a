rule controlled_paths:
    # The structural model with dummies of demographic controls among the causes of every outcome.
    input:
        **read_by("controlled_paths"),
    output:
        **written_by("controlled_paths"),
    log:
        "reports/private/logs/controlled_paths.log",
    resources:
        **resources_of("controlled_paths", size),
    params:
        **options_of("controlled_paths"),
    script:
        "scripts/stage.py"
