"""Robustness tables of a small study, number by number, beside statsmodels and the definitions."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.outliers_influence import variance_inflation_factor

from smartcity_survey.io import WHOLE, StageResult
from smartcity_survey.stages.refusals import REFUSED
from smartcity_survey.stages.regression import robustness
from smartcity_survey.stages.regression.robustness import evaluate_robustness
from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.evidence.bayes_factor import BayesFactors, log_jzs_against_constant
from smartcity_survey.stats.evidence.posteriors import coefficient_posteriors
from smartcity_survey.stats.evidence.power import coefficient_power
from smartcity_survey.stats.evidence.power_simulation import resampled_power
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.study.config import RobustnessSection
from smartcity_survey.study.model import Construct, Hypothesis, Model

CLAIMS = (
    Hypothesis("H1", "trust", "use", "positive"),
    Hypothesis("H2", "price", "use", "negative"),
    Hypothesis("H3", "ease", "use", "positive"),
    Hypothesis("H4", "use", "praise", "positive"),
)
TWO_OUTCOMES = Model(
    constructs=tuple(
        Construct(name, (f"{name}1",), "reflective") for name in ("trust", "price", "ease", "use", "praise")
    ),
    paths=(("trust", "use"), ("price", "use"), ("ease", "use"), ("use", "praise")),
    hypotheses=CLAIMS,
    alpha=0.1,
)
SECTION = RobustnessSection(power_draws=50, equivalence_bound=0.2)


@pytest.fixture(scope="module")
def small() -> pd.DataFrame:
    """Thirty respondents, four constructs in units of their own, two outcomes of unlike many predictors."""
    rng = np.random.default_rng(12)
    x = rng.normal(size=(30, 3)) @ np.array([[1, 0.5, 0.2], [0, 1, 0.6], [0, 0, 1]])
    use = x @ [0.9, -0.7, 0.05] + rng.normal(size=30)
    frame = pd.DataFrame(x, columns=["trust", "price", "ease"])
    frame = frame.assign(use=use, praise=0.3 * use + rng.normal(size=30))
    return frame * [1.0, 3.0, 0.2, 5.0, 0.7] + 2.0


@pytest.fixture(scope="module")
def found(small: pd.DataFrame) -> StageResult:
    return evaluate_robustness(small, TWO_OUTCOMES, SECTION, 5)


def peer(small: pd.DataFrame, outcome: str, *, standardised: bool = True) -> Any:
    """statsmodels' regression of an outcome on its predictors."""
    names = list(TWO_OUTCOMES.predictors(outcome))
    frame = (small - small.mean()) / small.std() if standardised else small
    return sm.OLS(frame[outcome], sm.add_constant(frame[names])).fit()


def test_tests_of_hypotheses_are_those_of_their_own_regression(
    small: pd.DataFrame, found: StageResult
) -> None:
    tests = found.tables["hypothesis_tests"].set_index("hypothesis")
    assert tests.index.tolist() == ["H1", "H2", "H3", "H4"]
    assert tests["predictor"].tolist() == ["trust", "price", "ease", "use"]
    fits = [peer(small, claim.target) for claim in CLAIMS]
    beta = np.array([fit.params[claim.source] for fit, claim in zip(fits, CLAIMS, strict=True)])
    errors = np.array([fit.bse[claim.source] for fit, claim in zip(fits, CLAIMS, strict=True)])
    p = np.array([fit.pvalues[claim.source] for fit, claim in zip(fits, CLAIMS, strict=True)])
    df = np.array([26, 26, 26, 28])
    np.testing.assert_allclose(tests["beta"], beta, rtol=1e-10)
    np.testing.assert_allclose(tests["p"], p, rtol=1e-10)
    for column, method in (("p_holm", "holm"), ("p_benjamini_hochberg", "fdr_bh")):
        np.testing.assert_allclose(tests[column], multipletests(p, method=method)[1], rtol=1e-10)
    right_way = beta * [1, -1, 1, 1] > 0
    assert tests["confirmed_after_holm"].tolist() == (right_way & (tests["p_holm"] < 0.1)).tolist()
    assert set(tests["confirmed_after_holm"]) == {True, False}
    larger = np.maximum(stats.t.sf((beta + 0.2) / errors, df), stats.t.cdf((beta - 0.2) / errors, df))
    np.testing.assert_allclose(tests["equivalence_p"], larger, rtol=1e-10)
    margin = stats.t.ppf(0.9, df) * errors
    np.testing.assert_allclose(tests["equivalence_ci_low"], beta - margin, rtol=1e-9)
    np.testing.assert_allclose(tests["equivalence_ci_high"], beta + margin, rtol=1e-9)
    assert tests["negligible"].tolist() == (larger < 0.1).tolist()
    for claim, fit in zip(CLAIMS, fits, strict=True):
        names = list(TWO_OUTCOMES.predictors(claim.target))
        others = small[[name for name in names if name != claim.source]].to_numpy()
        reduced = ols(small[claim.target].to_numpy(), others).r2 if others.size else 0.0
        expected = log_jzs_against_constant(fit.rsquared, len(names), 30) - log_jzs_against_constant(
            reduced, len(names) - 1, 30
        )
        assert tests.loc[claim.name, "log_bf10"] == pytest.approx(expected, rel=1e-8)


