"""One finding for one contradiction, and sentences that say the fact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from smartcity_survey import audit
from tests.audit.papers_in_memory import audited, contradictions, of, table, written
from tests.conftest import REPOSITORY

PUBLISHED = REPOSITORY / "data" / "published"


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    return audit.run(PUBLISHED)


def failing(findings: pd.DataFrame) -> pd.DataFrame:
    return findings[findings.consistent.eq(False).fillna(False)]


def test_the_mix_up_of_h3_is_one_finding(published: pd.DataFrame) -> None:
    h3 = failing(published)[failing(published).place.str.contains("Table 17, H3|of smart governance")]
    (said,) = h3.explanation
    assert said.startswith("-0.056; 0.285 are the values of Smart environment; this row has -0.027, 0.619.")
    assert "text after Table 17 (beta of smart governance)" in said


def test_the_percentages_of_the_text_are_one_finding(published: pd.DataFrame) -> None:
    told = [text for text in failing(published).explanation if "48.9%" in text]
    (said,) = told
    assert said.startswith(
        "Numbers of the text differ from Table 11: 48.9% for age 18-25 (47.0% there), 19% for"
    )
    assert said.count(" there)") == 21
    assert "gives all 21 percentages of the text is 796, not 676" in said


def test_no_smaller_number_of_respondents_gives_all_percentages() -> None:
    paper = yaml.safe_load((PUBLISHED / "paper.yaml").read_text(encoding="utf-8"))
    assert paper["n"] == "text:sample_analysed"
    text = pd.read_csv(PUBLISHED / "text.csv", dtype=str)
    printed = text[text.row.str.match(r"(age|gender|city|education|department)_\d")].printed
    shares = [(float(one.rstrip("%")), len(one.rstrip("%").partition(".")[2])) for one in printed]

    def fits(n: int) -> bool:
        return all(
            any(round(abs(100 * k / n - s), 9) <= 0.5 * 10**-d for k in range(n + 1)) for s, d in shares
        )

    assert not any(fits(n) for n in range(1, 796))
    assert fits(796)


def test_arrows_that_all_run_the_other_way_are_one_finding(published: pd.DataFrame) -> None:
    arrows = failing(published)[failing(published).check == "direction_as_hypothesised"]
    (said,) = arrows.explanation
    assert said.endswith("So it is for H1, H2, H3, H4, H5 and H6.")


def test_a_slip_and_what_it_explains_are_one_finding(published: pd.DataFrame) -> None:
    for wrong, place in (("4 is meant, 8", "Table 11"), ("1275 is meant, 1257", "Table 13")):
        found = failing(published)[failing(published).explanation.str.contains(wrong)]
        assert len(found) == 1
        assert found.place.iloc[0].startswith(place)


def test_a_missing_table_and_references_to_it_are_one_finding(published: pd.DataFrame) -> None:
    assert failing(published).explanation.str.contains("Table 9").sum() == 1


def test_a_limit_that_the_text_itself_contradicts_is_not_certified(published: pd.DataFrame) -> None:
    kurtosis = published[published.check == "limit_contradicted"]
    assert list(kurtosis.severity) == ["not_testable"]
    assert "≤ 188" in kurtosis.explanation.iloc[0]
    assert "-2 - 2" in kurtosis.explanation.iloc[0]
    bounded = published[published.check == "bounded_numbers"]
    assert bounded[bounded.explanation.str.contains("Kurtosis is within")].empty


def test_a_claim_bears_on_the_hypotheses_that_fail(published: pd.DataFrame) -> None:
    claim = failing(published)[failing(published).explanation.str.contains("as Table 17 prints them")]
    assert list(claim.explanation.str.extract(r"This affects (.+)\.$")[0]) == ["H1"]


def test_judgements_of_a_person_stand_apart_and_quote_the_sentence(published: pd.DataFrame) -> None:
    claims = failing(published)[failing(published).basis == "claim"]
    assert len(claims) > 10
    assert claims.explanation.str.startswith("“").all()
    arithmetic = failing(published)[failing(published).basis == "arithmetic"]
    assert not arithmetic.explanation.str.contains("The numbers do not support this").any()


def test_notes_name_what_is_missing(published: pd.DataFrame) -> None:
    notes = published[published.severity == "note"].set_index("place").explanation
    assert notes["Table 11, Education (4 numbers)"] == "1 did not answer this question."
    assert "5695; 9460 is stated" in notes.filter(like="funding of 2018-2024").iloc[0]
    assert notes["Table 6, total, projects"] == "18 rows are listed; 25 are stated."


def test_rows_and_people_are_named_not_coded(published: pd.DataFrame) -> None:
    said = published.place.str.cat(published.explanation, sep=" ")
    assert not said.str.contains(r"ssadop|secon|smob|sliv|department/|age/|bartlett_df").any()
    (years,) = failing(published)[failing(published).check == "within_period"].explanation
    assert years.startswith("Years outside 2018 - 2020: 2021 (electronic ticketing, emergency service 112, ")


def test_labels_of_the_paper_are_those_of_the_codebook() -> None:
    labels = yaml.safe_load((PUBLISHED / "paper.yaml").read_text(encoding="utf-8"))["labels"]
    codebook = yaml.safe_load((REPOSITORY / "data/codebook.yaml").read_text(encoding="utf-8"))
    for construct in codebook["constructs"].values():
        assert labels[construct["score"]] == construct["label"]


def test_a_header_that_numbers_all_columns_is_no_finding(published: pd.DataFrame) -> None:
    components = published[published.check == "number_of_components"]
    assert list(components.consistent) == [True]


REGRESSION = {"kind": "regression", "coefficients": "t"}
COMPOSITES = {"kind": "composites", "loadings": "t:*:loading", "ave": "u:x:ave"}


@pytest.mark.parametrize(
    ("printed", "severity"),
    [(".545", "changes_a_conclusion"), (".491", "typo"), (".421", "rounding"), (".360", "inconsistent")],
)
def test_a_threshold_that_turns_is_another_class_than_a_last_digit(
    printed: str, severity: str, tmp_path: Path
) -> None:
    """AVE of loadings .60, .65, .69 is .419."""
    objects = {
        "t": {"number": 1, "csv": "row,loading\na,.600\nb,.650\nc,.690\n"},
        "u": {"number": 2, "csv": f"row,ave\nx,{printed}\n"},
    }
    found = audit.run(written(tmp_path, objects=objects, relations=[COMPOSITES]))
    assert list(failing(found).severity) == [severity]


@pytest.mark.parametrize(
    ("printed", "units"), [("5.22", None), ("5.21", 1), ("5.11", 11), ("5.91", 64), ("52.2", 469)]
)
def test_the_size_of_a_miss_is_in_units_of_the_last_digit(
    printed: str, units: float | None, tmp_path: Path
) -> None:
    csv = f"row,b,std_error,t\nx,0.640,0.122,{printed}\n"
    found = failing(audited(tmp_path, csv, REGRESSION, rounding="nearest"))
    assert [round(one) for one in found.units] == ([] if units is None else [units])
    told = found.explanation.str.extract(r"\((\d+) units of the last digit away\)")[0].dropna()
    assert list(told.astype(int)) == ([] if units is None or units < 2 else [units])


def test_an_estimate_of_the_other_sign_changes_a_conclusion(tmp_path: Path) -> None:
    objects = {
        "d": {"number": 1, "csv": "row,mean,sd\nx,3.5,0.9\ny,3.5,0.8\n"},
        "t": {"number": 2, "csv": "row,b,beta\nx,0.30,-0.34\n"},
    }
    relation = REGRESSION | {"descriptives": "d", "outcome": "y"}
    found = audit.run(written(tmp_path, objects=objects, relations=[relation]))
    assert list(failing(found).severity) == ["changes_a_conclusion"]


@pytest.mark.parametrize(
    ("exceptions", "bears_on", "named"),
    [
        (["H1"], ["H1", "H2", "H3"], "H1"),
        (["H1", "H3"], ["H1", "H2", "H3"], "H1 and H3"),
        (["H2"], ["H1", "H2"], "H2"),
        (["H1", "H2", "H3"], ["H1", "H2", "H3"], "H1, H2 and H3"),
        (["H3"], ["conclusion"], "the conclusion"),
    ],
)
@pytest.mark.parametrize("rows", ["hypotheses", "sources"])
def test_of_the_conclusions_named_those_fall_whose_numbers_do(
    exceptions: list[str], bears_on: list[str], named: str, rows: str, tmp_path: Path
) -> None:
    names = ["H1", "H2", "H3"] if rows == "hypotheses" else ["a", "b", "c"]
    hypotheses = {f"H{i}": {"source": s, "target": "y"} for i, s in enumerate("abc", start=1)}
    lines = [[name, "-0.1" if f"H{i}" in exceptions else "0.1"] for i, name in enumerate(names, start=1)]
    claim = {"kind": "every", "place": "text", "says": "All are positive.", "of": "t:*:beta", "above": 0}
    objects = {"t": {"number": 1, "csv": table(["row", "beta"], *lines)}}
    found = audit.run(
        written(tmp_path, objects=objects, hypotheses=hypotheses, claims=[claim | {"bears_on": bears_on}])
    )
    (said,) = contradictions(found)
    assert said.endswith(f"This affects {named}.")


@pytest.mark.parametrize(
    ("first", "second", "certified"),
    [
        ({"at_most": 188}, {"between": [-2, 2]}, False),
        ({"at_most": 10}, {"at_most": 3}, False),
        ({"at_least": 1}, {"above": 3.6}, False),
        ({"between": [0, 9]}, {"below": 2}, False),
        ({"at_most": 188}, {"at_most": 9}, True),
        ({"at_most": 5}, {"at_least": 1}, True),
    ],
)
def test_limits_that_contradict_one_another(first: Any, second: Any, certified: bool, tmp_path: Path) -> None:
    claims = [
        {"kind": "every", "place": "text", "says": says, "of": "t:*:kurtosis", **limit}
        for says, limit in (("First.", first), ("Second.", second))
    ]
    objects = {"t": {"number": 1, "csv": "row,kurtosis\nx,3.5\ny,4.3\n"}}
    found = audit.run(written(tmp_path, objects=objects, claims=claims))
    said = found[found.explanation.str.contains("First")]
    assert list(said.severity) == ["" if certified else "not_testable"]
    assert said.explanation.str.contains("not confirmed").any() != certified


def test_a_number_of_the_text_is_told_as_the_text_gives_it(tmp_path: Path) -> None:
    objects = {"t": {"number": 11, "csv": "row,percent\nyoung,47.0\n"}}
    text = "row,place,printed,same_as,says\na,text,48.9%,t:young:percent,age 18-25\n"
    found = audit.run(written(tmp_path, objects=objects, text=text))
    assert contradictions(found) == ["The text gives 48.9% for age 18-25; Table 11, young, % gives 47.0%."]


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_no_english_is_left_in_other_languages(language: str) -> None:
    found = audit.run(PUBLISHED, language)
    words = r"\b(?:the|of|is|printed|and|Table|follows|for|gives|smart|city)\b"
    for column in ("place", "explanation"):
        left = found[found[column].str.contains(words)]
        assert left[column].tolist() == []


def test_a_number_printed_again_by_two_copies_is_one_contradiction(tmp_path: Path) -> None:
    objects = {"t": {"number": 1, "csv": "row,b\nx,0.50\n"}}
    text = "row,place,printed,same_as,says\n" + "".join(
        f"a{i},place {i},0.70,t:x:b,b of x\n" for i in range(4)
    )
    found = audit.run(written(tmp_path, objects=objects, text=text))
    assert len(contradictions(found)) == 1
    assert of(found, "unread") == []


def test_a_verdict_that_neither_t_nor_stars_bear_out_is_one_contradiction(tmp_path: Path) -> None:
    csv = "row,β,t-статистика,Решение\nH1,0.31**,4.2,да\nH2,0.05,0.7,да\n"
    hypotheses = {name: {"source": name, "target": "y"} for name in ("H1", "H2")}
    relation = {"kind": "verdicts", "table": "t", "estimate": "beta", "verdict": "Решение", "confirmed": "да"}
    found = audited(tmp_path, csv, relation, hypotheses=hypotheses, n=300)
    (said,) = contradictions(found)
    assert said.endswith("This affects H2.")


def test_a_cell_is_named_as_it_is_printed(tmp_path: Path) -> None:
    found = audited(tmp_path, "row,n,%\na,10,ten 5\n", {"kind": "frequencies", "table": "t"}, n=100)
    assert of(found, "unread") == ["No number: ten 5."]
