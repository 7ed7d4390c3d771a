"""Rule `regression`."""

from smartcity_survey.config import RegressionSection, ScoreMethod
from smartcity_survey.io import read_table, write_stage
from smartcity_survey.model import load_model
from smartcity_survey.stages.regression import estimate_regression
from smartcity_survey.workflow import logged


def main(
    scores: str, codebook: str, model: dict, options: dict, method: ScoreMethod, reports: str = "reports"
) -> None:
    claimed = load_model(model, codebook)
    result = estimate_regression(read_table(scores), claimed, RegressionSection(**options), method)
    write_stage("regression", result, reports)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(
            snakemake.input.scores,
            snakemake.input.codebook,
            snakemake.params.model,
            snakemake.params.options,
            snakemake.params.method,
        )
