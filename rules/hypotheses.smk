rule hypotheses:
    input:
        coefficients="reports/tables/coefficients.csv",
        pls_paths="reports/tables/pls_paths.csv",
        sem_paths="reports/tables/sem_paths.csv",
        higher_order_paths=tables("higher_order_paths") if ASKED["higher_order"] else [],
        published=published_files(),
        codebook=study.data.codebook,
    output:
        tables=written("hypotheses"),
        cards=update("reports/cards/hypotheses.json"),
    log:
        "reports/private/logs/hypotheses.log",
    params:
        model=options(study.model),
        published=lambda wildcards: study.data.published,
    script:
        "scripts/hypotheses.py"
