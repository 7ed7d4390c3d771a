CHECKED = [
    "adequacy",
    "item_msa",
    "rotated_loadings",
    "coefficients",
    "model_summary",
    "cfa_fit",
    "cfa_loadings",
]


rule crosscheck:
    input:
        answers="reports/private/answers.csv",
        scores="reports/private/scores.csv",
        retention="reports/tables/item_retention.csv",
        codebook=study.data.codebook,
        tables=tables(*CHECKED),
    output:
        tables=written("crosscheck"),
        cards=update("reports/cards/crosscheck.json"),
    log:
        "reports/private/logs/crosscheck.log",
    params:
        model=options(study.model, *STRUCTURE),
    script:
        "scripts/crosscheck.py"
