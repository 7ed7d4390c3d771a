"""One factor, second-order and bifactor models, as lavaan has them (measurement_models.R)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stats.core.errors import InvalidModel
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.measurement.measurement_models import fit_bifactor, fit_second_order
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from tests.stats.pls_data import REFERENCE

# lavaan's optimiser was run to its end; both are maximum likelihood.
FIT = 1e-6
LOADING = 1e-5
INDICES = {"chisq": "chi2", **{name: name for name in ("df", "cfi", "tli", "rmsea", "srmr", "aic", "bic")}}


@dataclass(frozen=True)
class Theirs:
    """A model as lavaan fitted it."""

    values: dict[str, Any]

    def standardised(self, factor: str) -> dict[str, float]:
        """Standardised loadings on a factor."""
        rows = zip(*(self.values[key] for key in ("lhs", "op", "rhs", "std")), strict=True)
        return {rhs: std for lhs, op, rhs, std in rows if op == "=~" and lhs == factor}


@cache
def theirs(data: str, model: str) -> Theirs:
    path = REFERENCE / "measurement_models_lavaan.json"
    return Theirs(json.loads(path.read_text(encoding="utf-8"))[data][model])


@cache
def sim676() -> tuple[Array, BoolArray, tuple[str, ...]]:
    frame = pd.read_csv(REFERENCE / "data" / "sim676.csv").filter(regex="^[A-D][0-9]")
    names = tuple(frame.columns)
    pattern = np.array([[name[0] == scale for scale in "ABCD"] for name in names])
    return frame.to_numpy(dtype=float), pattern, names


@cache
def measured() -> CfaFit:
    x, pattern, _ = sim676()
    return fit_cfa(np.cov(x, rowvar=False, ddof=0), len(x), pattern)


def require_same_fit(fit: Any, expected: Theirs) -> None:
    ours = fit_indices(fit)
    for theirs_name, name in INDICES.items():
        assert getattr(ours, name) == pytest.approx(expected.values["fit"][theirs_name], rel=FIT), name


def test_one_factor() -> None:
    x, _, names = sim676()
    one = fit_cfa(np.cov(x, rowvar=False, ddof=0), len(x), np.ones((len(names), 1), dtype=bool))
    require_same_fit(one, theirs("sim676", "one_factor"))


def test_second_order() -> None:
    expected = theirs("sim676", "second_order")
    found = fit_second_order(measured(), 676)
    require_same_fit(found, expected)
    np.testing.assert_allclose(found.loadings, list(expected.standardised("g").values()), atol=LOADING)
    assert found.ml.df == measured().df + 4 * 3 // 2 - 4


def test_bifactor() -> None:
    _, pattern, names = sim676()
    expected = theirs("sim676", "bifactor")
    found = fit_bifactor(measured(), 676)
    require_same_fit(found, expected)
    general = expected.standardised("g")
    np.testing.assert_allclose(found.general, [general[name] for name in names], atol=LOADING)
    for place, scale in enumerate("ABCD"):
        own = expected.standardised(scale)
        np.testing.assert_allclose(found.specific[pattern[:, place]], list(own.values()), atol=LOADING)


def test_omegas_are_shares_of_the_variance_of_sums() -> None:
    """By the definition, from lavaan's own implied covariances and standardised loadings."""
    _, pattern, names = sim676()
    expected = theirs("sim676", "bifactor")
    implied = np.array(expected.values["implied"])
    sd = np.sqrt(np.diagonal(implied))
    general = np.array([expected.standardised("g")[name] for name in names]) * sd
    specific = np.array([expected.standardised(name[0])[name] for name in names]) * sd
    found = fit_bifactor(measured(), 676)
    assert found.omega_hierarchical == pytest.approx(general.sum() ** 2 / implied.sum(), abs=LOADING)
    total = general.sum() ** 2 + sum(specific[own].sum() ** 2 for own in pattern.T)
    assert found.omega_total == pytest.approx(total / implied.sum(), abs=LOADING)
    own = pattern[:, 1]
    within = implied[np.ix_(own, own)].sum()
    both = general[own].sum() ** 2 + specific[own].sum() ** 2
    assert found.scale_omega[1] == pytest.approx(both / within, abs=LOADING)
    assert found.scale_omega_hierarchical[1] == pytest.approx(specific[own].sum() ** 2 / within, abs=LOADING)
    shares = (general / sd) ** 2, (specific / sd) ** 2
    assert found.ecv == pytest.approx(shares[0].sum() / (shares[0].sum() + shares[1].sum()), abs=LOADING)
    same = sum(int(own.sum()) * (int(own.sum()) - 1) for own in pattern.T)
    assert found.puc == pytest.approx(1 - same / (len(names) * (len(names) - 1)))


def test_three_factors_fit_as_their_second_order_factor_does() -> None:
    """A second-order factor of three is no restriction: the correlated factors' chi-square."""
    x, pattern, _ = sim676()
    three = pattern[:, :3].any(axis=1)
    cfa = fit_cfa(np.cov(x[:, three], rowvar=False, ddof=0), len(x), pattern[three, :3])
    found = fit_second_order(cfa, len(x))
    assert found.ml.chi2 == pytest.approx(cfa.chi2, rel=1e-9)
    np.testing.assert_allclose(found.loadings[0] * found.loadings[1], cfa.factor_corr[0, 1], rtol=1e-6)


def test_models_that_nothing_determines_are_refused() -> None:
    x, pattern, _ = sim676()
    two = pattern[:, :2].any(axis=1)
    cfa = fit_cfa(np.cov(x[:, two], rowvar=False, ddof=0), len(x), pattern[two, :2])
    with pytest.raises(InvalidModel, match="too few for a second-order factor"):
        fit_second_order(cfa, len(x))
    kept = np.flatnonzero(pattern[:, 0])[2:]
    without = np.delete(np.arange(len(pattern)), kept)
    cfa = fit_cfa(np.cov(x[:, without], rowvar=False, ddof=0), len(x), pattern[without])
    with pytest.raises(InvalidModel, match="too few items"):
        fit_bifactor(cfa, len(x))
