rule scores:
    input:
        answers="reports/private/answers.csv",
        retention="reports/tables/item_retention.csv",
        codebook=study.data.codebook,
    output:
        scores=update("reports/private/scores.csv"),
        tables=written(
            "descriptives",
            "score_weights",
            "score_agreement",
            "score_correlations",
            "score_regressions",
        ),
        cards=update("reports/cards/scores.json"),
    log:
        "reports/private/logs/scores.log",
    # The longest chain of rules begins first: the run is as long as it.
    priority: 3
    params:
        model=options(study.model, *STRUCTURE),
        pls=options(study.pls, *PLS_FIT),
        method=study.scores.method,
    script:
        "scripts/scores.py"
