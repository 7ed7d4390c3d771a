rule common_factors:
    # Components and common factors of the items, each rotated three ways, beside the main solution.
    input:
        **read_by("common_factors"),
    output:
        **written_by("common_factors"),
    log:
        "reports/private/logs/common_factors.log",
    params:
        **options_of("common_factors"),
    resources:
        **resources_of("common_factors", size),
    script:
        "scripts/stage.py"
