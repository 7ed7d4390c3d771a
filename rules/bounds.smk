rule bounds:
    # What the printed tables decide and leave open: identified sets, witnesses, verdicts over both.
    input:
        **read_by("bounds"),
    output:
        **written_by("bounds"),
    log:
        "reports/private/logs/bounds.log",
    priority: 2
    resources:
        **resources_of("bounds", size),
    params:
        **options_of("bounds"),
    script:
        "scripts/stage.py"
