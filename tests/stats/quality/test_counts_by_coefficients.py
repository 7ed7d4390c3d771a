"""What a stranger can compute of small categories from the regression that has their dummies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.data.demographics import NO_ANSWER
from smartcity_survey.data.dummies import JOINED, demographic_dummies
from smartcity_survey.study.codebook import Codebook

SMALLEST = 5


def _codebook() -> Codebook:
    return Codebook.model_validate(
        {
            "scale": {"minimum": 1, "maximum": 5},
            "constructs": {"trust": {"label": "Trust"}},
            "items": {f"T{k}": {"construct": "trust", "label": f"T{k}"} for k in (1, 2, 3)},
            "demographics": {"city": {"label": "City", "categories": {1: "N", 2: "S", 3: "W", 4: "E"}}},
        }
    )


def _answers(*counts: int, missing: int = 0) -> pd.DataFrame:
    codes = [code for code, n in enumerate(counts, start=1) for _ in range(n)]
    return pd.DataFrame({"city": [*codes, *([np.nan] * missing)]})


def _counts_by_r2(totals: np.ndarray, city: np.ndarray, dummies: np.ndarray) -> set[tuple[int, int]]:
    """Counts of the third and fourth city that fit R2 as it is printed, in seven digits.

    Known are, by other tables, the counts and means of the first two cities, of all, and the deviation.
    Answers are whole numbers, so that the sum of a city's is one of few: all are tried.
    """
    n, mean = len(totals), totals.mean()
    design = np.column_stack([np.ones(n), dummies])
    fitted = design @ np.linalg.lstsq(design, totals, rcond=None)[0]
    printed = float(f"{((fitted - mean) ** 2).sum() / ((totals - mean) ** 2).sum():.7g}")
    known = sum(own.sum() ** 2 / len(own) for own in (totals[city == 1], totals[city == 2])) - n * mean**2
    rest = totals[city >= 3]
    found = set()
    for third in range(1, len(rest)):
        fourth = len(rest) - third
        for total in range(3 * third, 15 * third + 1):
            between = known + total**2 / third + (rest.sum() - total) ** 2 / fourth
            if float(f"{between / ((totals - mean) ** 2).sum():.7g}") == printed:
                found.add((third, fourth))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_r2_tells_the_counts_of_small_categories_unless_they_are_joined(seed: int) -> None:
    answers, codebook = _answers(30, 20, 8, 2), _codebook()
    city = answers["city"].to_numpy()
    totals = np.random.default_rng(seed).integers(3, 16, len(city)).astype(np.float64)
    apart = demographic_dummies(answers, codebook, ["city"])
    found = _counts_by_r2(totals, city, apart.values)
    assert (8, 2) in found
    assert len(found) < 9, "of the nine ways in which ten people may live in two cities"
    joined = demographic_dummies(answers, codebook, ["city"], smallest=SMALLEST)
    twin = demographic_dummies(_answers(30, 20, 5, 5), codebook, ["city"], smallest=SMALLEST + 1)
    np.testing.assert_array_equal(joined.values, twin.values)
    assert joined.categories == twin.categories


@pytest.mark.parametrize(
    ("counts", "missing", "categories", "reference"),
    [
        ((30, 20, 8, 6), 0, ["2", "3", "4"], "1"),
        ((30, 20, 8, 2), 0, ["2", JOINED], "1"),
        ((30, 20, 8, 6), 3, ["2", "3", JOINED], "1"),
        ((30, 20, 8, 6), 9, ["2", "3", "4", NO_ANSWER], "1"),
        ((6, 7, 4, 4), 0, ["1", "2"], JOINED),
        ((30, 0, 0, 2), 0, [], JOINED),
    ],
)
def test_joined_are_those_that_the_table_of_demographics_leaves_out(
    counts: tuple[int, ...], missing: int, categories: list[str], reference: str
) -> None:
    answers = _answers(*counts, missing=missing)
    found = demographic_dummies(answers, _codebook(), ["city"], smallest=SMALLEST)
    assert [category.answer for category in found.categories] == categories
    assert found.references == {"city": reference}
    apart = demographic_dummies(answers, _codebook(), ["city"])
    assert JOINED not in {category.answer for category in apart.categories}
