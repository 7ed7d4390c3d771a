"""One part of the draws of a stage; what a stage does with it is in `stage.py`."""

from pathlib import Path

from smartcity_survey.workflow.part_job import perform_part

if __name__ == "__main__":
    perform_part(snakemake, Path(__file__).with_name("stage.py"))
