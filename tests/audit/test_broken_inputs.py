"""What a hand-written folder may hold by mistake is refused or named, never passed in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from smartcity_survey import audit
from smartcity_survey.errors import SurveyError

PAPER = """title: t
n: 100
objects:
  a: {kind: table, number: 1, file: a.csv}
relations:
- kind: paths
  table: a
"""
LINES = "X -> Y,0.30,0.05,6.00,<.001\nZ -> Y,0.10,0.05,2.00,.046\n"


def audited(folder: Path, paper: str = PAPER, lines: str = LINES, header: str = "row,beta,std_error,t,p"):
    (folder / "paper.yaml").write_text(paper, encoding="utf-8")
    (folder / "a.csv").write_text(f"{header}\n{lines}", encoding="utf-8")
    return audit.run(folder)


@pytest.mark.parametrize(
    ("paper", "named"),
    [
        (PAPER + "n: 200\n", "`n` stands there twice"),
        (PAPER + "  table: b\n", "`table` stands there twice"),
        (PAPER.replace("100", "-5"), "`-5` is no number of respondents"),
        (PAPER.replace("100", "0"), "`0` is no number of respondents"),
        (PAPER.replace("100", "99.5"), "`99.5` is no number of respondents"),
        (PAPER + "  n: -7\n", "`-7` is no number of respondents"),
        (PAPER + "alpha: -3\n", "`-3` is no level of significance"),
        (PAPER + "alpha: 5\n", "`5` is no level of significance"),
        ("x: " + "[" * 3000 + "]" * 3000 + "\n" + PAPER, "nested too deeply"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(tmp_path, paper, named):
    with pytest.raises(SurveyError) as caught:
        audited(tmp_path, paper)
    assert named in str(caught.value)


def test_a_wrong_yaml_is_told_by_its_line(tmp_path):
    with pytest.raises(SurveyError) as caught:
        audited(tmp_path, PAPER + "? [a, b]\n: 3\n")
    assert "paper.yaml, line 8" in str(caught.value)
    assert "unicode string" not in str(caught.value)


def test_a_column_that_stands_twice_is_told_as_such(tmp_path):
    found = audited(tmp_path, header="row,beta,beta,t,p")
    (told,) = (text for text in found.explanation if "beta" in text and "twice" in text)
    assert "nearest" not in told


@pytest.mark.parametrize("cell", ["p < .001", "P<0.001", "р < 0.001", "p = .000"])
def test_a_p_with_its_letter_is_read(tmp_path, cell):
    lines = f"X -> Y,0.30,0.05,6.00,{cell}\nZ -> Y,0.10,0.05,2.00,.046\n"
    assert audited(tmp_path, lines=lines).severity.ne("unread").all()
    wrong = audited(tmp_path, lines=lines.replace("0.30,0.05,6.00", "0.05,0.05,1.00"))
    assert wrong.consistent.eq(False).fillna(False).sum() == 1
