"""PLS against R seminr and cSEM, against a textbook implementation, and its own properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartcity_survey.stats.core.errors import (
    DependentPredictors,
    ImproperSolution,
    LinearDependence,
    NotConverged,
    NotFinite,
    TooFewRows,
)
from smartcity_survey.stats.pls.algorithm import PlsFit, construct_scores, fit_each, fit_pls, total_effects
from smartcity_survey.stats.pls.model import PlsModel, Scheme
from tests.stats.pls_data import answers, membership, random_model, reference, textbook_pls

# seminr and cSEM were run to 1e-13, so what is left is rounding.
PACKAGES = 1e-10
# The textbook version stops at 1e-13, ours at 1e-12; slow convergence leaves a multiple of that.
TEXTBOOK = 1e-9
EXACT = 1e-12

seeds = st.integers(0, 2**32 - 1)


def own(fit: PlsFit, field: str) -> np.ndarray:
    """(p,): each item's entry for its own construct."""
    return np.asarray(getattr(fit, field).sum(axis=1))


@pytest.mark.parametrize("name", ["mobi", "sim676"])
def test_agrees_with_seminr(name: str) -> None:
    data = reference(name)
    fit = fit_pls(data.R, data.n, data.model())
    found = {
        "outer_weights": own(fit, "outer_weights"),
        "loadings": own(fit, "loadings"),
        "cross_loadings": fit.cross_loadings,
        "paths": fit.path_coefficients,
        "total_effects": fit.total_effects,
        "construct_corr": fit.construct_corr,
        "r2": fit.r2,
        "adj_r2": fit.adj_r2,
    }
    for field, values in found.items():
        np.testing.assert_allclose(values, data.array("seminr", field), rtol=0, atol=PACKAGES, err_msg=field)
    vif = data.array("seminr", "vif")
    several = ~np.isnan(vif)
    np.testing.assert_allclose(fit.inner_vif[several], vif[several], rtol=PACKAGES)
    single = data.paths & ~several
    np.testing.assert_allclose(fit.inner_vif[single], 1, rtol=EXACT)
    assert np.isnan(fit.inner_vif[~data.paths]).all()


@pytest.mark.parametrize("name", ["mobi", "sim676"])
def test_agrees_with_csem(name: str) -> None:
    data = reference(name)
    fit = fit_pls(data.R, data.n, data.model())
    np.testing.assert_allclose(own(fit, "loadings"), data.array("csem", "loadings"), rtol=0, atol=PACKAGES)
    f2 = data.array("csem", "f2")
    np.testing.assert_allclose(fit.f2[data.paths], f2[data.paths], rtol=PACKAGES)
    assert np.isnan(fit.f2[~data.paths]).all()


@pytest.mark.parametrize("name", ["mobi", "sim676"])
def test_consistent_pls_agrees_with_seminr_and_csem(name: str) -> None:
    data = reference(name)
    fit = fit_pls(data.R, data.n, data.model(consistent=True))
    for package in ("seminr_plsc", "csem_plsc"):
        for field, values in {"loadings": own(fit, "loadings"), "paths": fit.path_coefficients}.items():
            np.testing.assert_allclose(values, data.array(package, field), rtol=0, atol=PACKAGES)
        explained = data.paths.any(axis=0)
        np.testing.assert_allclose(fit.r2[explained], data.array(package, "r2")[explained], rtol=PACKAGES)
    # seminr prints the composites' correlations here, cSEM the factors'.
    factors = data.array("csem_plsc", "construct_corr")
    np.testing.assert_allclose(fit.construct_corr, factors, rtol=0, atol=PACKAGES)
    several = data.blocks.sum(axis=0) > 1
    np.testing.assert_allclose(fit.rho_a[several], data.array("seminr_plsc", "rho_a")[several], rtol=PACKAGES)
    assert np.isnan(fit.rho_a[~several]).all()


def test_an_indefinite_correction_is_told_by_its_smallest_eigenvalue() -> None:
    # cSEM reports the same of its own solution for mobi: "construct VCV not positive semi-definite".
    data = reference("mobi")
    assert fit_pls(data.R, data.n, data.model(consistent=True)).smallest_eigenvalue < 0
    assert fit_pls(data.R, data.n, data.model()).smallest_eigenvalue > 0


