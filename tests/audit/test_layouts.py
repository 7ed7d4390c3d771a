"""No false alarm on ordinary layouts, and true errors in them are still found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from smartcity_survey import audit
from tests.audit.papers_in_memory import audited, contradictions, of, table, written

REGRESSION = {"kind": "regression", "coefficients": "t"}
FREQUENCIES = {"kind": "frequencies", "table": "t"}
LOADINGS = {"kind": "loadings", "table": "t"}
ESTIMATES = [(0.48, 0.047), (0.049, 0.046), (0.241, 0.062), (-0.03, 0.061), (0.18, 0.1), (0.128, 0.054)]


def coefficients(n: int, tails: int, reference: str, *, signs: bool = True, decimals: int = 3) -> str:
    """Coefficients of one regression as a program prints them."""
    rows = []
    for i, (b, error) in enumerate(ESTIMATES):
        t = b / error
        df = n - len(ESTIMATES) - 1
        p = tails * (stats.t.sf(abs(t), df) if reference == "t" else stats.norm.sf(abs(t)))
        shown = t if signs else abs(t)
        rows.append([f"x{i}", f"{b:.3f}", f"{error:.3f}", f"{shown:.3f}", f"{p:.{decimals}f}"])
    return table(["row", "b", "std_error", "t", "p"], *rows)


@pytest.mark.parametrize(
    ("n", "tails", "reference", "note"),
    [
        (30, 2, "t", ""),
        (300, 2, "t", ""),
        (30, 1, "t", "one-tailed tests."),
        (300, 1, "t", "one-tailed tests."),
        (18, 2, "z", "normal distribution"),
        (30, 2, "z", "normal distribution"),
        (18, 1, "z", "one-tailed tests by the normal"),
        (30, 1, "z", "one-tailed tests by the normal"),
        (60, 2, "z", "normal distribution"),
        (676, 1, "t", "one-tailed tests."),
    ],
)
def test_tails_and_reference_are_recognised_or_declared(
    n: int, tails: int, reference: str, note: str, tmp_path: Path
) -> None:
    csv = coefficients(n, tails, reference)
    found = audited(tmp_path, csv, REGRESSION, n=n)
    assert contradictions(found) == []
    assert [note in text for text in of(found, "note")] == ([True] if note else [])
    declared = REGRESSION | {"tails": tails, "reference": reference}
    told = audited(tmp_path, csv, declared, n=n)
    assert contradictions(told) == []
    assert of(told, "note") == []


def test_tails_that_are_declared_are_not_others(tmp_path: Path) -> None:
    csv = coefficients(300, 1, "t")
    assert len(contradictions(audited(tmp_path, csv, REGRESSION | {"tails": 2}, n=300))) >= 2


def test_one_wrong_p_among_right_ones_is_no_layout(tmp_path: Path) -> None:
    csv = coefficients(300, 2, "t").replace('"0.073"', '"0.730"')
    (said,) = contradictions(audited(tmp_path, csv, REGRESSION, n=300))
    assert "0.730 is printed" in said


def test_z_needs_no_number_of_respondents(tmp_path: Path) -> None:
    csv = coefficients(5000, 2, "z")
    found = audited(tmp_path, csv, REGRESSION | {"reference": "z"})
    assert contradictions(found) == []
    assert (found.check == "p_of_z").sum() == len(ESTIMATES)


@pytest.mark.parametrize("header", ["z", "z value", "C.R.", "Critical ratio", "Wald z", "z-значение"])
def test_z_under_a_name_of_its_own(header: str, tmp_path: Path) -> None:
    csv = table(
        ["row", "Estimate", "S.E.", header, "P"],
        ["x", "0.50", "0.10", "5.00", "0.000"],
        ["y", "0.10", "0.09", "1.11", "0.267"],
    )
    found = audited(tmp_path, csv, REGRESSION, n=30)
    assert contradictions(found) == of(found, "unread") == of(found, "note") == []
    assert found.check.isin(["t_ratio", "p_of_z"]).sum() == 4
    assert len(contradictions(audited(tmp_path, csv.replace("1.11", "2.11"), REGRESSION, n=30))) == 1


@pytest.mark.parametrize("n", [60, 300, 676])
def test_t_without_its_sign(n: int, tmp_path: Path) -> None:
    found = audited(tmp_path, coefficients(n, 2, "t", signs=False), REGRESSION, n=n)
    assert contradictions(found) == []
    assert of(found, "note") == ["t is printed without its sign."]
    wrong = coefficients(n, 2, "t", signs=False).replace('"3.887"', '"8.387"')
    assert len(contradictions(audited(tmp_path, wrong, REGRESSION, n=n))) == 1


@pytest.mark.parametrize("decimals", [3, 4, 5, 6])
def test_the_smallest_p_that_digits_can_say_is_a_floor(decimals: int, tmp_path: Path) -> None:
    floor = "0." + "0" * (decimals - 1) + "1"
    csv = coefficients(676, 2, "t", decimals=decimals).replace(f'"{0:.{decimals}f}"', f'"{floor}"')
    assert floor in csv
    found = audited(tmp_path, csv, REGRESSION, n=676)
    assert contradictions(found) == []
    assert any("smallest that the table prints" in text for text in of(found, "note"))


def truncated(value: float, decimals: int) -> str:
    return f"{np.trunc(value * 10**decimals) / 10**decimals:.{decimals}f}"


@pytest.mark.parametrize("seed", range(12))
def test_a_paper_that_truncates_is_recognised(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    rows, n = [], 200
    for i in range(8):
        b, error = rng.uniform(0.2, 2), rng.uniform(0.05, 0.3)
        t, margin = b / error, stats.t.isf(0.025, n - 9) * error
        rows.append([f"x{i}", *(truncated(v, 3) for v in (b, error, t, b - margin, b + margin))])
    csv = table(["row", "b", "std_error", "t", "ci_low", "ci_high"], *rows)
    found = audited(tmp_path, csv, REGRESSION, n=n)
    assert contradictions(found) == []
    nearest = audited(tmp_path, csv, REGRESSION, n=n, rounding="nearest")
    assert [text[:21] for text in of(found, "note")] == ["This paper truncates:"] * bool(
        contradictions(nearest)
    )
    told = audited(tmp_path, csv, REGRESSION, n=n, rounding="truncated")
    assert contradictions(told) == of(told, "note") == []


def test_differences_of_a_last_digit_that_no_rule_explains_are_of_their_own_class(tmp_path: Path) -> None:
    csv = table(
        ["row", "b", "std_error", "t"], ["x", "0.640", "0.122", "5.21"], ["y", "0.640", "0.122", "5.28"]
    )
    found = audited(tmp_path, csv, REGRESSION, n=59)
    assert len(of(found, "rounding")) == 2
    assert of(found, "note") == []


@pytest.mark.parametrize(
    ("rows", "n", "note"),
    [
        ([("m", 150, "37.97"), ("f", 245, "62.03")], 400, "of those who answered (395)"),
        ([("a", 10, "12.5"), ("b", 70, "87.5")], 100, "of those who answered (80)"),
        ([("a", 10, "12.5%"), ("b", 70, "87.5%")], 100, "of those who answered (80)"),
        ([("a", 33, "33.3"), ("b", 33, "33.3"), ("c", 33, "33.3")], 120, "of those who answered (99)"),
        ([("a", 300, "75.0"), ("b", 200, "50.0"), ("c", 100, "25.0")], 400, "Several answers"),
        ([("a", 90, "90"), ("b", 85, "85")], 100, "Several answers"),
        ([("a", 300, "50.0"), ("b", 200, "33.3"), ("c", 100, "16.7")], 400, "all answers given (600)"),
        ([("a", 55, "55.0"), ("b", 55, "55.0")], 100, "Several answers"),
        ([("a", 1, "2"), ("b", 49, "98")], 60, "of those who answered (50)"),
        ([("a", 676, "100.0"), ("b", 338, "50.0")], 676, "Several answers"),
    ],
)
def test_bases_of_percentages(rows: list[Any], n: int, note: str, tmp_path: Path) -> None:
    csv = table(["group", "row", "n", "percent"], *(["q", *row] for row in rows))
    found = audited(tmp_path, csv, FREQUENCIES, n=n)
    assert contradictions(found) == []
    assert any(note in text for text in of(found, "note"))
    wrong = table(
        ["group", "row", "n", "percent"], ["q", *rows[0][:2], "44.4"], *(["q", *r] for r in rows[1:])
    )
    assert contradictions(audited(tmp_path, wrong, FREQUENCIES, n=n))


def test_declared_bases_need_no_note(tmp_path: Path) -> None:
    several = table(["group", "row", "n", "percent"], ["q", "a", 300, "75.0"], ["q", "b", 200, "50.0"])
    valid = table(["group", "row", "n", "percent"], ["q", "a", 150, "37.97"], ["q", "b", 245, "62.03"])
    for csv, told in ((several, {"multiple": True}), (valid, {"percent_of": "answers"})):
        found = audited(tmp_path, csv, FREQUENCIES | told, n=400)
        assert contradictions(found) == []
        assert not [text for text in of(found, "note") if "did not answer" not in text]
    assert contradictions(audited(tmp_path, valid, FREQUENCIES | {"percent_of": "total"}, n=400))


SPSS = [
    ["sex", "Male", "150", "37.5", "38.0", "38.0"],
    ["sex", "Female", "245", "61.3", "62.0", "100.0"],
    ["sex", "Total", "395", "98.8", "100.0", ""],
    ["sex", "Missing System", "5", "1.3", "", ""],
]


@pytest.mark.parametrize(
    ("header", "lines"),
    [
        (
            ["Frequency", "Percent", "Valid Percent", "Cumulative Percent"],
            ["Male", "Female", "Total", "Missing"],
        ),
        (
            ["Частота", "Процент", "Валидный процент", "Кумулятивный процент"],
            ["Муж", "Жен", "Всего", "Пропущенные"],
        ),
        (["n", "%", "valid %", "cum. %"], ["m", "f", "Total", "System"]),
        (["Жиілік", "Пайыз", "Жарамды пайыз", "Жинақталған пайыз"], ["ер", "әйел", "Барлығы", "Жауап жоқ"]),
        (
            ["Частота", "Процент", "Процент допустимых", "Накопленный процент"],
            ["м", "ж", "Итого", "Нет ответа"],
        ),
    ],
)
def test_frequencies_of_spss(header: list[str], lines: list[str], tmp_path: Path) -> None:
    rows = [["sex", line, *row[2:]] for line, row in zip(lines, SPSS, strict=True)]
    csv = table(["group", "row", *header], *rows)
    found = audited(tmp_path, csv, FREQUENCIES, n=400)
    assert contradictions(found) == []
    assert of(found, "unread") == []
    for right, wrong in (("38.0", "83.0"), ("395", "359"), ("61.3", "63.1")):
        assert contradictions(audited(tmp_path, csv.replace(f'"{right}"', f'"{wrong}"'), FREQUENCIES, n=400))


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([("Q1", "0.71", ""), ("Q2", "-0.62", ""), ("Q3", "", "0.80")], ("-0.62", "-0.26")),
        ([("Q1", "−0.71", ""), ("Q2", "−0.62", ""), ("Q3", "", "−0.80")], ("−0.62", "−0.26")),
        ([("Q1", "–0.71", "0.52"), ("Q2", "0.62", "-0.55")], ("0.52", "0.25")),
        ([("Q1", "-.71", ""), ("Q2", ".62", "")], (".62", ".26")),
    ],
)
def test_negative_loadings_are_loadings(rows: list[Any], wrong: tuple[str, str], tmp_path: Path) -> None:
    csv = table(["row", "component_1", "component_2"], *rows)
    relation = LOADINGS | {"suppressed_below": 0.5}
    assert contradictions(audited(tmp_path, csv, relation)) == []
    assert contradictions(audited(tmp_path, csv.replace(*wrong), relation))


def oblique(seed: int, *, communality: bool) -> tuple[str, np.ndarray]:
    """A pattern matrix of correlated factors, with communalities that follow from the correlation."""
    rng = np.random.default_rng(seed)
    phi = np.array([[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]])
    pattern = rng.uniform(-0.1, 0.1, (12, 3))
    pattern[np.arange(12), np.arange(12) % 3] = rng.uniform(0.5, 0.85, 12)
    h2 = np.einsum("ij,jk,ik->i", pattern, phi, pattern)
    rows = [
        [f"q{i}", *(f"{v:.2f}" for v in row), *([f"{c:.3f}"] if communality else [])]
        for i, (row, c) in enumerate(zip(pattern, h2, strict=True))
    ]
    header = ["row", "F1", "F2", "F3", *(["h2"] if communality else [])]
    return table(header, *rows), pattern


@pytest.mark.parametrize("seed", range(10))
def test_correlated_factors_are_recognised_by_their_communalities(seed: int, tmp_path: Path) -> None:
    csv, _ = oblique(seed, communality=True)
    found = audited(tmp_path, csv, LOADINGS)
    assert contradictions(found) == []
    assert ["oblique" in text for text in of(found, "note")] == [True]
    told = audited(tmp_path, csv, LOADINGS | {"rotation": "oblique"})
    assert contradictions(told) == of(told, "note") == []
    assert len(contradictions(audited(tmp_path, csv, LOADINGS | {"rotation": "orthogonal"}))) > 3


@pytest.mark.parametrize(
    "rotation", ["promax", "Oblimin", "direct oblimin (SPSS)", "облимин", "промакс", "қиғаш айналдыру"]
)
def test_a_caption_that_names_the_rotation(rotation: str, tmp_path: Path) -> None:
    csv = table(["row", "F1", "F2"], ["a", "1.04", "-0.12"], ["b", "0.95", "0.40"])
    objects = {"t": {"number": 1, "caption": f"Pattern matrix, {rotation}", "csv": csv}}
    found = audit.run(written(tmp_path, objects=objects, relations=[LOADINGS]))
    assert contradictions(found) == []
    absurd = {"t": objects["t"] | {"csv": csv.replace("1.04", "2.30")}}
    assert len(contradictions(audit.run(written(tmp_path, objects=absurd, relations=[LOADINGS])))) == 1


def test_a_header_may_number_the_column_of_items_too(tmp_path: Path) -> None:
    csv = table(["row", *(f"component_{i}" for i in range(1, 8))], ["q", *["0.3"] * 7])
    for last, wrong in ((7, 0), (8, 0), (9, 1), (6, 1)):
        assert len(contradictions(audited(tmp_path, csv, LOADINGS | {"header": last}))) == wrong, last
    assert len(contradictions(audited(tmp_path, csv, LOADINGS | {"components": 8}))) == 1


def test_loadings_under_names_of_factors(tmp_path: Path) -> None:
    csv = table(["row", "Trust", "Ease"], ["q1", "0.80", "0.10"], ["q2", "0.20", "2.30"])
    found = audited(tmp_path, csv, LOADINGS)
    assert any("Trust, Ease" in text for text in of(found, "unread"))
    told = audited(tmp_path, csv, LOADINGS | {"columns": ["Trust", "Ease"]})
    assert len(contradictions(told)) == 1
    assert of(told, "unread") == []


STARS = {"kind": "stars", "of": "t:*:beta", "mark": "*", "below": 0.05}


@pytest.mark.parametrize(
    ("header", "rows", "wrong"),
    [
        (["beta", "t"], [(".513***", "3.736"), (".164", "1.267")], 0),
        (["beta", "t"], [(".513", "3.736"), (".164*", "1.267")], 2),
        (["beta", "p"], [(".513***", ".000"), (".164", ".206")], 0),
        (["beta", "p"], [(".513", ".000"), (".164*", ".206")], 2),
        (["β", "t-value"], [("0.30*", "2.10"), ("0.10", "1.10")], 0),
        (["Original sample (O)", "T statistics (|O/STDEV|)"], [("0.30**", "2.90"), ("-0.10", "1.10")], 0),
        (["beta", "z"], [("0.30*", "2.10"), ("0.10", "1.10")], 0),
        (["Beta", "Sig."], [("0.30*", "0.036"), ("0.10", "0.272")], 0),
        (["beta", "t"], [("0.30*", "1.80"), ("0.25*", "1.75"), ("0.10", "1.10")], 0),
    ],
)
def test_stars_on_coefficients(header: list[str], rows: list[Any], wrong: int, tmp_path: Path) -> None:
    csv = table(["row", *header], *([f"x{i}", *row] for i, row in enumerate(rows)))
    assert len(contradictions(audited(tmp_path, csv, STARS))) == wrong


def test_stars_with_nothing_beside_them_cannot_be_checked(tmp_path: Path) -> None:
    found = audited(tmp_path, table(["row", "beta"], ["x", ".5***"]), STARS)
    assert contradictions(found) == []
    assert "Neither p nor t" in of(found, "not_testable")[0]


OBJECTS = {
    "a": {"kind": "table", "number": 1, "caption": "one", "csv": "row,v\na,1\n"},
    "b": {"kind": "table", "number": 5, "caption": "two", "csv": "row,v\nb,2\n"},
}


def test_numbering_is_checked_where_the_transcription_is_complete(tmp_path: Path) -> None:
    references = [{"place": "text", "kind": "table", "number": n, "topics": ["means"]} for n in range(2, 5)]
    partial = audit.run(written(tmp_path, objects=OBJECTS, references=references))
    assert contradictions(partial) == []
    assert len(of(partial, "not_testable")) == 3
    whole = audit.run(written(tmp_path, objects=OBJECTS, references=references, complete=True))
    assert len(contradictions(whole)) == 3
    figures = audit.run(written(tmp_path, objects=OBJECTS, references=references, complete=["figure"]))
    assert contradictions(figures) == []


@pytest.mark.parametrize(
    ("captions", "kinds", "numbers", "found"),
    [
        (("one", "another"), ("figure", "figure"), (7, 7), 1),
        (("one", "another"), ("table", "table"), (3, 3), 1),
        (("one", "another"), ("table", "figure"), (3, 3), 0),
        (("one", "one"), ("table", "table"), (3, 3), 0),
        (("one", ""), ("table", "table"), (3, 3), 0),
        (("", ""), ("table", "table"), (3, 3), 0),
        (("one", "another"), ("table", "table"), ("A1", "A1"), 1),
        (("one", "another"), ("table", "table"), ("7", 7), 1),
        (("one", "another"), ("table", "table"), (3, 4), 0),
        (("one", "another"), ("table", "table"), (None, None), 0),
    ],
)
def test_duplicate_numbers(captions: Any, kinds: Any, numbers: Any, found: int, tmp_path: Path) -> None:
    objects = {
        f"o{i}": {"kind": kind, "number": number, "caption": caption, "csv": "row,v\na,1\n"}
        for i, (kind, number, caption) in enumerate(zip(kinds, numbers, captions, strict=True))
    }
    findings = audit.run(written(tmp_path, objects=objects, complete=True))
    assert len(contradictions(findings)) == found
    assert not findings.astype(str).apply(lambda column: column.str.contains("None")).any().any()


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_a_table_without_a_number_goes_by_its_caption_or_its_name(language: str, tmp_path: Path) -> None:
    objects = {
        "t": {"caption": "Fit", "csv": "row,b,std_error,t\nx,1.0,0.1,99.0\n"},
        "u": {"csv": "row,b,std_error,t\nx,1.0,0.1,99.0\n"},
    }
    relations = [{"kind": "regression", "coefficients": name} for name in objects]
    findings = audit.run(written(tmp_path, objects=objects, relations=relations), language)
    wrong = findings[findings.consistent.eq(False).fillna(False)]
    assert list(wrong.place.str.split(",").str[0]) == ["“Fit”", "u"]
    assert not findings.explanation.str.contains("None").any()