def test_posteriors_are_those_of_their_own_regression(small: pd.DataFrame, found: StageResult) -> None:
    table = found.tables["posteriors"].set_index("hypothesis")
    assert table.index.tolist() == ["H1", "H2", "H3", "H4"]
    for claim in CLAIMS:
        names, line = TWO_OUTCOMES.predictors(claim.target), table.loc[claim.name]
        fit, j = ols(small[claim.target].to_numpy(), small[list(names)].to_numpy()), names.index(claim.source)
        own = coefficient_posteriors(fit.beta, fit.vif, fit.r2, 30, 0.2)
        assert line["beta"] == fit.beta[j]
        values = [own.mean[j], own.sd[j], own.low[j], own.high[j], own.negligible[j]]
        columns = [
            *("posterior_mean", "posterior_sd", "credible_low", "credible_high"),
            "probability_negligible",
        ]
        np.testing.assert_allclose(line[columns].astype(float), values, rtol=1e-12)
        claimed = own.positive[j] if claim.sign == "positive" else 1 - own.positive[j]
        assert line["probability_claimed_sign"] == pytest.approx(claimed, rel=1e-12)
    # The negative claim is borne out: most of its posterior lies below 0.
    assert table.loc["H2", "posterior_mean"] < 0
    assert table.loc["H2", "probability_claimed_sign"] > 0.9
    assert found.cards["posteriors"]["equivalence_bound"] == 0.2
    assert found.cards["posteriors"]["credible_level"] == 0.95


def test_a_claim_against_its_sign_is_not_confirmed_however_small_its_p(small: pd.DataFrame) -> None:
    turned = tuple(
        replace(claim, sign="negative" if claim.sign == "positive" else "positive") for claim in CLAIMS
    )
    tables = evaluate_robustness(small, replace(TWO_OUTCOMES, hypotheses=turned), SECTION, 5).tables
    tests = tables["hypothesis_tests"].set_index("hypothesis")
    assert (tests["p_holm"] < 0.1).any()
    assert not tests["confirmed_after_holm"].any()
    assert set(tables["joint_tests"]["verdict"]) == {"not_confirmed"}


@pytest.mark.parametrize(
    ("log_bf10", "word"),
    [
        (np.log(2.9), "undecided"),
        (np.log(3.1), "moderate_for"),
        (-np.log(2.9), "undecided"),
        (-np.log(3.1), "moderate_against"),
        (np.log(9.9), "moderate_for"),
        (-np.log(10.1), "strong_against"),
        (np.log(29.0), "strong_for"),
        (-np.log(30.5), "very_strong_against"),
        (np.log(3), "moderate_for"),
    ],
)
def test_words_for_bayes_factors_are_jeffreys(
    monkeypatch: pytest.MonkeyPatch, small: pd.DataFrame, log_bf10: float, word: str
) -> None:
    def given(r2: float, part: Array, n: int) -> BayesFactors:
        return BayesFactors(np.full(len(part), log_bf10), np.zeros(len(part)), 1.0)

    monkeypatch.setattr(robustness, "bayes_factors", given)
    tests = evaluate_robustness(small, TWO_OUTCOMES, SECTION, 5).tables["hypothesis_tests"]
    assert set(tests["evidence"]) == {word}


