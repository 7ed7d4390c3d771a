rule describe:
    input:
        answers="reports/private/answers.csv",
        codebook=study.data.codebook,
    output:
        tables=written("demographics", "item_descriptives", "item_frequencies"),
        cards=update("reports/cards/describe.json"),
    log:
        "reports/private/logs/describe.log",
    params:
        disclosure=options(study.disclosure),
        language=study.study.language,
    script:
        "scripts/describe.py"
