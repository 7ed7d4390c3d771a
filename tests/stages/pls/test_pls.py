"""The tables of the PLS model: indirect effects, consistent estimates, bounds of HTMT."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from smartcity_survey.stages.pls.pls import BINS, estimate_pls
from smartcity_survey.study.codebook import CLUSTER, WEIGHT
from smartcity_survey.study.config import PlsSection
from tests.stages import simulated
from tests.stages.refusals import refused
from tests.stats.pls_data import reference

FIRST, SECOND, *_ = simulated.CONSTRUCTS


@pytest.mark.parametrize("interval", ["percentile", "bca", "studentised"])
def test_chains_have_effects_with_intervals(interval: Literal["percentile", "bca", "studentised"]) -> None:
    direct = simulated.model()
    model = replace(direct, paths=((FIRST, SECOND), *direct.paths))
    draws = 100
    result = estimate_pls(
        simulated.answers(), model, PlsSection(interval=interval, bootstrap_draws=draws), seed=1
    )
    table = result.tables["specific_indirect"]
    paths = result.tables["pls_paths"].set_index(["source", "target"])["estimate"]
    steps = (FIRST, SECOND), (SECOND, simulated.OUTCOME)
    chain = table[["source", "via_1", "target"]].to_numpy().tolist()
    assert chain == [[FIRST, SECOND, simulated.OUTCOME]]
    assert table["estimate"].item() == pytest.approx(paths[steps[0]] * paths[steps[1]], rel=1e-9)
    assert table["ci_low"].item() < table["estimate"].item() < table["ci_high"].item()


def test_a_model_of_direct_paths_has_none() -> None:
    section = PlsSection(bootstrap_draws=100)
    result = estimate_pls(simulated.answers(), simulated.model(), section, seed=1)
    assert result.tables["specific_indirect"].empty


def test_the_histogram_of_a_path_is_that_of_its_resamples() -> None:
    section = PlsSection(bootstrap_draws=200)
    tables = estimate_pls(simulated.answers(), simulated.model(), section, seed=1).tables
    paths, bars = tables["pls_paths"], tables["pls_bootstrap_distributions"]
    assert list(bars) == ["source", "target", "bin_low", "bin_high", "n_draws"]
    for line in paths.to_dict("records"):
        own = bars[(bars["source"] == line["source"]) & (bars["target"] == line["target"])]
        assert len(own) == BINS
        assert own["n_draws"].sum() == 200
        np.testing.assert_allclose(own["bin_low"].iloc[1:], own["bin_high"].iloc[:-1])
        middle = (own["bin_low"] + own["bin_high"]) / 2
        width = own["bin_high"].iloc[0] - own["bin_low"].iloc[0]
        assert np.average(middle, weights=own["n_draws"]) == pytest.approx(line["boot_mean"], abs=width / 2)
        below = own.loc[own["bin_high"] < line["ci_low"], "n_draws"].sum()
        assert below <= 200 * 0.025


def test_consistent_estimates_stand_beside_those_of_composites() -> None:
    section = PlsSection(bootstrap_draws=100)
    result = estimate_pls(simulated.answers(), simulated.model(), section, seed=1)
    theirs = reference("sim676")
    paths, loadings, quality = (result.tables[f"plsc_{name}"] for name in ("paths", "loadings", "quality"))
    for column, package in (("composite", "seminr"), ("consistent", "seminr_plsc")):
        np.testing.assert_allclose(paths[column], theirs.array(package, "paths")[:-1, -1], rtol=1e-9)
        np.testing.assert_allclose(loadings[column], theirs.array(package, "loadings"), rtol=1e-9)
    np.testing.assert_allclose(quality["rho_a"], theirs.array("seminr_plsc", "rho_a"), rtol=1e-9)
    assert quality["consistent_r2"].iloc[-1] == pytest.approx(theirs.array("csem_plsc", "r2")[-1])
    assert (paths["ci_low"] < paths["consistent"]).all()
    assert result.cards["plsc_paths"]["inadmissible_draws"] == 0


def test_an_improper_correction_leaves_the_composites_standing() -> None:
    """Items that both go with the outcome but against each other have no reliability to correct by."""
    frame = simulated.answers().copy()
    first, second, *rest = simulated.items_of(FIRST)
    frame[first] = 3 * frame[list(simulated.items_of(simulated.OUTCOME))].mean(axis=1) - frame[second]
    kept = tuple(item for item in simulated.ITEMS if item not in rest)
    section = PlsSection(bootstrap_draws=100)
    result = estimate_pls(frame, simulated.model().keeping(kept), section, seed=1)
    assert len(result.tables["pls_paths"]) == len(simulated.CONSTRUCTS) - 1
    assert result.tables["plsc_paths"].empty
    assert refused(result, "plsc_paths") == [("table", "unreliable", FIRST)]


def test_both_ratios_have_one_sided_bounds() -> None:
    section = PlsSection(bootstrap_draws=200)
    table = estimate_pls(simulated.answers(), simulated.model(), section, seed=1).tables["htmt_bounds"]
    expected = reference("sim676").array("csem", "htmt2")[np.tril_indices(7, -1)]
    np.testing.assert_allclose(table["htmt2"], expected, rtol=1e-9)
    for prefix, ratio in (("", "htmt"), ("htmt2_", "htmt2")):
        assert (table[f"{prefix}upper_bound"] > table[ratio]).all()
        assert (table[f"{prefix}below_distinct"] == (table[f"{prefix}upper_bound"] < 0.85)).all()
        # 200 draws: 190 below the limit make its bound of 95 % so, and 10 or fewer reach it.
        assert ((table[f"{prefix}p_distinct"] <= 11 / 201) == table[f"{prefix}below_distinct"]).all()
    assert (table["htmt2_undefined"] < 200).all()


def test_pairs_without_htmt2_have_no_bound() -> None:
    """A correlation below zero has no geometric mean, whatever its resamples say."""
    frame = simulated.answers().copy()
    item = simulated.items_of(FIRST)[0]
    frame[item] = np.random.default_rng(3).integers(1, 6, len(frame)).astype(float)
    section = PlsSection(bootstrap_draws=100)
    table = estimate_pls(frame, simulated.model(), section, seed=1).tables["htmt_bounds"]
    undefined = table["htmt2"].isna()
    assert undefined.any()
    assert table.loc[undefined, ["htmt2_upper_bound", "htmt2_p_distinct"]].isna().all(axis=None)
    for flag in ("below_distinct", "below_similar"):
        assert (table[f"htmt2_{flag}"].isna() == undefined).all()
        assert table[flag].notna().all()
    assert table["upper_bound"].notna().all()


def test_sum_scores_weigh_standardised_items_alike() -> None:
    direct = simulated.model()
    sums = tuple(replace(construct, mode="sum_score") for construct in direct.constructs)
    section = PlsSection(bootstrap_draws=100)
    result = estimate_pls(simulated.answers(), replace(direct, constructs=sums), section, seed=1)
    weights = result.tables["pls_weights"].groupby("construct")["weight"]
    np.testing.assert_allclose(weights.max(), weights.min(), rtol=1e-12)
    z = simulated.answers()[list(simulated.ITEMS)]
    z = (z - z.mean()) / z.std()
    scores = [z[list(simulated.items_of(name))].sum(axis=1) for name in simulated.CONSTRUCTS]
    R = np.corrcoef(scores)
    expected = np.linalg.solve(R[:-1, :-1], R[:-1, -1])
    np.testing.assert_allclose(result.tables["pls_paths"]["estimate"], expected, rtol=1e-9)
    # Nothing is disattenuated: consistent estimates repeat those of the sums.
    np.testing.assert_allclose(result.tables["plsc_paths"]["consistent"], expected, rtol=1e-9)


def test_polychoric_correlations_say_so_on_the_card() -> None:
    section = PlsSection(bootstrap_draws=100, correlation="polychoric")
    result = estimate_pls(simulated.answers(), simulated.model(), section, seed=1)
    card = result.cards["pls_paths"]
    assert card["correlations"] == "polychoric"
    assert "first_order" in str(card["resamples"])
    table = result.tables["pls_paths"]
    assert (table["ci_low"] < table["estimate"]).all()
    assert (table["estimate"] < table["ci_high"]).all()


@pytest.mark.parametrize("interval", ["percentile", "bca", "studentised"])
def test_every_table_has_its_intervals(interval: Literal["percentile", "bca", "studentised"]) -> None:
    """Each kind, in each table: finite, in order, and around most estimates."""
    section = PlsSection(interval=interval, bootstrap_draws=100)
    result = estimate_pls(simulated.answers(), simulated.model(), section, seed=1)
    for name in ("pls_paths", "pls_loadings", "pls_weights", "plsc_paths", "plsc_loadings"):
        table = result.tables[name]
        assert (table["ci_low"] < table["ci_high"]).all(), name
        estimate = table[next(c for c in ("estimate", "loading", "weight", "consistent") if c in table)]
        assert ((table["ci_low"] < estimate) & (estimate < table["ci_high"])).mean() > 0.9, name
        assert result.cards[name]["interval"] == interval
    quality = result.tables["pls_quality"]
    assert (quality["r2_ci_low"] < quality["r2_ci_high"]).all()


@pytest.mark.parametrize("design", [None, "weighted", "clustered"])
@pytest.mark.parametrize("coding", ["pearson", "polychoric"])
def test_errors_without_resampling_are_near_those_of_the_bootstrap(
    design: str | None, coding: Literal["pearson", "polychoric"]
) -> None:
    if design is not None and coding == "polychoric":
        pytest.skip("polychoric correlations take no design")
    answers = simulated.answers().copy()
    rng = np.random.default_rng(2)
    if design == "weighted":
        answers[WEIGHT] = rng.uniform(0.5, 1.5, len(answers))
    if design == "clustered":
        answers[CLUSTER] = rng.integers(0, 60, len(answers))
    section = PlsSection(bootstrap_draws=2000, correlation=coding)
    paths = estimate_pls(answers, simulated.model(), section, seed=1).tables["pls_paths"]
    # 2,000 draws know a standard error to 1.6 %; what is beyond first order is of that size here.
    np.testing.assert_allclose(paths["delta_se"], paths["boot_se"], rtol=0.08)
    assert list(paths).index("delta_se") == list(paths).index("boot_se") + 1


@pytest.mark.slow
def test_errors_without_resampling_are_those_of_very_many_draws() -> None:
    section = PlsSection(bootstrap_draws=100_000)
    paths = estimate_pls(simulated.answers(), simulated.model(), section, seed=1).tables["pls_paths"]
    np.testing.assert_allclose(paths["delta_se"], paths["boot_se"], rtol=0.04)
