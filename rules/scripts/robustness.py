"""Rule `robustness`."""

from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.robustness import evaluate_robustness
from smartcity_survey.study.config import RobustnessSection
from smartcity_survey.study.model import load_model
from smartcity_survey.workflow.perform import perform


def main(scores: str, codebook: str, model: dict, options: dict, seed: int, reports: str = "reports") -> None:
    section = RobustnessSection(**options)
    result = evaluate_robustness(read_table(scores), load_model(model, codebook), section, seed)
    write_stage("robustness", result, reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.scores,
            snakemake.input.codebook,
            snakemake.params.model,
            snakemake.params.options,
            snakemake.params.seed,
        ),
    )
