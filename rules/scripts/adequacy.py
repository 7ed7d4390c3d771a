"""Rule `adequacy`."""

from smartcity_survey.io import read_table, write_stage
from smartcity_survey.model import load_model
from smartcity_survey.stages.adequacy import evaluate_adequacy
from smartcity_survey.workflow import logged


def main(answers: str, codebook: str, model: dict, reports: str = "reports") -> None:
    items = list(load_model(model, codebook).items)
    write_stage("adequacy", evaluate_adequacy(read_table(answers)[items]), reports)


if __name__ == "__main__":
    with logged(snakemake, __file__):
        main(snakemake.input.answers, snakemake.input.codebook, snakemake.params.model)
