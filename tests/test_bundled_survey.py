"""The bundled study: its codebook, its reconstructed survey, and the printed counts they must agree with."""

import csv

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from smartcity_survey.clean import clean_responses
from smartcity_survey.codebook import read_codebook
from smartcity_survey.config import read_config
from smartcity_survey.read import RESPONDENT, read_survey
from smartcity_survey.reconstruct.demographics import possible_counts
from smartcity_survey.reconstruct.flaws import RETAINED
from tests.conftest import REPOSITORY

LANGUAGES = ("kk", "ru", "en")
LONGEST_LABEL = 36  # what a table's first column holds on a phone
RECONSTRUCTED = REPOSITORY / "data" / "reconstructed"
WORDING_NOT_KNOWN = {f"SL{k}" for k in (8, 9, 10)} | {f"SCR{k}" for k in range(1, 8)}


@pytest.fixture(scope="module")
def book():
    return read_codebook(REPOSITORY / "data" / "codebook.yaml")


@pytest.fixture(scope="module")
def config():
    return read_config(REPOSITORY / "config.yaml")


@pytest.fixture(scope="module")
def sav():
    return pyreadstat.read_sav(RECONSTRUCTED / "survey_reconstructed.sav", user_missing=True)


@pytest.fixture(scope="module")
def printed_counts():
    with (REPOSITORY / "data" / "published" / "table_11.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    counts: dict[str, dict[int, int]] = {}
    percents: dict[str, dict[int, str]] = {}
    for row in rows:
        counts.setdefault(row["group"], {})[int(row["row"])] = int(row["n"])
        percents.setdefault(row["group"], {})[int(row["row"])] = row["percent"]
    return counts, percents


def test_codebook_has_the_questionnaire(book):
    sizes = [len(book.items_of(construct)) for construct in book.constructs]
    assert sizes == [5, 4, 7, 5, 9, 10, 11]
    assert not any(item.reverse for item in book.items.values())
    assert {name for name, item in book.items.items() if not item.wording_known} == WORDING_NOT_KNOWN


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_is_short_and_unmistakable(book, language):
    items = [item.label[language] for item in book.items.values()]
    assert len(set(items)) == len(items)
    codes = [
        label[language] for question in book.demographics.values() for label in question.categories.values()
    ]
    names = [
        entry.label[language] for part in (book.constructs, book.demographics) for entry in part.values()
    ]
    answers = [label[language] for label in book.scale.answers.values()]
    too_long = [label for label in (*items, *codes, *names, *answers) if not 0 < len(label) <= LONGEST_LABEL]
    assert too_long == []


def test_csv_and_sav_hold_the_same_answers(book, config, sav):
    frame, _ = sav
    survey = pd.read_csv(RECONSTRUCTED / "survey_reconstructed.csv", encoding="utf-8")
    assert len(survey) == 1000
    shared = [*book.demographics, *book.items]
    np.testing.assert_array_equal(frame[shared].to_numpy(), survey[shared].to_numpy(dtype=float))
    assert frame[RESPONDENT].tolist() == survey[RESPONDENT].tolist()


def test_sav_says_what_it_is_in_kazakh(book, sav):
    _, meta = sav
    assert "RECONSTRUCTION" in meta.file_label
    for name, item in book.items.items():
        assert meta.column_names_to_labels[name] == item.label["kk"]
        assert meta.missing_ranges[name] == [{"lo": 9.0, "hi": 9.0}]
    assert meta.variable_value_labels["SE1"][3.0] == book.scale.answers[3]["kk"]


def test_cleaning_keeps_exactly_the_usable_rows(book, config, sav):
    frame, _ = sav
    responses = read_survey(REPOSITORY / config.data.file, book, config.data).answers
    cleaned = clean_responses(responses, book, config.cleaning)
    usable = frame[frame[RETAINED] == 1]
    assert len(cleaned.answers) == 676
    assert cleaned.answers[RESPONDENT].tolist() == usable[RESPONDENT].tolist()
    np.testing.assert_array_equal(cleaned.answers[list(book.items)], usable[list(book.items)])
    assert (cleaned.log.set_index("rule")["n_excluded"].drop("as_read").iloc[:4] > 0).all()


def test_demographics_stand_at_the_printed_counts(sav, printed_counts):
    frame, _ = sav
    usable = frame[frame[RETAINED] == 1]
    counts, corrections = possible_counts(*printed_counts, n=676)
    assert [(c.question, c.code, c.printed, c.used) for c in corrections] == [("department", 2, 8, 4)]
    for question, codes in counts.items():
        assert usable[question].value_counts().to_dict() == {float(code): n for code, n in codes.items()}
    assert usable["education"].isna().sum() == 1
