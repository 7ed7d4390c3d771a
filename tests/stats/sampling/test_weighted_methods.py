"""Ordinal and two-stage regressions of weighted and clustered answers against R's survey and AER."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import InvalidModel, TooFewRows
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.ordinal import parallel_lines, proportional_odds
from smartcity_survey.stats.regression.two_stage import TwoStageFit, two_stage_least_squares
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_ordinal import design_odds, design_parallel_lines
from smartcity_survey.stats.sampling.weighted_two_stage import design_two_stage
from tests.stats.factor_data import reference
from tests.stats.sampling.data import KINDS, answers, design, scores


def told(method: str, kind: str) -> dict[str, Any]:
    """By tests/reference/scripts/weighted_methods.R."""
    found: dict[str, Any] = reference("weighted_methods")[method][kind]
    return found


def whole() -> Array:
    """Means of Y as whole answers of 2, 3 and 4."""
    return np.asarray(np.clip(np.floor(np.round(scores()[:, 2], 9) + 0.5), 2, 4))


@pytest.mark.parametrize("kind", KINDS)
def test_proportional_odds_are_those_of_svyolr(kind: str) -> None:
    own = told("ordinal", kind)
    found = design_odds(whole(), scores()[:, :2], design(kind))
    # R's optimiser stops there, and its second derivatives are differences of slopes.
    np.testing.assert_allclose(found.coef, own["coef"], rtol=1e-5)
    np.testing.assert_allclose(found.thresholds, own["thresholds"], rtol=1e-5)
    np.testing.assert_allclose([*found.std_err, *found.threshold_errors], own["se"], rtol=1e-5)
    assert -2 * found.log_likelihood == pytest.approx(own["deviance"], rel=1e-9)
    assert found.test.statistic / 2 == pytest.approx(own["f"], rel=2e-5)
    assert found.test.p == pytest.approx(own["f_p"], rel=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_parallel_lines_have_the_joint_errors_of_the_design(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, module = told("ordinal", kind), "smartcity_survey.stats.sampling.weighted_ordinal"
    monkeypatch.setattr(f"{module}.needed_for_lines", lambda *_: 0)
    found = design_parallel_lines(whole(), scores()[:, :2], design(kind))
    assert found.whole.statistic == pytest.approx(own["parallel"], rel=1e-6)
    np.testing.assert_allclose([test.statistic for test in found.each], own["each"], rtol=1e-6)
    assert found.whole.df == 2


def parts() -> tuple[Array, Array, Array, Array]:
    """Y; A and A1; B1; B2, B3 and B4."""
    frame, mean = answers(), scores()
    endogenous = np.column_stack([mean[:, 0], frame["A1"]])
    return mean[:, 2], endogenous, frame[["B1"]].to_numpy(float), frame[["B2", "B3", "B4"]].to_numpy(float)


@cache
def fitted(kind: str) -> TwoStageFit:
    y, endogenous, exogenous, instruments = parts()
    return design_two_stage(y, endogenous[:, :1], exogenous, instruments, design(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_two_stages_are_those_of_svyivreg(kind: str) -> None:
    own, found = told("two_stage", kind), fitted(kind)
    np.testing.assert_allclose(found.coef, own["coef"], rtol=1e-9)
    np.testing.assert_allclose(found.std_err, own["se"], rtol=1e-9)
    np.testing.assert_allclose(found.least_squares, own["least_squares"], rtol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_their_tests_are_walds_by_the_design(kind: str) -> None:
    own, found = told("two_stage", kind), fitted(kind)
    assert found.first_stage[0].statistic == pytest.approx(own["strength"], rel=1e-8)
    assert found.first_stage[0].p == pytest.approx(own["strength_p"], rel=1e-6)
    assert found.endogeneity.statistic == pytest.approx(own["hausman"], rel=1e-8)
    assert found.endogeneity.p == pytest.approx(own["hausman_p"], rel=1e-6)
    assert found.overidentification is not None
    assert found.overidentification.statistic == pytest.approx(own["over"], rel=1e-8)
    both = design_two_stage(*parts(), design(kind)).first_stage
    np.testing.assert_allclose([test.statistic for test in both], own["conditional"], rtol=1e-7)


def test_with_equal_weights_estimates_are_the_plain_ones() -> None:
    equal, (y, *columns) = SurveyDesign.of(len(answers()), np.full(len(answers()), 2.0)), parts()
    by_design, plain = design_two_stage(y, *columns, equal), two_stage_least_squares(y, *columns)
    np.testing.assert_allclose(by_design.coef, plain.coef, rtol=1e-9)
    ordered, x = whole(), scores()[:, :2]
    odds, alone = design_odds(ordered, x, equal), proportional_odds(ordered, x)
    for name in ("coef", "thresholds", "log_likelihood", "of_thresholds", "nagelkerke"):
        np.testing.assert_allclose(getattr(odds, name), getattr(alone, name), rtol=1e-9)
    # Both estimate the same errors where the model holds.
    np.testing.assert_allclose(odds.std_err, alone.std_err, rtol=0.1)
    lines, brant = design_parallel_lines(ordered, x, equal), parallel_lines(ordered, x)
    assert lines.whole.statistic == pytest.approx(brant.whole.statistic, rel=0.25)


def test_few_clusters_are_refused() -> None:
    n = len(answers())
    few = SurveyDesign.of(n, clusters=np.arange(n) % 3)
    with pytest.raises(TooFewRows):
        design_odds(whole(), scores()[:, :2], few)
    with pytest.raises(TooFewRows):
        design_two_stage(*parts(), few)
    with pytest.raises(TooFewRows) as caught:
        design_parallel_lines(whole(), scores()[:, :2], design("clustered"))
    assert (caught.value.n, caught.value.needed) == (30, 40)
    y, endogenous, exogenous, instruments = parts()
    with pytest.raises(InvalidModel, match="cannot stand"):
        design_two_stage(y, endogenous, exogenous, instruments[:, :1], design("weighted"))
