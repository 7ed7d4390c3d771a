rule item_analysis:
    # SPSS RELIABILITY's tables for every construct, and intervals of alpha, omega, reliability and AVE.
    input:
        **read_by("item_analysis"),
    output:
        **written_by("item_analysis"),
    log:
        "reports/private/logs/item_analysis.log",
    resources:
        **resources_of("item_analysis", size),
    params:
        **options_of("item_analysis"),
    script:
        "scripts/stage.py"
