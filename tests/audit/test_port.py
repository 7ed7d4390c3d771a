"""The matrices of port's documentation and tests, with the verdicts it gives for them (numbers only).

port (Hussey 2026, github.com/ianhussey/port) says whether some positive semidefinite matrix rounds to a
printed one.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.audit.small_papers import judged, table, wrong

NAMES = ("a", "b", "c", "d", "e")
COMPOSITE = (0.5, 0.5, 0.82, 0.5, 0.82, 0.82)
"""Three variables that correlate .5, and their sum: singular, at the edge of what is possible."""
# Lower halves, line by line; the verdict; the variables that port blames, where it names any.
MATRICES = {
    "triad": ((0.9, 0.9, -0.9), False, "abc"),
    "five": ((-0.8, *[0.8] * 9), False, "ab"),
    "cell": ((0.56, 0.68, -0.26, 0.05, -0.31, -0.18, 0.82, -0.75, 0.50, 0.27), False, "ab"),
    "variable": ((-0.4, 0.1, 0.1, 0.8, 0.8, 0.8), False, "d"),
    "composite": (COMPOSITE, True, ""),
    "ordinary": ((0.3, 0.0, 0.0, 0.0, 0.0, 0.0), True, ""),
}


@pytest.mark.parametrize("name", MATRICES)
def test_the_verdict_is_that_of_port(name: str, tmp_path: Path) -> None:
    numbers, possible, blamed = MATRICES[name]
    k = round((1 + np.sqrt(1 + 8 * len(numbers))) / 2)
    cells = iter(numbers)
    rows = [[NAMES[i], *(f"{next(cells):.2f}" if j < i else "" for j in range(k))] for i in range(k)]
    content = {
        "objects": {"m": {"number": 1, "csv": table(["row", *NAMES[:k]], rows)}},
        "relations": [{"kind": "correlations", "table": "m"}],
    }
    findings = judged(tmp_path, content)
    found = wrong(findings)
    assert list(found.check) == ([] if possible else ["possible_correlations"])
    assert "possible_correlations" in set(findings.check)
    if blamed:
        named = found.explanation.iloc[0].split("those of ")[1].split(" (")[0].split(", ")
        assert set(blamed) <= set(named)
