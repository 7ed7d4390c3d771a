rule clean:
    # Apply the cleaning rules and screen what is kept for careless answers.
    input:
        **read_by("clean"),
    output:
        **written_by("clean"),
    log:
        "reports/private/logs/clean.log",
    resources:
        **resources_of("clean", size),
    params:
        **options_of("clean"),
    script:
        "scripts/stage.py"
