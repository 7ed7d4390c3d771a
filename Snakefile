# The analysis, stage by stage. Options are in config.yaml; every rule is in rules/<stage>.smk.
from snakemake.utils import min_version

from smartcity_survey.workflow.catalogue import stages

min_version("9.0")


configfile: "config.yaml"


include: "rules/common.smk"
include: "rules/part.smk"
include: "rules/report.smk"
include: "rules/chapter.smk"
include: "rules/reconstruct.smk"


for name in stages():

    include: f"rules/{name}.smk"


rule all:
    default_target: True
    input:
        wanted,


rule all_with_chapter:
    input:
        wanted_with_chapter,
