"""Nothing passes unread: columns, cells, relations and keys that take part in no check are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from smartcity_survey import audit
from smartcity_survey.errors import SurveyError
from tests.audit.papers_in_memory import audited, contradictions, of, table, written

REGRESSION = {"kind": "regression", "coefficients": "t"}


@pytest.mark.parametrize(
    ("header", "relation", "nearest"),
    [
        ("Stadn. Deviation", {"kind": "descriptives", "table": "t"}, "sd"),
        ("Skewnes", {"kind": "descriptives", "table": "t"}, "skewness"),
        ("Std. Erorr", REGRESSION, "std_error"),
        ("Tolerence", REGRESSION, "tolerance"),
        ("p vlaue", REGRESSION, "p"),
        ("Persent", {"kind": "frequencies", "table": "t"}, "percent"),
        ("Conmunality", {"kind": "loadings", "table": "t"}, "communality"),
        ("Bartlet df", {"kind": "adequacy", "table": "t"}, "bartlett_df"),
        ("Станд. отклонени", {"kind": "descriptives", "table": "t"}, "sd"),
        ("Толерантност", REGRESSION, "tolerance"),
        ("zzz", REGRESSION, ""),
    ],
)
def test_a_column_that_no_check_knows(header: str, relation: Any, nearest: str, tmp_path: Path) -> None:
    csv = table(["row", header, "n"], ["x", "9.9", "10"])
    found = audited(tmp_path, csv, relation, n=300)
    (said,) = [text for text in of(found, "unread") if f"“{header}” is unknown" in text]
    assert (f"nearest known name is “{nearest}”" in said) == bool(nearest)


@pytest.mark.parametrize(
    "cell", ["O.5O", "3..47", "***", "ns", "n.s.", "0.5-0.6", "[0.1, 0.2]", "abc", "1.2.3", "²"]
)
def test_a_cell_that_is_no_number(cell: str, tmp_path: Path) -> None:
    csv = table(
        ["row", "b", "std_error", "t", "p"], ["x", "0.50", "0.10", "5.0", cell], ["y", "1", "1", "1", ".3"]
    )
    found = audited(tmp_path, csv, REGRESSION, n=300)
    (said,) = of(found, "unread")
    assert cell in said
    assert list(found[found.severity == "unread"].place) == ["Table 1, x, p"]


def test_a_column_of_words_needs_no_declaration(tmp_path: Path) -> None:
    csv = table(["row", "remark", "b", "std_error", "t"], ["x", "a word", ".5", ".1", "5.0"])
    assert of(audited(tmp_path, csv, REGRESSION), "unread") == []


@pytest.mark.parametrize(
    "relation",
    [
        REGRESSION,
        {"kind": "descriptives", "table": "t"},
        {"kind": "loadings", "table": "t"},
        {"kind": "normality", "table": "t"},
        {"kind": "adequacy", "table": "t"},
        {"kind": "frequencies", "table": "t"},
        {"kind": "variance_explained", "table": "t", "items": 5, "above": 0.5},
        {"kind": "row_sum", "table": "t", "of": ["foo"], "is": "bar"},
    ],
)
def test_a_relation_that_gives_nothing_to_check(relation: Any, tmp_path: Path) -> None:
    found = audited(tmp_path, table(["row", "foo", "bar"], ["x", "1", ""]), relation)
    said = [text for text in of(found, "unread") if "gives nothing to check" in text]
    assert len(said) == 1
    assert relation["kind"] in said[0]


@pytest.mark.parametrize(
    ("columns", "said", "wrong"),
    [
        ({"bta": "beta"}, "“bta”, which Table 1 does not have; “beta” is taken", 1),
        ({"beta": "bata"}, "“bata”, which Table 1 does not have; “beta” is taken", 1),
        ({"xyz": "beta"}, "“xyz”, which Table 1 does not have", 0),
        ({"beta": "beta"}, "", 1),
        ({"β": "Beta"}, "", 1),
    ],
)
def test_repeats_that_match_nothing(columns: Any, said: str, wrong: int, tmp_path: Path) -> None:
    objects = {
        "t": {"number": 1, "csv": "row,beta,p\nx,0.50,0.01\n"},
        "u": {"number": 1, "csv": "row,beta,p\nx,-0.99,0.01\n"},
    }
    relation = {"kind": "repeats", "table": "u", "of": "t", "columns": columns}
    found = audit.run(written(tmp_path, objects=objects, relations=[relation]))
    assert len(contradictions(found)) == wrong
    assert any(said in text for text in of(found, "unread")) == bool(said)


@pytest.mark.parametrize(
    ("entry", "nearest"),
    [
        ({"kind": "regresion", "coefficients": "t"}, "regression"),
        ({"kind": "frequency", "table": "t"}, "frequencies"),
        ({"kind": "regression", "coeficients": "t"}, "coefficients"),
        ({"kind": "regression", "coefficients": "tt"}, "t"),
        ({"kind": "descriptives", "table": "t", "scal": 5}, "scale"),
        ({"kind": "sum", "of": "t:*:bb", "is": 1}, "b"),
        ({"kind": "sum", "of": "t:xx:b", "is": 1}, "x"),
        ({"kind": "loadings", "table": "t", "supressed_below": 0.4}, "suppressed_below"),
    ],
)
def test_a_name_that_leads_nowhere_is_told_with_the_nearest(entry: Any, nearest: str, tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match=rf"The nearest is {nearest}\."):
        audited(tmp_path, "row,b\nx,1\n", entry)


def test_coverage_counts_the_numbers_that_a_check_could_judge(tmp_path: Path) -> None:
    objects = {
        "t": {"number": 1, "csv": "row,b,std_error,t,p\nx,0.50,0.10,5.0,ns\ny,0.1,,,\n"},
        "u": {"number": 2, "csv": "row,v\nx,1\n"},
    }
    paper = written(tmp_path, objects=objects, relations=[REGRESSION], n=300)
    rows = audit.coverage(paper).set_index("object")
    assert rows.loc["t"].tolist() == [4, 3]
    assert rows.loc["u"].tolist() == [1, 0]
    assert rows.loc["all"].tolist() == [5, 3]
