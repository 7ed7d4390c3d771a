"""Rule `describe`."""

from pathlib import Path

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.describe import describe_answers
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import DisclosureSection, Language
from smartcity_survey.workflow.perform import perform


def main(answers: str, codebook: str, language: Language, disclosure: dict, reports: str = "reports") -> None:
    result = describe_answers(read_table(answers), read_codebook(Path(codebook)), language)
    write_stage("describe", protect(result, DisclosureSection(**disclosure)), reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.answers,
            snakemake.input.codebook,
            snakemake.params.language,
            snakemake.params.disclosure,
        ),
    )
