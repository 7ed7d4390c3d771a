"""Exports of KoBo and ODK, made from nothing but the sheets of an XLSForm and a seed."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import openpyxl

N = 60


@dataclass(frozen=True)
class Field:
    """A question of a form. path : groups and name. names, labels : of its answers."""

    path: tuple[str, ...]
    kind: str
    names: tuple[str, ...]
    labels: tuple[str, ...]
    low: str
    high: str

    @property
    def name(self) -> str:
        return self.path[-1]


def rows(form: Path, sheet: str) -> list[dict[str, str]]:
    """Lines of a sheet by the heads of its columns."""
    head, *lines = openpyxl.load_workbook(form)[sheet].iter_rows(values_only=True)
    return [
        {str(key): "" if cell is None else str(cell) for key, cell in zip(head, line, strict=True)}
        for line in lines
    ]


def fields(form: Path, language: str) -> list[Field]:
    """Questions in their order; what is calculated too."""
    choices: dict[str, list[dict[str, str]]] = {}
    for row in rows(form, "choices"):
        choices.setdefault(row["list_name"], []).append(row)
    found, groups = [], []
    for row in rows(form, "survey"):
        kind, _, answers = row["type"].partition(" ")
        if kind == "begin_group":
            groups.append(row["name"])
        elif kind == "end_group":
            groups.pop()
        else:
            own = choices.get(answers, [])
            low, _, high = row.get("constraint", "").partition(" and ")
            ends = (
                one.split("=")[-1].strip().removeprefix("date('").removesuffix("')") for one in (low, high)
            )
            label = f"label::{language}"
            names, labels = [one["name"] for one in own], [one[label] for one in own]
            found.append(Field((*groups, row["name"]), kind, tuple(names), tuple(labels), *ends))
    return found


def answered(field: Field, rng: np.random.Generator) -> list[list[str]]:
    """What N people enter: names of answers; nothing by one in ten."""
    people = []
    for person in range(N):
        if field.kind == "calculate":
            people.append([f"uuid-{person}"])
        elif field.kind == "text":
            people.append([f"s{person % 5}"])
        elif rng.random() < 0.1:
            people.append([])
        elif field.kind == "select_one":
            people.append([str(rng.choice(field.names))])
        elif field.kind == "select_multiple":
            people.append([name for name in field.names if rng.random() < 0.5] or [field.names[0]])
        elif field.kind == "date":
            low, high = map(date.fromisoformat, (field.low, field.high))
            people.append([(low + timedelta(days=int(rng.integers(0, (high - low).days + 1)))).isoformat()])
        elif field.kind == "integer":
            people.append([str(rng.integers(int(field.low), int(field.high) + 1))])
        else:
            people.append([f"{rng.uniform(float(field.low), float(field.high)):.2f}"])
    return people


def kobo(form: Path, entered: dict[Field, list[list[str]]], *, groups: bool, labels: bool = False) -> bytes:
    """KoBoToolbox: `;`, all quoted, groups by `/`; answers to several in one column and in one each."""
    columns: dict[str, list[str]] = {"start": ["2026-11-29T09:00:00.000+05:00"] * N}
    for field, people in entered.items():
        head = "/".join(field.path if groups else field.path[-1:])
        shown = dict(zip(field.names, field.labels, strict=True)) if labels else {}
        columns[head] = [" ".join(shown.get(one, one) for one in own) for own in people]
        for name in field.names if field.kind == "select_multiple" else ():
            own = [("1" if name in chosen else "0") if chosen else "" for chosen in people]
            columns[f"{head}/{name}"] = own
    columns |= {
        "_id": [str(700 + i) for i in range(N)],
        "_uuid": [f"u-{i}" for i in range(N)],
        "_submission_time": ["2026-11-29T09:10:00"] * N,
    }
    return _csv(columns, ";", csv.QUOTE_ALL)


def odk_central(form: Path, entered: dict[Field, list[list[str]]], *, split: bool) -> bytes:
    """ODK Central: `,`, groups by `-`; answers to several in one column, and split with a `/` if asked."""
    columns: dict[str, list[str]] = {"SubmissionDate": ["2026-11-29T04:10:00.000Z"] * N}
    for field, people in entered.items():
        head = "-".join(field.path)
        columns[head] = [" ".join(own) for own in people]
        for name in field.names if field.kind == "select_multiple" and split else ():
            columns[f"{head}/{name}"] = ["1" if name in own else "0" for own in people]
    ids = [f"uuid:{i}" for i in range(N)]
    return _csv(columns | {"meta-instanceID": ids, "KEY": ids}, ",", csv.QUOTE_MINIMAL)


def _csv(columns: dict[str, list[str]], delimiter: str, quoting: int) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return buffer.getvalue().encode()
