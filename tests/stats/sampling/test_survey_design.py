"""Means, deviations and regressions of weighted and clustered answers against R's survey."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.errors import InvalidWeights, StatisticsError, TooFewRows
from smartcity_survey.stats.items.descriptives import describe
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.stats.sampling.survey_design import SurveyDesign, design_effect, effective_size
from smartcity_survey.stats.sampling.weighted_moments import describe_design, weighted_covariance
from smartcity_survey.stats.sampling.weighted_regression import design_regression
from smartcity_survey.stats.sem.cfa import correlations_of
from tests.stats.sampling.data import KINDS, answers, design, items, reference, scores


@pytest.mark.parametrize("kind", KINDS)
def test_means_errors_and_deviations_are_those_of_survey(kind: str) -> None:
    own = reference()["means"][kind]
    x = np.column_stack([answers()[["A1", "B2"]].to_numpy(dtype=np.float64), scores()[:, [0, 2]]])
    found = describe_design(x, design(kind))
    np.testing.assert_allclose(found.mean, own["mean"], atol=1e-9)
    np.testing.assert_allclose(found.se_mean, own["se"], atol=1e-9)
    np.testing.assert_allclose(found.sd, own["sd"], atol=1e-9)
    correlations = correlations_of(weighted_covariance(items(), design(kind)))
    np.testing.assert_allclose(correlations, own["correlation"], atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_regressions_are_those_of_svyglm(kind: str) -> None:
    own, z = reference()["regression"][kind], scores()
    found = design_regression(z[:, 2], z[:, :2], design(kind))
    np.testing.assert_allclose(found.fit.coef, own["b"], atol=1e-9)
    np.testing.assert_allclose(found.covariance, own["covariance"], atol=1e-9)
    np.testing.assert_allclose(found.std_err, own["se"], atol=1e-9)
    np.testing.assert_allclose(found.t, own["t"], rtol=1e-8)
    np.testing.assert_allclose(found.p, own["p"], rtol=1e-6)
    np.testing.assert_allclose([found.ci_low, found.ci_high], [own["low"], own["high"]], atol=1e-9)
    assert found.df == own["df"]
    assert found.f == pytest.approx(own["f"], rel=1e-8)
    assert found.f_p == pytest.approx(own["f_p"], rel=1e-6)


def test_equal_weights_describe_as_none_do() -> None:
    x = items()
    found = describe_design(x, SurveyDesign.of(len(x), np.full(len(x), 3.0)))
    plain = describe(x)
    for name in ("n", "minimum", "maximum", "mean", "se_mean", "sd", "skewness", "kurtosis"):
        np.testing.assert_allclose(getattr(found, name), getattr(plain, name), rtol=1e-10)
    assert np.isnan(found.se_skewness).all()
    np.testing.assert_allclose(weighted_covariance(x, SurveyDesign.of(len(x)), 0), covariance(x, 0))


def test_weights_of_whole_numbers_weigh_as_repeated_rows() -> None:
    """SPSS's WEIGHT BY: skewness by hand, of weights that average 1."""
    x, w = np.array([[1.0], [2.0], [2.0], [5.0]]), np.array([2.0, 1.0, 1.0, 4.0])
    found = describe_design(x, SurveyDesign.of(4, w))
    mean = (2 + 2 + 2 + 20) / 8
    moments = [(2 * (1 - mean) ** p + 2 * (2 - mean) ** p + 4 * (5 - mean) ** p) / 2 for p in (2, 3)]
    sd = np.sqrt(moments[0] / 3)
    assert found.mean[0] == pytest.approx(mean)
    assert found.sd[0] == pytest.approx(sd)
    assert found.skewness[0] == pytest.approx(4 * moments[1] / (3 * 2 * sd**3))


def test_units_of_measurement_do_not_matter() -> None:
    z, large = scores(), scores() * [1.0, 1e6, 1.0] + [0.0, 1e8, 0.0]
    plain = design_regression(z[:, 2], z[:, :2], design("both"))
    scaled = design_regression(z[:, 2], large[:, :2], design("both"))
    np.testing.assert_allclose(scaled.t[1:], plain.t[1:], rtol=1e-6)


def test_every_respondent_a_cluster_is_no_clusters() -> None:
    z, n = scores(), len(scores())
    alone = design_regression(z[:, 2], z[:, :2], SurveyDesign.of(n, clusters=np.arange(n)))
    none = design_regression(z[:, 2], z[:, :2], SurveyDesign.of(n))
    np.testing.assert_allclose(alone.std_err, none.std_err)
    np.testing.assert_allclose(none.fit.coef, ols(z[:, 2], z[:, :2]).coef)


def test_kish() -> None:
    assert effective_size(np.array([1.0, 1.0, 2.0])) == pytest.approx(16 / 6)
    assert design_effect(np.array([1.0, 1.0, 2.0])) == pytest.approx(3 * 6 / 16)


def test_what_is_no_design_is_refused() -> None:
    with pytest.raises(InvalidWeights) as caught:
        SurveyDesign.of(3, np.array([1.0, -1.0, 2.0]))
    assert caught.value.rows == (1,)
    with pytest.raises(TooFewRows):
        SurveyDesign.of(3, clusters=np.zeros(3, dtype=np.int64))
    with pytest.raises(StatisticsError, match="2 clusters for 3 rows"):
        SurveyDesign.of(3, clusters=np.array([0, 1]))
    z = scores()[:20]
    with pytest.raises(TooFewRows):
        design_regression(z[:, 2], z[:, :2], SurveyDesign.of(20, clusters=np.arange(20) % 3))
