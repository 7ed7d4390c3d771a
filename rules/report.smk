rule report:
    # Puts what all stages of the study write into words, figures and one page for each language.
    input:
        tables=[catalogue.table(name) for name in catalogue.made()],
        cards=catalogue.cards(),
        casewise=catalogue.frame("casewise"),
        sources=catalogue.sources(),
    output:
        page=update("reports/report.html"),
        manifest=update("reports/manifest.json"),
        machine=update("reports/machine.json"),
    log:
        "reports/private/logs/report.log",
    threads: threads_of("report")
    resources:
        **resources_of("report", size),
    params:
        config=study.model_dump(mode="json", by_alias=True),
        required=catalogue.made(),
        not_asked=catalogue.not_made(),
        code=lambda wildcards: code(),
        packages=lambda wildcards: packages(),
    script:
        "scripts/report.py"
