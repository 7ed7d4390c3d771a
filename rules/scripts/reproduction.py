"""Rule `reproduction`."""

from pathlib import Path

from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.reproduction import compare_with_published
from smartcity_survey.study.config import Language
from smartcity_survey.workflow.perform import perform


def main(
    published: str,
    tables: list[str],
    suppress_below: float,
    hidden: bool,
    language: Language,
    reports: str = "reports",
) -> None:
    results = {Path(path).stem: read_table(path) for path in tables}
    result = compare_with_published(published, results, suppress_below, language, hidden=hidden)
    write_stage("reproduction", result, reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.params.published,
            snakemake.input.tables,
            snakemake.params.suppress_below,
            snakemake.params.hidden,
            snakemake.params.language,
        ),
    )
