"""Answers to questions with several are counted; they are never items, and no decimal commas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.data.disclosure import protect
from smartcity_survey.data.read import read_survey
from smartcity_survey.errors import SurveyError
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.new_wave.columns import Column, has_decimal_commas, is_list_of_codes
from smartcity_survey.new_wave.multiple import common_question, joined_choices
from smartcity_survey.stages.answers.clean import clean_answers
from smartcity_survey.stages.answers.describe import describe_answers
from smartcity_survey.study.codebook import Codebook, read_codebook
from smartcity_survey.study.config import DataSection, DisclosureSection, read_config
from tests.new_wave.answers.answers_of import SERVICES, answers
from tests.new_wave.tools.exports import EXPORTS

FILES = (
    "google_words.csv",
    "qualtrics_codes.csv",
    "qualtrics_split.tsv",
    "surveymonkey.csv",
    "kobo.csv",
    "redcap.csv",
    "spss.sav",
)


@pytest.mark.parametrize(
    ("labels", "question"),
    [
        (["M[SQ001]. Which do you use? [Bus]", "M[SQ002]. Which do you use? [Tram]"], "Which do you use?"),
        (["Use – “city” only? [Bus]", "Use – “city” only? [Tram]"], "Use – “city” only?"),
        (["Which? - Selected Choice - Bus", "Which? - Selected Choice - Tram"], "Which?"),
        (["Which? (choice=Bus)", "Which? (choice=Tram)"], "Which?"),
    ],
)
def test_options_are_told_from_the_question(labels: list[str], question: str) -> None:
    assert common_question(labels) == (question, ["Bus", "Tram"])


@pytest.mark.parametrize("name", ["-2", "refused", "9"])
def test_codes_of_no_answer_are_none_in_questions_with_several(name: str, tmp_path: Path) -> None:
    survey = tmp_path / "survey.csv"
    survey.write_text(f"T1,T2,bus,tram\n1,2,1,0\n2,1,{name},0\n3,3,0,1\n", encoding="utf-8")
    content = {
        "scale": {"minimum": 1, "maximum": 5},
        "constructs": {"t": {"label": "T"}},
        "items": {item: {"construct": "t", "label": item} for item in ("T1", "T2")},
        "multiple_choice": {
            "services": {
                "label": "Services",
                "columns": {"bus": "Bus", "tram": "Tram"},
                "chosen": [1],
                "not_chosen": [0],
            }
        },
    }
    codes = [int(name) if name != "refused" else name, 1]
    section = DataSection.model_validate(
        {"file": "survey.csv", "codebook": "codebook.yaml", "missing_codes": codes}
    )
    read = read_survey(survey, Codebook.model_validate(content), section)
    assert read.answers.filter(like="bus").squeeze().isna().tolist() == [False, True, False]
    assert read.answers.filter(like="bus").squeeze().dropna().tolist() == [1, 0]


def column(words: dict[str, int], counts: dict[float, int]) -> Column:
    ends = (min(counts), max(counts)) if counts else None
    return Column(
        "x", "x", 9, counts, words, {}, codes_in_words=False, repeats=None, is_plain=False, ends=ends
    )


@pytest.mark.parametrize("name", FILES)
def test_an_export_is_counted_as_it_was_answered(name: str, tmp_path: Path) -> None:
    """From the file through reading, cleaning and describing, against the answers themselves."""
    export = next(one for one in EXPORTS if one.name == name)
    path = tmp_path / name
    path.write_bytes(export.make())
    folder = tmp_path / "wave"
    start_new_wave(folder, path)
    codebook, config = read_codebook(folder / "codebook.yaml"), read_config(folder / "config.yaml")
    responses = read_survey(folder / config.data.file, codebook, config.data).answers
    cleaned = clean_answers(responses, codebook, config.cleaning).private["answers"]
    table = describe_answers(cleaned, codebook).tables["multiple_choice"]

    known = answers(7 if name == "redcap.csv" else 5)
    complete = np.all([known.codes[item] > 0 for item in known.codes], axis=0)
    chosen = known.chosen[complete]
    assert sorted(table["n"]) == sorted(chosen.sum(axis=0))
    n_cases = int(chosen.any(axis=1).sum())
    assert set(table["n_cases"]) == {n_cases}
    assert set(table["n_without"]) == {len(chosen) - n_cases}
    np.testing.assert_allclose(table["percent_of_cases"], 100 * table["n"] / n_cases)
    np.testing.assert_allclose(table["percent_of_answers"].sum(), 100)
    assert table["percent_of_cases"].sum() > 100
    labels = set(map(str, next(iter(codebook.multiple_choice.values())).labels.values()))
    assert labels in ({*SERVICES}, {"1", "2", "3"}, {"egov", "bus_card", "clinic"})


def codebook_of(content: dict[str, object]) -> Codebook:
    return Codebook.model_validate(
        {
            "scale": {"minimum": 1, "maximum": 5},
            "constructs": {"trust": {"label": "Trust"}},
            "items": {"T1": {"construct": "trust", "label": "T1"}},
            "multiple_choice": {"m": {"label": "Used", **content}},
        }
    )


JOINED = {"column": "used", "separator": ",", "options": {"bus": "Bus", "bus, tram": "Both", "taxi": "Taxi"}}


def read(tmp_path: Path, lines: list[str], codebook: Codebook, **options: object) -> pd.DataFrame:
    path = tmp_path / "survey.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    section = DataSection.model_validate({"file": "x", "codebook": "y", **options})
    return read_survey(path, codebook, section).answers


def test_a_cell_is_parted_and_answers_that_are_not_listed_are_named(tmp_path: Path) -> None:
    lines = ["T1;used", "1;bus, taxi", "2;BUS,  tram", "3;", "4;boat, taxi", "5;NA"]
    with pytest.raises(SurveyError, match=r"row 5, column used: 'boat' is no answer .*give `rest` a label"):
        read(tmp_path, lines, codebook_of(JOINED), missing_codes=["NA"])
    frame = read(tmp_path, lines, codebook_of({**JOINED, "rest": "Other"}), missing_codes=["NA"])
    nan = np.nan
    np.testing.assert_array_equal(frame["m: bus"], [1, 0, nan, 0, nan])
    np.testing.assert_array_equal(frame["m: bus, tram"], [0, 1, nan, 0, nan])
    np.testing.assert_array_equal(frame["m: taxi"], [1, 0, nan, 1, nan])
    np.testing.assert_array_equal(frame["m: other answers"], [0, 0, nan, 1, nan])


def test_a_column_for_each_answer_holds_what_the_codebook_says(tmp_path: Path) -> None:
    spread = {"columns": {"a": "Bus", "b": "Taxi"}, "chosen": ["Yes"], "not_chosen": ["No"]}
    frame = read(tmp_path, ["T1;a;b", "1;yes;", "2;No;YES"], codebook_of(spread))
    np.testing.assert_array_equal(frame["m: a"], [1, 0])
    np.testing.assert_array_equal(frame["m: b"], [0, 1])
    with pytest.raises(
        SurveyError, match=r"row 3, column b: 'perhaps' .* Add it to `chosen` or `not_chosen`"
    ):
        read(tmp_path, ["T1;a;b", "1;yes;", "2;No;perhaps"], codebook_of(spread))
    with pytest.raises(SurveyError, match="column b: the file has no such column"):
        read(tmp_path, ["T1;a", "1;yes"], codebook_of(spread))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"column": "used", "options": {"a": "A"}}, "give its `separator`"),
        ({"column": "used", "separator": ";"}, "give `column`, `separator` and `options`, or `columns`"),
        ({"columns": {"a": "A"}, "rest": "Other"}, "`rest` is of a question in one column"),
        ({"columns": {"T1": "A", "b": "B"}}, "several questions read the column T1"),
    ],
)
def test_a_question_that_contradicts_itself_is_refused(content: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        codebook_of(content)


def test_lists_of_codes_are_no_decimal_commas() -> None:
    several = column({"1,2": 5, "1,2,3": 2}, {1.0: 9})
    assert is_list_of_codes(several)
    assert not has_decimal_commas([several])
    pairs = column({"1,2": 5, "2,3": 2}, {1.0: 9, 2.0: 3, 3.0: 1})
    assert not has_decimal_commas([pairs])
    heights = column({"1,65": 5, "1,70": 2}, {2.0: 1})
    assert has_decimal_commas([heights])
    means = column({"3,5": 5, "2,5": 2}, {1.0: 9, 2.0: 3, 3.0: 1})
    assert has_decimal_commas([means])


def test_own_words_among_the_answers_are_counted_as_one() -> None:
    words = {
        "bus": 9,
        "bus, tram": 8,
        "tram": 7,
        "bus, taxi": 5,
        "taxi": 3,
        "bus, my cousin's car": 1,
        "by horse, tram": 1,
    }
    (choice,) = joined_choices([column(words, {})])
    assert (list(choice.options or ()), choice.has_rest) == (["bus", "tram", "taxi"], True)
    addresses = {f"{street} street, Almaty": 5 for street in ("Abay", "Furmanov", "Satpaev")} | {"Almaty": 4}
    assert joined_choices([column(addresses, {})]) == []


def test_small_counts_are_left_out_with_what_would_tell_them() -> None:
    codebook = codebook_of({"columns": {"a": "Bus", "b": "Taxi", "c": "Boat"}})
    values = {"m: a": [1] * 60 + [0] * 40, "m: b": [0] * 30 + [1] * 50 + [0] * 20, "m: c": [1] * 3 + [0] * 97}
    frame = pd.DataFrame(
        {"respondent": "x", "T1": 1.0, **{name: np.array(v, float) for name, v in values.items()}}
    )
    told = protect(describe_answers(frame, codebook), DisclosureSection(suppress_small_cells=True))
    table = told.tables["multiple_choice"].set_index("chosen")
    assert table["n"].isna().tolist() == [False, False, True]
    assert table["percent_of_cases"].isna().tolist() == [False, False, True]
    assert table["percent_of_answers"].isna().all()
    assert table.loc["a", "n"] == 60


@pytest.mark.parametrize("question", ["joined", "apart"])
def test_steps_get_the_question_without_its_words(question: str) -> None:
    """What a stage is handed is read back as a codebook: it must be one."""
    column = {"column": "s", "separator": ";", "options": {"1": "Bus", "2": "Metro"}}
    content = {
        "scale": {"minimum": 1, "maximum": 5},
        "constructs": {"trust": {"label": "Trust"}},
        "items": {"t1": {"construct": "trust", "label": "One"}},
        "multiple_choice": {
            "used": {"label": "What do you use?"}
            | (column if question == "joined" else {"columns": {"bus": "Bus", "metro": "Metro"}})
        },
    }
    handed = Codebook.model_validate(content).coded().model_dump(mode="json", by_alias=True)
    assert "What do you use?" not in str(handed)
    assert list(Codebook.model_validate(handed).multiple_choice) == ["used"]
