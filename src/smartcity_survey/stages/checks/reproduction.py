"""Reproduction: every printed number beside the one the data in use gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import pandas as pd

from smartcity_survey.audit.findings import audit_cases
from smartcity_survey.audit.messages import LANGUAGES, Wording
from smartcity_survey.audit.paper import Paper, Printed, read_paper
from smartcity_survey.audit.plan import settled
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.checks.printed import Names
from smartcity_survey.stages.checks.printed_loadings import loading_congruence
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.needs import Frames, Option, PrintedFolder, compares_with_print
from smartcity_survey.study.config import Config

Tables = Mapping[str, pd.DataFrame]

COLUMNS = (
    *("object", "number", "group", "line", "column", "n_blank"),
    *("printed", "reproduced", "matches"),
)
"""Of `reproduction`: the printed object, its line (in a group where it has groups) and column."""
BLANK_CELLS = "blank_cells"
"""Stands for a column in the line that has the largest of `n_blank` loadings left blank."""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """Where the pipeline computes a printed table: its stage file and the columns that name a line."""

    table: str
    keys: Mapping[str, str]


def recomputed_tables(published: str | Path) -> tuple[str, ...]:
    """Stage files that hold the paper's numbers again."""
    paper = read_paper(Path(published))
    return tuple(dict.fromkeys(where.table for _, where in _recomputed(paper)))


LOADINGS = "rotated_loadings"


def prints_loadings(config: Config) -> bool:
    """Whether the paper prints loadings that the pipeline computes again."""
    return compares_with_print(config) and LOADINGS in recomputed_tables(str(config.data.published))


@stage("reproduction", asked_by=compares_with_print, optional={prints_loadings: ("printed_congruence",)})
def compare_with_published(
    published: PrintedFolder,
    tables: Annotated[Tables, Frames(lambda config: recomputed_tables(str(config.data.published)))],
    suppress_below: Annotated[float, Option("factors.suppress_below")],
    *,
    names: Names = MappingProxyType({}),
    hidden: Annotated[bool, Option("disclosure.suppress_small_cells")] = False,
) -> StageResult:
    """Compare each printed cell with the stage file that computes it, rounded as printed.

    Blank cells of a loading matrix match where the loading is below the limit of suppression. Where a cell
    does not match and the audit finds the printed number to be a slip, its finding is the reason. `hidden`:
    what is empty in the stage files was left out for disclosure control; it is counted, not compared.
    Printed loadings are compared as matrices too.
    """
    paper = read_paper(Path(published))
    reasons = _reasons(paper, names)
    rows = [
        row
        for printed, where in _recomputed(paper)
        for row in _compare(paper, printed, tables[where.table], where, reasons, suppress_below)
    ]
    left_out = [row for row in rows if hidden and row["reproduced"] != row["reproduced"]]
    rows = [row for row in rows if row not in left_out]
    frame = pd.DataFrame(rows, columns=[*COLUMNS, *_in_words("", reasons)])
    card: Card = {
        "method": "printed_beside_recomputed",
        "cells": len(frame),
        "matching": int(frame["matches"].sum()),
        "rounding": "half_up_as_printed",
        **({"left_out": len(left_out)} if hidden else {}),
    }
    made, cards = {"reproduction": frame}, {"reproduction": card}
    if own := [each for each in _recomputed(paper) if each[1].table == LOADINGS]:
        of_loadings = [loading_congruence(paper, one, _lines(tables[LOADINGS], where)) for one, where in own]
        made["printed_congruence"] = pd.concat(of_loadings, ignore_index=True)
        cards["printed_congruence"] = {
            "method": "target_rotation_to_print",
            "blank_cells": "zero_in_target",
            "suppress_below": suppress_below,
        }
    return StageResult(tables=made, cards=cards)


def _recomputed(paper: Paper) -> Iterator[tuple[Printed, Recomputed]]:
    for printed in paper.objects.values():
        if printed.recomputed_in:
            where = printed.recomputed_in
            yield printed, Recomputed(Path(where["file"]).stem, where["keys"])


def _compare(
    paper: Paper,
    printed: Printed,
    frame: pd.DataFrame,
    where: Recomputed,
    reasons: Mapping[str, Mapping[str, str]],
    suppress_below: float,
) -> Iterator[dict[str, Any]]:
    title = {"object": printed.kind, "number": printed.number}
    lines = _lines(frame, where)
    blank: list[float] = []
    for line in printed.lines:
        if line in printed.apart and paper.names.get(line, line) not in lines:
            continue
        values = lines.get("/".join(paper.names.get(part, part) for part in line.split("/")))
        for column in printed.number_columns:
            value = None if values is None else values.get(column)
            text = printed.cells.get((line, column))
            if text is None:
                if column.startswith("component_") and value is not None:
                    blank.append(abs(value))
                continue
            address = printed.address(line, column)
            matches = value is not None and _rounded(value, text, paper, address)
            yield {
                **title,
                "group": line.rpartition("/")[0],
                "line": paper.names.get(name := line.rpartition("/")[2], name),
                "column": column,
                "printed": text,
                "reproduced": value,
                "matches": matches,
                **_in_words("" if matches else address, reasons),
            }
    if blank:
        yield {
            **title,
            "column": BLANK_CELLS,
            "n_blank": len(blank),
            "printed": f"< {suppress_below:g}",
            "reproduced": max(blank),
            "matches": max(blank) < suppress_below,
            **_in_words("", reasons),
        }


def _lines(frame: pd.DataFrame, where: Recomputed) -> dict[str, dict[str, float]]:
    """Line name (`group/row` where lines are grouped) -> its numbers by column."""
    missing = [key for key in where.keys.values() if key not in frame]
    if missing:
        raise SurveyError(
            f"paper.yaml, recomputed_in of {where.table}",
            f"the stage file has no column {', '.join(missing)}.",
            f"Its columns are {', '.join(map(str, frame.columns))}.",
        )
    order = [where.keys[part] for part in ("group", "row") if part in where.keys]
    names = frame[order].astype(str).agg("/".join, axis=1)
    numbers = frame.select_dtypes("number").to_dict("records")
    return {
        name: {str(k): float(v) for k, v in line.items()} for name, line in zip(names, numbers, strict=True)
    }


def _rounded(value: float, text: str, paper: Paper, address: str) -> bool:
    """Whether the value, rounded half up to the printed digits, is the printed one."""
    reported = paper.read_text(address, text)
    if reported.value is None or value != value:
        return False
    percent = address.endswith(":percent")
    decimals = reported.decimals - 2 if percent else reported.decimals
    target = Decimal(repr(reported.value * 100 if percent else reported.value))
    unit = Decimal(1).scaleb(-decimals)
    return Decimal(repr(value)).quantize(unit, ROUND_HALF_UP) == target.quantize(unit, ROUND_HALF_UP)


def _reasons(paper: Paper, names: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Language -> address of a printed number -> the audit's finding that it is a slip."""
    slips = [(finding, finding.slip) for finding in audit_cases(*settled(paper)) if finding.slip]
    reasons: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        wording, own = Wording(paper, language, names.get(language)), reasons.setdefault(language, {})
        for finding, slip in slips:
            own.setdefault(slip.address, wording.explanation(finding))
    return reasons


def _in_words(address: str, reasons: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Cells that say in every language why a printed number is not met; empty without a reason."""
    return {f"reason_{language}": own.get(address, "") for language, own in reasons.items()}
