"""Rule `regression`."""

from pathlib import Path

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.regression import estimate_regression
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import DisclosureSection, ModelSection, RegressionSection, ScoreMethod
from smartcity_survey.study.model import build_model
from smartcity_survey.workflow.perform import perform


def main(
    scores: str,
    answers: str,
    demographics: str,
    codebook: str,
    model: dict,
    options: dict,
    method: ScoreMethod,
    disclosure: dict,
    reports: str = "reports",
) -> None:
    book = read_codebook(Path(codebook))
    claimed = build_model(ModelSection.model_validate(model), book)
    result = estimate_regression(
        read_table(scores), read_table(answers), claimed, book, RegressionSection(**options), method
    )
    earlier = {"demographics": read_table(demographics)}
    write_stage("regression", protect(result, DisclosureSection(**disclosure), earlier), reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.scores,
            snakemake.input.answers,
            snakemake.input.demographics,
            snakemake.input.codebook,
            snakemake.params.model,
            snakemake.params.options,
            snakemake.params.method,
            snakemake.params.disclosure,
        ),
    )
