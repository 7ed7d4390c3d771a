rule verdict_sheet:
    input:
        hypotheses="reports/tables/hypotheses.csv",
        tests="reports/tables/hypothesis_tests.csv",
        power="reports/tables/power.csv",
        importance="reports/tables/relative_importance.csv",
        curves="reports/tables/specification_summary.csv",
        regressions="reports/tables/score_regressions.csv",
        codebook=study.data.codebook,
    output:
        tables=written("verdict_sheet"),
        cards=update("reports/cards/verdict_sheet.json"),
    log:
        "reports/private/logs/verdict_sheet.log",
    params:
        model=options(study.model),
        options=options(study.robustness, "equivalence_bound"),
    script:
        "scripts/verdict_sheet.py"
