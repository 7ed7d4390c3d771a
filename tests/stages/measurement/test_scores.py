"""The tables about scores agree with the scores themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.stages.measurement.scores import METHODS, compute_scores, methods
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.study.config import PlsSection, ScoreMethod
from smartcity_survey.study.model import Construct, Model
from tests.stages import simulated
from tests.stages.refusals import refused


def scored(method: ScoreMethod) -> StageResult:
    return compute_scores(simulated.answers(), simulated.model(), PlsSection(), method)


@pytest.mark.parametrize("method", METHODS)
def test_scores_are_answers_times_their_weights(method: ScoreMethod) -> None:
    result = scored(method)
    weights = result.tables["score_weights"]
    answers = simulated.answers()
    for construct in simulated.CONSTRUCTS:
        own = weights[(weights["score"] == construct) & (weights["item"] != "total")]
        expected = answers[list(own["item"])].to_numpy() @ own["weight"].to_numpy()
        np.testing.assert_allclose(result.private["scores"][construct], expected, rtol=1e-10)


def test_correlations_are_those_of_the_scores_in_use() -> None:
    result = scored("mean")
    table = result.tables["score_correlations"].set_index("construct")
    expected = np.corrcoef(result.private["scores"][list(simulated.CONSTRUCTS)].to_numpy(), rowvar=False)
    np.testing.assert_allclose(table[list(simulated.CONSTRUCTS)], expected, atol=1e-12)
    assert set(result.cards) == set(result.tables)
    agreement = result.tables["score_agreement"]
    assert agreement.loc[agreement["method"] == "mean", "correlation"].to_numpy() == pytest.approx(1)


def test_every_path_is_there_by_every_method() -> None:
    table = scored("mean").tables["score_regressions"]
    assert list(table["method"].unique()) == list(METHODS)
    for method in METHODS:
        values = scored(method).private["scores"][list(simulated.CONSTRUCTS)].to_numpy()
        own = table[table["method"] == method]
        fit = ols(values[:, -1], values[:, :-1])
        np.testing.assert_allclose(own["beta"], fit.beta, atol=1e-10)
        np.testing.assert_allclose(own["zero_order"], np.corrcoef(values.T)[:-1, -1], atol=1e-10)


TWO_SIDES = {"skill": 3, "trust": 4, "use": 3}


def small_model(counts: dict[str, int] = TWO_SIDES, *further: tuple[str, str]) -> Model:
    constructs = tuple(
        Construct(name, tuple(f"{name}{number}" for number in range(count)), "reflective")
        for name, count in counts.items()
    )
    return Model(constructs, (("skill", "use"), ("trust", "use"), *further), (), 0.05)


def population(counts: dict[str, int] = TWO_SIDES, paths: tuple[float, float] = (0.5, -0.2)) -> pd.DataFrame:
    """Answers with exactly the covariances of a population whose two predictors overlap (r = .7)."""
    among = np.array([[1, 0.7], [0.7, 1]])
    with_outcome = among @ paths
    factors = np.block([[among, with_outcome[:, None]], [with_outcome[None], np.ones((1, 1))]])
    owner = np.repeat(np.arange(3), list(counts.values()))
    loadings = np.linspace(0.5, 0.9, len(owner))[:, None] * (owner[:, None] == np.arange(3))
    sigma = loadings @ factors @ loadings.T
    np.fill_diagonal(sigma, 1)
    z = np.random.default_rng(5).normal(size=(400, len(owner)))
    z = (z - z.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(z.T, ddof=0)).T)
    frame = pd.DataFrame(z @ np.linalg.cholesky(sigma).T + 3, columns=list(small_model(counts).items))
    frame.insert(0, "respondent", [str(row) for row in range(len(frame))])
    return frame


def slopes(method: ScoreMethod) -> Array:
    scores = compute_scores(population(), small_model(), PlsSection(), method).private["scores"]
    return ols(scores["use"].to_numpy(), scores[["skill", "trust"]].to_numpy()).coef[1:]


def test_skrondal_and_laakes_scores_give_the_paths_of_the_population() -> None:
    """Regression scores of the predictors alone, Bartlett's of the outcome: exact; one joint model: not."""
    np.testing.assert_allclose(slopes("cfa_skrondal_laake"), [0.5, -0.2], atol=1e-7)
    for biased in ("cfa_regression", "cfa_bartlett", "mean"):
        assert np.abs(slopes(biased) - [0.5, -0.2]).max() > 0.05


def test_a_comparison_that_has_no_solution_costs_nothing_and_is_named() -> None:
    """An outcome of two items has no factor model of its own."""
    counts = {"skill": 3, "trust": 4, "use": 2}
    answers, model = population(counts), small_model(counts)
    result = compute_scores(answers, model, PlsSection(), "mean")
    for table in ("score_agreement", "score_regressions"):
        assert set(result.tables[table].dropna()["method"]) == set(METHODS) - {"cfa_skrondal_laake"}
        assert refused(result, table) == [("scores_cfa_skrondal_laake", "under_identified", "use")]
    chosen = compute_scores(answers, model, PlsSection(), "cfa_skrondal_laake")
    assert refused(chosen, "descriptives") == [("table", "under_identified", "use")]
    assert chosen.private["scores"].empty


def test_a_construct_on_both_sides_has_no_score_by_skrondal_and_laake() -> None:
    assert methods(small_model()) == METHODS
    mediated = small_model(TWO_SIDES, ("skill", "trust"))
    assert set(METHODS) - set(methods(mediated)) == {"cfa_skrondal_laake"}
    card = compute_scores(population(), mediated, PlsSection(), "mean").cards["score_agreement"]
    assert "refused" not in card
