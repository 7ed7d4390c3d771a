"""Rule `item_analysis`."""

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.item_analysis import analyse_items
from smartcity_survey.stages.retention import retained_items
from smartcity_survey.study.config import DisclosureSection
from smartcity_survey.study.model import load_model
from smartcity_survey.workflow.perform import perform


def main(
    answers: str,
    retention: str,
    descriptives: str,
    codebook: str,
    model: dict,
    disclosure: dict,
    reports: str = "reports",
) -> None:
    measured = load_model(model, codebook).keeping(retained_items(read_table(retention)))
    result = analyse_items(read_table(answers), measured)
    earlier = {"item_descriptives": read_table(descriptives)}
    write_stage("item_analysis", protect(result, DisclosureSection(**disclosure), earlier), reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.answers,
            snakemake.input.retention,
            snakemake.input.descriptives,
            snakemake.input.codebook,
            snakemake.params.model,
            snakemake.params.disclosure,
        ),
    )
