"""Crosscheck: the established packages compute the core results again; a real difference stops the run."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.io import Card, StageResult
from smartcity_survey.model import Model
from smartcity_survey.stages.blocks import CONSTANT
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stats.types import Array

# Why each tolerance is what it is:
EXACT = 1e-8
"""The same closed formula in double precision."""
ROTATION = 1e-5
"""factor_analyzer stops varimax by the change of a singular-value sum, not by the gradient."""
OPTIMUM = 1e-4
"""semopy's optimiser, told to go on to rounding (by itself it stops in the third digit), ends at 1e-8."""
_STOP = {"ftol": 1e-15}

NOISE = 0.01
"""Share of a tolerance below which a difference is rounding, or where the peer happened to stop: every
processor has another one, and the share of the tolerance is written in its place."""

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One quantity by us and by a peer package, element by element."""

    quantity: str
    package: str
    ours: Array
    theirs: Array
    tolerance: float
    relative: bool = False

    def difference(self) -> float:
        """Largest absolute difference, a share of the peer's value where `relative`; not below the noise."""
        difference = np.abs(np.asarray(self.ours, float) - np.asarray(self.theirs, float))
        largest = float((difference / np.abs(self.theirs) if self.relative else difference).max())
        noise = round(NOISE * self.tolerance, 15)
        return noise if largest < noise else largest


def crosscheck(items: pd.DataFrame, scores: pd.DataFrame, tables: Tables, model: Model) -> StageResult:
    """Compare the run's core results with factor_analyzer, statsmodels and semopy.

    Parameters
    ----------
    items : answers to all items that were factored.
    scores : the scores that were regressed.
    tables : `adequacy, item_msa, rotated_loadings, coefficients, model_summary, cfa_fit, cfa_loadings`.
    model : the measurement model on the items kept.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        comparisons = [
            *_adequacy(items, tables),
            *_rotation(items, tables),
            *_regressions(scores, tables, model),
            *_cfa(items, tables, model),
        ]
    frame = pd.DataFrame(
        {
            "quantity": [c.quantity for c in comparisons],
            "package": [c.package for c in comparisons],
            "max_abs_difference": [c.difference() for c in comparisons],
            "tolerance": [c.tolerance for c in comparisons],
            "scale": ["relative" if c.relative else "absolute" for c in comparisons],
        }
    )
    frame["agrees"] = frame["max_abs_difference"] <= frame["tolerance"]
    card: Card = {
        "method": "the same answers through other packages",
        **respondents(len(items)),
        "differences": "those below a hundredth of the tolerance are written as that hundredth",
        "pls": "no PLS package is installed beside; the tests compare with three",
    }
    return StageResult(tables={"crosscheck": frame}, cards={"crosscheck": card})


def require_agreement(frame: pd.DataFrame) -> None:
    """Stop where a peer package disagrees.

    Raises
    ------
    SurveyError
        naming each quantity, the difference and the tolerance.
    """
    problems = [
        Problem(
            f"reports/tables/crosscheck.csv, {row['quantity']}",
            f"{row['package']} differs by {row['max_abs_difference']:.3g}, "
            f"more than {row['tolerance']:.3g} allow.",
            "One of the two is wrong or did not converge: do not use this result before you know which.",
        )
        for _, row in frame[~frame["agrees"]].iterrows()
    ]
    if problems:
        raise SurveyError.of(problems)


def _adequacy(items: pd.DataFrame, tables: Tables) -> Iterator[Comparison]:
    from factor_analyzer import calculate_bartlett_sphericity, calculate_kmo

    statistics = tables["adequacy"].set_index("statistic")["value"]
    per_item, overall = calculate_kmo(items)
    chi2, _ = calculate_bartlett_sphericity(items)
    yield Comparison("kmo", "factor_analyzer", _array(statistics["kmo"]), _array(overall), EXACT)
    yield Comparison("item msa", "factor_analyzer", tables["item_msa"]["msa"].to_numpy(), per_item, EXACT)
    yield Comparison(
        "bartlett chi2", "factor_analyzer", _array(statistics["bartlett_chi2"]), _array(chi2), EXACT, True
    )


def _rotation(items: pd.DataFrame, tables: Tables) -> Iterator[Comparison]:
    from factor_analyzer.rotator import Rotator

    ours = tables["rotated_loadings"].drop(columns="item").to_numpy()
    k = ours.shape[1]
    values, vectors = np.linalg.eigh(np.corrcoef(items.to_numpy(), rowvar=False))
    unrotated = (vectors * np.sqrt(np.maximum(values, 0)))[:, ::-1][:, :k]
    theirs = (
        Rotator(method="varimax", tol=1e-15, max_iter=10_000).fit_transform(unrotated) if k > 1 else unrotated
    )
    congruence = ours.T @ theirs
    rows, columns = linear_sum_assignment(-np.abs(congruence))
    aligned = theirs[:, columns] * np.sign(congruence[rows, columns])
    yield Comparison("rotated loadings", "factor_analyzer", ours, aligned, ROTATION)


def _regressions(scores: pd.DataFrame, tables: Tables, model: Model) -> Iterator[Comparison]:
    import statsmodels.api as sm
    from statsmodels.stats.stattools import durbin_watson

    for outcome in model.outcomes:
        predictors = list(model.predictors(outcome))
        theirs = sm.OLS(scores[outcome], sm.add_constant(scores[predictors])).fit()
        robust = theirs.get_robustcov_results("HC3")
        lines = (
            tables["coefficients"].query("outcome == @outcome").set_index("term").loc[[CONSTANT, *predictors]]
        )
        summary = tables["model_summary"].set_index("outcome").loc[outcome]
        for quantity, ours, peer in (
            ("coefficients", lines["b"], theirs.params),
            ("standard errors", lines["std_error"], theirs.bse),
            ("HC3 standard errors", lines["hc3_std_error"], robust.bse),
            ("r2", summary["r2"], theirs.rsquared),
            ("durbin watson", summary["durbin_watson"], durbin_watson(theirs.resid)),
        ):
            yield Comparison(
                f"{quantity} of {outcome}", "statsmodels", _array(ours), _array(peer), EXACT, relative=True
            )


def _cfa(items: pd.DataFrame, tables: Tables, model: Model) -> Iterator[Comparison]:
    import semopy

    lines = [f"{c.name} =~ {' + '.join(c.items)}" for c in model.constructs]
    errors = [f"{c.items[0]} ~~ 0*{c.items[0]}" for c in model.constructs if c.name in model.single]
    syntax = "\n".join((*lines, *errors))
    peer = semopy.Model(syntax)
    fitted = peer.fit(items[list(model.items)], options=dict(_STOP))
    estimates = peer.inspect(std_est=True)
    standardised = estimates[(estimates["op"] == "~") & estimates["lval"].isin(model.items)]
    theirs = standardised.set_index("lval")["Est. Std"].astype(float).loc[list(model.items)]
    ours = tables["cfa_loadings"].set_index("item")["std_loading"].loc[list(model.items)]
    chi2 = tables["cfa_fit"].set_index("statistic")["value"]["chi2"]
    yield Comparison("cfa standardised loadings", "semopy", ours.to_numpy(), theirs.to_numpy(), OPTIMUM)
    yield Comparison("cfa chi2", "semopy", _array(chi2), _array(fitted.fun * len(items)), OPTIMUM, True)


def _array(value: Any) -> Array:
    return np.atleast_1d(np.asarray(value, dtype=np.float64))
