rule common_method:
    input:
        answers="reports/private/answers.csv",
        scores="reports/private/scores.csv",
        retention="reports/tables/item_retention.csv",
        codebook=study.data.codebook,
    output:
        tables=written("common_method_bias", "marker_adjusted"),
        cards=update("reports/cards/common_method.json"),
    log:
        "reports/private/logs/common_method.log",
    params:
        model=options(study.model, *STRUCTURE),
        options=options(study.common_method),
        method=study.scores.method,
    script:
        "scripts/common_method.py"
