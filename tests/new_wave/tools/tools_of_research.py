"""Exports of KoBoToolbox, ODK, LimeSurvey, REDCap, 1KA and Moodle."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from tests.new_wave.answers.answers_of import BLOCKS, ITEMS, SENTENCES, SERVICES, N, answers
from tests.new_wave.tools.writers import (
    AGREE_EN,
    AGREE_RU,
    codes,
    gender,
    rows_of,
    stamps,
    text,
    worded,
)


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
