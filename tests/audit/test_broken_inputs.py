"""What a hand-written folder may hold by mistake is refused or named, never passed in silence."""

from __future__ import annotations

import os
from collections.abc import Callable
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
        (PAPER + "n: 200\n", "line 8: not valid yaml: the key `n` is given twice"),
        (PAPER + "  table: b\n", "the key `table` is given twice"),
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


def instead(old: str, new: str) -> str:
    assert old in PAPER
    return PAPER.replace(old, new)


OBJECT = "{kind: table, number: 1, file: a.csv}"
BROKEN = [
    # (paper.yaml, key, what is told of it)
    (instead(f"\n  a: {OBJECT}", " [a, b]"), "objects", "['a', 'b']"),
    (instead(OBJECT, "a.csv"), "objects.a", "'a.csv'"),
    (instead(OBJECT, "[a.csv]"), "objects.a", "['a.csv']"),
    (instead(f"\n  a: {OBJECT}", " foo"), "objects", "'foo'"),
    (instead("  a: {", "  a:b: {"), "objects", "`a:b` is no name"),
    (instead("  a: {", "  text: {"), "objects", "`text` is no name"),
    (instead("kind: table,", "kind: tabel,"), "objects.a.kind", "'tabel' is not allowed"),
    (instead("kind: table,", "kind: [table],"), "objects.a.kind", "['table'] is not allowed"),
    (instead("number: 1", "number: {a: 1}"), "objects.a.number", "{'a': 1}"),
    (instead("a.csv", "[a.csv]"), "objects.a.file", "['a.csv']"),
    (instead("a.csv", "a.csv, csv: x"), "objects.a", "both"),
    (instead("a.csv", "a.csv, recomputed_in: [a]"), "objects.a.recomputed_in", "['a']"),
    (instead("a.csv", "a.csv, recomputed_in: {keys: {}}"), "objects.a.recomputed_in.file", "missing"),
    (instead("a.csv", "a.csv, continued_as: {a: b}"), "objects.a.continued_as", "{'a': 'b'}"),
    (instead("a.csv", "a.csv, caption: [b]"), "objects.a.caption", "['b']"),
    (instead("a.csv", "a.csv, text_columns: {a: b}"), "objects.a.text_columns", "{'a': 'b'}"),
    (instead("a.csv", "a.csv, text_columns: [nope]"), "objects.a.text_columns", "no column `nope`"),
    (instead("a.csv", "a.csv, counts: 5"), "objects.a.counts", "no column `5`"),
    (instead("a.csv", "a.csv, foo: 5"), "objects.a.foo", "unknown key"),
    (instead("n: 100", "n: [1, 2]"), "n", "`[1, 2]` is no number"),
    (instead("n: 100", "n: yes"), "n", "true"),
    (instead("n: 100", "n: 1e400"), "n", "`1e400` is no number"),
    (instead("n: 100", "n: a:nowhere:n"), "n", "nothing is printed at `a:nowhere:n`"),
    (instead("title: t", "title: [t]"), "title", "['t']"),
    (instead("title: t", "title: {en: [t]}"), "title.en", "['t']"),
    (PAPER + "files: [a]\n", "files", "['a']"),
    (PAPER + "files: {foo: a.csv}\n", "files.foo", "unknown key"),
    (PAPER + "files: {claims: [a]}\n", "files.claims", "['a']"),
    (PAPER + "claims: foo\n", "claims, no. 1", "`foo`"),
    (PAPER + "references: [3]\n", "references, no. 1", "`3`"),
    (PAPER + "hypotheses: [a]\n", "hypotheses", "['a']"),
    (PAPER + "hypotheses: {H1: {from: a}}\n", "hypotheses.H1.from", "unknown key"),
    (PAPER + "hypotheses: {H1: {sign: up}}\n", "hypotheses.H1.sign", "'up' is not allowed"),
    (PAPER + "scale: [1, 5]\n", "scale", "[1, 5]"),
    (PAPER + "scale: {minimum: 5, maximum: 1}\n", "scale", "minimum 5 is not below"),
    (PAPER + "scale: {minimum: a, maximum: 5}\n", "scale.minimum", "`a` is no number"),
    (PAPER + "alpha: [0.05]\n", "alpha", "`[0.05]` is no number"),
    (PAPER + "names: {a: [b]}\n", "names.a", "['b']"),
    (PAPER + "labels: {a: [b]}\n", "labels.a", "['b']"),
    (PAPER + "decimal: x\n", "decimal", "'x' is not allowed"),
    (PAPER + "rounding: {a: b}\n", "rounding", "{'a': 'b'} is not allowed"),
    (PAPER + "complete: [tabel]\n", "complete.0", "'tabel' is not allowed"),
    (PAPER + "text: [a]\n", "text", "['a']"),
    (PAPER + "text_counts: {a: b}\n", "text_counts", "{'a': 'b'}"),
    (PAPER + "citation: {year: [2020]}\n", "citation.year", "[2020]"),
    (PAPER + "citation: {foo: x}\n", "citation.foo", "unknown key"),
    (PAPER + "foo: 5\n", "foo", "unknown key"),
]


