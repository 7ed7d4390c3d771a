"""Rule `sem`."""

from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.retention import retained_items
from smartcity_survey.stages.sem import estimate_sem
from smartcity_survey.study.model import load_model
from smartcity_survey.workflow.perform import perform


def main(
    answers: str, retention: str, codebook: str, model: dict, level: float, reports: str = "reports"
) -> None:
    measured = load_model(model, codebook).keeping(retained_items(read_table(retention)))
    write_stage("sem", estimate_sem(read_table(answers), measured, level), reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.answers,
            snakemake.input.retention,
            snakemake.input.codebook,
            snakemake.params.model,
            snakemake.params.level,
        ),
    )
