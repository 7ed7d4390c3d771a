"""Rule `chapter`."""

from smartcity_survey.report.chapter.write import write_chapter
from smartcity_survey.workflow.perform import perform

if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: map(
            str,
            write_chapter("reports", snakemake.params.tables, snakemake.params.outputs, snakemake.threads),
        ),
    )
