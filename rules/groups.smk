rule groups:
    input:
        answers="reports/private/answers.csv",
        retention="reports/tables/item_retention.csv",
        demographics="reports/tables/demographics.csv",
        codebook=study.data.codebook,
    output:
        tables=written("group_comparisons", "micom", "multigroup", "invariance"),
        cards=update("reports/cards/groups.json"),
    log:
        "reports/private/logs/groups.log",
    params:
        disclosure=options(study.disclosure),
        model=options(study.model),
        options=options(study.groups),
        pls=options(study.pls, *PLS_FIT),
        seed=study.seed,
    script:
        "scripts/groups.py"
