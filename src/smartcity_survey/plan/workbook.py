"""The plan as an Excel workbook in one language: sizes, strata, power, assumptions."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from smartcity_survey.cell_text import as_text
from smartcity_survey.plan.finished import Finished
from smartcity_survey.plan.sizes import PERCENTAGE, Plan
from smartcity_survey.plan.words import plan_words
from smartcity_survey.report.chapter.archive import DATE, repeatable
from smartcity_survey.report.chapter.workbook import number_format
from smartcity_survey.report.labels import Labels
from smartcity_survey.report.wording import load_wording
from smartcity_survey.study.codebook import text
from smartcity_survey.study.config import Language

Cell = str | float | int | None
FORMATS = {"share": "share:1", "wanted": "fixed:2", "coefficient": "ratio:2", "reached": "fixed:3"}
FORMATS |= {"std_error": "fixed:3", "power": "fixed:3", "spread": "fixed:2", "margin_of_error": "share:1"}
_RULE = Border(bottom=Side(style="thin"))
_WRAP = Alignment(wrap_text=True, vertical="top")
_WRAP_RIGHT = Alignment(wrap_text=True, vertical="top", horizontal="right")


def plan_workbook(plan: Plan, study: Finished, labels: Labels, language: Language) -> bytes:
    """The content of an .xlsx; the same plan gives the same bytes."""
    return _Book(plan, study, labels, language).content()


class _Book:
    def __init__(self, plan: Plan, study: Finished, labels: Labels, language: Language) -> None:
        self._plan, self._study, self._labels, self._language = plan, study, labels, language
        self._words = plan_words(language)
        self._book = Workbook()
        self._book.remove(self._book.active)

    def content(self) -> bytes:
        config = self._study.config
        title = self._said(
            "title", title=text(config.study.title, self._language, "config.yaml, study.title")
        )
        notes = [self._said("by_formula")]
        warning = [self._said("reconstruction")] if config.study.reconstruction else []
        self._sheet("sheet_sizes", title, self._sizes(), [*notes, *warning])
        self._sheet("sheet_strata", title, self._strata(), [self._said("spread_note")])
        if len(self._plan.curve):
            self._sheet("sheet_curve", title, self._curve(), warning)
        self._sheet("sheet_assumptions", title, self._assumptions(), warning)
        properties = self._book.properties
        properties.title, properties.creator = title, ""
        properties.created = properties.modified = DATE.replace(tzinfo=None)
        written = io.BytesIO()
        self._book.save(written)
        return repeatable(written.getvalue())

    def _said(self, key: str, **values: str) -> str:
        return self._words[f"plan.{key}"].format(**values)

    def _sizes(self) -> Iterator[tuple[str, list[Cell]]]:
        """A column for each entry: its key, and its cells below its heading."""
        frame, plan = self._plan.sizes, self._plan
        numbers = load_wording(self._language).numbers
        names: list[Cell] = []
        for line in frame.to_dict("records"):
            if line["aim"] == PERCENTAGE:
                names.append(self._said("percentage", margin=numbers.percentage(100 * line["wanted"], 1)))
            else:
                names.append(self._labels.path(line["source"], line["target"]))
        yield "aim", [*names, self._said("whole")]
        for key in frame.columns[3:]:
            last: Cell = {"n_asked": plan.asked, "n_analysed": plan.analysed}.get(key)
            yield key, [*map(_cell, frame[key]), last]

    def _strata(self) -> Iterator[tuple[str, list[Cell]]]:
        frame = self._plan.strata
        variables = list(frame.columns[: list(frame.columns).index("size")])
        for name in variables:
            codes = [self._labels.categories[name, int(code)] for code in frame[name]]
            yield (
                self._labels.demographics[name],
                [*codes, self._said("sum") if name == variables[0] else None],
            )
        if not variables:
            yield "stratum", [self._said("everybody"), self._said("sum")]
        counted = math.isfinite(self._plan.population)
        for key in ("size", "share", "n_respondents", "spread", "asked_proportional", "asked_neyman"):
            # Without a table of the population the study's respondents stand for it.
            if counted or key != "size":
                yield key, [*map(_cell, frame[key]), None if key == "spread" else _cell(frame[key].sum())]
        yield "asked", [*map(_cell, frame["asked"]), _cell(frame["asked"].sum())]
        yield "n_analysed", [*map(_cell, frame["n_analysed"]), self._plan.analysed]
        yield (
            "margin_of_error",
            [*map(_cell, frame["margin_of_error"]), _cell(self._plan.sizes["reached"].iloc[0])],
        )

    def _curve(self) -> Iterator[tuple[str, list[Cell]]]:
        frame = self._plan.curve
        paths = zip(frame["source"], frame["target"], strict=True)
        yield "aim", [self._labels.path(*path) for path in paths]
        for key in ("n_asked", "n_analysed", "power", "std_error"):
            yield key, [*map(_cell, frame[key])]

    def _assumptions(self) -> Iterator[tuple[str, list[Cell]]]:
        config, plan = self._study.config, self._plan
        section, losses = config.plan, plan.losses
        values: dict[str, Cell] = {
            "margin_of_error": section.margin_of_error,
            "share": section.share,
            "confidence_level": section.confidence_level,
            "population": plan.population if math.isfinite(plan.population) else self._said("none"),
            "power": plan.power,
            "alpha": self._study.model.alpha,
            "draws": plan.draws,
            "seed": config.seed,
            "response": losses.response,
            "usable": losses.usable,
            "complete": losses.complete,
            "allocation": self._words[f"allocation.{section.allocation}"],
            "n_study": len(self._study.scores),
        }
        if section.clusters is not None:
            values |= {
                "cluster_size": section.clusters.size,
                "intraclass_correlation": plan.likeness,
                "clusters": plan.clusters,
                "design_effect": plan.design_effect,
            }
        yield "assumption", [self._words[f"assumption.{key}"] for key in values]
        yield "assumed", [round(one, 4) if isinstance(one, float) else one for one in values.values()]

    def _sheet(
        self, key: str, title: str, columns: Iterator[tuple[str, list[Cell]]], notes: Sequence[str]
    ) -> None:
        sheet: Any = self._book.create_sheet(self._said(key)[:31])
        _write(sheet, 1, 1, title).font = Font(bold=True, size=13)
        last = 3
        for number, (name, cells) in enumerate(columns, start=1):
            heading = self._words.get(f"plan.{name}", name)
            head = _write(sheet, 3, number, heading)
            head.font, head.border, head.alignment = Font(bold=True), _RULE, _WRAP
            if not any(isinstance(cell, str) for cell in cells[:-1]):
                head.alignment = _WRAP_RIGHT
            texts = [cell for cell in cells if isinstance(cell, str)]
            widest = max(map(len, texts), default=0)
            sheet.column_dimensions[get_column_letter(number)].width = min(max(14, widest + 2), 60)
            for line, value in enumerate(cells, start=4):
                cell = _write(sheet, line, number, value)
                if isinstance(value, (int, float)):
                    usual = "count" if name.startswith(("n_", "asked", "size")) else "General"
                    cell.number_format = number_format(FORMATS.get(name, usual))
                last = max(last, line)
        sheet.row_dimensions[3].height = 45
        width = sum(one.width for one in sheet.column_dimensions.values())
        for position, note in enumerate(notes, start=last + 2):
            cell = _write(sheet, position, 1, note)
            cell.font, cell.alignment = Font(italic=True), _WRAP
            sheet.merge_cells(
                start_row=position, start_column=1, end_row=position, end_column=sheet.max_column
            )
            sheet.row_dimensions[position].height = 15 * math.ceil(1.15 * len(note) / width)
        sheet.freeze_panes = "A4"
        sheet.sheet_view.showGridLines = False
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _cell(value: Any) -> Cell:
    """A cell of a frame as a plain value; nothing where it is empty."""
    if isinstance(value, str):
        return value
    number = float(value)
    return None if math.isnan(number) else int(number) if number.is_integer() and abs(number) > 1 else number


def _write(sheet: Any, line: int, column: int, value: Cell) -> Any:
    return as_text(sheet.cell(line, column, value))
