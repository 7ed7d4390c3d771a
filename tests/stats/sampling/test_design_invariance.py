"""The ladder of invariance with weights and clusters, against lavaan's MLR."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stats.core.errors import InGroup
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.measurement.alignment import Alignment, align
from smartcity_survey.stats.sampling.design_invariance import DesignRung, design_configural, design_ladder
from smartcity_survey.stats.sampling.pseudo_likelihood import design_covariance
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sem.cfa_robust import robust_covariance, scaled_test
from smartcity_survey.stats.sem.invariance import invariance_ladder
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.structure import Matrix
from tests.conftest import REPOSITORY
from tests.stats.sampling.data import KINDS, answers, items, reference, schools


@cache
def lavaan() -> dict[str, Any]:
    """By tests/reference/scripts/weighted_invariance.R."""
    path = REPOSITORY / "tests/reference/weighted_invariance_lavaan.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def pattern() -> BoolArray:
    return np.array([[name[0] == construct for construct in "ABY"] for name in reference()["items"]])


def genders() -> list[BoolArray]:
    return [np.asarray(answers()["gender"] == code) for code in (1, 2)]


def classes() -> IntArray:
    """Schools by gender: each has people of one group."""
    return np.asarray(pd.factorize(answers()["school"] + answers()["gender"].astype(str))[0], dtype=np.int64)


def design(kind: str) -> SurveyDesign:
    weights = None if kind == "clustered" else answers()["weight"].to_numpy()
    return SurveyDesign.of(len(answers()), weights, None if kind == "weighted" else classes())


@cache
def ladder(kind: str) -> tuple[DesignRung, ...]:
    return design_ladder(items(), genders(), pattern(), design(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_every_level_is_lavaans(kind: str) -> None:
    assert lavaan()[kind]["groups"] == ["1", "2"]
    for rung in ladder(kind):
        own = lavaan()[kind]["levels"][rung.fit.level.name.lower()]
        fit = own["fit"]
        assert rung.indices.chi2 == pytest.approx(fit["chisq"], rel=1e-6)
        assert rung.indices.df == fit["df"]
        assert rung.test.scaling == pytest.approx(fit["chisq.scaling.factor"], abs=1e-6)
        assert rung.test.chi2 == pytest.approx(fit["chisq.scaled"], rel=1e-6)
        assert rung.test.baseline_scaling == pytest.approx(fit["baseline.chisq.scaling.factor"], abs=1e-6)
        for name in ("cfi", "rmsea"):
            assert getattr(rung.judged, name) == pytest.approx(fit[f"{name}.robust"], abs=1e-6), name
        for name in ("cfi", "rmsea", "srmr"):
            assert getattr(rung.indices, name) == pytest.approx(fit[name], abs=1e-6), name
        assert rung.indices.log_likelihood == pytest.approx(fit["logl"], rel=1e-8)
        errors = np.sqrt(np.diagonal(design_covariance(rung.fit.ml, items(), design(kind), genders())))
        lines = pd.DataFrame(own["parameters"])
        names, group = reference()["items"], 1
        for structure, theta in zip(rung.fit.ml.structures, (rung.fit.ml.theta,) * 2, strict=True):
            here = structure.cells.matrix == 0
            theirs = lines[(lines["op"] == "=~") & (lines["group"] == group) & (lines["free"] > 0)]
            theirs = theirs.set_index("rhs")
            own_names = [names[row] for row in structure.cells.row[here]]
            at = structure.parameter[here]
            np.testing.assert_allclose(theta[at], theirs.loc[own_names, "est"], atol=1e-6)
            np.testing.assert_allclose(errors[at], theirs.loc[own_names, "se"], atol=1e-6)
            group += 1


@pytest.mark.parametrize("kind", KINDS)
def test_levels_differ_as_lavaan_says(kind: str) -> None:
    own = lavaan()[kind]["difference"]
    for rung, chi2, df, p in zip(ladder(kind)[1:], own["chi2"], own["df"], own["p"], strict=True):
        assert rung.difference is not None
        assert rung.difference.statistic == pytest.approx(chi2, abs=1e-4)
        assert (rung.difference.df, rung.difference.p) == (df, pytest.approx(p, abs=1e-6))


def test_without_weights_and_clusters_it_is_the_plain_ladder() -> None:
    x, groups = items(), genders()
    found = design_ladder(x, groups, pattern(), SurveyDesign.of(len(x)))
    samples = [Sample(int(g.sum()), np.cov(x[g].T, ddof=0), x[g].mean(axis=0)) for g in groups]
    for rung, plain in zip(found, invariance_ladder(samples, pattern()), strict=True):
        assert rung.indices.chi2 == pytest.approx(plain.indices.chi2, rel=1e-9)
        expected = scaled_test(plain.fit, [x[g] for g in groups], "yuan_bentler")
        for name in ("scaling", "baseline_scaling", "cfi", "rmsea"):
            assert getattr(rung.test, name) == pytest.approx(getattr(expected, name), rel=1e-6), name
        np.testing.assert_allclose(
            design_covariance(rung.fit.ml, x, SurveyDesign.of(len(x)), groups),
            robust_covariance(plain.fit, [x[g] for g in groups], "yuan_bentler"),
            rtol=1e-5,
            atol=1e-10,
        )


def test_schools_of_both_groups_count_once() -> None:
    """Errors are what moving each school's weight moves the estimates by, in both groups at a time."""
    where, w = np.arange(9), answers()["weight"].to_numpy()
    x, groups, own = items()[:, where], genders(), schools()
    of_two = pattern()[where][:, :2]

    def metric(weights: Array) -> Array:
        rung = design_ladder(x, groups, of_two, SurveyDesign.of(len(x), weights, own), tolerance=1e-12)[1]
        return rung.fit.ml.theta

    found = design_ladder(x, groups, of_two, SurveyDesign.of(len(x), w, own))[1]
    covariance = design_covariance(found.fit.ml, x, SurveyDesign.of(len(x), w, own), groups)
    step, moved = 1e-3, []
    for school in range(30):
        here = own == school
        moved.append((metric(w * (1 + step * here)) - metric(w * (1 - step * here))) / (2 * step))
    expected = np.sqrt(np.square(moved).sum(axis=0) * 30 / 29)
    np.testing.assert_allclose(np.sqrt(np.diagonal(covariance)), expected, rtol=1e-4)


