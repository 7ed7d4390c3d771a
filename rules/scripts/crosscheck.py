"""Rule `crosscheck`."""

import sys
from pathlib import Path

from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.crosscheck import crosscheck, disagreements
from smartcity_survey.stages.retention import retained_items
from smartcity_survey.study.model import load_model
from smartcity_survey.workflow.perform import perform


def main(
    answers: str,
    scores: str,
    retention: str,
    codebook: str,
    tables: list[str],
    model: dict,
    reports: str = "reports",
) -> None:
    claimed = load_model(model, codebook)
    results = {Path(path).stem: read_table(path) for path in tables}
    result = crosscheck(
        read_table(answers)[list(claimed.items)],
        read_table(scores),
        results,
        claimed.keeping(retained_items(read_table(retention))),
    )
    write_stage("crosscheck", result, reports)
    for problem in disagreements(result.tables["crosscheck"]):
        print(f"Warning: {problem}", file=sys.stderr)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.answers,
            snakemake.input.scores,
            snakemake.input.retention,
            snakemake.input.codebook,
            snakemake.input.tables,
            snakemake.params.model,
        ),
    )
