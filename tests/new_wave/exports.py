# ruff: noqa: E501
"""Exports as survey tools write them, by their documentation: a file in memory for every tool and shape."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

import openpyxl
import pandas as pd
import pyreadstat

from .answers_of import BLOCKS, ITEMS, SENTENCES, SERVICES, Answers, N, answers

AGREE_EN = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
AGREE_RU = (
    "Совсем не согласен(на)",
    "Скорее не согласен(на)",
    "Трудно сказать",
    "Скорее согласен(на)",
    "Полностью согласен(на)",
)
AGREE_KK = ("Мүлдем келіспеймін", "Келіспеймін", "Бейтарап", "Келісемін", "Толығымен келісемін")
LIKELY_RU = ("Точно нет", "Скорее нет", "Скорее да", "Точно да")
MALE = {"en": ("Female", "Male"), "ru": ("Женский", "Мужской"), "kk": ("Әйел", "Ер")}
START = datetime(2025, 3, 1, 9)
Cells = list[list[object]]


@dataclass(frozen=True)
class Export:
    """A file, and what a draft of it must say.

    choices : how many questions with several answers. personal : columns that tell who a person is.
    points : of the items' scales. by_order : whether names of columns tell nothing of the items but their order.
    """

    name: str
    make: Callable[[], bytes]
    choices: int = 1
    personal: tuple[str, ...] = ()
    points: tuple[int, ...] = (5,)
    by_order: bool = False


def stamps(form: str) -> list[str]:
    return [(START + timedelta(minutes=37 * i)).strftime(form) for i in range(N)]


def text(
    rows: Sequence[Sequence[object]],
    separator: str = ",",
    encoding: str = "utf-8",
    quoting: int = csv.QUOTE_MINIMAL,
) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator, quoting=quoting, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode(encoding)


def book(sheets: dict[str, Cells], merged: dict[str, list[str]] | None = None) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in (merged or {}).get(name, []):
            sheet.merge_cells(cells)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def rows_of(columns: dict[str, Sequence[object]]) -> Cells:
    return [list(columns), *[list(row) for row in zip(*columns.values(), strict=True)]]


def codes(found: Answers, item: str, gap: object = "", shift: int = 0) -> list[object]:
    return [gap if code == 0 else int(code) + shift for code in found.codes[item]]


def worded(found: Answers, wordings: tuple[str, ...], language: str) -> dict[str, Sequence[object]]:
    return {s: found.words(item, wordings) for item, s in zip(ITEMS, SENTENCES[language], strict=True)}


def gender(found: Answers, language: str) -> list[str]:
    return [MALE[language][one] for one in found.gender]


def bands(found: Answers) -> list[str]:
    return [
        "18-25" if age < 26 else "26-35" if age < 36 else "36-50" if age < 51 else "старше 50"
        for age in found.age
    ]


def google_words() -> bytes:
    own = answers()
    return text(
        rows_of(
            {
                "Timestamp": stamps("%Y/%m/%d %I:%M:%S %p GMT+5"),
                "Email Address": [f"a{i}@b.kz" for i in range(N)],
            }
            | worded(own, AGREE_EN, "en")
            | {"What is your gender?": gender(own, "en"), "How old are you?": list(own.age)}
            | {"Which services do you use?": own.joined(";"), "Anything else?": own.comments}
        )
    )


def google_sheet_kk() -> bytes:
    own = answers(gaps=0)
    columns = (
        {"Уақыт белгісі": [START + timedelta(minutes=i) for i in range(N)]}
        | {s: codes(own, item) for item, s in zip(ITEMS, SENTENCES["kk"], strict=True)}
        | {
            "Жынысыңыз": gender(own, "kk"),
            "Жасыңыз": list(own.age),
            "Қай қызметтерді пайдаланасыз?": own.joined(", "),
        }
    )
    return book({"Form Responses 1": rows_of(columns)})


def google_grid_ru() -> bytes:
    own = answers()
    titles = dict(zip(BLOCKS, ("Оцените доверие", "Оцените пользу", "Ваши намерения"), strict=True))
    grid = {
        f"{titles[block]} [{SENTENCES['ru'][ITEMS.index(item)]}]": own.words(item, AGREE_RU)
        for block, items in BLOCKS.items()
        for item in items
    }
    return text(
        rows_of(
            {"Отметка времени": stamps("%d.%m.%Y %H:%M:%S")}
            | grid
            | {
                "Ваш пол": gender(own, "ru"),
                "Ваш возраст": bands(own),
                "Какими услугами Вы пользуетесь?": own.joined(", "),
            }
        )
    )


def microsoft(language: str, head: Sequence[str], wordings: tuple[str, ...]) -> bytes:
    own = answers()
    times = [START + timedelta(minutes=37 * i) for i in range(N)]
    meta = dict(zip(head, ([*range(1, N + 1)], times, times, ["anonymous"] * N, [""] * N), strict=True))
    asked = {
        "en": ("Your gender", "Your age", "Which services do you use?"),
        "ru": ("Ваш пол", "Ваш возраст", "Какими услугами пользуетесь?"),
    }[language]
    other = dict(zip(asked, (gender(own, language), list(own.age), own.joined(";", ";")), strict=True))
    return book({"Sheet1": rows_of(meta | worded(own, wordings, language) | other)})


def qualtrics(*, words: bool, split: bool) -> Cells:
    own = answers()
    names = {
        item: f"Q{1 + list(BLOCKS).index(block)}_{1 + items.index(item)}"
        for block, items in BLOCKS.items()
        for item in items
    }
    meta: dict[str, tuple[str, Sequence[object]]] = {
        "StartDate": ("Start Date", stamps("%Y-%m-%d %H:%M:%S")), "EndDate": ("End Date", stamps("%Y-%m-%d %H:%M:%S")),
        "Status": ("Response Type", ["IP Address" if words else 0] * N), "IPAddress": ("IP Address", [f"10.0.0.{i % 250}" for i in range(N)]),
        "Progress": ("Progress", [100] * N), "Duration (in seconds)": ("Duration (in seconds)", [200 + i for i in range(N)]),
        "Finished": ("Finished", ["True" if words else 1] * N), "RecordedDate": ("Recorded Date", stamps("%Y-%m-%d %H:%M:%S")),
        "ResponseId": ("Response ID", [f"R_{i:05d}" for i in range(N)]), "RecipientEmail": ("Recipient Email", [""] * N),
        "LocationLatitude": ("Location Latitude", [43.2 + i / 1000 for i in range(N)]), "DistributionChannel": ("Distribution Channel", ["anonymous"] * N),
        "UserLanguage": ("User Language", ["EN"] * N),
    }  # fmt: skip
    asked = {
        names[item]: (
            f"How far do you agree? - {s}",
            own.words(item, AGREE_EN) if words else codes(own, item),
        )
        for item, s in zip(ITEMS, SENTENCES["en"], strict=True)
    }
    asked["Q4"] = (
        "What is your gender?",
        gender(own, "en") if words else [int(one) + 1 for one in own.gender],
    )
    asked["Q5"] = ("What is your age?", list(own.age))
    if split:
        for k, name in enumerate(SERVICES):
            asked[f"Q6_{k + 1}"] = (
                f"Services (select all) - Selected Choice - {name}",
                [name if one else "" for one in own.chosen[:, k]],
            )
    else:
        asked["Q6"] = (
            "Services (select all) - Selected Choice",
            own.joined(",") if words else own.joined(",", names=("1", "2", "3")),
        )
    asked["Q6_4_TEXT"] = ("Services (select all) - Other - Text", [""] * N)
    asked["Q7"] = ("How likely are you to recommend us?", list(own.likely))
    asked["Q8"] = ("Comments", own.comments)
    every = meta | asked
    return [
        list(every), [label for label, _ in every.values()], [f'{{"ImportId":"{name}"}}' for name in every],
        *[list(row) for row in zip(*[cells for _, cells in every.values()], strict=True)],
    ]  # fmt: skip


def surveymonkey() -> bytes:
    own = answers()
    meta = [
        "Respondent ID",
        "Collector ID",
        "Start Date",
        "End Date",
        "IP Address",
        "Email Address",
        "First Name",
        "Last Name",
        "Custom Data 1",
    ]
    upper: list[object] = [
        *meta,
        "How far do you agree – with each of these?",
        *[""] * 10,
        "What’s your gender?",
        "Which services do you use? Select all.",
        "",
        "",
        "Anything else?",
    ]
    lower: list[object] = [
        *[""] * 9,
        *[s.replace("\n", " ").replace("'", "’") for s in SENTENCES["en"]],
        "Response",
        *SERVICES,
        "Open-Ended Response",
    ]
    body = []
    for i in range(N):
        ids = [
            11700000000 + i,
            400,
            *[(START + timedelta(minutes=i)).strftime("%m/%d/%Y %I:%M:%S %p")] * 2,
            f"10.0.0.{i % 200}",
            "",
            "",
            "",
            "",
        ]
        services = [name if one else "" for name, one in zip(SERVICES, own.chosen[i], strict=True)]
        body.append(
            [
                *ids,
                *[own.words(item, AGREE_EN)[i] for item in ITEMS],
                gender(own, "en")[i],
                *services,
                own.comments[i],
            ]
        )
    return text([upper, lower, *body], encoding="mac_roman")


def kobo(separator: str, *, booleans: bool = False) -> bytes:
    own = answers()
    wordings = tuple(
        word.lower().replace(" ", "_")
        for word in ("strongly disagree", "disagree", "neutral", "agree", "strongly agree")
    )
    names = tuple(name.lower().replace(" ", "_") for name in SERVICES)
    columns: dict[str, Sequence[object]] = {
        "start": stamps("%Y-%m-%dT%H:%M:%S.000+05:00"),
        "end": stamps("%Y-%m-%dT%H:%M:%S.000+05:00"),
        "deviceid": [f"collect:{i % 9}" for i in range(N)],
    }
    columns |= {
        f"{block}/{item}": own.words(item, wordings) for block, items in BLOCKS.items() for item in items
    }
    columns |= {
        "about/gender": [("female", "male")[one] for one in own.gender],
        "about/age": list(own.age),
        "services": own.joined(" ", names=names),
    }
    columns |= {
        f"services/{name}": [
            ("True" if one else "False") if booleans else int(one) for one in own.chosen[:, k]
        ]
        for k, name in enumerate(names)
    }
    columns |= {
        "_id": list(range(5000, 5000 + N)),
        "_uuid": [f"u-{i}" for i in range(N)],
        "_submission_time": stamps("%Y-%m-%dT%H:%M:%S"),
        "_validation_status": [""] * N,
        "_notes": [""] * N,
        "_status": ["submitted_via_web"] * N,
        "_submitted_by": [""] * N,
        "__version__": ["v1"] * N,
        "_tags": [""] * N,
        "_index": list(range(1, N + 1)),
        "_geolocation": [""] * N,
    }
    return text(rows_of(columns), separator, quoting=csv.QUOTE_ALL)


def limesurvey(*, full: bool) -> bytes:
    own = answers()
    columns: dict[str, Sequence[object]] = {
        "id": list(range(1, N + 1)),
        "submitdate": stamps("%Y-%m-%d %H:%M:%S"),
        "lastpage": [4] * N,
        "startlanguage": ["ru"] * N,
        "seed": [1000 + i for i in range(N)],
        "token": [""] * N,
        "ipaddr": [f"10.1.1.{i % 200}" for i in range(N)],
    }
    for block, items in BLOCKS.items():
        for k, item in enumerate(items, start=1):
            cells = own.words(item, AGREE_RU) if full else own.words(item, ("A1", "A2", "A3", "A4", "A5"))
            columns[f"{block.upper()[:2]}[SQ00{k}]"] = cells
    columns |= {
        "gender": [("Женский" if full else "F", "Мужской" if full else "M")[one] for one in own.gender],
        "age": list(own.age),
    }
    yes, no = ("Да", "Нет") if full else ("Y", "")
    columns |= {f"serv[SQ00{k + 1}]": [yes if one else no for one in own.chosen[:, k]] for k in range(3)}
    columns |= {"serv[other]": [""] * N, "interviewtime": [f"{200 + i}.5" for i in range(N)]}
    return text(rows_of(columns), ";", "utf-8-sig", csv.QUOTE_ALL)


def redcap() -> bytes:
    own = answers(7)
    columns: dict[str, Sequence[object]] = {
        "record_id": list(range(1, N + 1)),
        "redcap_survey_identifier": [""] * N,
        "survey_timestamp": stamps("%Y-%m-%d %H:%M:%S"),
    }
    columns |= {item: codes(own, item) for item in ITEMS}
    columns |= {"gender": [int(one) for one in own.gender], "age": list(own.age)}
    columns |= {f"services___{k + 1}": [int(one) for one in own.chosen[:, k]] for k in range(3)} | {
        "survey_complete": [2] * N
    }
    return text(rows_of(columns))


def one_ka() -> bytes:
    own = answers(gaps=0.02)
    names = [
        f"Q{1 + list(BLOCKS).index(block)}{'abcd'[k]}"
        for block, items in BLOCKS.items()
        for k, _ in enumerate(items)
    ]
    head = ["recnum", "status", "lurker", *names, "Q4a", "Q4b", "Q4c", "XSPOL", "XSTAR2a4"]
    labels = [
        "Recnum",
        "Status",
        "Lurker",
        *[s.replace("\n", " ") for s in SENTENCES["en"]],
        *SERVICES,
        "Gender:",
        "Age:",
    ]
    body = [
        [
            i + 1,
            6,
            0,
            *[codes(own, item, gap=(-1, -3)[i % 2])[i] for item in ITEMS],
            *map(int, own.chosen[i]),
            int(own.gender[i]) + 1,
            min(4, int(own.age[i]) // 18),
        ]
        for i in range(N)
    ]
    return text([head, labels, *body], ";", "utf-8-sig", csv.QUOTE_ALL)


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


def moodle() -> bytes:
    own = answers()
    columns: dict[str, Sequence[object]] = {
        "Response": list(range(1, N + 1)),
        "Submitted on:": stamps("%d/%m/%Y %H:%M:%S"),
        "Institution": [""] * N,
        "Department": [""] * N,
        "Course": ["SC1"] * N,
        "Group": [""] * N,
        "ID": list(range(7000, 7000 + N)),
        "Full name": [f"Aida {i}" for i in range(N)],
        "Username": [f"aida{i}" for i in range(N)],
    }
    columns |= {
        f"Q01_{block}->{s.replace(chr(10), ' ')}": [
            f"{code} : {AGREE_EN[code - 1]}" if code else "" for code in own.codes[item]
        ]
        for block, items in BLOCKS.items()
        for item, s in zip(ITEMS, SENTENCES["en"], strict=True)
        if item in items
    }
    return text(rows_of(columns))


def yandex() -> bytes:
    own = answers(4)
    columns = {"ID": list(range(9000, 9000 + N)), "Время создания": stamps("%Y-%m-%d %H:%M:%S")}
    full = ("Полностью не согласен", "Скорее не согласен", "Скорее согласен", "Полностью согласен")
    mixed = {
        s: [("Не знаю" if i % 60 == 5 else word) for i, word in enumerate(cells)]
        for s, cells in worded(own, full, "ru").items()
    }
    return book(
        {
            "Ответы": rows_of(
                columns
                | mixed
                | {
                    "Ваш пол": gender(own, "ru"),
                    "Ваш e-mail": [f"a{i}@b.kz" for i in range(N)],
                    "Какими услугами Вы пользуетесь?": own.joined(", "),
                }
            )
        }
    )


def survey123() -> bytes:
    own = answers()
    columns: dict[str, Sequence[object]] = {
        "ObjectID": list(range(1, N + 1)),
        "GlobalID": [f"g-{i:04d}" for i in range(N)],
        "CreationDate": stamps("%m/%d/%Y %I:%M:%S %p"),
        "Creator": ["aida"] * N,
        "EditDate": stamps("%m/%d/%Y %I:%M:%S %p"),
        "Editor": ["aida"] * N,
    }
    columns |= {
        s: own.words(item, tuple(word.upper() for word in AGREE_EN))
        for item, s in zip(ITEMS, SENTENCES["en"], strict=True)
    }
    columns |= {
        "Your gender": gender(own, "en"),
        "Services used": own.joined(","),
        "x": [76.9 + i / 1e4 for i in range(N)],
        "y": [43.2 + i / 1e4 for i in range(N)],
    }
    return text(rows_of(columns))


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


def ods(rows: Cells) -> bytes:
    def cell(value: object) -> str:
        if isinstance(value, int):
            return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
        if value in (None, ""):
            return "<table:table-cell/>"
        return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'

    table = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet><table:table table:name="Sheet1">{table}</table:table></office:spreadsheet></office:body></office:document-content>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return buffer.getvalue()


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


def redcap_labels() -> bytes:
    own = answers()
    columns: dict[str, Sequence[object]] = {
        "Record ID": list(range(1, N + 1)),
        "Survey Identifier": [""] * N,
        "Survey Timestamp": stamps("%Y-%m-%d %H:%M:%S"),
    }
    columns |= worded(own, AGREE_EN, "en") | {"Gender": gender(own, "en"), "Age": list(own.age)}
    columns |= {
        f"Which services do you use? (choice={name})": [
            "Checked" if one else "Unchecked" for one in own.chosen[:, k]
        ]
        for k, name in enumerate(SERVICES)
    }
    return text(rows_of(columns | {"Complete?": ["Complete"] * N}))


def odk_central() -> bytes:
    own = answers()
    wordings = ("strongly_disagree", "disagree", "neutral", "agree", "strongly_agree")
    columns: dict[str, Sequence[object]] = {"SubmissionDate": stamps("%Y-%m-%dT%H:%M:%S.000Z")}
    columns |= {
        f"{block}-{item}": own.words(item, wordings) for block, items in BLOCKS.items() for item in items
    }
    columns |= {
        "about-gender": gender(own, "en"),
        "about-age": list(own.age),
        "services": own.joined(" ", names=("egov", "bus_card", "clinic")),
    }
    ids = [f"uuid:{i}" for i in range(N)]
    return text(rows_of(columns | {"meta-instanceID": ids, "KEY": ids, "SubmitterName": ["aida"] * N}))


def limesurvey_text(*, codes_too: bool) -> bytes:
    own = answers()
    heads = {
        "id": "Response ID",
        "submitdate": "Date submitted",
        "lastpage": "Last page",
        "startlanguage": "Start language",
    }
    meta = (list(range(1, N + 1)), stamps("%Y-%m-%d %H:%M:%S"), [4] * N, ["en"] * N)
    columns: dict[str, Sequence[object]] = {
        f"{code}. {label}" if codes_too else label: cells
        for (code, label), cells in zip(heads.items(), meta, strict=True)
    }
    for block, items in BLOCKS.items():
        for k, item in enumerate(items, start=1):
            code = f"{block.upper()[:2]}[SQ00{k}]. " if codes_too else ""
            columns[f"{code}How far do you agree about {block}? [{SENTENCES['en'][ITEMS.index(item)]}]"] = (
                own.words(item, AGREE_EN)
            )
    columns |= {"Your gender": gender(own, "en"), "Your age": list(own.age)}
    for k, name in enumerate(SERVICES):
        code = f"serv[SQ00{k + 1}]. " if codes_too else ""
        columns[f"{code}Which services? [{name}]"] = ["Yes" if one else "No" for one in own.chosen[:, k]]
    return text(rows_of(columns), ";" if codes_too else ",", "utf-8-sig", csv.QUOTE_ALL)


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


STARS = tuple("★" * k + "☆" * (5 - k) for k in range(1, 6))
MICROSOFT_EN = ("ID", "Start time", "Completion time", "Email", "Name")
MICROSOFT_RU = ("ID", "Время начала", "Время выполнения", "Электронная почта", "Имя")
SATISFIED = ("Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied")
SEVEN = (
    "Strongly disagree",
    "Disagree",
    "Somewhat disagree",
    "Neither agree nor disagree",
    "Somewhat agree",
    "Agree",
    "Strongly agree",
)
IMPORTANT_RU = ("Совсем не важно", "Скорее не важно", "Скорее важно", "Очень важно")
QUALITY_RU = ("Очень плохо", "Плохо", "Удовлетворительно", "Хорошо", "Отлично")
OFTEN_RU = ("Никогда", "Редко", "Иногда", "Часто", "Постоянно")
OFTEN_KK = ("Ешқашан", "Сирек", "Кейде", "Жиі", "Әрқашан")

EXPORTS = (
    Export("google_words.csv", google_words, personal=("Email Address",)),
    Export("google_sheet_kk.xlsx", google_sheet_kk),
    Export("google_grid_ru.csv", google_grid_ru),
    Export("microsoft.xlsx", lambda: microsoft("en", MICROSOFT_EN, AGREE_EN), personal=("Email", "Name")),
    Export(
        "microsoft_ru.xlsx",
        lambda: microsoft("ru", MICROSOFT_RU, AGREE_RU),
        personal=("Электронная почта", "Имя"),
    ),
    Export(
        "qualtrics_words.csv",
        lambda: text(qualtrics(words=True, split=False), encoding="utf-8-sig"),
        personal=("IPAddress", "RecipientEmail", "LocationLatitude"),
    ),
    Export("qualtrics_codes.csv", lambda: text(qualtrics(words=False, split=False)), personal=("IPAddress",)),
    Export(
        "qualtrics_split.tsv",
        lambda: text(qualtrics(words=True, split=True), "\t", "utf-16"),
        personal=("IPAddress",),
    ),
    Export(
        "qualtrics.xlsx",
        lambda: book({"Sheet0": qualtrics(words=False, split=True)}),
        personal=("IPAddress",),
    ),
    Export(
        "surveymonkey.csv", surveymonkey, personal=("IP Address", "Email Address", "First Name", "Last Name")
    ),
    Export("kobo.csv", lambda: kobo(";"), personal=("deviceid", "_submitted_by", "_geolocation")),
    Export("kobo_booleans.csv", lambda: kobo(",", booleans=True), personal=("deviceid",)),
    Export("limesurvey.csv", lambda: limesurvey(full=False), by_order=True, personal=("token", "ipaddr")),
    Export("limesurvey_full.csv", lambda: limesurvey(full=True), by_order=True, personal=("token", "ipaddr")),
    Export("redcap.csv", redcap, personal=("redcap_survey_identifier",), points=(7,)),
    Export("1ka.csv", one_ka),
    Export("excel.xlsx", lambda: excel(other_sheet=False), choices=0),
    Export("excel_second_sheet.xlsx", lambda: excel(other_sheet=True), choices=0),
    Export("r.csv", r_csv, choices=0),
    Export("moodle.csv", moodle, choices=0, personal=("Full name", "Username")),
    Export("yandex.xlsx", yandex, personal=("Ваш e-mail",), points=(4,)),
    Export("survey123.csv", survey123, personal=("Creator", "Editor", "x", "y")),
    Export(
        "satisfaction_and_seven.csv",
        lambda: by_block({"trust": SEVEN, "useful": SATISFIED, "intention": AGREE_EN}),
        choices=0,
        points=(5, 7),
    ),
    Export(
        "frequency_kk.csv",
        lambda: by_block({"trust": AGREE_KK, "useful": OFTEN_KK, "intention": AGREE_KK}, language="kk"),
        choices=0,
    ),
    Export("windows.csv", lambda: by_block(dict.fromkeys(BLOCKS, AGREE_RU), "cp1251", "ru", ";"), choices=0),
    Export(
        "macintosh.csv",
        lambda: by_block(dict.fromkeys(BLOCKS, AGREE_RU), "mac_cyrillic", "ru", ";"),
        choices=0,
    ),
    Export(
        "numbered.csv",
        lambda: by_block(dict.fromkeys(BLOCKS, tuple(f"{k} - {word}" for k, word in enumerate(AGREE_EN, 1)))),
        choices=0,
    ),
    Export(
        "ends_worded.csv",
        lambda: by_block(
            dict.fromkeys(BLOCKS, ("1 (strongly disagree)", "2", "3", "4", "5 (strongly agree)"))
        ),
        choices=0,
    ),
    Export("stars.csv", lambda: by_block(dict.fromkeys(BLOCKS, STARS)), choices=0),
    Export("ten_points.csv", lambda: numbers_by_block(dict.fromkeys(BLOCKS, 11)), choices=0, points=(10,)),
    Export(
        "scales_by_block.csv",
        lambda: numbers_by_block({"trust": 5, "useful": 7, "intention": 11}),
        choices=0,
        points=(5, 7, 10),
    ),
    Export("messy.csv", messy, choices=0),
    Export("libreoffice.ods", lambda: ods(rows_of(plain_columns())), choices=0),
    Export("page.xls", page, choices=0),
    Export("redcap_labels.csv", redcap_labels, personal=("Survey Identifier",)),
    Export("odk_central.csv", odk_central, personal=("SubmitterName",)),
    Export("limesurvey_text.csv", lambda: limesurvey_text(codes_too=False)),
    Export("limesurvey_codes_and_text.csv", lambda: limesurvey_text(codes_too=True)),
    Export("with_mark.csv", with_mark, choices=0),
    Export("numbered_questions.csv", numbered_questions, choices=0, by_order=True),
    Export("code_99.csv", lambda: numbered_questions(code=99), choices=0, by_order=True),
    Export("spss.sav", spss),
    Export(
        "bilingual.csv",
        lambda: by_block(
            dict.fromkeys(BLOCKS, tuple(f"{a} / {b}" for a, b in zip(AGREE_EN, AGREE_KK, strict=True)))
        ),
        choices=0,
    ),
    Export(
        "other_scales_ru.csv",
        lambda: by_block({"trust": IMPORTANT_RU, "useful": QUALITY_RU, "intention": OFTEN_RU}, language="ru"),
        choices=0,
        points=(4, 5),
    ),
)
