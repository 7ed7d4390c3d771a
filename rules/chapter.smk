rule chapter:
    # Writes the results chapter and all tables in the forms that the study asks for.
    input:
        tables=[catalogue.table(name) for name in catalogue.made()],
        cards=catalogue.cards(),
        manifest="reports/manifest.json",
        machine="reports/machine.json",
        words=[study.data.codebook, *filter(None, [study.report.word_template])],
    output:
        update(chapter_files),
    log:
        "reports/private/logs/chapter.log",
    threads: threads_of("chapter")
    resources:
        **resources_of("chapter", size),
    params:
        outputs=chapter_outputs(study),
        tables=catalogue.made(),
    script:
        "scripts/chapter.py"
