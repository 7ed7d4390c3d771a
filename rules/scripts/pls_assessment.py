"""Rule `pls_assessment`."""

from pathlib import Path

from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.pls_assessment import assess_pls
from smartcity_survey.stages.retention import retained_items
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import load_model
from smartcity_survey.workflow.perform import perform


def main(
    answers: str,
    retention: str,
    codebook: str,
    model: dict,
    options: dict,
    seed: int,
    reports: str = "reports",
) -> None:
    measured = load_model(model, codebook).keeping(retained_items(read_table(retention)))
    result = assess_pls(
        read_table(answers), measured, read_codebook(Path(codebook)), PlsSection(**options), seed
    )
    write_stage("pls_assessment", result, reports)


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
            snakemake.params.seed,
        ),
    )
