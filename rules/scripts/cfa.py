"""Rule `cfa`."""

from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.cfa import confirm_model
from smartcity_survey.stages.retention import retained_items
from smartcity_survey.study.config import CfaSection
from smartcity_survey.study.model import load_model
from smartcity_survey.workflow.perform import perform
from smartcity_survey.workflow.progress import progress_bar


def main(
    answers: str,
    retention: str,
    codebook: str,
    model: dict,
    options: dict,
    level: float,
    continuity: tuple[float, float],
    seed: int,
    reports: str = "reports",
) -> None:
    measured = load_model(model, codebook).keeping(retained_items(read_table(retention)))
    with progress_bar("dynamic cut-offs") as progress:
        result = confirm_model(
            read_table(answers), measured, CfaSection(**options), level, seed, tuple(continuity), progress
        )
    write_stage("cfa", result, reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.answers,
            snakemake.input.retention,
            snakemake.input.codebook,
            snakemake.params.model,
            snakemake.params.options,
            snakemake.params.level,
            snakemake.params.continuity,
            snakemake.params.seed,
        ),
    )
