"""An argument of a wrong kind is refused by its name, in the words of a notebook."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smartcity_survey as ss
from tests.conftest import REPOSITORY
from tests.notebook.test_reference import answers

SURVEY = answers().iloc[:60]
MODEL = ss.Model({"a": ["A1", "A2", "A3"], "y": ["Y1", "Y2", "Y3"]}, "a -> y")
GOOD: dict[Callable[..., object], dict[str, object]] = {
    ss.complete: {"answers": SURVEY, "items": MODEL},
    ss.describe: {"answers": SURVEY, "items": MODEL},
    ss.adequacy: {"answers": SURVEY, "items": MODEL},
    ss.principal_components: {"answers": SURVEY, "items": MODEL},
    ss.common_factors: {"answers": SURVEY, "items": MODEL},
    ss.measurement: {"answers": SURVEY, "model": MODEL},
    ss.fit_cfa: {"answers": SURVEY, "model": MODEL},
    ss.fit_sem: {"answers": SURVEY, "model": MODEL},
    ss.scores: {"answers": SURVEY, "model": MODEL},
    ss.fit_ols: {"columns": SURVEY, "paths": "A1, A2 -> Y1"},
    ss.fit_pls: {"answers": SURVEY, "model": MODEL, "bootstrap_draws": 100},
    ss.predict_pls: {"answers": SURVEY, "model": MODEL, "folds": 2, "repetitions": 1},
    ss.compare_groups: {"answers": SURVEY, "model": MODEL, "by": "gender", "permutations": 20},
    ss.Model: {"constructs": {"a": ["A1"], "y": ["Y1"]}, "paths": "a -> y"},
    ss.audit_paper: {"path": "papers"},
    ss.read_survey: {"path": "survey.csv"},
    ss.Study: {"folder": "study"},
}
WRONG: tuple[object, ...] = (
    *(
        None,
        5,
        -1,
        2.5,
        float("nan"),
        True,
        "unheard of",
        b"bytes",
        object(),
        {"A2", "A1"},
        frozenset({"A1"}),
    ),
    *({}, {"a": 1}, [], [None], [["A1"]], [5, 6], (1, 2, 3), np.array([1.0]), pd.Series([1]), len),
)


OF_CONTENT = ("answers, ", "model.", "common factors", "unheard of", "x")
"""Places of problems with what an argument of the right kind says."""


@pytest.mark.parametrize(
    ("function", "argument"),
    [(function, argument) for function in GOOD for argument in inspect.signature(function).parameters],
    ids=lambda part: getattr(part, "__name__", part),
)
def test_no_wrong_argument_ends_in_a_traceback(
    function: Callable[..., object], argument: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "survey.csv").write_text("A1\n1\n", encoding="utf-8")
    refused = 0
    for wrong in WRONG:
        if argument == "progress" and callable(wrong):
            continue
        try:
            function(**{**GOOD[function], argument: wrong})
        except ss.SurveyError as error:
            refused += 1
            for problem in error.problems:
                told = str(problem)
                assert argument in told or problem.place.startswith(OF_CONTENT), (wrong, told)
                assert "yaml" not in told or function in (ss.Study, ss.audit_paper), (wrong, told)
                assert problem.found.endswith((".", ":"))
                assert problem.remedy
        except Exception as error:
            raise AssertionError(f"{function.__name__}({argument}={wrong!r})") from error
    assert refused >= len(WRONG) / 2


SETS: dict[str, tuple[Callable[[], object], str]] = {
    "items": (lambda: ss.describe(SURVEY, {"A1", "A2"}), "items: a set was given, and a set has no order."),
    "a construct": (lambda: ss.Model({"a": {"x", "y"}}), "model.constructs.a: a set was given, and"),
    "paths": (lambda: ss.Model({"a": "x", "b": "y"}, {"a -> b"}), "model.paths: a set was given, and a set"),
    "groups": (
        lambda: ss.compare_groups(SURVEY, MODEL, "gender", {1, 2}, permutations=20),
        "compare_groups, groups: a set was given, and a set has no order. List the groups in their order.",
    ),
    "a stage": (lambda: ss.Study(REPOSITORY).run(None), "Study.run, stage: None was given for a text."),
    "a folder": (lambda: ss.Study(None), "Study, folder: None was given for a path."),
    "a frame": (lambda: ss.fit_ols(None, "a -> b"), "fit_ols, columns: None was given. Give a pandas data"),
    "a model": (lambda: ss.measurement(SURVEY, None), "measurement, model: None was given for"),
    "no list": (lambda: ss.read_survey("x.csv", missing_codes="NA"), "read_survey, missing_codes: a str was"),
    "a column": (lambda: ss.compare_groups(SURVEY, MODEL, 5), "compare_groups, by: the number 5 was given"),
}


@pytest.mark.parametrize("wrong", SETS)
def test_what_was_found_is_told(wrong: str) -> None:
    call, told = SETS[wrong]
    with pytest.raises(ss.SurveyError) as error:
        call()
    assert str(error.value).startswith(told)


def test_a_set_of_codes_is_one_however_it_is_ordered(tmp_path: Path) -> None:
    (tmp_path / "survey.csv").write_text("a\n1\n9\nNA\n", encoding="utf-8")
    frame = ss.read_survey(tmp_path / "survey.csv", missing_codes={9, "NA"})
    assert frame["a"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("options", "content", "told"),
    [
        ({"encoding": "klingon"}, b"a\n1\n", "read_survey, encoding: 'klingon' is not an encoding."),
        ({"encoding": "utf-8"}, "a\nя\n".encode("cp1251"), "name its encoding in `encoding` (Windows"),
        ({"skip_rows": []}, b"a,b\n1,2\n3\n", "or leave it out: add 3 to `skip_rows`."),
        ({}, None, "no such file. Did you mean 'surveys.csv'? Check `path`."),
        ({"sheet": "A"}, "sheet", "read_survey, sheet: "),
        ({"encoding": 5}, b"a\n1\n", "read_survey, encoding: found 5. Write a text."),
        ({"sheet": True}, b"a\n1\n", "read_survey, sheet: found the boolean true. Write a number."),
    ],
)
def test_messages_of_a_reading_speak_of_its_arguments(
    options: dict, content: bytes | str | None, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "survey.csv"
    if content == "sheet":
        SURVEY.to_excel(tmp_path / "survey.xlsx", sheet_name="B")
        path = path.with_suffix(".xlsx")
    elif content is None:
        (tmp_path / "surveys.csv").write_text("a\n1\n", encoding="utf-8")
    else:
        path.write_bytes(content)
    with pytest.raises(ss.SurveyError) as error:
        ss.read_survey(path, **options)
    assert told in str(error.value)
    assert "config" not in str(error.value)
    assert "data." not in str(error.value)
