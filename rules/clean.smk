rule clean:
    input:
        responses="reports/private/responses.csv",
        codebook=study.data.codebook,
    output:
        answers=update("reports/private/answers.csv"),
        private=update(
            ["reports/private/exclusions.csv", "reports/private/careless.csv"]
        ),
        tables=written("cleaning_log", "exclusions", "careless"),
        cards=update("reports/cards/clean.json"),
    log:
        "reports/private/logs/clean.log",
    params:
        disclosure=options(study.disclosure),
        options=options(study.cleaning),
    script:
        "scripts/clean.py"
