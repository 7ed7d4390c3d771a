rule omnibus:
    # MICOM and differences of paths among all groups of a demographic variable, by permutation.
    input:
        **read_by("omnibus"),
    output:
        **written_by("omnibus"),
    log:
        "reports/private/logs/omnibus.log",
    resources:
        **resources_of("omnibus", size),
    params:
        **options_of("omnibus"),
    script:
        "scripts/stage.py"
