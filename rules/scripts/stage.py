"""The work of every rule that is a stage; the stage's module says what it is."""

from pathlib import Path

from smartcity_survey.stages.declare import declared_in
from smartcity_survey.workflow.part_job import made_by_parts
from smartcity_survey.workflow.perform import perform
from smartcity_survey.workflow.stage_job import as_lists, write_stage_files


def main(inputs: dict, params: dict, script: str) -> None:
    (stage,) = declared_in(params["module"])
    made = made_by_parts(stage, Path(script), inputs.pop("parts", ()), inputs, params)
    write_stage_files(stage, inputs, params, "reports", made)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(as_lists(snakemake.input), dict(snakemake.params.items()), __file__),
    )
