rule pls_prediction:
    input:
        answers="reports/private/answers.csv",
        retention="reports/tables/item_retention.csv",
        codebook=study.data.codebook,
    output:
        tables=written("pls_predict", "cvpat"),
        cards=update("reports/cards/pls_prediction.json"),
    log:
        "reports/private/logs/pls_prediction.log",
    params:
        model=options(study.model, *STRUCTURE),
        options=options(study.pls, *PLS_FIT, "folds", "repetitions", "confidence_level"),
        seed=study.seed,
    script:
        "scripts/pls_prediction.py"
