rule audit:
    # Every check of the printed numbers, gravest finding first, and a count of findings by severity.
    input:
        **read_by("audit"),
    output:
        **written_by("audit"),
    log:
        "reports/private/logs/audit.log",
    resources:
        **resources_of("audit", size),
    params:
        **options_of("audit"),
    script:
        "scripts/stage.py"
