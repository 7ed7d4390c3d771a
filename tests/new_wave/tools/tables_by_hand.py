# ruff: noqa: E501
"""Tables that people keep in Excel, R and SPSS, and forms with other scales."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

import pandas as pd
import pyreadstat

from tests.new_wave.answers.answers_of import BLOCKS, ITEMS, SENTENCES, SERVICES, N, answers
from tests.new_wave.tools.writers import (
    AGREE_EN,
    START,
    Cells,
    book,
    codes,
    gender,
    rows_of,
    stamps,
    text,
    worded,
)


def excel(*, other_sheet: bool) -> bytes:
    own = answers()
    titles = [
        "Доверие",
        *[None] * 3,
        "Полезность",
        *[None] * 3,
        "Намерение",
        None,
        None,
        "О себе",
        None,
        None,
    ]
    rows: Cells = [
        ["Результаты опроса жителей, март 2025", *[None] * 13],
        [None] * 14,
        titles,
        [*ITEMS, "Пол", "Возраст", "Дата"],
    ]
    for i in range(N):
        rows.append(
            [
                *[codes(own, item, None)[i] for item in ITEMS],
                gender(own, "ru")[i],
                int(own.age[i]),
                (START + timedelta(days=i)).date(),
            ]
        )
    rows += [
        ["Среднее", *[3.21] * 10, None, 42.5, None],
        [None] * 14,
        ["Источник: собственный опрос", *[None] * 13],
    ]
    sheets: dict[str, Cells] = {"Данные": rows}
    if other_sheet:
        sheets = {"О файле": [["Опрос"], ["Март 2025"]], **sheets, "Коды": [[1, "нет"], [5, "да"]]}
    return book(sheets, {"Данные": ["A1:N1", "A3:D3", "E3:H3", "I3:K3", "L3:N3"]})


def r_csv() -> bytes:
    own = answers(gaps=0.03)
    columns: dict[str, Sequence[object]] = {"": list(range(1, N + 1))} | {
        item: codes(own, item, "NA") for item in ITEMS
    }
    return text(
        rows_of(columns | {"sex": [int(one) + 1 for one in own.gender], "age": list(own.age)}),
        quoting=csv.QUOTE_NONNUMERIC,
    )


def by_block(
    wordings: dict[str, tuple[str, ...]], encoding: str = "utf-8", language: str = "en", separator: str = ","
) -> bytes:
    own = answers(per_block={block: len(words) for block, words in wordings.items()})
    columns = {
        s: own.words(item, wordings[block])
        for block, items in BLOCKS.items()
        for item, s in zip(ITEMS, SENTENCES[language], strict=True)
        if item in items
    }
    return text(
        rows_of(columns | {{"en": "Gender", "ru": "Пол", "kk": "Жыныс"}[language]: gender(own, language)}),
        separator,
        encoding,
    )


def numbers_by_block(points: dict[str, int]) -> bytes:
    own = answers(per_block=points)
    shift = {block: -1 if n == 11 else 0 for block, n in points.items()}
    columns: dict[str, Sequence[object]] = {
        s: codes(own, item, shift=shift[block])
        for block, items in BLOCKS.items()
        for item, s in zip(ITEMS, SENTENCES["en"], strict=True)
        if item in items
    }
    return text(
        rows_of(
            columns | {"Gender": gender(own, "en"), "Age group": [min(4, int(age) // 17) for age in own.age]}
        )
    )


def messy() -> bytes:
    """Blanks around words, any case, a few slips of the form `4 - Agree`, empty columns and rows, two columns of one name."""
    own = answers()
    changes = (str.upper, str.lower, lambda w: f"  {w}\u00a0", lambda w: w.replace(" ", "\u00a0"), str)
    columns = {
        s: [changes[i % 5](word) if word else "-" for i, word in enumerate(cells)]
        for s, cells in worded(own, AGREE_EN, "en").items()
    }
    rows = rows_of(
        {"": [""] * N} | columns | {"Gender": gender(own, "en"), "Comment": own.comments, " ": [""] * N}
    )
    rows[0][-2] = "Gender"
    return text([*rows, *[[""] * len(rows[0])] * 5], ";", "utf-16")


def plain_columns() -> dict[str, Sequence[object]]:
    own = answers()
    return {item: codes(own, item) for item in ITEMS} | {
        "gender": [int(one) + 1 for one in own.gender],
        "age": [int(age) for age in own.age],
    }


def page() -> bytes:
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>"
        for row in rows_of(plain_columns())
    )
    return f"<html><head><meta charset='utf-8'></head><body><table>{body}</table></body></html>".encode()


def with_mark() -> bytes:
    """`sep=;` as Excel takes it, line ends of old Macintoshes, percentages, dates, booleans."""
    own = answers()
    columns = plain_columns() | {
        "share": [f"{age} %" for age in own.age],
        "when": stamps("%d.%m.%Y"),
        "used": [("TRUE", "FALSE")[one] for one in own.gender],
    }
    return b"sep=;\r" + text(rows_of(columns), ";").replace(b"\r\n", b"\r")


def numbered_questions(*, code: int | None = None) -> bytes:
    """`q1` to `q11` beside questions that are no items, and perhaps a code that means no answer."""
    own = answers()
    columns: dict[str, Sequence[object]] = {
        "group": [f"IT-{i % 3}" for i in range(N)],
        "course": [1 + i % 4 for i in range(N)],
        "department": [("CS", "Math")[i % 2] for i in range(N)],
    }
    for k, item in enumerate(ITEMS, start=1):
        columns[f"q{k}"] = [
            code if code and (i + k) % 90 == 0 else cell for i, cell in enumerate(codes(own, item))
        ]
    return text(rows_of(columns | {"gender": [int(one) for one in own.gender]}), ";")


def spss() -> bytes:
    own = answers()
    frame = (
        pd.DataFrame({item: codes(own, item, None) for item in ITEMS})
        .astype(float)
        .assign(gender=own.gender + 1.0)
    )
    labels = dict(zip(ITEMS, SENTENCES["en"], strict=True))
    answers_of = {item: {1: "Strongly disagree", 5: "Strongly agree", 9: "Refused"} for item in ITEMS} | {
        "gender": {1: "f", 2: "m"}
    }
    for k, name in enumerate(SERVICES, start=1):
        frame[f"serv{k}"] = [1.0 if one else 2.0 for one in own.chosen[:, k - 1]]
        labels[f"serv{k}"], answers_of[f"serv{k}"] = (
            f"Which services do you use? - {name}",
            {1: "Yes", 2: "No"},
        )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.sav"
        pyreadstat.write_sav(frame, path, column_labels=labels, variable_value_labels=answers_of)
        return path.read_bytes()
