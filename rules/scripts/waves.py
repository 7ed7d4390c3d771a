"""Rule `waves`."""

from pathlib import Path

from smartcity_survey.data.waves import Wave, read_wave
from smartcity_survey.io import read_table, write_stage
from smartcity_survey.stages.retention import retained_items
from smartcity_survey.stages.waves import compare_waves
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import CleaningSection, DataSection, GroupsSection, PlsSection
from smartcity_survey.study.model import load_model
from smartcity_survey.workflow.perform import perform
from smartcity_survey.workflow.progress import progress_bar


def main(
    answers: str,
    cleaning_log: str,
    retention: str,
    codebook: str,
    wave: str,
    others: dict,
    cleaning: dict,
    model: dict,
    pls: dict,
    groups: dict,
    seed: int,
    reports: str = "reports",
) -> None:
    section = PlsSection(**pls)
    measured = load_model(model, codebook).keeping(retained_items(read_table(retention)))
    n_read = int(read_table(cleaning_log)["n_remaining"].iloc[0])
    own = Wave(wave, read_codebook(Path(codebook)), read_table(answers), n_read)
    rest = [
        read_wave(name, Path(), DataSection(**data), CleaningSection(**cleaning))
        for name, data in others.items()
    ]
    with progress_bar("bootstrap of waves") as progress:
        result = compare_waves(own, rest, measured, section, GroupsSection(**groups), seed, progress)
    write_stage("waves", result, reports)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.input.answers,
            snakemake.input.cleaning_log,
            snakemake.input.retention,
            snakemake.input.codebook,
            snakemake.params.wave,
            snakemake.params.others,
            snakemake.params.cleaning,
            snakemake.params.model,
            snakemake.params.pls,
            snakemake.params.groups,
            snakemake.params.seed,
        ),
    )
