# Many studies as one workflow - each a job of its own, which brings that study's reports up to date.
# Started by `smartcity-survey batch`, on its own: the Snakefile of a single study does not include it.
from smartcity_survey.workflow.resources.studies import resources_of_studies

names = [study["name"] for study in config["studies"]]
folders = [study["folder"] for study in config["studies"]]


rule all:
    default_target: True
    input:
        [f"ended/{number}" for number in range(len(folders))],


rule study:
    output:
        touch("ended/{number}"),
    threads: max(1, workflow.cores // len(folders)) if workflow.cores else 1
    resources:
        **resources_of_studies(folders),
    params:
        name=lambda wildcards: names[int(wildcards.number)],
        folder=lambda wildcards: folders[int(wildcards.number)],
        reason="reasons/{number}",
    script:
        "scripts/batch.py"
