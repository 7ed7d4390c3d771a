# Only where a study has printed numbers to compare with.
rule audit:
    input:
        published=published_files(),
    output:
        tables=written("audit", "audit_summary"),
        cards=update("reports/cards/audit.json"),
    log:
        "reports/private/logs/audit.log",
    params:
        published=lambda wildcards: study.data.published,
        language=study.study.language,
    script:
        "scripts/audit.py"


rule reproduction:
    input:
        published=published_files(),
        tables=tables(*recomputed()),
    output:
        tables=written("reproduction"),
        cards=update("reports/cards/reproduction.json"),
    log:
        "reports/private/logs/reproduction.log",
    params:
        published=lambda wildcards: study.data.published,
        suppress_below=study.factors.suppress_below,
        hidden=study.disclosure.suppress_small_cells,
        language=study.study.language,
    script:
        "scripts/reproduction.py"
