"""Crosscheck: the established packages compute the core results again; a real difference is told first."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import chain
from typing import Annotated, Any

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from smartcity_survey.errors import NoSolution, Problem
from smartcity_survey.io import DECIMALS, Card, StageResult, rounding_of
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.checks.mirrored import mirrored
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, design_card
from smartcity_survey.stages.needs import (
    ComponentsMissing,
    FactorModelsMissing,
    Frames,
    ItemAnswers,
    Measured,
    RegressionMissing,
)
from smartcity_survey.stages.refusals import Refusals, refused
from smartcity_survey.stages.residual_pairs import Pairs, ResidualPairs, positions
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.rotation import varimax_criterion
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.study.codebook import CONSTANT
from smartcity_survey.study.model import Model

# Why each tolerance is what it is:
EXACT = 1e-8
"""The same closed formula in double precision."""
ROUNDING = 1e-13
"""What a solution of linear equations may lose per unit of their condition number, with room."""
ROTATION = 1e-5
"""factor_analyzer stops varimax by the change of a singular-value sum, not by the gradient."""
AS_WRITTEN = 4 * 10.0**-DECIMALS
"""Share by which rounded loadings may change a sum of their fourth powers, the rotation's criterion."""
OPTIMUM = 1e-4
"""semopy's optimiser, told to go on to rounding (by itself it stops in the third digit), ends at 1e-8."""
_STOP = {"ftol": 1e-15}

MOST_ITEMS = 150
"""Beyond this semopy takes longer than everything else of a run together."""
NOISE = 0.01
"""Share of a tolerance below which a difference is rounding, or where the peer happened to stop: every
processor has another one, and the share of the tolerance is written in its place."""

