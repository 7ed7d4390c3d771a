"""Rule `report`."""

from pathlib import Path

from smartcity_survey.io import remove, write_json
from smartcity_survey.report.chapter.files import every_file, files_of
from smartcity_survey.report.figures import draw_all
from smartcity_survey.report.labels import labels_of
from smartcity_survey.report.numbering import printed_numbers
from smartcity_survey.report.page import write_report
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.wording import load_wording
from smartcity_survey.stages.manifest import build_manifest
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import Config
from smartcity_survey.workflow.perform import perform


def main(
    config: dict,
    inputs: list[str],
    cards: list[str],
    required: list[str],
    not_asked: list[str],
    code: str,
    packages: dict[str, str],
    reports: str = "reports",
) -> list[str]:
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
    language = study.study.language
    setting = Setting(
        load_wording(language),
        labels_of(codebook, language),
        suppress_below=study.factors.suppress_below,
        alpha=study.model.alpha,
    )
    manifest = build_manifest(study, inputs, code, packages)
    write_json(manifest, f"{reports}/manifest.json")
    drawn = draw_all(
        reports, f"{reports}/figures", setting, respondents=not study.disclosure.suppress_small_cells
    )
    write_report(
        reports,
        manifest,
        setting,
        f"{reports}/report.html",
        printed=printed_numbers(study.data.published),
        required=required,
    )
    return [f"{reports}/figures/{name}{suffix}" for name in drawn for suffix in (".svg", ".png")]


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
        ),
    )
