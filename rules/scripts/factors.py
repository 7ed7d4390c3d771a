"""Rule `factors`."""

from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.factors import estimate_factors
from smartcity_survey.study.config import FactorsSection
from smartcity_survey.study.model import load_model
from smartcity_survey.workflow.perform import perform


def main(
    answers: str, codebook: str, model: dict, options: dict, seed: int, reports: str = "reports"
) -> None:
    claimed = load_model(model, codebook)
    items = read_table(answers)[list(claimed.items)]
    write_stage("factors", estimate_factors(items, claimed, FactorsSection(**options), seed), reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.answers,
            snakemake.input.codebook,
            snakemake.params.model,
            snakemake.params.options,
            snakemake.params.seed,
        ),
    )
