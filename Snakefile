# The analysis, stage by stage. Options are in config.yaml; every rule is in rules/<stage>.smk.
from snakemake.utils import min_version

min_version("9.0")


configfile: "config.yaml"


include: "rules/common.smk"
include: "rules/read.smk"
include: "rules/clean.smk"
include: "rules/describe.smk"
include: "rules/adequacy.smk"
include: "rules/factors.smk"
include: "rules/common_factors.smk"
include: "rules/measurement.smk"
include: "rules/cfa.smk"
include: "rules/item_analysis.smk"
include: "rules/scores.smk"
include: "rules/regression.smk"
include: "rules/common_method.smk"
include: "rules/pls.smk"
include: "rules/pls_assessment.smk"
include: "rules/pls_prediction.smk"
include: "rules/groups.smk"
include: "rules/waves.smk"
include: "rules/sem.smk"
include: "rules/hypotheses.smk"
include: "rules/robustness.smk"
include: "rules/specification_curve.smk"
include: "rules/verdict_sheet.smk"
include: "rules/crosscheck.smk"
include: "rules/audit.smk"
include: "rules/spread.smk"
include: "rules/report.smk"
include: "rules/reconstruct.smk"


rule all:
    default_target: True
    input:
        wanted,
