# A rule for every stage, of its name; `stages/declare.py` says what a stage tells of itself.
for name in stages():

    rule:
        name:
            name
        input:
            **read_by(name),
        output:
            **written_by(name),
        log:
            f"reports/private/logs/{name}.log",
        priority: urgent.get(name, 0)
        threads: threads_of(name)
        resources:
            **resources_of(name, size),
        params:
            **options_of(name),
        script:
            "scripts/stage.py"
