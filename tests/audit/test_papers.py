"""Whole papers: the bundled one, and a small invented one with known mistakes."""

from pathlib import Path

import pandas as pd
import pytest

from smartcity_survey import audit
from smartcity_survey.audit.severity import Severity
from tests.conftest import REPOSITORY

PUBLISHED = REPOSITORY / "data" / "published"
LIBRARY = Path(__file__).parent / "papers" / "library.yaml"

# Share of changed digits noticed, among changes of at least 1 % of the value, less a margin for a cell more
# or less. Measured when this was written: 0.75 of all numbers of the bundled paper; 0.91 of its Tables 11-13,
# 15 and 16, whose numbers bind one another; 0.83 of the invented paper. Loadings without communalities,
# thresholds and lists of projects have nothing to be checked against; they are counted all the same.
NOTICED_AT_LEAST = {"all": 0.72, "bound": 0.87, "library": 0.80}


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    return audit.run(PUBLISHED)


@pytest.fixture(scope="module")
def library() -> pd.DataFrame:
    return audit.run(LIBRARY)


def found(findings: pd.DataFrame, check: str, place: str) -> pd.Series:
    """The one inconsistency of a check at a place."""
    chosen = findings[
        (findings.check == check)
        & findings.place.str.startswith(place)
        & findings.consistent.eq(False).fillna(False)
    ]
    assert len(chosen) == 1, chosen
    return chosen.iloc[0]


def test_the_table_has_one_row_per_check_gravest_first(published):
    assert list(published.columns) == audit.COLUMNS
    order = [severity.value for severity in Severity]
    ranks = published.severity.map(order.index)
    assert ranks.is_monotonic_increasing
    assert published.consistent.eq(False).fillna(False).sum() == published.severity.isin(order[:4]).sum()
    assert published.consistent.isna().sum() == published.severity.isin(order[4:6]).sum()
    assert published.explanation.str.len().gt(20).all()
    assert published.place.str.len().gt(0).all()


@pytest.mark.parametrize(
    ("check", "place", "severity", "said"),
    [
        ("verdict_follows", "Table 17, H1", "changes_a_conclusion", "0.105 is meant, -0.105 is printed"),
        ("df_of_sphericity", "Table 13, df of Bartlett's test", "typo", "1275 is meant, 1257 is printed"),
        ("percent_of_total", "Table 11, Department: city planner", "typo", "4 is meant, 8 is printed"),
        ("line_of_its_own", "Table 17, H3", "inconsistent", "values of Smart environment"),
        ("trend", "text after Figure 2", "inconsistent", "1720 → 740, 2400 → 1650"),
        ("continued_under_its_number", "Table 14", "typo", "15"),
        ("numbered_without_gap", "Table 9", "inconsistent", "no Table 9"),
        ("caption_has_contents", "Table 10", "inconsistent", "Nothing"),
        ("reference_leads_there", "text after Table 12 on means", "typo", "see Table 12"),
        ("reference_leads_there", "text before Table 14 on the confirm", "inconsistent", "something else"),
        ("normal_shape", "text before Table 14", "inconsistent", "4.356"),
    ],
)
def test_contradictions_of_the_bundled_paper(published, check, place, severity, said):
    finding = found(published, check, place)
    assert finding.severity == severity
    assert said in finding.explanation


def test_the_claimed_ranking_of_means_changes_a_conclusion(published):
    ranked = published[(published.check == "ranked_first") & (published.place == "conclusion")]
    assert set(ranked.severity) == {"changes_a_conclusion"}
    assert len(ranked) == 2


def test_the_regression_tables_hold_together(published):
    tables = published.place.str.match(r"Table (12|15|16)\b")
    assert published[tables].consistent.sum() > 100
    assert not published[tables & published.consistent.eq(False).fillna(False)].size


def test_collinearity_is_read_off_the_printed_standard_errors(published):
    implied = published[published.check == "implied_vif"]
    vifs = implied.expected.str.extract(r"(?P<low>[\d.]+) - (?P<high>[\d.]+)").astype(float)
    vifs.index = implied.place.str.extract(r"Table 16, ([^,]+)", expand=False)
    # 1 / (1 - R2 of the predictor on the others), from SE, SD_x, n and s as printed.
    assert vifs.high["Smart economy"] < 3.25
    assert vifs.low["Smart mobility"] > 4.9
    assert len(vifs) == 6


def test_what_cannot_be_tested_says_why(published):
    untested = published[published.severity == "not_testable"]
    assert "GRIM does not apply" in untested.explanation.str.cat()
    assert "no fit index is printed" in untested.explanation.str.cat()


@pytest.mark.parametrize(
    ("check", "place", "severity", "said"),
    [
        ("p_of_z_test", "results (its p)", "changes_a_conclusion", "0.2282 to 0.2321"),
        ("p_of_t_test", "results (its p)", "inconsistent", "0.025 to 0.026"),
        ("bounded_numbers", "discussion", "changes_a_conclusion", "visits (,218)"),
        ("grim", "Table 2, member", "inconsistent", "3.167, 3.188"),
        ("grimmer", "Table 2, member", "inconsistent", "none gives 1,24"),
        ("tolerance_from_vif", "Table 3, visits", "typo", "1,25 is meant, 1,52 is printed"),
        ("communality", "Table 4, use3", "typo", "0,43 is meant, 0,34 is printed"),
        ("reference_leads_there", "results", "typo", "see Table 4"),
    ],
)
def test_mistakes_of_the_invented_paper(library, check, place, severity, said):
    finding = found(library, check, place)
    assert finding.severity == severity
    assert said in finding.explanation


def test_nothing_else_is_held_against_the_invented_paper(library):
    assert library.consistent.eq(False).fillna(False).sum() == 8
    short = library[library.explanation.str.contains("did not answer this question")]
    assert list(short.consistent) == [True]


def test_explanations_come_in_the_language_asked_for():
    russian = audit.run(LIBRARY, language="ru")
    assert russian.explanation.str.contains("Доверие оценено выше всего").any()
    assert audit.run(LIBRARY, language="kk").place.str.startswith("2-кесте").any()


def test_seeded_errors_are_noticed():
    bundled = audit.power(PUBLISHED).set_index("object")
    assert bundled.loc["all", "n_changes"] > 10_000
    assert bundled.loc["all", "share_noticed"] >= NOTICED_AT_LEAST["all"]
    tables = bundled[bundled.index.str.match(r"table_(11|12|13|15|16)")]
    noticed = (tables.share_noticed * tables.n_changes).sum() / tables.n_changes.sum()
    assert noticed >= NOTICED_AT_LEAST["bound"]
    library = audit.power(LIBRARY).set_index("object")
    assert library.loc["all", "share_noticed"] >= NOTICED_AT_LEAST["library"]
    assert library.n_changes[:-1].sum() == library.loc["all", "n_changes"]
