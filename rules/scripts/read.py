"""Rule `read`."""

from pathlib import Path

from smartcity_survey.codebook import read_codebook
from smartcity_survey.config import DataSection
from smartcity_survey.io import write_stage
from smartcity_survey.stages.read import read_responses
from smartcity_survey.workflow import logged


def main(survey: str, codebook: str, options: dict, reports: str = "reports") -> None:
    section = DataSection(**options)
    write_stage("read", read_responses(Path(survey), read_codebook(Path(codebook)), section), reports)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(snakemake.input.survey, snakemake.input.codebook, snakemake.params.options)
