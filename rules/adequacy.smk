rule adequacy:
    input:
        answers="reports/private/answers.csv",
        codebook=study.data.codebook,
    output:
        tables=written(
            "adequacy", "item_msa", "anti_image_correlations", "anti_image_covariances"
        ),
        cards=update("reports/cards/adequacy.json"),
    log:
        "reports/private/logs/adequacy.log",
    params:
        model=options(study.model, *STRUCTURE),
    script:
        "scripts/adequacy.py"
