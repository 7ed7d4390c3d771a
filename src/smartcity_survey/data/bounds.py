"""What the printed tables leave open, as `smartcity-survey bounds` wrote it: ends of sets, and witnesses.

A folder with `ends.csv`; where the search came so far, `prices.csv`, `further.csv`, and `witnesses.csv`
beside the surveys `witnesses/<name>.csv` that it lists.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from smartcity_survey.data.bounds_tables import (
    AGAIN,
    END_LAYOUT,
    FURTHER_LAYOUT,
    PRICE_LAYOUT,
    WITNESS_LAYOUT,
    Layout,
    cell_at,
    read_bounds_table,
)
from smartcity_survey.data.bounds_tables import READINGS as READINGS
from smartcity_survey.data.bounds_tables import SIDES as SIDES
from smartcity_survey.data.clean import clean_responses
from smartcity_survey.data.read import Responses, read_survey
from smartcity_survey.errors import SurveyError, counted
from smartcity_survey.io import read_json
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import CleaningSection, DataSection

ENDS, PRICES, FURTHER = "ends.csv", "prices.csv", "further.csv"
LISTED, FOLDER = "witnesses.csv", "witnesses"
TABLES = (ENDS, PRICES, FURTHER, LISTED)
MADE_FROM = "made_from.json"
"""Fingerprints of the printed numbers and the model that a folder is of, and checksums of its tables."""
UNSAID = "there is no such file, so nobody knows which printed tables the folder is of."
"""Of a folder without them."""
END_COLUMNS = tuple(END_LAYOUT.columns)
PRICE_COLUMNS = tuple(PRICE_LAYOUT.columns)
FURTHER_COLUMNS = tuple(FURTHER_LAYOUT.columns)
WITNESS_COLUMNS = tuple(WITNESS_LAYOUT.columns)
IN_USE = "data_in_use"
"""What the answers in use are called beside the witnesses."""
WITNESSED = "pls"
"""The method whose ends get witnesses: the one that the print leaves most open."""


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """Ends, witnesses and their answers.

    ends : `END_COLUMNS`, one line for each end from each start (seed).
    listed : `WITNESS_COLUMNS`, one line for each witness.
    answers : name -> cleaned answers of a witness.
    prices : `PRICE_COLUMNS`, ends of PLS-SEM's paths by the RMSEA that is asked for (at most), and by nothing
        else; no lines where none were sought.
    further : `FURTHER_COLUMNS`, ends of PLS-SEM's paths if one more table were printed; no lines where none
        were sought.
    """

    ends: pd.DataFrame
    listed: pd.DataFrame
    answers: dict[str, pd.DataFrame]
    prices: pd.DataFrame
    further: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by their files."""
        return {ENDS: self.ends, PRICES: self.prices, FURTHER: self.further, LISTED: self.listed}


def bounds_files(folder: Path) -> list[Path]:
    """The files of a folder of bounds, in the order of their names."""
    tables = (folder / name for name in TABLES)
    return [path for path in tables if path.exists()] + witness_files(folder)


def differences(folder: Path, made_from: Mapping[str, str]) -> str:
    """What the folder was made from that is not the study's of today, in words; empty where all is.

    made_from : fingerprints of today's printed numbers (`printed`) and model (`model`).
    """
    path = folder / MADE_FROM
    if not path.is_file():
        return UNSAID
    try:
        found = read_json(path)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("tables", {}), dict):
        return "it is damaged, so nobody knows which printed tables the folder is of."
    if found.get("printed") != made_from["printed"]:
        return "the folder was made from other printed tables."
    return "" if found.get("model") == made_from["model"] else "the folder was made for another model."


def edited_tables(folder: Path) -> Iterator[Path]:
    """Tables that differ from what was written with the fingerprints; none where no checksums were."""
    made = read_json(folder / MADE_FROM).get("tables", {})
    yield from (folder / name for name, checksum in made.items() if checksum_of(folder / name) != checksum)


