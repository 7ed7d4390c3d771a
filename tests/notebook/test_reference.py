"""The views of a simulated survey against R: seminr, lavaan, lm and psych, item by item and path by path."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import smartcity_survey as ss

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


@cache
def values(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))
    return content


@cache
def answers() -> pd.DataFrame:
    return ss.read_survey(REFERENCE / "data/sim676.csv")


@cache
def model() -> ss.Model:
    return ss.Model(values("pls_sim676")["blocks"], "A, B, C, D, E, F -> Y")


@pytest.mark.parametrize("consistent", [False, True])
def test_pls_is_that_of_seminr(consistent: bool) -> None:
    expected = values("pls_sim676")["seminr_plsc" if consistent else "seminr"]
    constructs = values("pls_sim676")["constructs"]
    view = ss.fit_pls(answers(), model(), consistent=consistent, bootstrap_draws=200)
    paths = pd.DataFrame(expected["paths"], index=constructs, columns=constructs)
    for path, row in view.paths.iterrows():
        assert row["estimate"] == pytest.approx(paths.loc[row["source"], row["target"]], rel=1e-9), path
    np.testing.assert_allclose(view.loadings["loading"], expected["loadings"], rtol=1e-9)
    np.testing.assert_allclose(view.quality.loc["Y", "r2"], np.max(np.nan_to_num(as_floats(expected["r2"]))))


def test_reliability_is_that_of_seminr() -> None:
    expected = values("pls_sim676")["seminr"]
    view = ss.measurement(answers(), model())
    for column, name in {
        "cronbach_alpha_standardised": "standardised_alpha",
        "rho_a": "rho_a",
        "composite_reliability": "rho_c",
        "ave": "ave",
    }.items():
        np.testing.assert_allclose(view.reliability[column], expected[name], rtol=1e-9, err_msg=column)
    lower = np.tril_indices(7, -1)
    np.testing.assert_allclose(view.htmt.to_numpy()[lower], as_floats(expected["htmt"])[lower], rtol=1e-9)


def test_factor_models_are_those_of_lavaan() -> None:
    expected = values("cfa_sim676")
    view = ss.fit_cfa(answers(), model())
    for ours, theirs in {"chi2": "chisq", "cfi": "cfi", "rmsea": "rmsea", "srmr": "srmr"}.items():
        assert view.fit.loc[ours, "value"] == pytest.approx(expected["fit"][theirs], rel=1e-8), ours
    assert view.fit.loc["df", "value"] == expected["fit"]["df"]
    # Of a table with zeros elsewhere, an item's own loading is the largest.
    loadings = np.abs(as_floats(expected["std_loadings"])).reshape(48, -1).max(axis=1)
    np.testing.assert_allclose(view.loadings["std_loading"], loadings, rtol=1e-8)
    structural = values("structural_models_lavaan")["survey_structural"]
    sem = ss.fit_sem(answers(), model())
    assert sem.fit.loc["chi2", "value"] == pytest.approx(structural["fit"]["chisq"], rel=1e-9)
    parameters = structural["parameters"]
    rows = zip(*(parameters[name] for name in ("lhs", "op", "rhs", "est", "se")), strict=True)
    regressions = {f"{rhs} -> {lhs}": (est, se) for lhs, op, rhs, est, se in rows if op == "~"}
    assert set(regressions) == set(sem.paths.index)
    for path, (estimate, std_error) in regressions.items():
        assert sem.paths.loc[path, "b"] == pytest.approx(estimate, rel=1e-7)
        assert sem.paths.loc[path, "b_std_error"] == pytest.approx(std_error, rel=1e-7)


def test_regression_of_item_means_is_that_of_lm() -> None:
    expected = values("ols_sim676_lm")
    view = ss.fit_ols(ss.scores(answers(), model()), "A, B, C, D, E, F -> Y")
    names = ["(Intercept)", *"ABCDEF"]
    for column, name in {
        "b": "coef",
        "std_error": "se",
        "t": "t",
        "p": "p",
        "hc3_std_error": "hc3_se",
    }.items():
        np.testing.assert_allclose(view.coefficients[column], [expected[name][n] for n in names], rtol=1e-8)
    assert view.model_summary.loc["Y", "r2"] == pytest.approx(expected["r2"], rel=1e-10)
    assert view.model_summary.loc["Y", "durbin_watson"] == pytest.approx(expected["durbin_watson"], rel=1e-9)
    assert view.cases["cooks_distance"].max() == pytest.approx(expected["max_cooks"], rel=1e-9)


def test_components_and_adequacy_are_those_of_psych() -> None:
    expected = values("factors_sim676")
    adequacy = ss.adequacy(answers(), expected["items"])
    assert adequacy.statistics.loc["kmo", "value"] == pytest.approx(expected["kmo"], rel=1e-10)
    assert adequacy.statistics.loc["bartlett_chi2", "value"] == pytest.approx(expected["bartlett"]["chi2"])
    np.testing.assert_allclose(adequacy.item_msa["msa"], expected["msa"], rtol=1e-9)
    components = ss.principal_components(answers(), expected["items"])
    np.testing.assert_allclose(components.communalities["extraction"], expected["communalities"], rtol=1e-9)
    np.testing.assert_allclose(
        components.rotated_loadings, as_floats(expected["varimax"]).reshape(48, -1), atol=1e-7
    )


def as_floats(content: object) -> np.ndarray:
    return np.array(content, dtype=float)
