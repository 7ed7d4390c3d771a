"""One self-contained page: verdicts first, then every table and figure, then how they were made."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.io import read_json, read_table, write_text
from smartcity_survey.report.cells import records
from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.criteria import criteria_table
from smartcity_survey.report.names import name_text
from smartcity_survey.report.numbering import PrintedNumbers
from smartcity_survey.report.parts import build_parts, with_bounds
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import card_entries, score_notes
from smartcity_survey.report.verdicts import facts, verdicts
from smartcity_survey.stages.evidence.hypotheses import methods_of
from smartcity_survey.study.codebook import text

HERE = Path(__file__).parent


def write_report(
    reports: str | Path,
    manifest: Mapping[str, Any],
    setting: Setting,
    out: str | Path,
    *,
    printed: PrintedNumbers | None = None,
    required: Collection[str] = (),
) -> None:
    """Write the report.

    Parameters
    ----------
    reports : folder with `tables/*.csv`, `figures/*.svg` and `cards/*.json`.
    manifest : what the run was made from, as in `manifest.json`.
    out : the page.
    printed : numbers of the paper's own tables and figures; none: numbers from 1.
    required : tables that the study's config makes sure of; the others are shown if they are there.

    Raises
    ------
    SurveyError
        listing the required tables that are missing.
    """
    reports = Path(reports)
    _require(reports / "tables", required)
    tables = {path.stem: read_table(path) for path in sorted((reports / "tables").glob("*.csv"))}
    card_files = sorted((reports / "cards").glob("*.json"))
    cards = {name: card for path in card_files for name, card in read_json(path).items()}
    setting = with_bounds(setting, tables)
    contents, wording = load_contents(), setting.wording
    parts = build_parts(tables, cards, reports / "figures", contents, setting, printed or {})
    hypotheses = tables.get("hypotheses", pd.DataFrame(columns=["hypothesis", "method"]))
    shown = {block.id.removeprefix("table-"): block.number for part in parts for block in part.blocks}
    page = _template().render(
        t=wording,
        style=Markup((HERE / "page.css").read_text(encoding="utf-8")),
        title=text(manifest["config"]["study"]["title"], wording.language, "config.yaml, study.title"),
        manifest=manifest,
        config=yaml.safe_dump(manifest["config"], allow_unicode=True, sort_keys=False),
        methods=[wording.value("method", method) for method in methods_of(hypotheses)],
        facts=facts(tables, setting),
        verdicts=verdicts(hypotheses, setting, tables.get("verdict_sheet")),
        doubts=(*_disagreements(tables, setting), *score_notes(cards.get("coefficients", {}), setting)),
        parts=parts,
        verdicts_note=wording[setting.told("tables.hypotheses.note")],
        paper=bool(printed),
        criteria=criteria_table(tables, setting),
        cards={shown[name]: card_entries(card, setting) for name, card in cards.items() if name in shown},
        further=[name for name in tables if name not in shown],
    )
    write_text(page, out)


def _disagreements(tables: Mapping[str, pd.DataFrame], setting: Setting) -> Iterator[str]:
    """What another package computed otherwise: whoever reads a verdict should know first."""
    for line in records(tables.get("crosscheck", pd.DataFrame(columns=["agrees"]))):
        if line["agrees"] in (False, "False"):
            quantity = name_text("quantity_of", "", line, setting)
            yield setting.wording.fill("page.disagreement", quantity=quantity, package=str(line["package"]))


def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


def _require(tables: Path, required: Collection[str]) -> None:
    missing = [tables / f"{name}.csv" for name in required if not (tables / f"{name}.csv").is_file()]
    if missing:
        raise SurveyError.of(
            [
                Problem(path.as_posix(), "the report needs this table.", "Run the analysis first.")
                for path in missing
            ]
        )
