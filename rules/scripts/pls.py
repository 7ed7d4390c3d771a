"""Rule `pls`."""

from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.pls import OPTIONAL, estimate_pls
from smartcity_survey.stages.retention import retained_items
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import load_model
from smartcity_survey.workflow.perform import perform
from smartcity_survey.workflow.progress import progress_bar


def main(
    answers: str,
    retention: str,
    codebook: str,
    model: dict,
    options: dict,
    seed: int,
    reports: str = "reports",
) -> None:
    section = PlsSection(**options)
    measured = load_model(model, codebook).keeping(retained_items(read_table(retention)))
    with progress_bar("bootstrap") as progress:
        result = estimate_pls(read_table(answers), measured, section, seed, progress)
    write_stage("pls", result, reports, OPTIONAL)


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
