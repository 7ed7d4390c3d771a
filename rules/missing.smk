rule missing:
    # Answers missing by item, respondent and pattern, Little's test, and what complete cases leave out.
    input:
        **read_by("missing"),
    output:
        **written_by("missing"),
    log:
        "reports/private/logs/missing.log",
    resources:
        **resources_of("missing", size),
    params:
        **options_of("missing"),
    script:
        "scripts/stage.py"