def checksum_of(path: Path) -> str:
    """SHA-256 of a table, whatever ends its lines; empty where there is none."""
    content = path.read_bytes().replace(b"\r\n", b"\n") if path.is_file() else b""
    return hashlib.sha256(content).hexdigest() if content else ""


def witness_files(folder: Path) -> list[Path]:
    """The surveys of the witnesses, in the order of their names."""
    return sorted((folder / FOLDER).glob("*.csv"))


def read_bounds(folder: Path, codebook: Codebook, section: CleaningSection, n: int) -> Bounds:
    """A folder of bounds, each witness cleaned by the study's rules.

    Parameters
    ----------
    section : the study's cleaning rules, which must keep every row of a witness.
    n : questionnaires that cleaning kept of the data in use, as many as each witness must have.

    Raises
    ------
    SurveyError
        where a file is missing, is not as described, or is not the one that was listed.
    """
    ends = read_bounds_table(folder / ENDS, END_LAYOUT)
    if ends.empty:
        raise SurveyError(str(folder / ENDS), "it has no line.", AGAIN)
    listed = _table_if_there(folder / LISTED, WITNESS_LAYOUT)
    there = {path.stem: path for path in witness_files(folder)}
    for place, name, missed, cells in listed[["name", "missed", "missed_cells"]].itertuples():
        named = sum(bool(cell.strip()) for cell in cells.split(";"))
        if named != missed:
            raise SurveyError(
                cell_at(folder / LISTED, place + 2, "missed"),
                f"{missed} of {name}, but missed_cells names {named}.",
                AGAIN,
            )
    for place, name, digest in listed[["name", "sha256"]].itertuples():
        if name not in there:
            raise SurveyError(
                f"{folder / LISTED}, row {place + 2}", f"there is no file {FOLDER}/{name}.csv.", AGAIN
            )
        if hashlib.sha256(there[name].read_bytes()).hexdigest() != digest:
            raise SurveyError(
                str(there[name]), f"it is not the file that {LISTED} lists: its checksum differs.", AGAIN
            )
    for name in there:
        if name not in set(listed["name"]):
            raise SurveyError(str(there[name]), f"{LISTED} does not list it.", AGAIN)
    answers = {name: _read(there[name], codebook, section, n) for name in listed["name"]}
    prices = _table_if_there(folder / PRICES, PRICE_LAYOUT)
    further = _table_if_there(folder / FURTHER, FURTHER_LAYOUT)
    return Bounds(ends, listed, answers, prices, further)


def _table_if_there(path: Path, layout: Layout) -> pd.DataFrame:
    """A table that a search may not have come to yet: without lines then."""
    if path.exists():
        return read_bounds_table(path, layout)
    return pd.DataFrame(columns=list(layout.columns))


def _read(path: Path, codebook: Codebook, section: CleaningSection, n: int) -> pd.DataFrame:
    responses = read_survey(path, codebook, DataSection(file=path.name, codebook=""))
    try:
        cleaned = clean_responses(responses.answers, codebook, section)
    except SurveyError as error:
        raise _not_kept(path, "they exclude every row") from error
    if len(cleaned.exclusions):
        raise _not_kept(path, _first_excluded(cleaned.exclusions, responses))
    if len(cleaned.answers) != n:
        raise SurveyError(
            str(path),
            f"{counted(len(cleaned.answers), 'questionnaire')}, but the data in use has {n} that are kept.",
            "Make it from the same printed tables.",
        )
    return cleaned.answers


def _first_excluded(exclusions: pd.DataFrame, responses: Responses) -> str:
    first = exclusions.iloc[0]
    more = f", and {len(exclusions) - 1} more" if len(exclusions) > 1 else ""
    row = responses.rows[int(first["row"]) - 1]
    return f"`{first['rule']}` excludes row {row} ({first['detail']}){more}"


def _not_kept(path: Path, found: str) -> SurveyError:
    return SurveyError(
        str(path),
        f"the cleaning rules do not keep all of it: {found}.",
        "A witness has usable questionnaires only.",
    )
