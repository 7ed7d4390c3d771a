"""Imputed samples against maximum likelihood."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import ConstantItems
from smartcity_survey.stats.missing.imputation import imputations
from smartcity_survey.stats.missing.moment_information import observed_information
from smartcity_survey.stats.missing.normal_moments import em_moments
from tests.stats.missing.data import incomplete


def test_answers_given_stay_and_all_gaps_are_filled() -> None:
    x = incomplete("holzinger_missing")
    for filled in imputations(x, 2, 1):
        given = ~np.isnan(x)
        np.testing.assert_array_equal(filled[given], x[given])
        assert np.isfinite(filled).all()


def test_a_seed_repeats_and_samples_differ() -> None:
    x = incomplete("holzinger_missing")[:, :4]
    first, second = imputations(x, 2, 1)
    again = next(imputations(x, 5, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, next(imputations(x, 1, 2)))


def test_two_hundred_imputations_are_maximum_likelihood() -> None:
    """Means within Monte-Carlo error of the EM algorithm's, and Rubin's errors as the information's."""
    x = incomplete("holzinger_missing")[:, [0, 4, 8]]
    moments = em_moments(x)
    samples = np.array(list(imputations(x, 200, 5)))
    means = samples.mean(axis=1)
    # Rubin (1987), section 3.3
    within, between = samples.var(axis=1, ddof=1).mean(axis=0) / len(x), means.var(axis=0, ddof=1)
    total = within + (1 + 1 / 200) * between
    assert (np.abs(means.mean(axis=0) - moments.mean) < 4 * np.sqrt(between / 200) + 1e-12).all()
    expected = np.sqrt(np.diagonal(np.linalg.inv(observed_information(moments))))[:3]
    np.testing.assert_allclose(np.sqrt(total), expected, rtol=0.05)
    assert between[0] == pytest.approx(0, abs=1e-12)  # nobody left out the first
    assert (between[1:] / total[1:] > 0.05).all()
    covariances = np.array([np.cov(sample.T, ddof=0) for sample in samples])
    error = covariances.std(axis=0, ddof=1) / np.sqrt(200) + 1e-12
    # Rows, not moments, are drawn: the mean has the n - 1 of a sample left over.
    assert (np.abs(covariances.mean(axis=0) - moments.covariance) < 4 * error + 0.01).all()


def test_what_has_no_moments_is_not_imputed() -> None:
    x = incomplete("holzinger_missing")[:, :3]
    with pytest.raises(ConstantItems):
        next(imputations(np.column_stack((x, np.ones(len(x)))), 1, 1))
