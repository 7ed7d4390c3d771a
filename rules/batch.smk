# Many studies as one workflow - each a job of its own, which brings that study's reports up to date.
# Started by `smartcity-survey batch`, on its own: the Snakefile of a single study does not include it.
folders = config["studies"]


rule all:
    default_target: True
    input:
        [f"ended/{number}" for number in range(len(folders))],


rule study:
    output:
        touch("ended/{number}"),
    threads: max(1, workflow.cores // len(folders)) if workflow.cores else 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        folder=lambda wildcards: folders[int(wildcards.number)],
    script:
        "scripts/batch.py"
