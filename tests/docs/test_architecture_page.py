"""docs/architecture.md: what is derived is up to date, and leads to where things are."""

from __future__ import annotations

import re

import pytest

from smartcity_survey.workflow.catalogue import stages
from tests.docs.architecture import MARK, PACKAGE, PAGE, page

TEXT = PAGE.read_text(encoding="utf-8")


def line(term: str) -> str:
    """The line of a table that begins with a term; there is one."""
    (found,) = re.findall(rf"^\| {re.escape(term)} \|.*$", TEXT, re.MULTILINE)
    return str(found)


def test_the_page_is_what_the_command_writes() -> None:
    assert page() == TEXT, "run python -m tests.docs.architecture"
    assert TEXT.count(MARK) == 1


def test_table_14_leads_to_its_stage_and_module() -> None:
    (found,) = re.findall(r"^\| \*\*Table 14\*\*.*$", TEXT, re.MULTILINE)
    assert "`rotated_loadings.csv`" in found
    assert "[components](#stage-components)" in found
    assert "`stages/factor/components.py`" in found


@pytest.mark.parametrize(
    ("term", "place"),
    [
        ("VIF", "table `coefficients` of [regression](#stage-regression)"),
        ("AVE", "table `reliability` of [measurement](#stage-measurement)"),
        ("Kaiser-Meyer-Olkin measure (KMO)", "table `adequacy` of [adequacy](#stage-adequacy)"),
        ("Fornell-Larcker criterion", "table `fornell_larcker` of [measurement](#stage-measurement)"),
        (
            "VIF",
            "(`stages/regression/regression.py`, `stats/regression/least_squares.py`; report: Regression)",
        ),
        ("`fit_pls`", "`stats/pls/algorithm.py`"),
    ],
)
def test_a_term_leads_to_its_tables_or_its_file(term: str, place: str) -> None:
    assert place in line(term)


def test_every_stage_and_every_file_named_is_there() -> None:
    headings = re.findall(r"^### Stage (\w+)$", TEXT, re.MULTILINE)
    assert headings == sorted(stages())
    named = set(re.findall(r"`((?:stages|stats|report|workflow)/[\w/]+\.py)`", TEXT))
    assert len(named) > 100
    assert {name for name in named if not (PACKAGE / name).is_file()} == set()
    links = set(re.findall(r"\(#stage-(\w+)\)", TEXT))
    assert links <= set(headings)


def test_options_are_those_that_a_stage_depends_on() -> None:
    """As the stage of careless answers and cleaning, and that of the other waves, say in their own ways."""
    parts = dict(re.findall(r"^### Stage (\w+)\n(.*?)(?=^##)", TEXT, re.MULTILINE | re.DOTALL))
    assert "- options: `codebook`, `cleaning`, `missing`, `weighting`, `disclosure`" in parts["clean"]
    assert "`waves`" in parts["waves"]
    assert "`study.wave`" in parts["waves"]
    assert "`data.file`" in parts["read"]
    assert "`robustness.strict_loading`" in parts["specification_curve"]
