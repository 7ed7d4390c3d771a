"""Rule `report`."""

import os
from pathlib import Path

from smartcity_survey.io import remove, write_json
from smartcity_survey.report.chapter.files import every_file, files_of
from smartcity_survey.report.editions import write_editions
from smartcity_survey.stages.manifest import build_machine, build_manifest
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import Config
from smartcity_survey.workflow.machines import PROFILE
from smartcity_survey.workflow.perform import perform


def main(
    config: dict,
    inputs: list[str],
    cards: list[str],
    required: list[str],
    not_asked: list[str],
    code: str,
    packages: dict[str, str],
    jobs: int = 1,
    reports: str = "reports",
) -> tuple[str, ...]:
    # What an earlier config asked for would be shown as if it belonged to this one.
    for name in not_asked:
        remove(f"{reports}/tables/{name}.csv")
    for card in Path(f"{reports}/cards").glob("*.json"):
        if card.name not in {Path(path).name for path in cards}:
            remove(card)
    study = Config.model_validate(config)
    codebook = read_codebook(Path(study.data.codebook))
    for name in set(every_file()) - set(files_of(study, codebook)):
        remove(f"{reports}/{name}")
    manifest = build_manifest(study, inputs, code)
    write_json(manifest, f"{reports}/manifest.json")
    write_json(build_machine(packages, os.environ.get(PROFILE, "")), f"{reports}/machine.json")
    return write_editions(study, reports, manifest, required=required, jobs=jobs)


if __name__ == "__main__":
    perform(
        snakemake,
        __file__,
        lambda: main(
            snakemake.params.config,
            snakemake.input.sources,
            snakemake.input.cards,
            snakemake.params.required,
            snakemake.params.not_asked,
            snakemake.params.code,
            snakemake.params.packages,
            snakemake.threads,
        ),
    )
