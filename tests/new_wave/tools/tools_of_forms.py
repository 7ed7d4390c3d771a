# ruff: noqa: E501
"""Exports of Google Forms, Microsoft Forms, Qualtrics, SurveyMonkey, Yandex Forms and Survey123."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tests.new_wave.answers.answers_of import BLOCKS, ITEMS, SENTENCES, SERVICES, N, answers
from tests.new_wave.tools.writers import (
    AGREE_EN,
    AGREE_RU,
    START,
    Cells,
    bands,
    book,
    codes,
    gender,
    rows_of,
    stamps,
    text,
    worded,
)


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
