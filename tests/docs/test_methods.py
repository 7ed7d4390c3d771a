"""docs/methods.md names what exists: tables of stages, and tests; and no analysis is left out of it."""

from __future__ import annotations

import re

from smartcity_survey.stages.collection import stages
from tests.conftest import REPOSITORY

TEXT = (REPOSITORY / "docs/methods.md").read_text(encoding="utf-8")
ROWS = [line.split("|")[1:-1] for line in TEXT.splitlines() if line.startswith("|") and "---" not in line]
NAMED = [name for row in ROWS for name in re.findall(r"`(\w+)`", row[-2])]
# About the answers themselves: other packages have them in other forms, or nothing of the kind.
OF_ANSWERS = {"clean", "describe", "missing", "read"}


def test_every_table_named_is_made_and_named_once() -> None:
    made = {name for stage in stages().values() for name in stage.every_table()}
    assert [name for name in NAMED if name not in made] == []
    assert sorted({name for name in NAMED if NAMED.count(name) > 1}) == []


def test_every_analysis_stands_there() -> None:
    made = {name for key, stage in stages().items() if key not in OF_ANSWERS for name in stage.every_table()}
    of_waves = {"wave_items", "wave_means", "wave_mean_differences"}  # means, as those of any survey
    assert sorted(made - set(NAMED) - of_waves) == []


VALUES = re.compile(r"pytest\.approx|assert_allclose|np\.allclose|assert_array_equal|array_equal")


def test_every_row_has_its_evidence() -> None:
    """Tests that exist; one of them at least holds numbers against others."""
    for row in ROWS:
        method, evidence = row[0].strip(), re.findall(r"`([^`]+)`", row[-1])
        if method in ("method", "not here"):
            continue
        assert evidence, method
        for each in evidence:
            path = REPOSITORY / each
            assert path.is_file(), f"{method}: {each}"
            assert "def test_" in path.read_text(encoding="utf-8"), f"{method}: {each}"
        texts = [(REPOSITORY / each).read_text(encoding="utf-8") for each in evidence]
        assert any(map(VALUES.search, texts)), f"{method}: no numbers are compared"
