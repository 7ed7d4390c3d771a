rule groups:
    # MICOM, differences of paths and the ladder of invariance, by each demographic variable asked for.
    input:
        **read_by("groups"),
    output:
        **written_by("groups"),
    log:
        "reports/private/logs/groups.log",
    priority: 2
    resources:
        **resources_of("groups", size),
    params:
        **options_of("groups"),
    script:
        "scripts/stage.py"
