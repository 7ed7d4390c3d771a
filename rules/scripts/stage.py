"""The work of every rule that is a stage; the stage's module says what it is."""

from smartcity_survey.stages.declare import declared_in
from smartcity_survey.workflow.perform import perform
from smartcity_survey.workflow.stage_job import write_stage_files


def as_lists(files: dict) -> dict:
    """Snakemake gives a single file as it is, several as a list."""
    return {name: [own] if isinstance(own, str) else list(own) for name, own in files.items()}


def main(inputs: dict, params: dict) -> None:
    (stage,) = declared_in(params["module"])
    write_stage_files(stage, as_lists(inputs), params, "reports")


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(dict(snakemake.input.items()), dict(snakemake.params.items())),
    )
