rule sem:
    input:
        answers="reports/private/answers.csv",
        retention="reports/tables/item_retention.csv",
        codebook=study.data.codebook,
    output:
        tables=written("sem_paths", "sem_quality", "sem_fit"),
        cards=update("reports/cards/sem.json"),
    log:
        "reports/private/logs/sem.log",
    params:
        model=options(study.model, *STRUCTURE),
        level=study.regression.confidence_level,
    script:
        "scripts/sem.py"