@settings(max_examples=40, deadline=None)
@given(seed=seeds, scheme=st.sampled_from(["path", "factorial", "centroid"]), formative=st.booleans())
def test_agrees_with_the_textbook(seed: int, scheme: Scheme, formative: bool) -> None:
    x, model = random_model(np.random.default_rng(seed), scheme=scheme, formative=formative)
    fit = fit_pls(np.corrcoef(x, rowvar=False), len(x), model)
    weights, paths, r2 = textbook_pls(x, model)
    np.testing.assert_allclose(fit.outer_weights, weights, rtol=0, atol=TEXTBOOK)
    np.testing.assert_allclose(fit.path_coefficients, paths, rtol=0, atol=TEXTBOOK)
    np.testing.assert_allclose(fit.r2, r2, rtol=0, atol=TEXTBOOK)


def test_scores_reproduce_the_solution() -> None:
    data = reference("sim676")
    fit = fit_pls(data.R, data.n, data.model())
    scores = construct_scores(answers(), fit.outer_weights)
    np.testing.assert_allclose(scores.mean(axis=0), 0, atol=EXACT)
    np.testing.assert_allclose(scores.std(axis=0, ddof=1), 1, rtol=EXACT)
    np.testing.assert_allclose(np.corrcoef(scores, rowvar=False), fit.construct_corr, atol=EXACT)


def test_f2_compares_r2_with_and_without_the_predictor() -> None:
    data = reference("sim676")
    fit = fit_pls(data.R, data.n, data.model())
    target = 6
    for source in range(6):
        others = [j for j in range(6) if j != source]
        corr = fit.construct_corr
        without = corr[target, others] @ np.linalg.solve(corr[np.ix_(others, others)], corr[others, target])
        expected = (fit.r2[target] - without) / (1 - fit.r2[target])
        assert fit.f2[source, target] == pytest.approx(expected, rel=1e-9)


def test_effects_follow_the_chains_of_paths() -> None:
    paths = np.array([[0, 0.5, 0.2], [0, 0, 0.4], [0, 0, 0]])
    np.testing.assert_allclose(total_effects(paths), [[0, 0.5, 0.4], [0, 0, 0.4], [0, 0, 0]], atol=EXACT)


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_single_items_make_it_least_squares(seed: int) -> None:
    rng = np.random.default_rng(seed)
    c = int(rng.integers(2, 6))
    x = rng.normal(size=(50, c)) @ (np.eye(c) + 0.3)
    paths = np.zeros((c, c), dtype=bool)
    paths[:-1, -1] = True
    fit = fit_pls(np.corrcoef(x, rowvar=False), len(x), PlsModel(np.eye(c, dtype=bool), paths))
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    beta, residual = np.linalg.lstsq(z[:, :-1], z[:, -1], rcond=None)[:2]
    np.testing.assert_allclose(fit.path_coefficients[:-1, -1], beta, atol=EXACT)
    assert fit.r2[-1] == pytest.approx(1 - residual[0] / 49, abs=EXACT)


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_order_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, model = random_model(rng, formative=True)
    columns = rng.permutation(x.shape[1])
    constructs = rng.permutation(len(model.paths))
    shuffled = PlsModel(
        model.blocks[np.ix_(columns, constructs)],
        model.paths[np.ix_(constructs, constructs)],
        tuple(model.modes[j] for j in constructs),
    )
    rows = rng.permutation(len(x))
    fit = fit_pls(np.corrcoef(x, rowvar=False), len(x), model)
    other = fit_pls(np.corrcoef(x[rows][:, columns], rowvar=False), len(x), shuffled)
    weights = fit.outer_weights[np.ix_(columns, constructs)]
    np.testing.assert_allclose(other.outer_weights, weights, rtol=0, atol=TEXTBOOK)
    paths = fit.path_coefficients[np.ix_(constructs, constructs)]
    np.testing.assert_allclose(other.path_coefficients, paths, rtol=0, atol=TEXTBOOK)


def test_a_construct_of_reversed_items_keeps_positive_loadings() -> None:
    data = reference("sim676")
    reversed_ = np.where(data.blocks[:, 2], -1.0, 1.0)
    fit = fit_pls(data.R * np.outer(reversed_, reversed_), data.n, data.model())
    straight = fit_pls(data.R, data.n, data.model())
    np.testing.assert_allclose(fit.loadings, straight.loadings, atol=EXACT)
    opposite = np.where(np.arange(7) == 2, -1.0, 1.0)[:, None] * straight.path_coefficients
    np.testing.assert_allclose(fit.path_coefficients, opposite, atol=EXACT)


