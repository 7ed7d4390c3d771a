"""Rule `clean`."""

from pathlib import Path

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.clean import clean_answers
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import CleaningSection, DisclosureSection
from smartcity_survey.workflow.perform import perform


def main(responses: str, codebook: str, options: dict, disclosure: dict, reports: str = "reports") -> None:
    section = CleaningSection(**options)
    result = clean_answers(read_table(responses), read_codebook(Path(codebook)), section)
    write_stage("clean", protect(result, DisclosureSection(**disclosure)), reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.responses,
            snakemake.input.codebook,
            snakemake.params.options,
            snakemake.params.disclosure,
        ),
    )
