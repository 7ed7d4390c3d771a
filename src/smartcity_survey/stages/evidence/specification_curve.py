"""Specification curve: each hypothesis under every defensible choice of measurement, estimator and sample."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

import numpy as np
import pandas as pd
from scipy import special

from smartcity_survey.data.bounds import IN_USE
from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import Card, StageResult, join_names
from smartcity_survey.stages.cards import resampled, respondents
from smartcity_survey.stages.checks.printed import VerdictsByName
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, design_card
from smartcity_survey.stages.evidence.curve_choices import NONE, CurveChoices, CurveChoicesOf, Gaps, GapsOf
from smartcity_survey.stages.evidence.curve_hinges import codes, curve_weights, hinges
from smartcity_survey.stages.evidence.curve_panel import (
    CHOICES,
    FAILED_CHOICES,
    MISSING,
    with_missing,
)
from smartcity_survey.stages.evidence.curve_units import Units, units
from smartcity_survey.stages.evidence.multiverse import LABELS, Block
from smartcity_survey.stages.needs import Bar, Claims, Complete, Option, PlsFitOptions, Seed
from smartcity_survey.stages.parts import InParts, Made, Unit, nothing_made
from smartcity_survey.stages.progress import Progress, one_of, silent
from smartcity_survey.stages.refusals import require_paths
from smartcity_survey.stages.residual_pairs import frees_no_pairs
from smartcity_survey.stats.core.dealt import deal
from smartcity_survey.stats.core.multiplicity import holm
from smartcity_survey.stats.core.significance import LEVEL_MARGIN
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.evidence.specification_curve import (
    choice_importance,
    draw_weights,
    joint_test,
    weighted_shares,
)
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Hypothesis, Model
from smartcity_survey.study.verdict import DIRECTIONS, confirms

JOINT_TESTS = ("p_median", "p_share_significant", "p_stouffer")
T = TypeVar("T")
QUANTILES = {"min": 0.0, "q25": 0.25, "median": 0.5, "q75": 0.75, "max": 1.0}


def specifications(
    answers: pd.DataFrame,
    model: Model,
    pls: PlsSection,
    choices: CurveChoices,
    gaps: Gaps | None,
    design: SurveyDesign | None,
    draws: int,
    seed: int,
) -> Iterator[Unit]:
    """All specifications of `specification_curve`, with their draws under the null."""
    yield from _blocks(units, answers, model, pls, choices, gaps, design, draws, seed, [], silent)


SHARES = ("specification_summary", "specification_choices")
"""Tables of shares of specifications, and of what the shares hang on."""
OF_ONE_FILE = {"answers": IN_USE, "state": "open"}
"""Columns of these tables of a reconstruction: whose answers they are of, and what the print decides."""


@stage(
    *("specification_curve", "specification_summary", "specification_choices", "specification_failures"),
    hides=protect,
)
@frees_no_pairs
def specification_curve(
    answers: Complete,
    model: Claims,
    pls: PlsFitOptions,
    choices: Annotated[CurveChoices, CurveChoicesOf()],
    gaps: Annotated[Gaps | None, GapsOf()] = None,
    design: Design = None,
    *,
    published: Annotated[Mapping[str, str] | None, VerdictsByName()] = None,
    draws: Annotated[int, Option("robustness.null_draws")] = 500,
    reconstruction: Annotated[bool, Option("study.reconstruction")] = False,
    seed: Seed = 0,
    progress: Annotated[Progress, Bar("specification curve")] = silent,
    made: Annotated[Made, InParts(specifications)] = nothing_made,
) -> StageResult:
    """Estimate every hypothesis in every specification, and test the curves jointly.

    Parameters
    ----------
    answers : items of the respondents kept.
    model : with all items; item sets are taken from it.
    gaps : all respondents, where what becomes of missing answers is a choice. design : sampling weights and
        clusters of those who left nothing out.
    published : hypothesis to the verdict in print, `confirmed` or `not_confirmed`.
    draws : resamples under the null.
    reconstruction : the answers are one file among many with the same print; shares and joint tests then say
        so in columns of their own (`OF_ONE_FILE`).
    progress : of the sets of items under every coding and exclusion.

    A measurement that has no admissible solution in some sample is listed under `specification_failures`.

    In shares the options of every choice count alike (`choice_weights`, choices nested as in
    `curve_panel.NESTED`); in those that end in `_unweighted`, in quantiles of the estimates and in the joint
    tests every specification does. What ends in `_holm` is adjusted over all hypotheses of the study.
    """
    require_paths(model, "specification curve")
    failures: list[dict[str, str]] = []
    estimate = Units(made).estimate
    blocks = list(
        _blocks(estimate, answers, model, pls, choices, gaps, design, draws, seed, failures, progress)
    )
    curves = [
        _Curve.of(blocks, model, outcome, choices.control_sets, gaps is not None)
        for outcome in model.outcomes
        if any(hypothesis.target == outcome for hypothesis in model.hypotheses)
        and any(block.outcome == outcome for block in blocks)
    ]
    card: Card = {
        "method": "specification_curve",
        "estimates": "standardised_coefficients",
        "resampling": "score_bootstrap_under_null",
        "joint_tests": "two_sided_holm",
        "shares": "options_count_alike",
        "null_resamples": draws,
        "seed": seed,
        **respondents(len(answers)),
        **(resampled(len(answers)) if gaps is None else {}),
        **_gaps_card(gaps, len(answers)),
        **design_card(design),
        "alpha": model.alpha,
        "close_calls": LEVEL_MARGIN,
    }
    tables = {
        "specification_curve": _ordered((curve.specifications() for curve in curves), model),
        "specification_summary": _adjusted(
            _ordered((curve.summary(model.alpha, published or {}) for curve in curves), model)
        ),
        "specification_choices": _ordered((curve.choices() for curve in curves), model),
        "specification_failures": pd.DataFrame(
            failures,
            columns=[*(FAILED_CHOICES if gaps is None else LABELS), "reason", "at_fault"],
        ),
    }
    if reconstruction:
        tables |= {name: tables[name].assign(**OF_ONE_FILE) for name in SHARES}
    return StageResult(tables=tables, cards=dict.fromkeys(tables, card))


def _blocks(
    estimate: Callable[..., Iterator[T]],
    answers: pd.DataFrame,
    model: Model,
    pls: PlsSection,
    choices: CurveChoices,
    gaps: Gaps | None,
    design: SurveyDesign | None,
    draws: int,
    seed: int,
    failures: list[dict[str, str]],
    progress: Progress,
) -> Iterator[T]:
    """All specifications: of complete questionnaires, then of all respondents by every method.

    All share the draws under the null: of respondents, of whole clusters, or of a large sample's groups.
    estimate : as `estimate_blocks`.
    """
    n, clusters = len(answers), None if design is None else design.clusters
    if gaps is not None:
        n, clusters = len(gaps.answers), gaps.clusters
    groups = deal(n, seed, clusters) if gaps is None else None
    units = n if clusters is None else int(clusters.max()) + 1
    weights = draw_weights(units if groups is None else groups.count, draws, seed)
    if clusters is not None and groups is None:
        weights = weights[:, clusters]
    if gaps is None:
        yield from estimate(
            answers, model, pls, choices, weights, failures, progress, design=design, groups=groups
        )
        return
    parts = 1 + len(gaps.methods)
    of_all = None if clusters is None else SurveyDesign.of(n, clusters=clusters)
    yield from estimate(
        answers,
        model,
        pls,
        choices,
        weights[:, gaps.complete],
        failures,
        one_of(progress, 0, parts),
        design=design,
    )
    for number, method in enumerate(gaps.methods, start=1):
        yield from estimate(
            gaps.answers,
            model,
            pls,
            gaps.choices,
            weights,
            failures,
            one_of(progress, number, parts),
            missing=method,
            design=of_all,
        )


def _gaps_card(gaps: Gaps | None, n_complete: int) -> Card:
    """Lines of an estimator card, in place of those for complete questionnaires."""
    if gaps is None:
        return {}
    return {
        "n": len(gaps.answers),
        "n_complete": n_complete,
        "missing": "a_choice",
    }


@dataclass(frozen=True, slots=True)
class _Curve:
    """S specifications of the h hypotheses about one outcome.

    labels : one row per specification. estimates, std_err, p, confirmed : (S, h). df : (S,).
    null : (S, h, B). signs : (h,), 1 or -1 as claimed. weights : (S,), in shares.
    """

    hypotheses: tuple[Hypothesis, ...]
    labels: pd.DataFrame
    estimates: Array
    std_err: Array
    p: Array
    confirmed: BoolArray
    df: IntArray
    null: Array
    signs: Array
    weights: Array

    @classmethod
    def of(
        cls,
        blocks: Sequence[Block],
        model: Model,
        outcome: str,
        control_sets: Sequence[tuple[str, ...]],
        gaps: bool,
    ) -> _Curve:
        own = [block for block in blocks if block.outcome == outcome]
        hypotheses = tuple(one for one in model.hypotheses if one.target == outcome)
        columns = [model.predictors(outcome).index(one.source) for one in hypotheses]
        estimates = np.concatenate([block.fits.coef[:, columns] for block in own])
        std_err = np.concatenate([block.fits.std_err[:, columns] for block in own])
        df = np.concatenate([block.fits.df for block in own])
        signs = np.array([DIRECTIONS[one.sign] for one in hypotheses])
        p = np.asarray(2 * special.stdtr(df[:, None], -np.abs(estimates / std_err)))
        labels = _labels(own, control_sets, gaps)
        return cls(
            hypotheses=hypotheses,
            labels=labels,
            estimates=estimates,
            std_err=std_err,
            p=p,
            confirmed=confirms(estimates, p, signs, model.alpha),
            df=df,
            null=np.concatenate([block.null[:, columns] for block in own]),
            signs=signs,
            weights=curve_weights(labels),
        )

    def specifications(self) -> pd.DataFrame:
        """One row per hypothesis and specification."""
        columns = ["hypothesis", *self.labels.columns, "estimate", "std_error", "p", "confirmed", "weight"]
        return _join(
            self.labels.assign(
                hypothesis=hypothesis.name,
                estimate=self.estimates[:, j],
                std_error=self.std_err[:, j],
                p=self.p[:, j],
                confirmed=self.confirmed[:, j],
                weight=self.weights,
            )[columns]
            for j, hypothesis in enumerate(self.hypotheses)
        )

    def summary(self, alpha: float, published: Mapping[str, str]) -> pd.DataFrame:
        """One row per hypothesis: the spread of its estimates, how often it holds, whether by chance."""
        test = joint_test(self.estimates, self.std_err, self.df, self.null, alpha)
        quantiles = np.quantile(self.estimates, list(QUANTILES.values()), axis=0)
        verdicts = [published.get(hypothesis.name) for hypothesis in self.hypotheses]
        claimed = self.estimates * self.signs > 0
        confirming = weighted_shares(self.confirmed, self.weights)
        return pd.DataFrame(
            {
                "hypothesis": [hypothesis.name for hypothesis in self.hypotheses],
                "predictor": [hypothesis.source for hypothesis in self.hypotheses],
                "outcome": [hypothesis.target for hypothesis in self.hypotheses],
                "n_specifications": len(self.labels),
                **{f"estimate_{name}": row for name, row in zip(QUANTILES, quantiles, strict=True)},
                "share_claimed_sign": weighted_shares(claimed, self.weights),
                "share_confirmed": confirming,
                "share_as_published": list(map(_agreement, confirming, verdicts)),
                "share_claimed_sign_unweighted": claimed.mean(axis=0),
                "share_confirmed_unweighted": self.confirmed.mean(axis=0),
                **pd.DataFrame(hinges(self.labels, self.confirmed, self.weights)),
                "share_significant": test.significant,
                "stouffer_z": test.stouffer,
                "p_median": test.p_median,
                "p_share_significant": test.p_significant,
                "p_stouffer": test.p_stouffer,
                "draws": test.n_draws,
            }
        )

    def choices(self) -> pd.DataFrame:
        """One row per hypothesis, choice and option: what the option does to estimate and verdict."""
        specifications = self.specifications()
        specifications["confirming"] = specifications["weight"] * specifications["confirmed"]
        names = [hypothesis.name for hypothesis in self.hypotheses]
        parts = []
        for choice in with_missing(CHOICES, self.labels.columns):
            options = codes(self.labels, choice)
            importance = dict(zip(names, choice_importance(self.estimates, options), strict=True))
            frame = (
                specifications.groupby(["hypothesis", choice], observed=True, sort=False)
                .agg(
                    n_specifications=("estimate", "size"),
                    median_estimate=("estimate", "median"),
                    confirming=("confirming", "sum"),
                    weight=("weight", "sum"),
                )
                .reset_index()
                .rename(columns={choice: "option"})
            )
            frame.insert(1, "choice", choice)
            frame["share_confirmed"] = frame.pop("confirming") / frame.pop("weight")
            parts.append(frame.assign(eta_squared=frame["hypothesis"].map(importance)))
        return _join(parts)


def _join(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """All frames below one another; without hypotheses there are none, and a table without lines."""
    given = list(frames)
    return pd.concat(given, ignore_index=True) if given else pd.DataFrame(columns=["hypothesis"])


def _ordered(frames: Iterable[pd.DataFrame], model: Model) -> pd.DataFrame:
    """All frames below one another, in the order of the hypotheses, not in that of their outcomes."""
    names = [hypothesis.name for hypothesis in model.hypotheses]
    return _join(frames).sort_values(
        "hypothesis", key=lambda column: column.map(names.index), kind="stable", ignore_index=True
    )


def _labels(blocks: Sequence[Block], control_sets: Sequence[tuple[str, ...]], gaps: bool) -> pd.DataFrame:
    """One row per specification: its choices and respondents. gaps : what becomes of them is a choice."""
    choices = with_missing(CHOICES, {MISSING})
    controls = [join_names(chosen) or NONE for chosen in control_sets]
    rows = [(*block.labels, control, block.n) for block in blocks for control in controls]
    frame = pd.DataFrame(rows, columns=[*choices, "n"])
    if not gaps:
        choices, frame = CHOICES, frame.drop(columns=MISSING)
    return frame.astype(
        {choice: pd.CategoricalDtype(list(dict.fromkeys(frame[choice]))) for choice in choices}
    )


def _agreement(confirming: float, verdict: str | None) -> float:
    if verdict is None:
        return float("nan")
    return confirming if verdict == "confirmed" else 1 - confirming


def _adjusted(summary: pd.DataFrame) -> pd.DataFrame:
    """A summary with the joint p-values after Holm's correction over its hypotheses."""
    for p in JOINT_TESTS if len(summary) else ():
        at = list(summary.columns).index("draws")
        summary.insert(at, f"{p}_holm", holm(summary[p].to_numpy()))
    return summary
