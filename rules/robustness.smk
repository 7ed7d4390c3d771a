rule robustness:
    # Tables on collinearity, power, multiplicity, equivalence and Bayes factors.
    input:
        **read_by("robustness"),
    output:
        **written_by("robustness"),
    log:
        "reports/private/logs/robustness.log",
    resources:
        **resources_of("robustness", size),
    params:
        **options_of("robustness"),
    script:
        "scripts/stage.py"
