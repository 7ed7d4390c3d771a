rule measurement:
    input:
        answers="reports/private/answers.csv",
        retention="reports/tables/item_retention.csv",
        codebook=study.data.codebook,
    output:
        tables=written("reliability", "fornell_larcker", "htmt"),
        cards=update("reports/cards/measurement.json"),
    log:
        "reports/private/logs/measurement.log",
    params:
        model=options(study.model, *STRUCTURE),
        pls=options(study.pls, *PLS_FIT),
    script:
        "scripts/measurement.py"
