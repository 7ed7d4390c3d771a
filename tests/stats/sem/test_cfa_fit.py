"""Fit indices against lavaan, and where they are undefined."""

from __future__ import annotations

from dataclasses import asdict, fields

import numpy as np
import pytest

from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_fit import CfaIndices, comparative_fit, fit_indices, rmsea_of
from tests.stats.factor_data import reference
from tests.stats.structural_data import (
    holzinger_pattern,
    holzinger_scores,
    moments,
    survey_answers,
    survey_pattern,
)

# Closed formulas of a minimum that agrees to nine digits.
LAVAAN = 1e-9
# R's uniroot stops at 1e-4 in the noncentrality.
LAVAAN_INTERVAL = 2e-6
# lavaan's tails are 1 minus the cumulative probability.
TAIL = 1e-12

LAVAAN_NAMES = {
    "chi2": "chisq",
    "df": "df",
    "p": "pvalue",
    "baseline_chi2": "baseline.chisq",
    "baseline_df": "baseline.df",
    "rmsea": "rmsea",
    "cfi": "cfi",
    "tli": "tli",
    "nfi": "nfi",
    "rfi": "rfi",
    "ifi": "ifi",
    "pnfi": "pnfi",
    "gfi": "gfi",
    "agfi": "agfi",
    "pgfi": "pgfi",
    "srmr": "srmr",
    "rmr": "rmr",
    "mcdonald": "mfi",
    "ecvi": "ecvi",
    "hoelter": "cn_05",
    "log_likelihood": "logl",
    "aic": "aic",
    "bic": "bic",
    "sabic": "bic2",
    "n_parameters": "npar",
}


def holzinger_indices(*, wishart: bool = False) -> CfaIndices:
    S = np.cov(holzinger_scores(), rowvar=False, ddof=int(wishart))
    return fit_indices(fit_cfa(S, 301, holzinger_pattern(), wishart=wishart))


@pytest.mark.parametrize("name", ["ml_marker", "ml_wishart", "survey"])
def test_lavaan(name: str) -> None:
    if name == "survey":
        expected = reference("cfa_sim676")["fit"]
        indices = fit_indices(fit_cfa(moments(survey_answers()), 676, survey_pattern()))
    else:
        expected = reference("cfa_holzinger")[name]["fit"]
        indices = holzinger_indices(wishart=name == "ml_wishart")
    for ours, theirs in LAVAAN_NAMES.items():
        np.testing.assert_allclose(
            getattr(indices, ours), expected[theirs], rtol=LAVAAN, atol=TAIL, err_msg=ours
        )
    np.testing.assert_allclose(indices.rmsea_low, expected["rmsea.ci.lower"], rtol=LAVAAN_INTERVAL)
    np.testing.assert_allclose(indices.rmsea_high, expected["rmsea.ci.upper"], rtol=LAVAAN_INTERVAL)
    np.testing.assert_allclose(indices.p_close, expected["rmsea.pvalue"], atol=TAIL)
    assert indices.chi2_df == indices.chi2 / indices.df
    others = {"rmsea_low", "rmsea_high", "p_close", "chi2_df"}
    assert {field.name for field in fields(CfaIndices)} == LAVAAN_NAMES.keys() | others


def test_interval_ends_are_quantiles() -> None:
    from scipy.stats import ncx2

    rmsea = rmsea_of(60.0, 24, 300)
    for end, probability in ((rmsea.low, 0.95), (rmsea.high, 0.05)):
        assert ncx2.cdf(60.0, 24, end**2 * 24 * 300) == pytest.approx(probability, abs=1e-10)
    assert rmsea_of(10.0, 24, 300).value == rmsea_of(10.0, 24, 300).low == 0
    assert rmsea_of(10.0, 24, 300).p_close == pytest.approx(ncx2.sf(10.0, 24, 24 * 300 * 0.0025))


def test_far_from_close_fit_the_p_keeps_its_digits() -> None:
    # 1 minus the cumulative probability would be 0.
    assert 0 < rmsea_of(6653.0, 1059, 676).p_close < 1e-200


def test_comparative_fit_stays_within_its_bounds() -> None:
    assert comparative_fit(-3.0, 100.0) == 1
    assert comparative_fit(-3.0, -5.0) == 1
    assert comparative_fit(50.0, 20.0) == 0


@pytest.mark.parametrize("shift", [0.0, 1e-15, -1e-15])
def test_saturated_model_leaves_ratios_undefined(shift: float) -> None:
    """Whatever rounding leaves of the discrepancy: `shift` stands for what other processors leave."""
    S = moments(holzinger_scores()[:, :3])
    S[0, 1] = S[1, 0] = S[0, 1] * (1 + shift)
    indices = asdict(fit_indices(fit_cfa(S, 301, np.ones((3, 1), dtype=bool))))
    undefined = {name for name, value in indices.items() if np.isnan(value)}
    assert undefined == {
        "p",
        "chi2_df",
        "rmsea",
        "rmsea_low",
        "rmsea_high",
        "p_close",
        "tli",
        "rfi",
        "agfi",
        "hoelter",
    }
    assert indices["gfi"] == pytest.approx(1)
    assert indices["cfi"] == pytest.approx(1)
    assert indices["chi2"] == 0
    assert indices["nfi"] == 1
