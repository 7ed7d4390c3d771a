# The analysis, stage by stage: options are in config.yaml, rules in rules/.
from snakemake.utils import min_version

min_version("9.0")


configfile: "config.yaml"


include: "rules/common.smk"
include: "rules/stage.smk"
include: "rules/part.smk"
include: "rules/report.smk"
include: "rules/chapter.smk"
include: "rules/reconstruct.smk"


rule all:
    default_target: True
    input:
        wanted,


rule all_with_chapter:
    input:
        wanted_with_chapter,
