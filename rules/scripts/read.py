"""Rule `read`."""

from pathlib import Path

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import write_stage
from smartcity_survey.stages.read import read_responses
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import DataSection, DisclosureSection
from smartcity_survey.workflow.perform import perform


def main(survey: str, codebook: str, options: dict, disclosure: dict, reports: str = "reports") -> None:
    result = read_responses(Path(survey), read_codebook(Path(codebook)), DataSection(**options))
    write_stage("read", protect(result, DisclosureSection(**disclosure)), reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.survey,
            snakemake.input.codebook,
            snakemake.params.options,
            snakemake.params.disclosure,
        ),
    )