def test_many_samples_at_once_are_each_fitted_as_alone() -> None:
    data = reference("sim676")
    x = np.random.default_rng(5).multivariate_normal(np.zeros(len(data.R)), data.R, size=(3, 100))
    stack = np.stack([np.corrcoef(sample, rowvar=False) for sample in x], axis=2)
    stack[0, 1, 1] = stack[1, 0, 1] = np.nan
    first, refused, last = fit_each(stack, 100, data.model())
    assert refused is None
    for sample, fit in ((0, first), (2, last)):
        alone = fit_pls(stack[:, :, sample], 100, data.model())
        assert fit is not None
        for field in ("outer_weights", "loadings", "path_coefficients", "r2", "f2", "rho_a", "n_iterations"):
            np.testing.assert_allclose(getattr(fit, field), getattr(alone, field), rtol=EXACT, err_msg=field)


class TestRefusals:
    """Input without a trustworthy solution ends in an error that says where."""

    paths = np.array([[False, False, True], [False, False, True], [False, False, False]])

    def R(self, seed: int = 0) -> np.ndarray:
        x = np.random.default_rng(seed).normal(size=(80, 1)) + np.random.default_rng(1).normal(size=(80, 6))
        return np.corrcoef(x, rowvar=False)

    def test_iterations_run_out(self) -> None:
        data = reference("sim676")
        with pytest.raises(NotConverged) as caught:
            fit_pls(data.R, data.n, data.model(), max_iterations=3)
        assert caught.value.iterations == 3
        assert 0 < caught.value.criterion < 1

    def test_dependent_items_in_mode_b(self) -> None:
        R = self.R()
        R[2:4] = R[2]
        R[:, 2:4] = R[:, [2]]
        model = PlsModel(membership([0, 0, 1, 1, 2, 2]), self.paths, ("mode_a", "mode_b", "mode_a"))
        with pytest.raises(LinearDependence) as caught:
            fit_pls(R, 80, model)
        assert caught.value.groups == ((2, 3),)
        assert abs(caught.value.smallest_eigenvalue) < EXACT

    def test_dependent_predictors(self) -> None:
        R = self.R()
        same = R[np.ix_([0, 1, 0, 1, 4, 5], [0, 1, 0, 1, 4, 5])]
        with pytest.raises(DependentPredictors) as caught:
            fit_pls(same, 80, PlsModel(membership([0, 0, 1, 1, 2, 2]), self.paths))
        assert (caught.value.target, caught.value.predictors) == (2, (0, 1))

    def test_an_unreliable_construct_cannot_be_corrected(self) -> None:
        R = self.R()
        R[0, 1] = R[1, 0] = -0.2
        with pytest.raises(ImproperSolution) as caught:
            fit_pls(R, 80, PlsModel(membership([0, 0, 1, 1, 2, 2]), self.paths, consistent=True))
        assert caught.value.construct == 0
        assert "rho_A" in str(caught.value)

    def test_too_few_rows(self) -> None:
        with pytest.raises(TooFewRows) as caught:
            fit_pls(self.R(), 3, PlsModel(membership([0, 0, 1, 1, 2, 2]), self.paths))
        assert (caught.value.n, caught.value.needed) == (3, 4)

    def test_missing_correlations(self) -> None:
        R = self.R()
        R[1, 4] = R[4, 1] = np.nan
        with pytest.raises(NotFinite) as caught:
            fit_pls(R, 80, PlsModel(membership([0, 0, 1, 1, 2, 2]), self.paths))
        assert caught.value.indices == (1, 4)

    def test_covariances_in_place_of_correlations(self) -> None:
        with pytest.raises(ValueError, match="unit diagonal"):
            fit_pls(2 * self.R(), 80, PlsModel(membership([0, 0, 1, 1, 2, 2]), self.paths))


def test_a_structural_model_of_ten_respondents_by_hand() -> None:
    """Single items: correlations 1/2 of the predictors, 3/5 and 1/2 with the outcome; R2 is 31/75."""
    R = np.array([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]])
    paths = np.array([[0, 0, 1], [0, 0, 1], [0, 0, 0]], dtype=bool)
    fit = fit_pls(R, 10, PlsModel(membership([0, 1, 2]), paths))
    np.testing.assert_allclose(fit.path_coefficients[:2, 2], [7 / 15, 4 / 15], rtol=1e-12)
    assert fit.r2[2] == pytest.approx(31 / 75, rel=1e-12)
    assert fit.adj_r2[2] == pytest.approx(1 - 44 / 75 * 9 / 7, rel=1e-12)
    # (31/75 - 1/4) / (44/75) and (31/75 - 9/25) / (44/75)
    np.testing.assert_allclose(fit.f2[:2, 2], [49 / 176, 1 / 11], rtol=1e-12)
    np.testing.assert_allclose(fit.inner_vif[:2, 2], [4 / 3, 4 / 3], rtol=1e-12)
