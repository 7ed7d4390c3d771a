"""Rule `hypotheses`."""

from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.hypotheses import judge_hypotheses
from smartcity_survey.study.model import load_model
from smartcity_survey.study.published import read_verdicts
from smartcity_survey.workflow.perform import perform


def main(
    coefficients: str,
    pls_paths: str,
    sem_paths: str,
    codebook: str,
    model: dict,
    published: str | None,
    higher_order_paths: str | None,
    reports: str = "reports",
) -> None:
    result = judge_hypotheses(
        read_table(coefficients),
        read_table(pls_paths),
        read_table(sem_paths),
        read_verdicts(published) if published else None,
        load_model(model, codebook),
        read_table(higher_order_paths) if higher_order_paths else None,
    )
    write_stage("hypotheses", result, reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.coefficients,
            snakemake.input.pls_paths,
            snakemake.input.sem_paths,
            snakemake.input.codebook,
            snakemake.params.model,
            snakemake.params.published,
            next(iter(snakemake.input.higher_order_paths), None),
        ),
    )