PEERS = ("factor_analyzer", "semopy", "statsmodels")
"""The packages compared with. They are an extra, so any of them may be missing."""

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One quantity by us and by a peer package, element by element.

    Differences are absolute, or shares of `unit` where that is given: the peer's values, or standard errors
    of quantities that may be near zero. `reason` says in a code why nothing was compared, where that is so.
    `outcome`: whose regression it belongs to; empty where it belongs to none.
    """

    quantity: str
    package: str
    ours: Array
    theirs: Array
    tolerance: float
    unit: Array | None = None
    reason: str = ""
    outcome: str = ""

    def difference(self) -> float:
        """The largest difference, not below the noise; NaN where nothing was compared.

        Ours were rounded when they were written: what that can make of a difference is taken off.
        """
        if self.reason:
            return float("nan")
        difference = np.maximum(np.abs(self.ours - self.theirs) - rounding_of(self.ours), 0.0)
        largest = float((difference if self.unit is None else difference / np.abs(self.unit)).max())
        noise = round(NOISE * self.tolerance, 15)
        return noise if largest < noise else largest

    def agrees(self) -> bool | None:
        """Whether the difference is within the tolerance; None where nothing was compared."""
        return None if self.reason else self.difference() <= self.tolerance


CHECKED = (
    *("adequacy", "item_msa", "rotated_loadings", "coefficients", "model_summary"),
    *("cfa_fit", "cfa_loadings"),
)


OF_INDEPENDENT = ("hc3_standard_errors", "durbin_watson")
"""Quantities of a regression that are of respondents who were drawn one by one."""


@stage("crosscheck")
def crosscheck(
    answers: ItemAnswers,
    scores: pd.DataFrame,
    tables: Annotated[Tables, Frames(lambda config: CHECKED)],
    model: Measured,
    factor_models: FactorModelsMissing = "complete",
    components: ComponentsMissing = "complete",
    regression: RegressionMissing = "complete",
    design: Design = None,
    residual_pairs: ResidualPairs = (),
) -> StageResult:
    """Compare the run's core results with factor_analyzer, statsmodels and semopy.

    What the run has no result for is not compared, nor what a peer does not bring to its optimum, nor what
    would need a peer that is not installed: the card names those. Without any peer the table is empty.

    Parameters
    ----------
    items : answers to all items that were factored.
    scores : the scores that were regressed.
    tables : `adequacy, item_msa, rotated_loadings, coefficients, model_summary, cfa_fit, cfa_loadings`.
    model : the measurement model on the items kept.
    factor_models, components, regression : as under `missing`; peers take complete questionnaires alone.
    design : weights, which factor_analyzer and semopy see by way of `mirrored`; of weighted or clustered
        answers Bartlett's test, HC3 errors and Durbin-Watson's statistic are not compared.
    """
    refusals, compared, factored = Refusals(), factor_models == "complete", components == "complete"
    weighed = mirrored(answers, design)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        missing = tuple(peer for peer in PEERS if not _is_installed(peer))
        by_peer: dict[str, Iterator[Comparison]] = {
            "factor_analyzer": chain(
                _adequacy(weighed, tables, weighed is answers)
                if factored and len(tables["adequacy"])
                else (),
                _rotation(weighed, tables) if factored and len(tables["rotated_loadings"]) else (),
            ),
            "statsmodels": iter(
                () if regression != "complete" else _regressions(scores, tables, model, design)
            ),
            "semopy": iter(
                _cfa(weighed, tables, model, len(answers), residual_pairs)
                if compared and len(tables["cfa_loadings"])
                else ()
            ),
        }
        comparisons = [each for peer, made in by_peer.items() if peer not in missing for each in made]
    if missing == PEERS:
        return refused(["crosscheck"], _not_installed(missing))
    if missing:
        refusals.note("crosscheck", _not_installed(missing))
    frame = pd.DataFrame(
        {
            "quantity": [c.quantity for c in comparisons],
            "outcome": [c.outcome for c in comparisons],
            "package": [c.package for c in comparisons],
            "max_abs_difference": [c.difference() for c in comparisons],
            "tolerance": [c.tolerance for c in comparisons],
            "scale": ["absolute" if c.unit is None else "relative" for c in comparisons],
            "agrees": [c.agrees() for c in comparisons],
            "reason": [c.reason for c in comparisons],
        }
    )
    card: Card = {
        "method": "other_packages",
        **respondents(len(answers)),
        **design_card(design),
        "differences": "at_least_a_hundredth_of_tolerance",
        "pls": "no_pls_package_beside",
        **refusals.card(),
    }
    for problem in disagreements(frame):
        print(f"Warning: {problem}", file=sys.stderr)
    return StageResult(tables={"crosscheck": frame}, cards={"crosscheck": card})


def disagreements(frame: pd.DataFrame) -> tuple[Problem, ...]:
    """The quantities of which a peer package has another value: which, the difference, what to do."""
    if frame.empty:
        return ()
    return tuple(
        Problem(
            ", ".join(filter(None, ["reports/tables/crosscheck.csv", row["quantity"], row["outcome"]])),
            f"{row['package']} differs by {row['max_abs_difference']:.3g}, "
            f"more than {row['tolerance']:.3g} allow.",
            "One of the two is wrong or did not converge: do not use this result before you know which.",
        )
        for _, row in frame[frame["agrees"].eq(False)].iterrows()
    )


def _is_installed(package: str) -> bool:
    """Whether a package can be imported: one that lacks what it needs itself cannot be used either."""
    try:
        import_module(package)
    except ImportError:
        return False
    return True


def _not_installed(packages: tuple[str, ...]) -> NoSolution:
    problem = Problem(
        "reports/tables/crosscheck.csv",
        f"not installed: {', '.join(packages)}; nothing is compared with them.",
        "Install the extra, pip install 'smartcity_survey[crosscheck]', and run again.",
    )
    return NoSolution("not_installed", packages, [problem])


def _adequacy(items: pd.DataFrame, tables: Tables, counted: bool) -> Iterator[Comparison]:
    """counted : whether rows are respondents, whom Bartlett's test counts."""
    from factor_analyzer import calculate_bartlett_sphericity, calculate_kmo

    statistics = tables["adequacy"].set_index("statistic")["value"]
    per_item, overall = calculate_kmo(items)
    chi2, _ = calculate_bartlett_sphericity(items)
    # Both invert the correlations, and so lose digits as these near singularity.
    inverted = max(EXACT, statistics["condition_number"] * ROUNDING)
    yield Comparison("kmo", "factor_analyzer", _array(statistics["kmo"]), _array(overall), inverted)
    yield Comparison(
        "item_msa", "factor_analyzer", _array(tables["item_msa"]["msa"]), _array(per_item), inverted
    )
    if counted:
        yield Comparison(
            "bartlett_chi2",
            "factor_analyzer",
            _array(statistics["bartlett_chi2"]),
            _array(chi2),
            inverted,
            _array(chi2),
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
    # It starts once; ours starts several times and can find a higher maximum.
    early = varimax_criterion(theirs) < varimax_criterion(ours) * (1 - AS_WRITTEN)
    yield Comparison(
        "rotated_loadings",
        "factor_analyzer",
        ours,
        aligned,
        ROTATION,
        reason="lower_maximum" if early else "",
    )


def _regressions(
    scores: pd.DataFrame, tables: Tables, model: Model, design: SurveyDesign | None
) -> Iterator[Comparison]:
    import statsmodels.api as sm
    from statsmodels.stats.stattools import durbin_watson

    coefficients, summaries = tables["coefficients"], tables["model_summary"]
    done = set(summaries["outcome"]) if len(summaries) else set()
    for outcome in model.outcomes:
        if outcome not in done:
            continue
        predictors = list(model.predictors(outcome))
        x = sm.add_constant(scores[predictors])
        y = scores[outcome]
        theirs = (sm.OLS(y, x) if design is None else sm.WLS(y, x, weights=design.weights)).fit()
        robust = theirs.get_robustcov_results("HC3")
        errors = theirs.bse if design is None else _linearised(theirs, design)
        lines = (
            coefficients[coefficients["outcome"] == outcome].set_index("term").loc[[CONSTANT, *predictors]]
        )
        summary = summaries.set_index("outcome").loc[outcome]
        tolerance = max(EXACT, theirs.condition_number * ROUNDING)
        for quantity, ours, peer, unit in (
            # A coefficient may be near zero: its standard error is the unit that matters.
            ("coefficients", lines["b"], theirs.params, errors),
            ("standard_errors", lines["std_error"], errors, errors),
            ("hc3_standard_errors", lines["hc3_std_error"], robust.bse, robust.bse),
            ("r2", summary["r2"], theirs.rsquared, theirs.rsquared),
            ("durbin_watson", summary["durbin_watson"], durbin_watson(theirs.resid), 1.0),
        ):
            if design is not None and quantity in OF_INDEPENDENT:
                continue
            if design is not None and design.calibration and quantity == "standard_errors":
                continue  # statsmodels takes raked weights as given
            undefined = "no_standard_error" if not np.isfinite(_array(ours)).all() else ""
            yield Comparison(
                quantity,
                "statsmodels",
                _array(ours),
                _array(peer),
                tolerance,
                _array(unit),
                undefined,
                outcome,
            )


def _linearised(fit: Any, design: SurveyDesign) -> Array:
    """statsmodels' errors robust to unequal variances, or to clusters, with `survey`'s G / (G - 1)."""
    plain = design.clusters is None
    options = {} if plain else {"groups": design.clusters, "use_correction": False}
    robust = fit.get_robustcov_results("HC0" if plain else "cluster", **options)
    return np.asarray(robust.bse * np.sqrt(design.units / (design.units - 1)))


def _cfa(
    items: pd.DataFrame, tables: Tables, model: Model, n: int | None = None, pairs: Pairs = ()
) -> Iterator[Comparison]:
    """Names need not be syntax of semopy's (a space, a dash): it gets x0, x1 and f0, f1 in their place.

    n : respondents, where these are not the rows. pairs : items whose residuals correlate.
    """
    import semopy

    if len(model.items) > MOST_ITEMS:
        nothing = _array(np.nan)
        yield Comparison("cfa_chi2", "semopy", nothing, nothing, OPTIMUM, reason="too_large")
        return
    alias = {item: f"x{position}" for position, item in enumerate(model.items)}
    owners = {construct.name: f"f{position}" for position, construct in enumerate(model.constructs)}
    lines = [f"{owners[c.name]} =~ {' + '.join(alias[item] for item in c.items)}" for c in model.constructs]
    errors = [
        f"{alias[c.items[0]]} ~~ 0*{alias[c.items[0]]}" for c in model.constructs if c.name in model.single
    ]
    errors += [
        f"{alias[model.items[one]]} ~~ {alias[model.items[two]]}" for one, two in positions(pairs, model)
    ]
    ours = tables["cfa_loadings"].set_index("item")["std_loading"].loc[list(model.items)].to_numpy()
    chi2 = float(tables["cfa_fit"].set_index("statistic")["value"]["chi2"])
    answers = items[list(model.items)].rename(columns=alias)
    peer = semopy.Model("\n".join((*lines, *errors)))
    try:
        fitted = peer.fit(answers, options=dict(_STOP))
        estimates = peer.inspect(std_est=True)
    except Exception:
        # Where the answers hardly determine the model it may end in any error, which says nothing of ours.
        nothing = _array(np.nan)
        yield Comparison("cfa_chi2", "semopy", nothing, nothing, OPTIMUM, reason="not_converged")
        return
    standardised = estimates[(estimates["op"] == "~") & estimates["lval"].isin(list(alias.values()))]
    theirs = standardised.set_index("lval")["Est. Std"].astype(float).loc[list(alias.values())].to_numpy()
    theirs_chi2 = float(fitted.fun) * (n or len(items))
    reason = ""
    if not np.isfinite([*theirs, theirs_chi2]).all():
        reason = "not_converged"
    elif _stopped_early(theirs_chi2 - chi2, max(chi2, 1.0), ours - theirs, tables["cfa_loadings"]):
        reason = "lower_maximum"
    yield Comparison("cfa_standardised_loadings", "semopy", ours, theirs, OPTIMUM, reason=reason)
    yield Comparison(
        "cfa_chi2",
        "semopy",
        _array(chi2),
        _array(theirs_chi2),
        OPTIMUM,
        _array(max(theirs_chi2, 1.0)),
        reason,
    )


def _stopped_early(excess: float, unit: float, apart: Array, loadings: pd.DataFrame) -> bool:
    """Whether the peer's likelihood is lower than ours, by what its loadings lie apart from ours.

    Near the maximum chi2 rises by at least the square of a parameter's distance in standard errors.
    """
    if excess > OPTIMUM * unit:
        return True
    if np.abs(apart).max() <= OPTIMUM:
        return False
    std_err = (loadings["std_loading_high"] - loadings["std_loading_low"]).to_numpy() / 4
    return bool(excess > 0 and np.nanmax(np.square(apart / std_err)) < 10 * excess)


def _array(value: Any) -> Array:
    return np.atleast_1d(np.asarray(value, dtype=np.float64))