def test_joint_tests_are_statsmodels(small: pd.DataFrame, found: StageResult) -> None:
    """trust and price are confirmed, ease is not; use is judged in a regression of its own."""
    joint = found.tables["joint_tests"].set_index(["outcome", "verdict", "errors"])
    chosen = {("use", "not_confirmed"): ["ease"], ("use", "confirmed"): ["trust", "price"]}
    confirmed = peer(small, "praise").pvalues["use"] < 0.1
    chosen["praise", "confirmed" if confirmed else "not_confirmed"] = ["use"]
    assert set(joint.index) == {(*key, errors) for key in chosen for errors in ("classical", "HC3")}
    for (outcome, verdict), names in chosen.items():
        fit = peer(small, outcome, standardised=False)
        for errors, one in (
            ("classical", fit),
            ("HC3", fit.get_robustcov_results("HC3", use_t=True)),
        ):
            expected = one.f_test(np.eye(len(fit.params))[[list(fit.params.index).index(n) for n in names]])
            line = joint.loc[(outcome, verdict, errors)]
            assert line["f"] == pytest.approx(float(expected.fvalue), rel=1e-9)
            assert line["p"] == pytest.approx(float(expected.pvalue), rel=1e-9)
            assert (line["df_numerator"], line["df_denominator"]) == (len(names), fit.df_resid)
    assert joint.loc[("use", "not_confirmed", "HC3"), "hypotheses"] == "H3"


def test_importance_beside_its_definitions(small: pd.DataFrame, found: StageResult) -> None:
    importance = found.tables["relative_importance"].set_index(["outcome", "predictor"])
    names = ["trust", "price", "ease"]
    r = small[[*names, "use"]].corr()
    fit = peer(small, "use")

    def r2(some: tuple[str, ...]) -> float:
        own = list(some)
        return float(r.loc["use", own] @ np.linalg.solve(r.loc[own, own], r.loc[own, "use"])) if own else 0.0

    orders = list(permutations(names))
    for j, name in enumerate(names):
        line = importance.loc[("use", name)]
        assert line["zero_order"] == pytest.approx(r.loc["use", name], rel=1e-10)
        assert line["beta"] == pytest.approx(fit.params[name], rel=1e-10)
        exog = sm.add_constant(small[names]).to_numpy()
        assert line["vif"] == pytest.approx(variance_inflation_factor(exog, j + 1), rel=1e-10)
        gains = [r2(order[: order.index(name) + 1]) - r2(order[: order.index(name)]) for order in orders]
        assert line["lmg"] == pytest.approx(np.mean(gains), rel=1e-9)
        assert line["lmg_share"] == pytest.approx(np.mean(gains) / fit.rsquared, rel=1e-9)
    # Whoever dominates completely does so generally, and the largest share dominates all others.
    largest = importance.loc["use"]["lmg"].idxmax()
    assert all(
        name in importance.loc[("use", largest), "dominates_generally"] for name in set(names) - {largest}
    )
    assert importance.loc[("praise", "use"), "lmg_share"] == pytest.approx(1)


def test_the_ridge_trace_beside_its_definitions(small: pd.DataFrame, found: StageResult) -> None:
    trace = found.tables["ridge_trace"]
    assert (
        trace.groupby("outcome")["lambda"].agg(["min", "max", "size"]).to_numpy().tolist()
        == [[0, 10, 42]] * 2
    )
    own = trace[trace["outcome"] == "use"].reset_index(drop=True)
    np.testing.assert_allclose(own["lambda"][1:], 10 ** np.linspace(-3, 1, 41), rtol=1e-12)
    names = ["trust", "price", "ease"]
    r = small[[*names, "use"]].corr().to_numpy()
    R, c = r[:3, :3], r[:3, 3]
    fit = peer(small, "use")
    hkb = 3 * (1 - fit.rsquared) / 26 / (fit.params[names] @ fit.params[names])
    np.testing.assert_allclose(own["lambda_hkb"], hkb, rtol=1e-9)
    for row in (0, 20, 41):
        line = own.loc[row]
        inverse = np.linalg.inv(R + line["lambda"] * np.eye(3))
        beta = inverse @ c
        np.testing.assert_allclose(line[[f"beta_{name}" for name in names]].astype(float), beta, rtol=1e-9)
        assert line["max_vif"] == pytest.approx(np.diagonal(inverse @ R @ inverse).max(), rel=1e-9)
        r2 = 2 * beta @ c - beta @ R @ beta
        assert line["r2"] == pytest.approx(r2, rel=1e-9)
        assert line["gcv"] == pytest.approx((1 - r2) / (1 - np.trace(R @ inverse) / 30) ** 2, rel=1e-9)


