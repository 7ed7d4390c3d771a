"""ESEM and alignment of weighted or clustered answers, and by MLR: the tables hold the core's numbers."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stages.comparison.alignment import align_groups
from smartcity_survey.stages.sem.esem import explore_measurement_model
from smartcity_survey.stats.measurement.alignment import align
from smartcity_survey.stats.sampling.design_invariance import design_configural
from smartcity_survey.stats.sampling.pseudo_likelihood import fit_design_cfa
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_esem import fit_design_esem
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.stats.sem.cfa_robust import fit_robust_cfa, scaled_difference
from smartcity_survey.study.config import GroupsSection
from tests.stages import simulated
from tests.stages.comparison.test_alignment import CITIES
from tests.stages.comparison.test_alignment import model as of_two
from tests.stages.sem.test_esem import small
from tests.stages.weights.drawn import WAYS, answers, design


@pytest.mark.parametrize("way", WAYS)
def test_all_items_on_all_factors_by_the_design(way: str) -> None:
    own, model = design(way), small("a", "b", "d")
    x, pattern = answers(way)[list(model.items)].to_numpy(float), model.membership()
    declared, found = fit_design_cfa(x, pattern, own), fit_design_esem(x, pattern, own)
    result = explore_measurement_model(answers(way), model, "ml", own)
    lines = result.tables["esem_fit"].set_index("measurement_model")
    for name, test in (("correlated_factors", declared.test), ("exploratory", found.test)):
        for index in ("chi2", "df", "p", "cfi", "tli", "rmsea"):
            assert lines.loc[name, index] == pytest.approx(getattr(test, index)), index
    assert lines.loc["exploratory", "srmr"] == pytest.approx(fit_indices(found.esem).srmr)
    lost = scaled_difference(declared.test, declared.cfa.ml.chi2, found.test, found.esem.ml.chi2)
    assert lines.loc["correlated_factors", "p_change"] == pytest.approx(lost.p)
    loadings = result.tables["esem_loadings"]
    np.testing.assert_allclose(loadings[list(model.names)], found.esem.std_loadings)
    np.testing.assert_allclose(loadings["std_error"], found.esem.std_err_std_loadings[pattern])
    np.testing.assert_allclose(loadings["std_loading"], declared.cfa.std_loadings[pattern])
    card = result.cards["esem_fit"]
    assert card["test"] == "yuan_bentler_by_design"
    assert ("weights" in card, "clusters" in card) == (way != "clustered", way != "weighted")
    assert "errors_and_tests" not in card


def test_mlr_is_its_robust_twin() -> None:
    model = small("a", "b")
    x = simulated.answers()[list(model.items)].to_numpy(float)
    result = explore_measurement_model(simulated.answers(), model, "mlr")
    lines = result.tables["esem_fit"].set_index("measurement_model")
    robust = fit_robust_cfa(x, model.membership()).test
    assert lines.loc["correlated_factors", "chi2"] == pytest.approx(robust.chi2, rel=1e-9)
    assert lines.loc["correlated_factors", "rmsea"] == pytest.approx(robust.rmsea, rel=1e-9)
    assert result.cards["esem_fit"]["test"] == "yuan_bentler"


@pytest.mark.parametrize("way", ["both", "mlr"])
def test_groups_are_aligned_by_the_design(way: str) -> None:
    frame = simulated.answers() if way == "mlr" else answers(way)
    own = None if way == "mlr" else design(way)
    section = GroupsSection(variables=("city",), smallest=50)
    result = align_groups(
        frame,
        of_two(),
        simulated.codebook(),
        section,
        1,
        estimator="mlr" if own is None else "ml",
        design=own,
    )
    x = frame[list(of_two().items)].to_numpy(float)
    groups = [(frame["city"] == city).to_numpy() for city in CITIES]
    judging = SurveyDesign.of(len(x)) if own is None else own
    expected = align(design_configural(x, groups, of_two().membership(), judging), seed=1)
    means = result.tables["aligned_means"].set_index(["second", "construct"])
    assert means.loc[("2", "b"), "factor_difference"] == pytest.approx(expected.factor_means[1, 1])
    assert means.loc[("3", "a"), "std_error"] == pytest.approx(expected.std_err_factor_means[2, 0])
    card = result.cards["aligned_means"]
    assert card["standard_errors"] == "sandwich_observed"
    assert ("weights" in card, "clusters" in card) == (own is not None,) * 2
