"""The bootstrap against fits to physically resampled rows, and against itself."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from benchmarks import bootstrap_signs
from smartcity_survey.stats.core import resample
from smartcity_survey.stats.core.errors import ConstantItems, NotConverged, NotFinite
from smartcity_survey.stats.core.resample import resampled_units
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.items.polychoric_correlations import polychoric
from smartcity_survey.stats.measurement.validity import htmt, htmt2
from smartcity_survey.stats.pls.algorithm import PlsFit, fit_pls
from smartcity_survey.stats.pls.bootstrap import PlsBootstrap, bootstrap_pls, consistent_bootstrap
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.pls.stack import Reason
from tests.stats.pls_data import answers, membership, random_model, reference

# What the moments of a resample and its rows may differ by.
EXACT = 1e-12

FIELDS = ("outer_weights", "loadings", "path_coefficients", "r2", "f2", "htmt", "htmt2")


def as_drawn(fit: PlsFit, R: Array, model: PlsModel) -> dict[str, Array]:
    """A fit in the arrangement of the draws."""
    return {
        "outer_weights": fit.outer_weights.sum(axis=1),
        "loadings": fit.loadings.sum(axis=1),
        "path_coefficients": fit.path_coefficients,
        "r2": fit.r2,
        "f2": fit.f2,
        "htmt": htmt(R, model.blocks),
        "htmt2": htmt2(R, model.blocks),
    }


def assert_draw(boot: PlsBootstrap, draw: int, x: Array, model: PlsModel) -> None:
    """A draw equals the fit to the rows it stands for."""
    R = np.corrcoef(x, rowvar=False)
    for field, values in as_drawn(fit_pls(R, len(x), model), R, model).items():
        drawn = getattr(boot.draws, field)[draw]
        np.testing.assert_allclose(drawn, values, rtol=0, atol=EXACT, err_msg=field)


@pytest.mark.parametrize("scheme", ["path", "factorial", "centroid"])
@pytest.mark.parametrize("consistent", [False, True])
@pytest.mark.parametrize("formative", [False, True])
def test_a_draw_is_the_fit_to_its_rows(scheme: str, consistent: bool, formative: bool) -> None:
    x = answers()
    modes = ("mode_a", "mode_b", "mode_a", "mode_b", "mode_a", "mode_a", "mode_a") if formative else ()
    model = reference("sim676").model(scheme=scheme, consistent=consistent, modes=modes)
    boot = bootstrap_pls(x, model, 12, seed=4)
    assert boot.n_inadmissible == 0
    for draw, rows in enumerate(resampled_units(4, 0, 12, len(x))):
        assert_draw(boot, draw, x[rows], model)


def test_a_draw_of_measurements_that_are_not_whole_numbers() -> None:
    x, model = random_model(np.random.default_rng(8))
    boot = bootstrap_pls(x, model, 30, seed=1)
    for draw in np.flatnonzero(boot.admissible):
        assert_draw(boot, draw, x[resampled_units(1, draw, draw + 1, len(x))[0]], model)


def test_a_draw_with_weights_is_the_fit_to_repeated_rows() -> None:
    x, model = answers(), reference("sim676").model()
    weights = np.random.default_rng(0).integers(1, 4, size=len(x))
    boot = bootstrap_pls(x, model, 3, seed=2, weights=weights.astype(float))
    for draw, rows in enumerate(resampled_units(2, 0, 3, len(x))):
        assert_draw(boot, draw, x[np.repeat(rows, weights[rows])], model)


def test_a_draw_of_groups_is_the_fit_to_their_members() -> None:
    x, model = answers(), reference("sim676").model()
    groups = np.arange(len(x)) // 13
    boot = bootstrap_pls(x, model, 3, seed=2, groups=groups)
    for draw, drawn in enumerate(resampled_units(2, 0, 3, 52)):
        assert_draw(boot, draw, x[np.concatenate([np.flatnonzero(groups == g) for g in drawn])], model)


def test_the_estimate_is_the_fit_to_the_sample() -> None:
    x, model = answers(), reference("sim676").model()
    boot = bootstrap_pls(x, model, 2, seed=2)
    R = np.corrcoef(x, rowvar=False)
    plain = as_drawn(fit_pls(R, len(x), model), R, model)
    for field, values in plain.items():
        np.testing.assert_allclose(getattr(boot.estimate, field), values, rtol=0, atol=EXACT)
        np.testing.assert_allclose(as_drawn(boot.fit, R, model)[field], values, rtol=0, atol=EXACT)


def test_workers_and_number_of_draws_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, model = answers(), reference("sim676").model()
    one = bootstrap_pls(x, model, 600, seed=3, workers=1)
    three = bootstrap_pls(x, model, 600, seed=3, workers=3)
    fewer = bootstrap_pls(x, model, 300, seed=3)
    monkeypatch.setattr(resample.UnitProducts, "stack_size", lambda self: 37)
    cut = bootstrap_pls(x, model, 300, seed=3)
    for field in FIELDS:
        drawn = getattr(one.draws, field)
        np.testing.assert_array_equal(drawn, getattr(three.draws, field))
        np.testing.assert_allclose(drawn[:300], getattr(fewer.draws, field), rtol=0, atol=EXACT)
        np.testing.assert_allclose(drawn[:300], getattr(cut.draws, field), rtol=0, atol=EXACT)
    other = bootstrap_pls(x, model, 300, seed=4)
    assert np.abs(other.draws.r2[:, 6] - one.draws.r2[:300, 6]).min() > 0


def test_order_of_items_only_relabels() -> None:
    x, data = answers(), reference("sim676")
    columns = np.random.default_rng(0).permutation(x.shape[1])
    straight = bootstrap_pls(x, data.model(), 5, seed=3)
    shuffled = bootstrap_pls(x[:, columns], PlsModel(data.blocks[columns], data.paths), 5, seed=3)
    np.testing.assert_allclose(
        shuffled.draws.loadings, straight.draws.loadings[:, columns], rtol=0, atol=EXACT
    )
    np.testing.assert_allclose(
        shuffled.draws.path_coefficients, straight.draws.path_coefficients, rtol=0, atol=EXACT
    )


def test_constructs_are_aligned_with_the_sample() -> None:
    # Two items that measure opposite things: the sign of their composite is a matter of chance in each draw.
    rng = np.random.default_rng(5)
    factor, other = rng.normal(size=(2, 120))
    x = np.column_stack([factor, -factor, 0.7 * factor + other, factor + other]) + rng.normal(size=(120, 4))
    model = PlsModel(membership([0, 0, 1, 1]), np.array([[False, True], [False, False]]))
    boot = bootstrap_pls(x, model, 400, seed=1)
    sample = boot.estimate.loadings[:2]
    drawn = boot.draws.loadings[boot.admissible][:, :2]
    assert (drawn @ sample > 0).all()
    assert (drawn.sum(axis=1) < 0).any()


def test_errors_of_an_ill_determined_construct_are_those_of_fresh_samples() -> None:
    """Turned towards the sample's loadings, errors were a fifth too small and smaller than a
    plain resampler's; `benchmarks/bootstrap_signs.py` has more cases."""
    found = bootstrap_signs.compare(0.3, 0.0, n=200, samples=60, draws=200, fresh=600, seed=2)
    # A spread of 600 is known to 3 %, the mean of 60 errors to 2 %, a rate of 5 % in 60 samples to 3 %.
    assert found.error == pytest.approx(found.spread, rel=0.15)
    assert found.rejected <= 0.13
    assert found.error_by_loadings < 0.85 * found.spread
    assert found.rejected_by_loadings > found.rejected


