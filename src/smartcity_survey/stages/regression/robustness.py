"""Robustness: what collinearity, multiplicity and the sample's size do to the verdicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from smartcity_survey.io import WHOLE, Card, StageResult, join_names
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, design_card, ignored_card
from smartcity_survey.stages.measurement.scores import require_scores
from smartcity_survey.stages.needs import Claims, Seed
from smartcity_survey.stages.refusals import Refusals, require_paths, takes_no_clusters, takes_no_weights
from smartcity_survey.stages.regression.design_frames import regress_by_design
from smartcity_survey.stats.core.multiplicity import benjamini_hochberg, holm
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.evidence.bayes_factor import bayes_factors
from smartcity_survey.stats.evidence.equivalence import tost
from smartcity_survey.stats.evidence.posteriors import coefficient_posteriors
from smartcity_survey.stats.evidence.power import detectable_effect, effect_f2, rows_needed
from smartcity_survey.stats.evidence.power_simulation import resampled_power
from smartcity_survey.stats.regression.importance import relative_importance
from smartcity_survey.stats.regression.least_squares import OlsFit, ols, refuse_perfect_fit
from smartcity_survey.stats.regression.ridge import ridge_trace
from smartcity_survey.stats.regression.wald import joint_test
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.stats.sampling.weighted_regression import DesignFit
from smartcity_survey.study.config import RobustnessSection
from smartcity_survey.study.limits import limit
from smartcity_survey.study.model import Hypothesis, Model
from smartcity_survey.study.verdict import DIRECTIONS, Verdict, judge

LAMBDAS = np.concatenate([[0.0], np.logspace(-3, 1, 41)])
POWER = limit("power").value
CREDIBLE = 0.95
NEW_WAVE_EFFECTS = (0.05, 0.10, 0.15, 0.20)


@dataclass(frozen=True, slots=True)
class _Regression:
    """One outcome's regression on its predictors, with what the tables need of it.

    x (n, k), y (n,) : scores. p (k,), df : of the slopes' t. beta_se (k,) : error of b times SD of x over SD
    of y. correlation (k, k), outcome_correlation (k,). By weights and clusters, where there is a design.
    by_design : the regression with the errors of weights and clusters; None without.
    """

    outcome: str
    predictors: tuple[str, ...]
    x: Array
    y: Array
    fit: OlsFit
    p: Array
    df: int
    beta_se: Array
    correlation: Array
    outcome_correlation: Array
    by_design: DesignFit | None = None


TABLES = (
    *("relative_importance", "ridge_trace", "joint_tests", "hypothesis_tests"),
    *("posteriors", "power", "new_wave_size"),
)
BY_DESIGN = ("relative_importance", "joint_tests", "hypothesis_tests")
"""Those that allow for weights and clusters."""
UNWEIGHTED = tuple(name for name in TABLES if name not in BY_DESIGN)
"""Those that count all respondents alike."""


@stage(*TABLES, unweighted=UNWEIGHTED)
def evaluate_robustness(
    scores: pd.DataFrame, model: Claims, section: RobustnessSection, seed: Seed, design: Design = None
) -> StageResult:
    """Tables on collinearity, power, multiplicity, equivalence and Bayes factors.

    What has no solution for an outcome has no lines about it, and the card says why.

    design : sampling weights and clusters: p-values and intervals allow for them, Bayes factors are left out;
        what counts respondents is empty where they have weights.
    """
    require_paths(model, "robustness")
    require_scores(scores, model)
    n = len(scores)
    common = Refusals()
    regressions = []
    for outcome in model.outcomes:
        names = (*model.predictors(outcome), outcome)
        found = common.attempt("regression", partial(_regress, scores, model, outcome, design), items=names)
        regressions += [] if found is None else [found]
    own = {name: Refusals() for name in TABLES}
    weighted = design is not None and design.weighted
    compute: dict[str, Callable[[_Regression], pd.DataFrame]] = {
        "relative_importance": _importance,
        "ridge_trace": lambda r: _ridge(r, n),
        "joint_tests": lambda r: _joint_tests(r, model),
        "posteriors": lambda r: _posteriors(r, model, section),
        "power": lambda r: _power(r, model, n),
        "new_wave_size": lambda r: _new_wave(r, model, section, seed, own["new_wave_size"]),
    }
    tables = {}
    for name, table in compute.items():
        if weighted and name in UNWEIGHTED:
            own[name].note(WHOLE, takes_no_weights(name))
            tables[name] = pd.DataFrame()
            continue
        parts = [
            own[name].attempt(WHOLE, partial(table, r), items=(*r.predictors, r.outcome)) for r in regressions
        ]
        tables[name] = _join([part for part in parts if part is not None])
    tests = own["hypothesis_tests"].attempt(
        WHOLE, lambda: _hypothesis_tests(regressions, model, section, design)
    )
    tables["hypothesis_tests"] = pd.DataFrame(columns=["hypothesis"]) if tests is None else tests
    card: Card = {
        "method": "regression_of_scores",
        **respondents(n),
        "alpha": model.alpha,
    }
    cards: dict[str, Card] = dict.fromkeys(TABLES, card)
    cards["hypothesis_tests"] = {
        **card,
        "family": len(model.hypotheses),
        "equivalence_bound": section.equivalence_bound,
        "bayes_factor": "jzs_cauchy_354" if design is None else "not_defined_for_design",
    }
    cards["posteriors"] = {
        **card,
        "equivalence_bound": section.equivalence_bound,
        "bayes_factor": "jzs_cauchy_354",
        "credible_level": CREDIBLE,
    }
    cards["power"] = {**card, "power": POWER}
    cards["new_wave_size"] = {
        **card,
        "power": POWER,
        "simulated": "rows_and_residuals_drawn_anew",
        "simulated_waves": section.power_draws,
        "seed": seed,
    }
    of_design = {name: design_card(design, errors=name in BY_DESIGN, margins=True) for name in TABLES}
    of_design |= {name: ignored_card(design) for name in TABLES if name not in BY_DESIGN}
    return StageResult(
        tables,
        {name: {**card, **of_design[name], **common.card(own[name])} for name, card in cards.items()},
    )


def _join(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _regress(scores: pd.DataFrame, model: Model, outcome: str, design: SurveyDesign | None) -> _Regression:
    predictors = model.predictors(outcome)
    x, y = scores[list(predictors)].to_numpy(), scores[outcome].to_numpy()
    if design is not None:
        found = regress_by_design(y, x, design, 0.95)
        covariances = weighted_covariance(np.column_stack([x, y]), design)
        sd = np.sqrt(np.diagonal(covariances))
        joint = covariances / np.outer(sd, sd)
        return _Regression(
            *(outcome, predictors, x, y, found.fit, found.p[1:], found.df),
            *(found.std_err[1:] * sd[:-1] / sd[-1], joint[:-1, :-1], joint[:-1, -1], found),
        )
    fit = ols(y, x)
    refuse_perfect_fit(fit)
    joint = np.corrcoef(np.column_stack([x, y]), rowvar=False)
    return _Regression(
        outcome,
        predictors,
        x,
        y,
        fit,
        fit.p[1:],
        fit.df_residual,
        fit.std_err[1:] * x.std(axis=0, ddof=1) / y.std(ddof=1),
        joint[:-1, :-1],
        joint[:-1, -1],
    )


def _importance(r: _Regression) -> pd.DataFrame:
    importance = relative_importance(r.correlation, r.outcome_correlation)
    return pd.DataFrame(
        {
            "outcome": r.outcome,
            "predictor": r.predictors,
            "zero_order": r.outcome_correlation,
            "beta": r.fit.beta,
            "vif": r.fit.vif,
            "lmg": importance.lmg,
            "lmg_share": importance.share,
            "relative_weight": importance.relative_weight,
            "dominates_completely": _names(importance.complete, r.predictors),
            "dominates_generally": _names(importance.general, r.predictors),
        }
    )


def _names(dominates: np.ndarray, predictors: tuple[str, ...]) -> list[str]:
    return [join_names(np.array(predictors)[row].tolist()) for row in dominates]


def _ridge(r: _Regression, n: int) -> pd.DataFrame:
    trace = ridge_trace(r.correlation, r.outcome_correlation, n, LAMBDAS)
    frame = pd.DataFrame({"outcome": r.outcome, "lambda": trace.lambdas, "r2": trace.r2, "gcv": trace.gcv})
    for j, predictor in enumerate(r.predictors):
        frame[f"beta_{predictor}"] = trace.beta[:, j]
    frame["max_vif"] = trace.vif.max(axis=1)
    frame["lambda_hkb"] = trace.lambda_hkb
    return frame


def _joint_tests(r: _Regression, model: Model) -> pd.DataFrame:
    """Whether the coefficients of the hypotheses not confirmed are zero together, and of those confirmed."""
    rows = []
    for verdict in ("not_confirmed", "confirmed"):
        chosen = [
            h for h in model.hypotheses if h.target == r.outcome and _verdict(r, h, model.alpha) == verdict
        ]
        if not chosen:
            continue
        terms = [1 + r.predictors.index(h.source) for h in chosen]
        tests = {"classical": joint_test(r.fit, terms), "HC3": joint_test(r.fit, terms, robust=True)}
        if r.by_design is not None:
            tests = {"linearised_by_design": r.by_design.joint_test(terms)}
        for errors, test in tests.items():
            rows.append(
                {
                    "outcome": r.outcome,
                    "hypotheses": join_names(h.name for h in chosen),
                    "verdict": verdict,
                    "errors": errors,
                    "f": test.statistic,
                    "df_numerator": test.df_numerator,
                    "df_denominator": test.df_denominator,
                    "p": test.p,
                }
            )
    return pd.DataFrame(rows)


def _verdict(r: _Regression, hypothesis: Hypothesis, alpha: float) -> Verdict:
    j = r.predictors.index(hypothesis.source)
    return judge(float(r.fit.beta[j]), float(r.p[j]), hypothesis.sign, alpha)


def _hypothesis_tests(
    regressions: list[_Regression],
    model: Model,
    section: RobustnessSection,
    design: SurveyDesign | None,
) -> pd.DataFrame:
    by_outcome = {r.outcome: r for r in regressions}
    judged = [h for h in model.hypotheses if h.target in by_outcome]
    place = [(by_outcome[h.target], by_outcome[h.target].predictors.index(h.source)) for h in judged]
    if not place:
        return pd.DataFrame(columns=["hypothesis"])
    p = np.array([r.p[j] for r, j in place])
    beta = np.array([r.fit.beta[j] for r, j in place])
    beta_se = np.array([r.beta_se[j] for r, j in place])
    df = np.array([r.df for r, _ in place])
    equivalence = tost(beta, beta_se, df, section.equivalence_bound, model.alpha)
    log_bf10 = np.full(len(place), np.nan)
    if design is None:  # the factor counts respondents that are equally probable and independent
        log_bf10 = np.array([bayes_factors(r.fit.r2, r.fit.part, r.fit.n).log_jzs[j] for r, j in place])
    return pd.DataFrame(
        {
            "hypothesis": [h.name for h in judged],
            "predictor": [h.source for h in judged],
            "beta": beta,
            "p": p,
            "p_holm": holm(p),
            "p_benjamini_hochberg": benjamini_hochberg(p),
            "confirmed_after_holm": [
                judge(coefficient, adjusted, h.sign, model.alpha) == "confirmed"
                for coefficient, h, adjusted in zip(beta, judged, holm(p), strict=True)
            ],
            "equivalence_p": equivalence.p,
            "equivalence_ci_low": equivalence.ci_low,
            "equivalence_ci_high": equivalence.ci_high,
            "negligible": equivalence.p < model.alpha,
            "log_bf10": log_bf10,
            "evidence": [_evidence(value) for value in log_bf10],
        }
    )


def _posteriors(r: _Regression, model: Model, section: RobustnessSection) -> pd.DataFrame:
    """How large each claimed coefficient is, by the prior of the Bayes factors."""
    if r.by_design is not None:
        raise takes_no_clusters("posteriors")
    fit, bound = r.fit, section.equivalence_bound
    found = coefficient_posteriors(fit.beta, fit.vif, fit.r2, fit.n, bound, CREDIBLE)
    claims = [h for h in model.hypotheses if h.target == r.outcome]
    place = [r.predictors.index(h.source) for h in claims]
    turned = np.array([DIRECTIONS[h.sign] for h in claims]) < 0
    positive = found.positive[place]
    return pd.DataFrame(
        {
            "hypothesis": [h.name for h in claims],
            "predictor": [h.source for h in claims],
            "beta": fit.beta[place],
            "posterior_mean": found.mean[place],
            "posterior_sd": found.sd[place],
            "credible_low": found.low[place],
            "credible_high": found.high[place],
            "probability_claimed_sign": np.where(turned, 1 - positive, positive),
            "probability_negligible": found.negligible[place],
        }
    )


def _evidence(log_bf10: float) -> str:
    """Jeffreys' word for a Bayes factor, and which way it points; nothing where there is none."""
    if np.isnan(log_bf10):
        return ""
    strength = abs(log_bf10)
    words = (
        (limit("bayes_factor_moderate").value, "undecided"),
        (limit("bayes_factor_strong").value, "moderate"),
        (limit("bayes_factor_very_strong").value, "strong"),
        (np.inf, "very_strong"),
    )
    word = next(word for bound, word in words if strength < np.log(bound))
    return word if word == "undecided" else f"{word}_{'for' if log_bf10 > 0 else 'against'}"


