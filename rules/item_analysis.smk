rule item_analysis:
    input:
        answers="reports/private/answers.csv",
        retention="reports/tables/item_retention.csv",
        descriptives="reports/tables/item_descriptives.csv",
        codebook=study.data.codebook,
    output:
        tables=written(
            "item_total_statistics",
            "scale_statistics",
            "item_summary",
            "reliability_intervals",
        ),
        cards=update("reports/cards/item_analysis.json"),
    log:
        "reports/private/logs/item_analysis.log",
    params:
        disclosure=options(study.disclosure),
        model=options(study.model, *STRUCTURE),
    script:
        "scripts/item_analysis.py"