def test_inadmissible_draws_are_counted_with_their_item() -> None:
    x = answers()[:60, :12].copy()
    x[1:, 7] = 3
    x[0, 7] = 5
    x[1:, 2] = 4
    x[0, 2] = 1
    model = PlsModel(membership(np.repeat([2, 0, 1], 4)), np.triu(np.ones((3, 3), dtype=bool), 1))
    boot = bootstrap_pls(x, model, 200, seed=9)
    drawn = resampled_units(9, 0, 200, 60)
    without = ~(drawn == 0).any(axis=1)
    # Items 2 and 7 vary only in respondent 0; the first of them by construct is item 7.
    np.testing.assert_array_equal(boot.reason == Reason.CONSTANT_ITEM, without)
    assert set(boot.position[without]) == {7}
    assert boot.inadmissible()[Reason.CONSTANT_ITEM, 7] == without.sum()
    assert boot.n_inadmissible == np.count_nonzero(boot.reason) >= without.sum() > 0
    for field in FIELDS:
        assert np.isnan(getattr(boot.draws, field)[~boot.admissible]).all()
        assert not np.isnan(getattr(boot.draws, field)[boot.admissible]).all()
    assert boot.summary("r2").n_draws == boot.admissible.sum()


def test_draws_that_do_not_converge_are_counted() -> None:
    x, model = answers(), reference("sim676").model()
    needed = bootstrap_pls(x, model, 100, seed=1).fit.n_iterations
    boot = bootstrap_pls(x, model, 100, seed=1, max_iterations=needed)
    assert 0 < boot.n_inadmissible < 100
    assert set(boot.reason) == {Reason.ADMISSIBLE, Reason.NOT_CONVERGED}
    full = bootstrap_pls(x, model, 100, seed=1)
    keep = boot.admissible
    np.testing.assert_allclose(boot.draws.r2[keep], full.draws.r2[keep], rtol=0, atol=EXACT)


