"""Rule `spread`."""

from pathlib import Path

from smartcity_survey.data.reconstructions import read_alternatives
from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.retention import retained_items
from smartcity_survey.stages.spread import compare_reconstructions
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import CleaningSection, GroupsSection, PlsSection
from smartcity_survey.study.model import load_model
from smartcity_survey.workflow.perform import perform


def main(
    answers: str,
    retention: str,
    codebook: str,
    alternatives: str,
    cleaning: dict,
    model: dict,
    pls: dict,
    groups: dict,
    reports: str = "reports",
) -> None:
    own, questions = read_table(answers), read_codebook(Path(codebook))
    result = compare_reconstructions(
        own,
        read_alternatives(Path(alternatives), questions, CleaningSection(**cleaning), len(own)),
        load_model(model, codebook).keeping(retained_items(read_table(retention))),
        questions,
        PlsSection(**pls),
        GroupsSection(**groups),
    )
    write_stage("spread", result, reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.answers,
            snakemake.input.retention,
            snakemake.input.codebook,
            snakemake.params.alternatives,
            snakemake.params.cleaning,
            snakemake.params.model,
            snakemake.params.pls,
            snakemake.params.groups,
        ),
    )
