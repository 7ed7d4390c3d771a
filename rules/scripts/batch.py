"""One study of many: its run, what it says kept to the end, so that studies do not talk over one another."""

from smartcity_survey.workflow.many.step import run_one

if __name__ == "__main__":
    run_one(snakemake.params.name, snakemake.params.folder, snakemake.threads, snakemake.params.reason)
