rule describe:
    # Frequencies of the demographic answers; SPSS descriptives and frequencies of the items.
    input:
        **read_by("describe"),
    output:
        **written_by("describe"),
    log:
        "reports/private/logs/describe.log",
    resources:
        **resources_of("describe", size),
    params:
        **options_of("describe"),
    script:
        "scripts/stage.py"