def test_who_is_in_no_group_does_not_count() -> None:
    x, groups = items(), genders()
    w = answers()["weight"].to_numpy()
    more = np.vstack([x, x[:50]])
    wider = [np.append(group, np.zeros(50, dtype=bool)) for group in groups]
    design_of_all = SurveyDesign.of(len(more), np.append(w, np.full(50, 7.0)))
    for rung, expected in zip(
        design_ladder(more, wider, pattern(), design_of_all), ladder("weighted"), strict=True
    ):
        assert rung.test.chi2 == pytest.approx(expected.test.chi2, rel=1e-9)


def test_a_group_of_too_few_clusters_is_named() -> None:
    x, groups = items(), genders()
    clusters = np.where(groups[0], np.arange(len(x)), len(x) + np.arange(len(x)) % 2)
    with pytest.raises(InGroup) as caught:
        design_ladder(x, groups, pattern(), SurveyDesign.of(len(x), clusters=clusters))
    assert caught.value.group == 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_configural_level_has_errors_that_are_lavaans(kind: str) -> None:
    own = design_configural(items(), genders(), pattern(), design(kind)).ml
    lines = pd.DataFrame(lavaan()[kind]["levels"]["configural"]["parameters"])
    errors = np.sqrt(np.diagonal(own.covariance))
    for group, structure in enumerate(own.structures, 1):
        here = structure.cells.matrix == Matrix.INTERCEPT
        theirs = lines[(lines["op"] == "~1") & (lines["group"] == group) & (lines["free"] > 0)]
        names = [reference()["items"][row] for row in structure.cells.row[here]]
        at = structure.parameter[here]
        np.testing.assert_allclose(errors[at], theirs.set_index("lhs").loc[names, "se"], atol=1e-6)


def test_aligned_groups_move_with_each_schools_weight_as_their_errors_say() -> None:
    """Schools have people of both groups; the items' units, which move a little too, are taken as known."""
    x, where, codes = items()[:, :9], pattern()[:9, :2], schools()
    weights = answers()["weight"].to_numpy()

    def aligned(by: Array, clusters: IntArray | None = None) -> Alignment:
        own = SurveyDesign.of(len(x), by, clusters)
        return align(design_configural(x, genders(), where, own), n_starts=1)

    found, step, moved = aligned(weights, codes), 1e-3, []
    for school in range(codes.max() + 1):
        up = aligned(weights * (1 + step * (codes == school)))
        moved.append((up.factor_means[1] - found.factor_means[1]) / step)
    units = len(moved)
    errors = np.sqrt(units / (units - 1) * np.square(moved).sum(axis=0))
    np.testing.assert_allclose(found.std_err_factor_means[1], errors, rtol=0.01)
