"""Rule `scores`."""

from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.retention import retained_items
from smartcity_survey.stages.scores import compute_scores
from smartcity_survey.study.config import PlsSection, ScoreMethod
from smartcity_survey.study.model import load_model
from smartcity_survey.workflow.perform import perform


def main(
    answers: str,
    retention: str,
    codebook: str,
    model: dict,
    pls: dict,
    method: ScoreMethod,
    reports: str = "reports",
) -> None:
    measured = load_model(model, codebook).keeping(retained_items(read_table(retention)))
    write_stage("scores", compute_scores(read_table(answers), measured, PlsSection(**pls), method), reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.answers,
            snakemake.input.retention,
            snakemake.input.codebook,
            snakemake.params.model,
            snakemake.params.pls,
            snakemake.params.method,
        ),
    )
