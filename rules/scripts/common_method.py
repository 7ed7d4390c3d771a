"""Rule `common_method`."""

from pathlib import Path

from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.common_method import judge_common_method
from smartcity_survey.stages.retention import retained_items
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import CommonMethodSection, ModelSection, ScoreMethod
from smartcity_survey.study.model import build_model
from smartcity_survey.workflow.perform import perform


def main(
    answers: str,
    scores: str,
    retention: str,
    codebook: str,
    model: dict,
    options: dict,
    method: ScoreMethod,
    reports: str = "reports",
) -> None:
    book = read_codebook(Path(codebook))
    claimed = build_model(ModelSection.model_validate(model), book)
    result = judge_common_method(
        read_table(answers),
        read_table(scores),
        claimed.keeping(retained_items(read_table(retention))),
        book,
        CommonMethodSection(**options),
        method,
    )
    write_stage("common_method", result, reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.answers,
            snakemake.input.scores,
            snakemake.input.retention,
            snakemake.input.codebook,
            snakemake.params.model,
            snakemake.params.options,
            snakemake.params.method,
        ),
    )
