"""The bundled study: its codebook, its reconstructed survey, and the printed counts they must agree with."""

import csv
import hashlib

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from scipy.stats import kruskal

from smartcity_survey.data.clean import clean_responses
from smartcity_survey.data.read import RESPONDENT, read_survey
from smartcity_survey.reconstruct.demographics import possible_counts
from smartcity_survey.reconstruct.flaws import RETAINED
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import read_config
from smartcity_survey.study.model import build_model
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


def test_answers_have_one_peak_and_fit_the_model_acceptably(book, config, sav):
    frame, _ = sav
    usable = frame[frame[RETAINED] == 1]
    for item in book.items:
        counts = usable[item].value_counts().reindex(range(1, 6), fill_value=0).to_numpy()
        peak = counts.argmax()
        assert (np.diff(counts[: peak + 1]) >= 0).all(), item
        assert (np.diff(counts[peak:]) <= 0).all(), item
    model = build_model(config.model, book).keeping(
        [item for item in book.items if item not in ("SG7", "SCR8", "SCR10")]
    )
    x = usable[list(model.items)].to_numpy(dtype=float)
    indices = fit_indices(fit_cfa(covariance(x, ddof=0), len(x), model.membership()))
    assert indices.rmsea < 0.08
    assert indices.cfi > 0.90


def test_hardly_a_row_is_all_the_same(book, sav):
    frame, _ = sav
    answers = frame.loc[frame[RETAINED] == 1, list(book.items)].to_numpy()
    assert (answers == answers[:, :1]).all(1).sum() == 2  # which the printed minima and maxima need


def test_demographics_go_with_answers_no_more_than_by_chance(book, sav):
    frame, _ = sav
    usable = frame[frame[RETAINED] == 1]
    outcome = usable["ssadop"]
    p_values = [
        kruskal(*(outcome[usable[question] == code] for code in usable[question].dropna().unique())).pvalue
        for question in book.demographics
    ]
    assert min(p_values) > 0.05 / len(p_values)


def test_files_are_those_whose_checksums_are_committed():
    lines = (RECONSTRUCTED / "checksums.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 2
    for line in lines:
        digest, name = line.split()
        assert hashlib.sha256((RECONSTRUCTED / name).read_bytes()).hexdigest() == digest, name