@pytest.mark.parametrize(
    ("paper", "key", "told"), BROKEN, ids=[f"{i}-{key}" for i, (_, key, _) in enumerate(BROKEN)]
)
def test_a_wrong_value_is_told_by_its_key(tmp_path, paper, key, told):
    with pytest.raises(SurveyError) as caught:
        audited(tmp_path, paper)
    (problem,) = caught.value.problems
    assert problem.place == f"{tmp_path / 'paper.yaml'}, {key}"
    assert told in problem.found
    assert problem.remedy


def test_everything_wrong_is_told_at_once(tmp_path):
    with pytest.raises(SurveyError) as caught:
        audited(tmp_path, instead("n: 100", "n: -1") + "alpha: 7\nscale: 3\nfoo: 1\ncitation: {bar: 2}\n")
    keys = {problem.place.partition(", ")[2] for problem in caught.value.problems}
    assert keys == {"n", "alpha", "scale", "foo", "citation.bar"}


def test_tables_and_relations_are_told_together_too(tmp_path):
    two = "a.csv}\n  b: {file: b.csv}\n  c: {file: c.csv"
    with pytest.raises(SurveyError) as caught:
        audited(tmp_path, instead("a.csv", two))
    assert [Path(problem.place).name for problem in caught.value.problems] == ["b.csv", "c.csv"]
    with pytest.raises(SurveyError) as caught:
        audited(tmp_path, PAPER + "- kind: pathes\n- kind: paths\n  table: zz\n")
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    "mark", ["!!timestamp foo", "!!bool foo", '!!int ""', "!!set [a]", "!!binary x", "!foo x"]
)
def test_a_mark_of_yaml_is_refused_by_its_line(tmp_path, mark):
    with pytest.raises(SurveyError) as caught:
        audited(tmp_path, instead("title: t", f"title: {mark}"))
    assert "paper.yaml, line 1" in str(caught.value)
    assert f"the mark `{mark.split()[0]}` is not read" in str(caught.value)


@pytest.mark.parametrize(
    ("number", "told"),
    [("010", "another number"), ("12:30", "another number"), ("0x" + "f" * 6000, "too long")],
)
def test_a_number_that_is_another_one_is_refused(tmp_path, number, told):
    with pytest.raises(SurveyError) as caught:
        audited(tmp_path, instead("n: 100", f"n: {number}"))
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (os.mkfifo, "a device or a pipe"),
        (Path.mkdir, "it is a folder"),
        (lambda path: path.symlink_to("/dev/zero"), "a device or a pipe"),
        (lambda path: path.touch(), "no lines"),
        (lambda path: path.write_bytes(b"\xff\xfe\x00\x01" + bytes(range(256))), "not a text file"),
        (lambda path: path.write_text("row," + "b" * 200_000), "more than 131072 letters"),
        (
            lambda path: path.write_text(",".join(["row", *map(str, range(16_383))]) + "\nX,1\n"),
            "16384 columns",
        ),
    ],
)
def test_what_stands_in_place_of_a_table_is_refused(tmp_path, make: Callable[[Path], object], told):
    make(tmp_path / "b.csv")
    with pytest.raises(SurveyError) as caught:
        audited(tmp_path, instead("a.csv", "b.csv"))
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("name", "told"), [('"a\\0.csv"', "this is no name of a file"), ("a" * 5000, "cannot be read")]
)
def test_a_name_that_no_file_can_have_is_refused(tmp_path, name, told):
    with pytest.raises(SurveyError) as caught:
        audited(tmp_path, instead("a.csv", name))
    assert told in str(caught.value)


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