def test_detectable_effects_have_the_power_of_the_noncentral_t(
    small: pd.DataFrame, found: StageResult
) -> None:
    assert not {"power", "power_at_this_effect"} & set(found.tables["power"])
    power = found.tables["power"].set_index(["outcome", "predictor"])
    for outcome, df in (("use", 26), ("praise", 28)):
        fit = peer(small, outcome)
        for name in TWO_OUTCOMES.predictors(outcome):
            line = power.loc[(outcome, name)]
            f2 = fit.tvalues[name] ** 2 / df
            assert line["f2"] == pytest.approx(f2, rel=1e-9)
            assert line["beta"] == pytest.approx(fit.params[name], rel=1e-9)
            for alpha, effect, expected in (
                (0.1, line["detectable_f2"], 0.8),
                (0.1 / 4, line["detectable_f2_family"], 0.8),
            ):
                critical, delta = stats.t.ppf(1 - alpha / 2, df), np.sqrt(effect * 30)
                reached = stats.nct.sf(critical, df, delta) + stats.nct.cdf(-critical, df, delta)
                assert reached == pytest.approx(expected, rel=1e-8)
            for beta, f2 in (
                ("detectable_beta", "detectable_f2"),
                ("detectable_beta_family", "detectable_f2_family"),
            ):
                expected = np.sqrt(line[f2] * (1 - fit.rsquared) * line["vif"])
                assert line[beta] == pytest.approx(expected, rel=1e-9)


def test_a_new_wave_is_large_enough_by_formula_and_tried_on_its_rows(
    small: pd.DataFrame, found: StageResult
) -> None:
    sizes = found.tables["new_wave_size"].set_index(["outcome", "predictor", "beta"])
    assert sizes.index.levels[2].tolist() == [0.05, 0.1, 0.15, 0.2]
    assert len(sizes) == 4 * 4
    fit = ols(small["use"].to_numpy(), small[["trust", "price", "ease"]].to_numpy())
    for beta in (0.05, 0.2):
        n = int(sizes.loc[("use", "price", beta), "n_needed"])
        f2 = beta**2 / (fit.vif[1] * (1 - fit.r2))
        reached = [coefficient_power(f2, rows, 3, 0.1) for rows in (n - 1, n)]
        assert reached[0] < 0.8 <= reached[1]
        slopes = np.array([0, beta * small["use"].std() / small["price"].std(), 0])
        x = small[["trust", "price", "ease"]].to_numpy()
        again = resampled_power(small["use"].to_numpy(), x, slopes, n, 50, 5, 0.1)
        assert sizes.loc[("use", "price", beta), "simulated_power"] == again.power[1]


def test_cards_say_what_the_numbers_rest_on(found: StageResult) -> None:
    assert {card["alpha"] for card in found.cards.values()} == {0.1}
    assert all(card["method"] for card in found.cards.values())
    tests = found.cards["hypothesis_tests"]
    assert (tests["family"], tests["equivalence_bound"]) == (4, 0.2)
    assert "jzs" in str(tests["bayes_factor"])
    assert found.cards["power"]["power"] == 0.8
    wave = found.cards["new_wave_size"]
    assert (wave["power"], wave["simulated_waves"], wave["seed"]) == (0.8, 50, 5)
    assert wave["simulated"]


def refused_parts(result: StageResult, table: str) -> list[str]:
    """Parts of a table that its card says had no solution."""
    told: Any = result.cards[table].get(REFUSED, [])
    return [line["part"] for line in told]


