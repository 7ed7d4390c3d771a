rule specification_curve:
    input:
        answers="reports/private/answers.csv",
        careless="reports/private/careless.csv",
        casewise="reports/private/casewise.csv",
        retention="reports/tables/item_retention.csv",
        published=published_files(),
        codebook=study.data.codebook,
    output:
        tables=written(
            "specification_curve",
            "specification_summary",
            "specification_choices",
            "specification_failures",
        ),
        cards=update("reports/cards/specification_curve.json"),
    log:
        "reports/private/logs/specification_curve.log",
    priority: 2
    params:
        disclosure=options(study.disclosure),
        model=options(study.model),
        pls=options(study.pls, *PLS_FIT),
        options=options(study.robustness, "controls", "strict_loading", "null_draws"),
        seed=study.seed,
        published=lambda wildcards: study.data.published,
    script:
        "scripts/specification_curve.py"