def test_draws_that_cannot_be_corrected_are_counted() -> None:
    rng = np.random.default_rng(3)
    factor = rng.normal(size=(40, 2)) @ np.array([[1, 0.8], [0, 0.6]])
    x = np.repeat(factor, 2, axis=1) * 0.7 + rng.normal(size=(40, 4))
    model = PlsModel(membership([0, 0, 1, 1]), np.array([[False, True], [False, False]]), consistent=True)
    boot = bootstrap_pls(x, model, 500, seed=3)
    reasons = {reason for reason, _ in boot.inadmissible()}
    assert reasons == {Reason.UNRELIABLE, Reason.IMPROPER}
    assert np.nanmax(boot.draws.r2) <= 1


def test_the_sample_itself_must_be_admissible() -> None:
    x, model = answers().copy(), reference("sim676").model()
    with pytest.raises(NotConverged):
        bootstrap_pls(x, model, 10, seed=1, max_iterations=2)
    x[:, [3, 30]] = 2
    with pytest.raises(ConstantItems) as constant:
        bootstrap_pls(x, model, 10, seed=1)
    assert constant.value.indices == (3, 30)
    x[5, 11] = np.nan
    with pytest.raises(NotFinite) as missing:
        bootstrap_pls(x, model, 10, seed=1)
    assert missing.value.indices == (11,)


def test_jackknife_leaves_respondents_out() -> None:
    x, model = answers()[:80], reference("sim676").model()
    boot = bootstrap_pls(x, model, 2, seed=1, jackknife=True)
    assert boot.jackknife is not None
    assert boot.jackknife.loadings.shape == (80, 48)
    R = np.corrcoef(np.delete(x, 7, axis=0), rowvar=False)
    np.testing.assert_allclose(
        boot.jackknife.path_coefficients[7], fit_pls(R, 79, model).path_coefficients, rtol=0, atol=EXACT
    )
    assert boot.summary("path_coefficients", kind="bca").low.shape == (7, 7)


def test_draws_are_resampled_in_turn_for_studentised_intervals() -> None:
    x, model = answers()[:80], reference("sim676").model()
    boot = bootstrap_pls(x, model, 4, seed=1, inner_draws=25)
    assert boot.draw_se is not None
    rows = resampled_units(1, 2, 3, 80)[0]
    inner = [
        fit_pls(np.corrcoef(x[rows[again]], rowvar=False), 80, model).r2[6]
        for again in resampled_units(1, 0, 25, 80, stream=3)
    ]
    assert boot.draw_se.r2[2, 6] == pytest.approx(np.std(inner, ddof=1), rel=1e-9)
    assert boot.summary("r2", kind="studentised").low[6] < boot.estimate.r2[6]


def test_progress_reports_draws_in_order() -> None:
    reported: list[int] = []
    bootstrap_pls(answers(), reference("sim676").model(), 600, seed=1, progress=reported.append)
    assert reported == sorted(reported)
    assert reported[-1] == 600


def test_a_draw_without_admissible_resamples_has_no_standard_error() -> None:
    x = answers()[:60, :12].copy()
    x[1:, 7] = 3
    x[0, 7] = 5
    model = PlsModel(membership(np.repeat([0, 1, 2], 4)), np.triu(np.ones((3, 3), dtype=bool), 1))
    boot = bootstrap_pls(x, model, 30, seed=9, inner_draws=5)
    assert boot.draw_se is not None
    assert np.isnan(boot.draw_se.loadings[boot.reason == Reason.CONSTANT_ITEM]).all()
    assert np.isfinite(boot.draw_se.loadings[boot.admissible]).any()


