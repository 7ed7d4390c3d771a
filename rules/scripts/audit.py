"""Rule `audit`."""

from smartcity_survey.io import write_stage
from smartcity_survey.stages.audit import audit_published
from smartcity_survey.study.config import Language
from smartcity_survey.workflow.perform import perform


def main(published: str, language: Language, reports: str = "reports") -> None:
    write_stage("audit", audit_published(published, language), reports)


if __name__ == "__main__":
    perform(snakemake, __file__, lambda: main(snakemake.params.published, snakemake.params.language))