def _power(r: _Regression, model: Model, n: int) -> pd.DataFrame:
    """Effects that this survey finds. Power at the effect found is left out: it says again what p says."""
    single = detectable_effect(n, r.fit.vif, r.fit.r2, model.alpha, POWER)
    family = detectable_effect(n, r.fit.vif, r.fit.r2, model.alpha / max(len(model.hypotheses), 1), POWER)
    return pd.DataFrame(
        {
            "outcome": r.outcome,
            "predictor": r.predictors,
            "vif": r.fit.vif,
            "beta": r.fit.beta,
            "f2": effect_f2(r.fit.beta, r.fit.vif, r.fit.r2),
            "detectable_beta": single.beta,
            "detectable_f2": single.f2,
            "detectable_beta_family": family.beta,
            "detectable_f2_family": family.f2,
        }
    )


def _new_wave(
    r: _Regression, model: Model, section: RobustnessSection, seed: int, refusals: Refusals
) -> pd.DataFrame:
    """Respondents a new wave needs to find a standardised coefficient, at this wave's VIFs and R2.

    The number follows from the noncentral t; `simulated_power` is what it comes to where predictors and
    residuals are as skewed, tied and uneven as in this wave.
    """
    k = len(r.predictors)
    rows = []
    for j, predictor in enumerate(r.predictors):
        for beta in NEW_WAVE_EFFECTS:
            f2 = float(effect_f2(np.array([beta]), r.fit.vif[[j]], r.fit.r2)[0])
            n = rows_needed(f2, k, model.alpha, POWER)
            # The t of a slope does not depend on the others: they may be zero.
            slopes = np.zeros(k)
            slopes[j] = beta * r.y.std() / r.x[:, j].std()
            simulated = refusals.attempt(
                "simulated_power",
                partial(resampled_power, r.y, r.x, slopes, n, section.power_draws, seed, model.alpha),
            )
            rows.append(
                {
                    "outcome": r.outcome,
                    "predictor": predictor,
                    "beta": beta,
                    "n_needed": n,
                    "simulated_power": np.nan if simulated is None else simulated.power[j],
                }
            )
    return pd.DataFrame(rows)
