"""One self-contained page: the answer, the tables of the study, everything else, and how they were made."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.io import read_json, read_tables, write_text
from smartcity_survey.report.answer import Citation, answer
from smartcity_survey.report.cells import records
from smartcity_survey.report.contents import Contents, load_contents
from smartcity_survey.report.criteria import criteria_table
from smartcity_survey.report.links import headed, lettered, linker
from smartcity_survey.report.names import name_text
from smartcity_survey.report.numbering import PrintedNumbers
from smartcity_survey.report.parts import Part, build_parts, with_bounds
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import score_notes
from smartcity_survey.report.verdicts import facts
from smartcity_survey.report.wording import Wording, load_wording
from smartcity_survey.stages.evidence.hypotheses import methods_of
from smartcity_survey.study.codebook import text
from smartcity_survey.study.config import Language

HERE = Path(__file__).parent
SCRIPTS = ("page.js", "figures.js")
"""What makes the page comfortable, and its figures answer; both inlined."""


def write_report(
    reports: str | Path,
    manifest: Mapping[str, Any],
    setting: Setting,
    out: str | Path,
    *,
    printed: PrintedNumbers | None = None,
    required: Collection[str] = (),
    citation: Citation | None = None,
    figures: str | Path | None = None,
    languages: Collection[Language] = (),
    read: Mapping[str, pd.DataFrame] | None = None,
    audit_page: str = "",
) -> None:
    """Write the report in one language.

    Parameters
    ----------
    reports : folder with `tables/*.csv`, `figures/*.svg` and `cards/*.json`.
    manifest : what the run was made from, as in `manifest.json`.
    out : the page.
    printed : numbers of the paper's own tables and figures; none: numbers from 1.
    required : tables that the study's config makes sure of; the others are shown if they are there.
    citation : what is known of the paper.
    figures : folder with the figures in the setting's language; none: `figures` of `reports`.
    languages : those that have a page `report.<language>.html` beside this one.
    read : all tables, where they have been read already.
    audit_page : the audit's own page beside this one.

    Raises
    ------
    SurveyError
        listing the required tables that are missing.
    """
    reports = Path(reports)
    _require(reports / "tables", required)
    tables = dict(read_tables(reports) if read is None else read)
    card_files = sorted((reports / "cards").glob("*.json"))
    cards = {name: card for path in card_files for name, card in read_json(path).items()}
    setting = with_bounds(setting, tables)
    contents, wording = load_contents(), setting.wording
    parts = build_parts(tables, cards, Path(figures or reports / "figures"), contents, setting, printed or {})
    blocks = [block for part in parts for block in part.blocks]
    numbers = {block.id: block.number for block in blocks}
    setting = replace(
        setting, numbers={key[6:]: number for key, number in numbers.items() if key.startswith("table-")}
    )
    hypotheses = tables.get("hypotheses", pd.DataFrame(columns=["hypothesis", "method"]))
    methods = methods_of(hypotheses)
    head = answer(tables, setting, citation)
    environment = _environment()
    environment.filters["linked"] = linker(numbers, {block.id: block.title for block in blocks}, wording)
    environment.filters |= {"headed": headed, "lettered": lettered}
    page = environment.get_template("page.html.j2").render(
        t=wording,
        style=Markup((HERE / "page.css").read_text(encoding="utf-8")),
        script=Markup("".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)),
        title=text(manifest["config"]["study"]["title"], wording.language, "config.yaml, study.title"),
        manifest=manifest,
        version=version("smartcity_survey"),
        config=yaml.safe_dump(manifest["config"], allow_unicode=True, sort_keys=False),
        languages=[
            (one, (wording if one == wording.language else load_wording(one))["page.language"])
            for one in languages
        ],
        methods=[wording.value("method", method) for method in methods],
        evidence=[_address(contents.evidence.get(method, ""), numbers) for method in methods],
        facts=facts(tables, setting),
        answer=head,
        doubts=(*_disagreements(tables, setting), *score_notes(cards.get("coefficients", {}), setting)),
        parts=parts,
        method_texts=_method_texts(parts, contents, wording),
        verdicts_note=wording[setting.told("tables.hypotheses.note")],
        verdicts_intro=wording[setting.told("sections.verdicts.intro")],
        paper=bool(printed),
        audit_page=audit_page,
        criteria=criteria_table(tables, setting),
        further=[name for name in tables if f"table-{name}" not in numbers],
    )
    write_text(page, out)


def _method_texts(parts: Sequence[Part], contents: Contents, wording: Wording) -> list[str]:
    """Sections on the page, wherever their tables stand, that have a text on their methods."""
    shown = {block.id for part in parts for block in part.blocks}
    return [
        section.id
        for section in contents.sections
        if f"methods.{section.id}" in wording
        and any(f"{entry.kind}-{entry.name}" in shown for entry in section.entries)
    ]


def _address(name: str, numbers: Mapping[str, str]) -> str:
    """Address on the page of a table; empty where it is not there."""
    return f"table-{name}" if f"table-{name}" in numbers else ""


def _disagreements(tables: Mapping[str, pd.DataFrame], setting: Setting) -> Iterator[str]:
    """What another package computed otherwise: whoever reads a verdict should know first."""
    for line in records(tables.get("crosscheck", pd.DataFrame(columns=["agrees"]))):
        if line["agrees"] in (False, "False"):
            quantity = name_text("quantity_of", "", line, setting)
            yield setting.wording.fill("page.disagreement", quantity=quantity, package=str(line["package"]))


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _require(tables: Path, required: Collection[str]) -> None:
    missing = [tables / f"{name}.csv" for name in required if not (tables / f"{name}.csv").is_file()]
    if missing:
        raise SurveyError.of(
            [
                Problem(path.as_posix(), "the report needs this table.", "Run the analysis first.")
                for path in missing
            ]
        )
