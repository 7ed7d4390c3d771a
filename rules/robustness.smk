rule robustness:
    # Tables on collinearity, power, multiplicity, equivalence and Bayes factors.
    input:
        **read_by("robustness"),
    output:
        **written_by("robustness"),
    log:
        "reports/private/logs/robustness.log",
    params:
        **options_of("robustness"),
    resources:
        **resources_of("robustness", size),
    script:
        "scripts/stage.py"
