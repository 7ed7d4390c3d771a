"""`smartcity-survey draw`: a random selection from a sampling frame, with a protocol to repeat it by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

from smartcity_survey.data.read.cells import cell_text, folded
from smartcity_survey.errors import Problem, SurveyError, counted
from smartcity_survey.io import read_table, write_table, write_text
from smartcity_survey.plan.form import Written
from smartcity_survey.plan.strata import Code, open_listed, spellings, unknown_answer
from smartcity_survey.plan.write import STRATA
from smartcity_survey.stats.planning.selection import GENERATOR, draw_by_stratum
from smartcity_survey.study.codebook import Codebook, read_codebook
from smartcity_survey.study.config import DataSection, read_config
from smartcity_survey.study.dates import day_number
from smartcity_survey.study.next_wave import FrameSection

PROTOCOL, SELECTION = "draw_protocol.yaml", "private/selection.csv"
ROWS_SHOWN = 5
_FORBIDDEN = "# Nothing of this folder is shared: it holds personal data.\n*\n"


@dataclass(frozen=True, slots=True)
class _Frame:
    """A sampling frame. rows : number of each row. cells : its text. codes : stratum of each row."""

    rows: tuple[int, ...]
    cells: pd.DataFrame
    codes: tuple[Code, ...]


def draw(folder: Path, out: Path) -> Written:
    """Draw as many as the plan in `out` asks for from the frame that the config names.

    Who was drawn stands in `private/selection.csv` alone; the protocol has counts, the seed and the frame's
    digest.

    Raises
    ------
    SurveyError
        where there is no plan yet, no frame is named, it cannot be read, has a row twice or one that is in no
        stratum, or a stratum has too few members.
    """
    config = read_config(folder / "config.yaml")
    codebook = read_codebook(folder / config.data.codebook)
    section = config.plan.frame
    if section is None:
        raise SurveyError(
            "config.yaml, plan.frame",
            "no sampling frame is named.",
            "Write the list to draw from under `file`, as in docs/plan.md.",
        )
    wanted = _wanted(out / STRATA)
    path = folder / section.file
    table_columns = open_listed(path, _as_data(section), "config.yaml, plan.frame.file").columns
    variables = _variables(section, list(wanted.columns[:-1]), table_columns, path)
    asked = _summed(wanted, variables)
    if section.rows == "clusters":
        if config.plan.clusters is None:
            raise SurveyError(
                "config.yaml, plan.frame.rows",
                "the plan has no clusters.",
                "Write `plan.clusters`, or `rows: people`.",
            )
        asked = {code: -(-n // config.plan.clusters.size) for code, n in asked.items()}
    frame = _read(path, section, codebook, variables)
    positions: dict[Code, list[int]] = {code: [] for code in asked}
    for position, code in enumerate(frame.codes):
        positions.setdefault(code, []).append(position)
    short = [code for code, n in asked.items() if len(positions[code]) < n]
    if short:
        raise SurveyError.of(
            [_too_few(path, variables, code, len(positions[code]), asked[code]) for code in short]
        )
    codes = list(positions)
    members = [positions[code] for code in codes]
    drawn = draw_by_stratum(list(map(len, members)), [asked.get(code, 0) for code in codes], config.seed)
    selection = pd.concat(
        [
            frame.cells.iloc[[own[one] for one in chosen]].assign(
                frame_row=[frame.rows[own[one]] for one in chosen],
                drawn=range(1, len(chosen) + 1),
                **{f"stratum_{name}": part for name, part in zip(variables, code, strict=True)},
            )
            for code, own, chosen in zip(codes, members, drawn, strict=True)
        ],
        ignore_index=True,
    )
    private = out / SELECTION
    write_text(_FORBIDDEN, private.parent / ".gitignore")
    write_table(selection, private)
    listed = [
        {**dict(zip(variables, code, strict=True)), "in_frame": len(own), "drawn": len(chosen)}
        for code, own, chosen in zip(codes, members, drawn, strict=True)
    ]
    protocol = {
        "frame": {"file": path.name, "sha256": _digest(path), "rows": len(frame.rows)},
        "seed": config.seed,
        "generator": GENERATOR,
        "order": "strata as listed; members of a stratum as the frame lists them, from 0",
        "drawn": len(selection),
        "strata": listed,
        "selection_sha256": _digest(private),
    }
    text = yaml.safe_dump(protocol, allow_unicode=True, sort_keys=False, width=110)
    write_text(text, out / PROTOCOL)
    over = [name for name in wanted.columns[:-1] if name not in variables]
    alone = config.plan.clusters is not None and section.rows == "people"
    said = _said(len(selection), len(codes), over, section.file, alone)
    return Written((out / PROTOCOL, private), tuple(said))


def _said(n: int, strata: int, over: Sequence[str], file: str, alone: bool) -> Iterator[str]:
    yield f"Drawn: {n:,} of {file}, from {counted(strata, 'stratum', 'strata')}."
    if over:
        yield (
            f"The frame does not know {', '.join(over)}: the strata are drawn without; keep to the plan's "
            "numbers when people are asked."
        )
    if alone:
        yield (
            "The plan asks people in clusters, but each is drawn alone: write `plan.frame.rows: clusters` "
            "for a list of clusters."
        )
    yield "Names and addresses are in the folder `private` alone: do not share it."


def _as_data(section: FrameSection) -> DataSection:
    return DataSection(file=section.file, codebook="", sheet=section.sheet)


def _wanted(path: Path) -> pd.DataFrame:
    """Variables of the strata, and how many are to be asked."""
    if not path.is_file():
        raise SurveyError(
            path.as_posix(),
            "there is no plan yet.",
            "Run `smartcity-survey plan` first, with the same folder.",
        )
    frame = read_table(path)
    columns = list(frame.columns)
    if "size" not in columns or "asked" not in columns:
        raise SurveyError(
            path.as_posix(), "it has no columns `size` and `asked`.", "Run `smartcity-survey plan` again."
        )
    variables = columns[: columns.index("size")]
    bad = [
        line + 2
        for line, n in enumerate(frame["asked"])
        if not (isinstance(n, (int, float)) and n >= 0 and n % 1 == 0)
    ]
    if bad:
        raise SurveyError(
            f"{path.as_posix()}, row {bad[0]}, column `asked`",
            "it is no number of people.",
            "Write a whole number, 0 or more.",
        )
    return frame[[*variables, "asked"]]


def _variables(
    section: FrameSection, strata: Sequence[str], columns: Sequence[str], path: Path
) -> tuple[str, ...]:
    """Variables of the strata that the frame knows."""
    strange = [name for name in section.columns if name not in strata]
    if strange:
        raise SurveyError(
            f"config.yaml, plan.frame.columns.{strange[0]}",
            "the plan has no strata by it.",
            f"Choose from {', '.join(strata) or 'none: the plan has no strata'}.",
        )
    absent = [name for name, column in section.columns.items() if column not in columns]
    if absent:
        raise SurveyError(
            f"config.yaml, plan.frame.columns.{absent[0]}",
            f"{path.name} has no column {section.columns[absent[0]]}.",
            f"Its columns are: {', '.join(columns)}.",
        )
    return tuple(name for name in strata if section.columns.get(name, name) in columns)


def _summed(wanted: pd.DataFrame, variables: Sequence[str]) -> dict[Code, int]:
    """How many of each stratum that the frame knows, in the plan's order."""
    asked: dict[Code, int] = {}
    for line in wanted.to_dict("records"):
        code = tuple(cell_text(line[name]) for name in variables)
        asked[code] = asked.get(code, 0) + int(line["asked"])
    return asked


