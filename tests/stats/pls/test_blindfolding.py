"""Q2 against the same recipe on scores with the textbook PLS, and its limits."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.blindfolding import blindfolding_q2, omission_distance
from smartcity_survey.stats.pls.model import PlsModel
from tests.stats.pls_data import answers, membership, reference, textbook_pls

# The textbook version stops at 1e-13, ours at 1e-12.
TEXTBOOK = 1e-8


def textbook_q2(x: Array, model: PlsModel, target: int, distance: int) -> float:
    """Cell by cell, on standardised answers."""
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    block = np.flatnonzero(model.blocks[:, target])
    cells = [(row, item) for item in block for row in range(len(x))]
    errors = naive = 0.0
    for start in range(distance):
        left_out = cells[start::distance]
        filled = z.copy()
        filled[tuple(np.transpose(left_out))] = np.nan
        means = np.nanmean(filled, axis=0)
        filled = np.where(np.isnan(filled), means, filled)
        weights, paths, _ = textbook_pls(filled, model)
        again = (filled - filled.mean(axis=0)) / filled.std(axis=0, ddof=1)
        scores = again @ weights
        loadings = again.T @ scores[:, target] / (len(x) - 1)
        for row, item in left_out:
            guess = scores[row] @ paths[:, target] * loadings[item]
            guess = filled[:, item].mean() + guess * filled[:, item].std(ddof=1)
            errors += (z[row, item] - guess) ** 2
            naive += (z[row, item] - means[item]) ** 2
    return 1 - errors / naive


def test_agrees_with_the_textbook() -> None:
    x = answers()[:120, :14]
    paths = np.triu(np.ones((3, 3), dtype=bool), 1)
    model = PlsModel(membership([0] * 5 + [1] * 4 + [2] * 5), paths)
    found = blindfolding_q2(x, model, 7)
    assert np.isnan(found[0])
    for target in (1, 2):
        assert found[target] == pytest.approx(textbook_q2(x, model, target, 7), abs=TEXTBOOK)


def test_explained_answers_have_relevance_and_noise_has_none() -> None:
    assert blindfolding_q2(answers(), reference("sim676").model(), 7)[-1] > 0.2
    noise = np.random.default_rng(4).normal(size=(300, 6))
    model = PlsModel(membership([0] * 3 + [1] * 3), np.array([[False, True], [False, False]]))
    assert blindfolding_q2(noise, model, 7)[1] < 0.05


def test_a_distance_that_divides_n_is_refused_and_avoided() -> None:
    with pytest.raises(ValueError, match="multiple"):
        blindfolding_q2(answers()[:70], reference("sim676").model(), 7)
    assert omission_distance(676) == 7
    assert omission_distance(70) == 8
    assert omission_distance(56) == 9
