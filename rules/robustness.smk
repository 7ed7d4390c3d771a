rule robustness:
    input:
        scores="reports/private/scores.csv",
        codebook=study.data.codebook,
    output:
        tables=written(
            "relative_importance",
            "ridge_trace",
            "joint_tests",
            "hypothesis_tests",
            "power",
            "new_wave_size",
        ),
        cards=update("reports/cards/robustness.json"),
    log:
        "reports/private/logs/robustness.log",
    params:
        model=options(study.model),
        options=options(study.robustness),
        seed=study.seed,
        code=code("stages/robustness.py", "stats"),
    script:
        "scripts/robustness.py"
