"""Rule `specification_curve`."""

from pathlib import Path

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.alternatives import (
    Alternatives,
    control_alternatives,
    exclusion_alternatives,
    item_alternatives,
)
from smartcity_survey.stages.specification_curve import specification_curve
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import DisclosureSection, ModelSection, PlsSection, RobustnessSection
from smartcity_survey.study.model import build_model
from smartcity_survey.study.published import read_verdicts
from smartcity_survey.workflow.perform import perform
from smartcity_survey.workflow.progress import progress_bar


def main(
    answers: str,
    careless: str,
    casewise: str,
    retention: str,
    codebook: str,
    model: dict,
    pls: dict,
    options: dict,
    seed: int,
    published: str | None,
    disclosure: dict,
    reports: str = "reports",
) -> None:
    book, section = read_codebook(Path(codebook)), RobustnessSection(**options)
    frame = read_table(answers)
    printed = read_verdicts(published) if published else None
    alternatives = Alternatives(
        items=item_alternatives(read_table(retention), section.strict_loading),
        exclusions=exclusion_alternatives(read_table(careless), read_table(casewise)),
        controls=control_alternatives(frame, book, section.controls),
    )
    with progress_bar("specification curve") as progress:
        result = specification_curve(
            frame,
            build_model(ModelSection.model_validate(model), book),
            PlsSection(**pls),
            alternatives,
            published={} if printed is None else dict(printed[["hypothesis", "verdict"]].to_numpy()),
            draws=section.null_draws,
            seed=seed,
            progress=progress,
        )
    write_stage("specification_curve", protect(result, DisclosureSection(**disclosure)), reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.answers,
            snakemake.input.careless,
            snakemake.input.casewise,
            snakemake.input.retention,
            snakemake.input.codebook,
            snakemake.params.model,
            snakemake.params.pls,
            snakemake.params.options,
            snakemake.params.seed,
            snakemake.params.published,
            snakemake.params.disclosure,
        ),
    )