class TestOrdinal:
    """Polychoric correlations in the place of Pearson's."""

    model = PlsModel(
        membership([0, 0, 0, 1, 1, 1]), np.array([[False, True], [False, False]]), consistent=True
    )

    def codes(self, n: int = 400) -> np.ndarray:
        """Three categories of six normal items, two factors that correlate .6, loadings .8."""
        rng = np.random.default_rng(5)
        factors = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=n)
        latent = 0.8 * np.repeat(factors, 3, axis=1) + 0.6 * rng.normal(size=(n, 6))
        return np.digitize(latent, [-0.3, 1.0]).astype(float)

    def test_the_estimate_is_the_fit_to_polychoric_correlations(self) -> None:
        x = self.codes()
        found = bootstrap_pls(x, self.model, 20, seed=1, ordinal=True)
        expected = fit_pls(polychoric(x.astype(np.int64)).correlation, len(x), self.model)
        np.testing.assert_allclose(found.fit.path_coefficients, expected.path_coefficients, atol=1e-12)
        np.testing.assert_allclose(found.estimate.path_coefficients, expected.path_coefficients, atol=1e-10)

    def test_it_finds_the_factors_that_categories_hide(self) -> None:
        found = bootstrap_pls(self.codes(20_000), self.model, 2, seed=1, ordinal=True).fit
        assert found.path_coefficients[0, 1] == pytest.approx(0.6, abs=0.02)
        np.testing.assert_allclose(found.loadings.sum(axis=1), 0.8, atol=0.02)

    def test_resamples_to_first_order_vary_as_those_estimated_anew(self) -> None:
        x, draws = self.codes(), 300
        found = bootstrap_pls(x, self.model, draws, seed=1, ordinal=True)
        codes = x.astype(np.int64)
        anew = [
            fit_pls(
                polychoric(codes[resampled_units(1, draw, draw + 1, len(x))[0]]).correlation,
                len(x),
                self.model,
            ).path_coefficients[0, 1]
            for draw in range(draws)
        ]
        ours = found.draws.path_coefficients[:, 0, 1]
        # The same resamples, so the two differ by the second order of the expansion alone.
        assert np.corrcoef(ours, anew)[0, 1] > 0.97
        assert ours.std(ddof=1) == pytest.approx(np.std(anew, ddof=1), rel=0.1)

    def test_neither_weights_nor_groups(self) -> None:
        x = self.codes(50)
        with pytest.raises(ValueError, match="neither weights nor groups"):
            bootstrap_pls(x, self.model, 2, seed=1, ordinal=True, weights=np.ones(50))


@pytest.mark.parametrize("rows", [676, 40])
def test_plsc_of_the_draws_is_that_of_a_bootstrap_of_its_own(rows: int) -> None:
    x, model = answers()[:rows], reference("sim676").model()
    consistent = replace(model, consistent=True)
    composites = bootstrap_pls(x, model, 60, seed=3, jackknife=True)
    found = consistent_bootstrap(composites, np.corrcoef(x, rowvar=False), consistent)
    own = bootstrap_pls(x, consistent, 60, seed=3, jackknife=True)
    assert (own.n_inadmissible > 0) == (rows == 40)
    np.testing.assert_array_equal(found.reason, own.reason)
    np.testing.assert_array_equal(found.position, own.position)
    assert own.jackknife is not None
    assert found.jackknife is not None
    for field in fields(own.draws):
        for mine, theirs in (
            (found.draws, own.draws),
            (found.estimate, own.estimate),
            (found.jackknife, own.jackknife),
        ):
            np.testing.assert_allclose(
                getattr(mine, field.name), getattr(theirs, field.name), rtol=0, atol=1e-12
            )


def test_plsc_of_draws_with_errors_of_their_own_needs_a_bootstrap_of_its_own() -> None:
    x, model = answers()[:80], reference("sim676").model()
    composites = bootstrap_pls(x, model, 4, seed=3, inner_draws=50)
    with pytest.raises(ValueError, match="of their own"):
        consistent_bootstrap(composites, np.corrcoef(x, rowvar=False), replace(model, consistent=True))


def test_p_counts_the_draws_that_reach_a_limit() -> None:
    """Half of them where the limit is between the middle two; a draw without a value counts nowhere."""
    boot = bootstrap_pls(answers(), reference("sim676").model(), 40, seed=1)
    drawn = boot.draws.htmt[:, 1, 0]
    assert boot.share_from("htmt", float(np.median(drawn)))[1, 0] == (1 + 20) / (1 + 40)
    boot.draws.htmt2[:, 1, 0] = np.where(np.arange(40) < 10, np.nan, 0.5)
    assert boot.share_from("htmt2", 0.5)[1, 0] == 1
    assert boot.share_from("htmt2", 0.6)[1, 0] == 1 / (1 + 30)
