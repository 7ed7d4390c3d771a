"""Rule `verdict_sheet`."""

from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.verdict_sheet import verdict_sheet
from smartcity_survey.study.config import RobustnessSection
from smartcity_survey.study.model import load_model
from smartcity_survey.workflow.perform import perform


def main(
    hypotheses: str,
    tests: str,
    power: str,
    importance: str,
    curves: str,
    regressions: str,
    codebook: str,
    model: dict,
    options: dict,
    reports: str = "reports",
) -> None:
    stage_files = [read_table(path) for path in (hypotheses, tests, power, importance, curves, regressions)]
    result = verdict_sheet(*stage_files, load_model(model, codebook), RobustnessSection(**options))
    write_stage("verdict_sheet", result, reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.hypotheses,
            snakemake.input.tests,
            snakemake.input.power,
            snakemake.input.importance,
            snakemake.input.curves,
            snakemake.input.regressions,
            snakemake.input.codebook,
            snakemake.params.model,
            snakemake.params.options,
        ),
    )
