rule common_factors:
    # Components and common factors of the items, each rotated three ways, beside the main solution.
    input:
        **read_by("common_factors"),
    output:
        **written_by("common_factors"),
    log:
        "reports/private/logs/common_factors.log",
    resources:
        **resources_of("common_factors", size),
    params:
        **options_of("common_factors"),
    script:
        "scripts/stage.py"
