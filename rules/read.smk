rule read:
    input:
        survey=study.data.file,
        codebook=study.data.codebook,
    output:
        responses=update("reports/private/responses.csv"),
        tables=written("read_log"),
        cards=update("reports/cards/read.json"),
    log:
        "reports/private/logs/read.log",
    params:
        disclosure=options(study.disclosure),
        options=options(study.data),
    script:
        "scripts/read.py"