def test_an_outcome_without_a_regression_leaves_the_other_ones_lines(small: pd.DataFrame) -> None:
    """A perfect fit of one outcome: its lines are missing everywhere and every card says so."""
    result = evaluate_robustness(small.assign(praise=2 * small["use"] + 1), TWO_OUTCOMES, SECTION, 5)
    by_claim = ("hypothesis_tests", "posteriors")
    for name, table in result.tables.items():
        if name not in by_claim:
            assert set(table["outcome"]) == {"use"}, name
        assert refused_parts(result, name) == ["regression"]
    for name in by_claim:
        assert result.tables[name]["hypothesis"].tolist() == ["H1", "H2", "H3"]


def test_a_p_of_alpha_confirms_nothing_and_makes_nothing_negligible(
    small: pd.DataFrame, found: StageResult
) -> None:
    tests = found.tables["hypothesis_tests"].set_index("hypothesis")
    at_p = replace(TWO_OUTCOMES, alpha=float(tests.loc["H2", "p"]))
    joint = evaluate_robustness(small, at_p, SECTION, 5).tables["joint_tests"]
    assert "H2" not in "".join(joint.loc[joint["verdict"] == "confirmed", "hypotheses"])
    at_equivalence = replace(TWO_OUTCOMES, alpha=float(tests.loc["H3", "equivalence_p"]))
    again = evaluate_robustness(small, at_equivalence, SECTION, 5).tables["hypothesis_tests"]
    assert not again.set_index("hypothesis").loc["H3", "negligible"]
    at_holm = replace(TWO_OUTCOMES, alpha=float(tests.loc["H2", "p_holm"]))
    after = evaluate_robustness(small, at_holm, SECTION, 5).tables["hypothesis_tests"]
    assert tests.loc["H2", "confirmed_after_holm"]
    assert not after.set_index("hypothesis").loc["H2", "confirmed_after_holm"]


def test_without_claims_a_family_is_one_test(small: pd.DataFrame) -> None:
    tables = evaluate_robustness(small, replace(TWO_OUTCOMES, hypotheses=()), SECTION, 5).tables
    power = tables["power"]
    np.testing.assert_array_equal(power["detectable_f2_family"], power["detectable_f2"])
    assert power.index.tolist() == [0, 1, 2, 3]
    assert list(tables["hypothesis_tests"]) == ["hypothesis"]
    assert tables["joint_tests"].empty


@pytest.mark.parametrize(
    ("function", "table", "columns"),
    [("tost", "hypothesis_tests", ["hypothesis"]), ("relative_importance", "relative_importance", [])],
)
def test_a_table_without_a_solution_is_empty_and_its_card_says_so(
    monkeypatch: pytest.MonkeyPatch,
    small: pd.DataFrame,
    found: StageResult,
    function: str,
    table: str,
    columns: list[str],
) -> None:
    def refused(*_: object) -> None:
        raise StatisticsError("nothing to be had")

    monkeypatch.setattr(robustness, function, refused)
    result = evaluate_robustness(small, TWO_OUTCOMES, SECTION, 5)
    assert result.tables[table].empty
    assert list(result.tables[table]) == columns
    assert refused_parts(result, table) == [WHOLE]
    others = found.tables.keys() - {table}
    for name in others:
        pd.testing.assert_frame_equal(result.tables[name], found.tables[name])
        assert result.cards[name] == found.cards[name]


def test_a_simulation_without_a_solution_leaves_its_cell_empty(
    monkeypatch: pytest.MonkeyPatch, small: pd.DataFrame, found: StageResult
) -> None:
    def refused(*_: object) -> None:
        raise StatisticsError("no such sample")

    monkeypatch.setattr(robustness, "resampled_power", refused)
    result = evaluate_robustness(small, TWO_OUTCOMES, SECTION, 5)
    sizes = result.tables["new_wave_size"]
    assert sizes["simulated_power"].isna().all()
    assert sizes["n_needed"].tolist() == found.tables["new_wave_size"]["n_needed"].tolist()
    assert refused_parts(result, "new_wave_size") == ["simulated_power"]
