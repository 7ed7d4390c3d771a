"""Robustness tables on a regression of known shape: adjusted p, equivalence, power, importance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stages.regression.robustness import evaluate_robustness
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.study.config import RobustnessSection
from smartcity_survey.study.model import Construct, Hypothesis, Model

DRAWS = 400
NAMES = ("strong", "weak", "absent", "outcome")


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    """500 respondents: a strong, a weak and an absent effect of correlated predictors."""
    rng = np.random.default_rng(3)
    common = rng.normal(size=(500, 1))
    x = 0.7 * common + rng.normal(size=(500, 3))
    y = x @ [0.8, 0.12, 0.0] + rng.normal(size=500)
    return pd.DataFrame(np.column_stack([x, y]), columns=list(NAMES))


@pytest.fixture(scope="module")
def model() -> Model:
    return Model(
        constructs=tuple(Construct(name, (f"{name}1",), "reflective") for name in NAMES),
        paths=tuple((name, "outcome") for name in NAMES[:3]),
        hypotheses=tuple(
            Hypothesis(f"H{number}", name, "outcome", "positive") for number, name in enumerate(NAMES[:3], 1)
        ),
        alpha=0.05,
    )


@pytest.fixture(scope="module")
def tables(scores: pd.DataFrame, model: Model) -> dict[str, pd.DataFrame]:
    result = evaluate_robustness(scores, model, RobustnessSection(power_draws=DRAWS), 2)
    assert set(result.cards) == set(result.tables)
    return dict(result.tables)


def test_importance_shares_add_up_to_r2(tables: dict[str, pd.DataFrame], scores: pd.DataFrame) -> None:
    importance = tables["relative_importance"]
    fit = ols(scores["outcome"].to_numpy(), scores[list(NAMES[:3])].to_numpy())
    assert importance["lmg"].sum() == pytest.approx(fit.r2, rel=1e-12)
    assert importance["lmg_share"].sum() == pytest.approx(1, rel=1e-12)
    assert importance["relative_weight"].sum() == pytest.approx(fit.r2, rel=1e-12)
    assert importance.set_index("predictor").loc["strong", "dominates_completely"] == "weak, absent"


def test_holm_is_no_less_than_p_and_keeps_the_strong_effect(tables: dict[str, pd.DataFrame]) -> None:
    tests = tables["hypothesis_tests"].set_index("hypothesis")
    assert (tests["p_holm"] >= tests["p_benjamini_hochberg"]).all()
    assert (tests["p_benjamini_hochberg"] >= tests["p"]).all()
    assert tests["confirmed_after_holm"].tolist()[0]
    assert tests.loc["H1", "evidence"] == "very_strong_for"
    assert tests.loc["H3", "log_bf10"] < 0
    assert not tests.loc["H1", "negligible"]


def test_ridge_begins_at_least_squares_and_shrinks(
    tables: dict[str, pd.DataFrame], scores: pd.DataFrame
) -> None:
    trace = tables["ridge_trace"]
    fit = ols(scores["outcome"].to_numpy(), scores[list(NAMES[:3])].to_numpy())
    columns = [f"beta_{name}" for name in NAMES[:3]]
    np.testing.assert_allclose(trace.loc[trace["lambda"] == 0, columns].to_numpy()[0], fit.beta, rtol=1e-12)
    assert trace["max_vif"].is_monotonic_decreasing


def test_joint_tests_split_the_hypotheses_by_verdict(tables: dict[str, pd.DataFrame]) -> None:
    joint = tables["joint_tests"].set_index(["verdict", "errors"])
    together = ", ".join(
        [joint.loc[("confirmed", "HC3"), "hypotheses"], joint.loc[("not_confirmed", "HC3"), "hypotheses"]]
    )
    assert sorted(together.split(", ")) == ["H1", "H2", "H3"]
    assert joint.loc[("confirmed", "classical"), "p"] < 1e-10


def test_a_new_wave_needs_more_people_for_smaller_effects(tables: dict[str, pd.DataFrame]) -> None:
    sizes = tables["new_wave_size"].pivot(index="beta", columns="predictor", values="n_needed")
    assert (sizes.diff().dropna() < 0).all(axis=None)
    # Normal scores keep the formula's promise: .80, within four standard errors of 400 draws.
    assert tables["new_wave_size"]["simulated_power"].between(0.72, 0.88).all()
    power = tables["power"]
    assert (power["detectable_beta_family"] > power["detectable_beta"]).all()
