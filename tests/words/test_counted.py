"""A number and the noun that it counts agree: `1 cell`, `2 cells`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smartcity_survey as ss
from smartcity_survey.errors import counted, counts
from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "src/smartcity_survey"
NOUNS = (
    *("cells", "rows", "items", "constructs", "respondents", "questionnaires", "columns", "lines", "checks"),
    *("components", "factors", "paths", "hypotheses", "categories", "coefficients", "parameters", "outcomes"),
    *("permutations", "resamples", "folds", "repetitions", "numbers", "values", "problems", "predictors"),
)


def counted_by_hand(path: Path) -> Iterator[str]:
    """Numbers in messages with a plural right behind them, which `counted` has not written."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.JoinedStr):
            continue
        before = ""
        for part, after in zip(node.values, [*node.values[1:], None], strict=True):
            if isinstance(part, ast.Constant):
                before = str(part.value)
            elif isinstance(after, ast.Constant):
                noun = re.match(rf" (?:more |other )?({'|'.join(NOUNS)})\b", str(after.value))
                whole = re.search(r"\b(all|of|of the|than) $", before)
                name = ast.unparse(part.value) if isinstance(part, ast.FormattedValue) else ""
                if noun and not whole and not name.isupper() and not name.endswith("correlation"):
                    yield f"{path.relative_to(PACKAGE)}, line {node.lineno}: {name}{after.value}"


# Others are at work there, or what is told of is never told to a user as it stands.
ELSEWHERE = ("stats", "reconstruct", "evidence")


def test_no_message_counts_by_hand() -> None:
    files = [path for path in PACKAGE.rglob("*.py") if not set(ELSEWHERE) & set(path.parts)]
    assert len(files) > 100
    assert [line for path in files for line in counted_by_hand(path)] == []


def test_one_is_singular() -> None:
    assert [counted(n, "cell") for n in (0, 1, 2)] == ["0 cells", "1 cell", "2 cells"]
    assert [counted(n, "row has", "rows have") for n in (1, 3)] == ["1 row has", "3 rows have"]
    assert counts(respondent=20, item=1) == "20 respondents, 1 item"


@pytest.mark.parametrize(("n", "told"), [(1, "in 1 cell."), (2, "in 2 cells.")])
def test_messages_agree_with_their_number(n: int, told: str) -> None:
    frame = pd.DataFrame({"a": [np.inf] * n + [1.0] * 9})
    with pytest.raises(ss.SurveyError) as error:
        ss.describe(frame)
    assert told in str(error.value)
