"""Rule `adequacy`."""

from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.adequacy import evaluate_adequacy
from smartcity_survey.study.model import load_model
from smartcity_survey.workflow.perform import perform


def main(answers: str, codebook: str, model: dict, reports: str = "reports") -> None:
    items = list(load_model(model, codebook).items)
    write_stage("adequacy", evaluate_adequacy(read_table(answers)[items]), reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(snakemake.input.answers, snakemake.input.codebook, snakemake.params.model),
    )
