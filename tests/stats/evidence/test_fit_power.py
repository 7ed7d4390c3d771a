"""Power of tests of fit: the published tables, R's noncentral chi-square (rmsea_power.R), simulation."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.evidence.fit_power import (
    SUPPOSED,
    FitHypothesis,
    power_of_fit,
    respondents_for_fit,
)
from tests.stats.factor_data import reference

# R's quantiles of a noncentral distribution are searched for, and end in the eleventh digit.
R = 1e-9
# MacCallum, Browne and Sugawara (1996), Table 2: power at alpha .05 of tests of close, not-close, exact fit.
PRINTED_POWER = {
    (5, 100): (0.127, 0.081, 0.112),
    (5, 200): (0.199, 0.124, 0.188),
    (5, 500): (0.397, 0.324, 0.449),
    (10, 100): (0.169, 0.105, 0.141),
    (10, 200): (0.294, 0.191, 0.266),
    (20, 200): (0.454, 0.314, 0.400),
}
# Their Table 4: n for a power of .80 of close and not-close fit. Their search ends near the power, not at it.
PRINTED_N = {2: (3488, 2382), 10: (782, 750), 100: (132, 178)}
THEIR_SEARCH = 2e-3


def test_published_powers() -> None:
    for (df, n), expected in PRINTED_POWER.items():
        found = [power_of_fit(n, df, *pair) for pair in SUPPOSED.values()]
        np.testing.assert_allclose(found, expected, atol=5e-4)


def test_published_sizes() -> None:
    for df, expected in PRINTED_N.items():
        found = [respondents_for_fit(df, *SUPPOSED[name]) for name in ("close", "not_close")]
        np.testing.assert_allclose(found, expected, rtol=THEIR_SEARCH)


def test_powers_are_those_of_r() -> None:
    table = reference("rmsea_power_r")["power"]
    rows = zip(table["n"], table["df"], table["hypothesis"], strict=True)
    found = [power_of_fit(n, df, *SUPPOSED[hypothesis]) for n, df, hypothesis in rows]
    np.testing.assert_allclose(found, table["power"], atol=R)


def test_sizes_are_the_smallest_that_r_finds_one_by_one() -> None:
    table = reference("rmsea_power_r")["needed"]
    rows = zip(table["df"], table["hypothesis"], strict=True)
    assert [respondents_for_fit(df, *SUPPOSED[hypothesis]) for df, hypothesis in rows] == table["n"]


@pytest.mark.parametrize("hypothesis", list(SUPPOSED))
def test_power_is_the_share_of_samples_that_the_test_refuses(hypothesis: FitHypothesis) -> None:
    null, true = SUPPOSED[hypothesis]
    n, df, draws = 250, 20, 40_000
    rng = np.random.default_rng(6)
    under = [(n - 1) * df * value**2 for value in (null, true)]
    tested, supposed = (
        rng.noncentral_chisquare(df, value, draws) if value else rng.chisquare(df, draws) for value in under
    )
    good = null < true
    critical = np.quantile(tested, 0.95 if good else 0.05)
    share = np.mean(supposed > critical if good else supposed < critical)
    assert power_of_fit(n, df, null, true) == pytest.approx(share, abs=0.015)


def test_more_respondents_and_more_degrees_have_more_power() -> None:
    for null, true in SUPPOSED.values():
        for powers in (
            [power_of_fit(n, 30, null, true) for n in (50, 100, 200, 400)],
            [power_of_fit(200, df, null, true) for df in (5, 20, 60, 200)],
        ):
            assert all(below < above for below, above in pairwise(powers))


def test_what_cannot_be_is_refused() -> None:
    for n, df, null, true, alpha in (
        (1, 5, 0.05, 0.08, 0.05),
        (100, 0, 0.05, 0.08, 0.05),
        (100, 5, 0.05, 0.05, 0.05),
        (100, 5, -0.01, 0.05, 0.05),
        (100, 5, 0.05, 0.08, 1.0),
    ):
        with pytest.raises(StatisticsError):
            power_of_fit(n, df, null, true, alpha)
    with pytest.raises(StatisticsError, match="power must lie"):
        respondents_for_fit(5, 0.05, 0.08, 0.05, 0.04)
    with pytest.raises(StatisticsError, match="no number of respondents"):
        respondents_for_fit(1, 1e-9, 2e-9)
