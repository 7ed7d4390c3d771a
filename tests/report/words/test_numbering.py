from __future__ import annotations

from pathlib import Path

from smartcity_survey.report.contents import Entry, load_contents
from smartcity_survey.report.numbering import number_entries, printed_numbers
from smartcity_survey.report.wording import load_wording

PUBLISHED = Path(__file__).resolve().parents[3] / "data" / "published"
ENGLISH, KAZAKH = load_wording("en"), load_wording("kk")


def test_the_dissertation_keeps_its_numbers() -> None:
    contents = load_contents()
    entries = [*contents.entries("table"), *contents.entries("figure")]
    numbers = number_entries(entries, printed_numbers(PUBLISHED), ENGLISH)
    named = {(entry.kind, entry.name): number for entry, number in numbers.items()}
    assert {
        name: named["table", name]
        for name in ("demographics", "descriptives", "adequacy", "rotated_loadings")
    } == {
        "demographics": "Table 11",
        "descriptives": "Table 12",
        "adequacy": "Table 13",
        "rotated_loadings": "Table 14",
    }
    assert named["table", "model_summary"] == "Table 15"
    assert [named["table", name] for name in ("anova", "coefficients")] == ["Table 16a", "Table 16b"]
    assert named["table", "hypotheses"] == "Table 17"
    assert [named["figure", name] for name in ("path", "coefficients")] == ["Figure 5", "Figure 6"]
    assert named["table", "cleaning_log"] == "Table S21"
    assert len(set(numbers.values())) == len(entries)


def test_a_study_without_a_paper_counts_from_one() -> None:
    entries = [Entry("table", "a", topic="anova"), Entry("figure", "b"), Entry("table", "c")]
    assert list(number_entries(entries, printed_numbers(None), KAZAKH).values()) == [
        "1-кесте",
        "1-сурет",
        "2-кесте",
    ]


def test_supplement_in_kazakh() -> None:
    entries = [Entry("table", "a", topic="anova"), Entry("table", "b")]
    assert list(number_entries(entries, {("table", "anova"): 16}, KAZAKH).values()) == [
        "16-кесте",
        "Қ1-кесте",
    ]
