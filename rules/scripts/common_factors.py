"""Rule `common_factors`."""

from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.common_factors import compare_solutions
from smartcity_survey.study.config import FactorsSection
from smartcity_survey.study.model import load_model
from smartcity_survey.workflow.perform import perform


def main(
    answers: str,
    codebook: str,
    model: dict,
    options: dict,
    continuity: tuple[float, float],
    reports: str = "reports",
) -> None:
    items = read_table(answers)[list(load_model(model, codebook).items)]
    result = compare_solutions(items, FactorsSection(**options), tuple(continuity))
    write_stage("common_factors", result, reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.answers,
            snakemake.input.codebook,
            snakemake.params.model,
            snakemake.params.options,
            snakemake.params.continuity,
        ),
    )