def _read(path: Path, section: FrameSection, codebook: Codebook, variables: Sequence[str]) -> _Frame:
    table = open_listed(path, _as_data(section), "config.yaml, plan.frame.file")
    problems: list[Problem] = []
    parts = []
    for batch in table.batches(list(table.columns)):
        problems += batch.problems
        parts.append(batch.cells.map(cell_text))
    cells = pd.concat(parts) if parts else pd.DataFrame(columns=list(table.columns))
    if not len(cells) and not problems:
        problems.append(
            Problem(str(path), "there is a header but no row.", "Write a row for each household.")
        )
    problems += _repeated(path, cells)
    codes = {}
    for name in variables:
        column = section.columns.get(name, name)
        codes[name], unknown = _codes(cells[column], codebook, name)
        for text, rows in unknown.items():
            shown = ", ".join(map(str, rows[:ROWS_SHOWN])) + (", ..." if len(rows) > ROWS_SHOWN else "")
            place = f"{path}, row{'s' if len(rows) > 1 else ''} {shown}, column {column}"
            problems.append(unknown_answer(place, text, codebook, name))
    if problems:
        raise SurveyError.of(problems)
    own = list(zip(*(codes[name] for name in variables), strict=True)) if variables else [()] * len(cells)
    return _Frame(tuple(map(int, cells.index)), cells, tuple(own))


def _repeated(path: Path, cells: pd.DataFrame) -> Iterator[Problem]:
    """Rows that say the same: whoever stands twice is drawn twice as easily."""
    twice = cells.duplicated(keep=False).to_numpy()
    for _, own in cells[twice].groupby(list(cells.columns), sort=False):
        rows = [str(number) for number in own.index]
        yield Problem(
            f"{path}, rows {', '.join(rows[:ROWS_SHOWN])}",
            "they are the same: who stands twice would be drawn twice as easily.",
            "Keep one of them, or give each a number of its own where they are different households.",
        )


def _codes(cells: pd.Series[str], codebook: Codebook, name: str) -> tuple[list[str], Mapping[str, list[int]]]:
    """Code of each cell's answer, and what is none, with its rows; of bands a number or date is an answer."""
    entry, known = codebook.demographics[name], spellings(codebook, name)
    found: list[str] = []
    unknown: dict[str, list[int]] = {}
    for row, text in cells.items():
        code = known.get(folded(text))
        if entry.bands:
            value = day_number(text) if entry.of_dates else _number(text)
            if value is not None:
                inside = [n for n, band in enumerate(entry.bands, 1) if band.minimum <= value <= band.maximum]
                code = str(inside[0]) if inside else None
        if code is None:
            unknown.setdefault(text, []).append(int(str(row)))
        found.append(code or "")
    return found, unknown


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _too_few(path: Path, variables: Sequence[str], code: Code, there: int, wanted: int) -> Problem:
    named = ", ".join(f"{name} {one}" for name, one in zip(variables, code, strict=True)) or "all rows"
    return Problem(
        f"{path}, {named}",
        f"{there:,} in the frame, but {wanted:,} are to be drawn.",
        "Complete the frame, or lower `asked` of this stratum in strata.csv.",
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
