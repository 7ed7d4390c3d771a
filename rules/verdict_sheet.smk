rule verdict_sheet:
    # One row per hypothesis: verdicts, how far they can be trusted, and caveats as codes.
    input:
        **read_by("verdict_sheet"),
    output:
        **written_by("verdict_sheet"),
    log:
        "reports/private/logs/verdict_sheet.log",
    resources:
        **resources_of("verdict_sheet", size),
    params:
        **options_of("verdict_sheet"),
    script:
        "scripts/stage.py"
