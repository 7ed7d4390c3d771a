"""One pass over slices leaves what all rows at once come to."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.streamed import StreamedMoments
from smartcity_survey.stats.items.descriptives import describe, describe_counts
from smartcity_survey.stats.pls.bootstrap import bootstrap_pls, bootstrap_streamed
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.stats.regression.of_moments import ols_of_moments
from tests.stats.pls_data import answers, reference

MODEL = reference("sim676").model()
EXACT = 1e-10


def drawn(n: int = 5_000) -> np.ndarray:
    """(n, p): respondents of the simulated survey, sorted by an item, as a file may be."""
    x = answers()[np.random.default_rng(0).integers(676, size=n)]
    return x[np.argsort(x[:, 0], kind="stable")]


def streamed(x: np.ndarray, groups: int = 1_000) -> StreamedMoments:
    moments = StreamedMoments(x.shape[1], 1, int(x.max()), seed=1, groups=groups)
    for first in range(0, len(x), 1_234):
        moments.add(x[first : first + 1_234].astype(np.int8))
    return moments


def test_moments_and_descriptives_are_those_of_all_rows() -> None:
    x = drawn()
    found = streamed(x)
    assert found.n == len(x)
    np.testing.assert_allclose(found.mean(), x.mean(axis=0), atol=EXACT)
    np.testing.assert_allclose(found.covariance(), covariance(x), atol=EXACT)
    own, whole = describe_counts(found.counts, np.arange(1.0, x.max() + 1)), describe(x)
    for name in whole.__dataclass_fields__:
        np.testing.assert_allclose(getattr(own, name), getattr(whole, name), atol=EXACT, err_msg=name)


def test_regression_is_that_of_the_rows() -> None:
    x = drawn()[:, :6]
    found, whole = ols_of_moments(x.mean(axis=0), covariance(x), len(x)), ols(x[:, 5], x[:, :5])
    for name in ("coef", "std_err", "t", "p", "beta", "r2"):
        np.testing.assert_allclose(getattr(found, name), getattr(whole, name), atol=EXACT, err_msg=name)


def test_bootstrap_is_that_of_respondents() -> None:
    """Errors of 1,000 groups and 1,000 draws are within 2.2 % each, and 4 such of those of respondents."""
    x = drawn()
    found, whole = (
        bootstrap_streamed(streamed(x), MODEL, 1_000, seed=1),
        bootstrap_pls(x, MODEL, 1_000, seed=1),
    )
    paths = np.nonzero(MODEL.paths)
    own, other = (each.summary("path_coefficients") for each in (found, whole))
    np.testing.assert_allclose(own.estimate[paths], other.estimate[paths], atol=1e-9)
    np.testing.assert_allclose(own.se[paths] / other.se[paths], 1.0, atol=4 * 0.022 * np.sqrt(2.0))


def test_an_answer_beyond_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond 1 to 5"):
        StreamedMoments(2, 1, 5, seed=1).add(np.array([[1, 9]], dtype=np.int8))
