"""Rule `groups`."""

from pathlib import Path

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.groups import compare_respondents
from smartcity_survey.stages.retention import retained_items
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import DisclosureSection, GroupsSection, PlsSection
from smartcity_survey.study.model import load_model
from smartcity_survey.workflow.perform import perform
from smartcity_survey.workflow.progress import progress_bar


def main(
    answers: str,
    retention: str,
    demographics: str,
    codebook: str,
    model: dict,
    options: dict,
    pls: dict,
    seed: int,
    disclosure: dict,
    reports: str = "reports",
) -> None:
    measured = load_model(model, codebook).keeping(retained_items(read_table(retention)))
    with progress_bar("permutations of groups") as progress:
        result = compare_respondents(
            read_table(answers),
            measured,
            read_codebook(Path(codebook)),
            GroupsSection(**options),
            PlsSection(**pls),
            measured.alpha,
            seed,
            progress,
        )
    earlier = {"demographics": read_table(demographics)}
    write_stage("groups", protect(result, DisclosureSection(**disclosure), earlier), reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.answers,
            snakemake.input.retention,
            snakemake.input.demographics,
            snakemake.input.codebook,
            snakemake.params.model,
            snakemake.params.options,
            snakemake.params.pls,
            snakemake.params.seed,
            snakemake.params.disclosure,
        ),
    )
