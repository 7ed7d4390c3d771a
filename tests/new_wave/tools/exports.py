# ruff: noqa: E501
"""Exports as survey tools write them, by their documentation: a file for every tool and shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.new_wave.answers.answers_of import BLOCKS
from tests.new_wave.tools.tables_by_hand import (
    by_block,
    excel,
    messy,
    numbered_questions,
    numbers_by_block,
    page,
    plain_columns,
    r_csv,
    spss,
    with_mark,
)
from tests.new_wave.tools.tools_of_forms import (
    google_grid_ru,
    google_sheet_kk,
    google_words,
    microsoft,
    qualtrics,
    survey123,
    surveymonkey,
    yandex,
)
from tests.new_wave.tools.tools_of_research import (
    kobo,
    limesurvey,
    limesurvey_text,
    moodle,
    odk_central,
    one_ka,
    redcap,
    redcap_labels,
)
from tests.new_wave.tools.writers import AGREE_EN, AGREE_KK, AGREE_RU, book, ods, rows_of, text


@dataclass(frozen=True)
class Export:
    """A file, and what a draft of it must say.

    choices : how many questions with several answers. personal : columns that tell who a person is.
    points : of the items' scales. by_order : whether names of columns tell nothing of the items but their order.
    missing : codes and words that must be known to mean no answer.
    """

    name: str
    make: Callable[[], bytes]
    choices: int = 1
    personal: tuple[str, ...] = ()
    points: tuple[int, ...] = (5,)
    by_order: bool = False
    missing: tuple[float | str, ...] = ()


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
    Export("1ka.csv", one_ka, missing=(-1.0, -3.0)),
    Export("excel.xlsx", lambda: excel(other_sheet=False), choices=0),
    Export("excel_second_sheet.xlsx", lambda: excel(other_sheet=True), choices=0),
    Export("r.csv", r_csv, choices=0, missing=("NA",)),
    Export("moodle.csv", moodle, choices=0, personal=("Full name", "Username")),
    Export("yandex.xlsx", yandex, personal=("Ваш e-mail",), points=(4,), missing=("Не знаю",)),
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
    Export("messy.csv", messy, choices=0, missing=("-",)),
    Export("libreoffice.ods", lambda: ods(rows_of(plain_columns())), choices=0),
    Export("page.xls", page, choices=0),
    Export("redcap_labels.csv", redcap_labels, personal=("Survey Identifier",)),
    Export("odk_central.csv", odk_central, personal=("SubmitterName",)),
    Export("limesurvey_text.csv", lambda: limesurvey_text(codes_too=False)),
    Export("limesurvey_codes_and_text.csv", lambda: limesurvey_text(codes_too=True)),
    Export("with_mark.csv", with_mark, choices=0),
    Export("numbered_questions.csv", numbered_questions, choices=0, by_order=True),
    Export("code_99.csv", lambda: numbered_questions(code=99), choices=0, by_order=True),
    Export("spss.sav", spss, missing=()),
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
