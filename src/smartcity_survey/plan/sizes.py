"""How many to ask: for percentages by closed forms, for paths by simulation, by stratum."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.errors import SurveyError
from smartcity_survey.plan.expected import (
    Losses,
    Target,
    draws_of,
    likeness_of,
    losses_of,
    power_of,
    targets_of,
)
from smartcity_survey.plan.finished import Finished
from smartcity_survey.plan.strata import Strata
from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.evidence.power import effect_f2, rows_needed
from smartcity_survey.stats.evidence.power_simulation import SimulatedPower
from smartcity_survey.stats.planning.allocation import allocate
from smartcity_survey.stats.planning.power_of_design import clustered_power, design_power, rows_by_curve
from smartcity_survey.stats.planning.sample_size import (
    design_effect,
    margin_of_error,
    rows_for_margin,
)

POINTS = 10
"""Sizes of waves that are simulated."""
WIDENINGS = 4
FEWEST_CLUSTERS = 8
PERCENTAGE, PATH = "percentage", "path"


@dataclass(frozen=True, slots=True)
class Plan:
    """The numbers of a plan.

    Attributes
    ----------
    sizes : a line for each aim: `aim, source, target, coefficient, wanted, n_formula, n_analysed, n_asked,
        reached, std_error`; wanted and reached are a margin of error or a power.
    curve : `target, source, n_asked, n_analysed, power, std_error`, a line for each simulated wave and path.
    strata : a line for each stratum.
    asked, analysed : of the plan as a whole. clusters : how many; none where people are drawn alone.
    likeness : intraclass correlation.
    power : wanted. draws : simulated waves behind each. design_effect : of percentages.
    population : members, or inf.
    """

    sizes: pd.DataFrame
    curve: pd.DataFrame
    strata: pd.DataFrame
    losses: Losses
    asked: int
    analysed: float
    clusters: int | None
    likeness: float
    power: float
    draws: int
    design_effect: float
    population: float


def plan_of(study: Finished, strata: Strata) -> Plan:
    """The plan that the config's section `plan` asks for.

    Raises
    ------
    SurveyError
        where a path is not in the model, shares are unknown, scores are collinear, or more people would have
        to be asked than the population or its strata have.
    """
    plan, alpha = study.config.plan, study.model.alpha
    wanted = power_of(plan)
    if wanted <= alpha:
        raise SurveyError(
            "config.yaml, plan.power",
            f"{wanted:g} is no more than the chance of {alpha:g} to find a path that is not there.",
            "Write a larger one, 0.8 as a rule.",
        )
    losses = losses_of(study)
    size = 1 if plan.clusters is None else plan.clusters.size
    rho = likeness_of(study)
    effect = design_effect(size, rho, losses.analysed)
    population = float(strata.sizes.sum()) if strata.counted else math.inf
    margin = rows_for_margin(plan.margin_of_error, plan.share, plan.confidence_level, population, effect)
    lines: list[dict[str, Any]] = [
        {
            "aim": PERCENTAGE,
            "wanted": plan.margin_of_error,
            "n_formula": margin,
            "n_asked": math.ceil(margin / losses.analysed - 1e-9),
        }
    ]
    curves, paths = [], targets_of(study)
    waves = []
    for number, (outcome, own) in enumerate(groupby(paths, lambda path: path.target)):
        wave = _Waves(study, outcome, tuple(own), losses, size, rho, alpha, study.config.seed + number)
        waves.append(wave)
        found, curve = wave.needed()
        lines += found
        curves.append(curve)
    asked = max(int(line["n_asked"]) for line in lines)
    clusters = None if plan.clusters is None else math.ceil(asked / size)
    asked = asked if clusters is None else clusters * size
    if asked > population:
        raise SurveyError(
            "config.yaml, plan.population",
            f"it has {population:,.0f} people, but {asked:,} would have to be asked.",
            "Ask for less: a wider `margin_of_error`, a larger `coefficient`, less `power`.",
        )
    sizes = pd.DataFrame(lines)
    analysed = asked * losses.analysed
    sizes["n_analysed"] = (sizes["n_asked"] * losses.analysed).round(1)
    at_plan = [wave.at(asked) for wave in waves]
    margin_reached = margin_of_error(analysed, plan.share, plan.confidence_level, population, effect)
    sizes["reached"] = [margin_reached, *(power for found in at_plan for power in found.power)]
    sizes["std_error"] = [math.nan, *(error for found in at_plan for error in found.std_error)]
    order = ["aim", "source", "target", "coefficient", "wanted"]
    order += ["n_formula", "n_analysed", "n_asked", "reached", "std_error"]
    return Plan(
        sizes.reindex(columns=order),
        pd.concat(curves, ignore_index=True) if curves else pd.DataFrame(columns=["source", "target"]),
        _by_stratum(study, strata, asked, losses, effect),
        losses,
        asked,
        analysed,
        clusters,
        rho,
        power_of(plan),
        draws_of(plan),
        effect,
        population,
    )


class _Waves:
    """Simulated waves of one outcome."""

    def __init__(
        self,
        study: Finished,
        outcome: str,
        targets: tuple[Target, ...],
        losses: Losses,
        size: int,
        rho: float,
        alpha: float,
        seed: int,
    ) -> None:
        plan = study.config.plan
        self._outcome, self._targets = outcome, targets
        self._predictors = study.model.predictors(outcome)
        self._share, self._size, self._rho, self._alpha = losses.analysed, size, rho, alpha
        self._draws, self._power, self._seed = draws_of(plan), power_of(plan), seed
        self._R, self._vif, self._r2 = _moments(study, self._predictors, outcome)
        self._slopes = np.zeros(len(self._predictors))
        for one in targets:
            self._slopes[self._predictors.index(one.source)] = one.coefficient
        self._own = [self._predictors.index(one.source) for one in targets]

    def at(self, asked: int) -> SimulatedPower:
        """Power of the paths that are to be found, of a wave of so many people asked."""
        args = (self._R, self._slopes, 1 - self._r2)
        if self._size > 1:
            clusters = max(math.ceil(asked / self._size), 2)
            found = clustered_power(
                *args, clusters, self._size, self._rho, self._draws, self._seed, self._alpha, self._share
            )
        else:
            found = design_power(*args, asked, self._draws, self._seed, self._alpha, self._share)
        return SimulatedPower(
            found.power[self._own],
            found.std_error[self._own],
            found.n_undefined,
            asked,
            found.draws,
            found.alpha,
            found.seed,
        )

    def needed(self) -> tuple[list[dict[str, Any]], pd.DataFrame]:
        """People to be asked for each path, and the power of every wave that was simulated."""
        formula = [self._by_formula(one) for one in self._targets]
        expected = np.array(formula) / self._share
        grid = self._grid(0.4 * expected.min(), 1.5 * expected.max())
        simulated = {asked: self.at(asked) for asked in grid}
        for _ in range(WIDENINGS):
            if min(simulated[max(simulated)].power) > self._power:
                break
            asked = self._whole(1.6 * max(simulated))
            simulated[asked] = self.at(asked)
        asked_of_all = np.array(list(simulated), dtype=np.float64)
        lines: list[dict[str, Any]] = []
        for number, (one, n) in enumerate(zip(self._targets, formula, strict=True)):
            power = np.array([found.power[number] for found in simulated.values()])
            exact = rows_by_curve(asked_of_all, power, self._power)
            if not math.isfinite(exact):
                raise SurveyError(
                    "config.yaml, plan.power",
                    f"no wave up to {max(simulated):,} people finds {one.source} → {one.target} with it.",
                    "Ask for less power, or for a larger coefficient.",
                )
            lines.append(
                {
                    "aim": PATH,
                    "source": one.source,
                    "target": one.target,
                    "coefficient": one.coefficient,
                    "wanted": self._power,
                    "n_formula": n,
                    "n_asked": math.ceil(exact - 1e-9),
                }
            )
        return lines, self._curve(simulated)

    def _by_formula(self, one: Target) -> int:
        """Respondents by the noncentral t, times the design effect of a slope, 1 + (m - 1) q rho^2."""
        j = self._predictors.index(one.source)
        f2 = float(effect_f2(np.array([one.coefficient]), self._vif[[j]], self._r2)[0])
        alone = rows_needed(f2, len(self._predictors), self._alpha, self._power)
        return math.ceil(alone * design_effect(self._size, self._rho**2, self._share))

    def _grid(self, low: float, high: float) -> list[int]:
        least = math.ceil((len(self._predictors) + 2) / self._share * 2)
        return sorted({self._whole(max(one, least)) for one in np.geomspace(low, high, POINTS)})

    def _whole(self, asked: float) -> int:
        """Whole people, and whole clusters, of which there are some."""
        if self._size == 1:
            return math.ceil(asked)
        return max(math.ceil(asked / self._size), FEWEST_CLUSTERS) * self._size

    def _curve(self, simulated: dict[int, SimulatedPower]) -> pd.DataFrame:
        return pd.DataFrame(
            [
                {
                    "source": one.source,
                    "target": one.target,
                    "n_asked": asked,
                    "n_analysed": round(asked * self._share, 1),
                    "power": found.power[number],
                    "std_error": found.std_error[number],
                }
                for number, one in enumerate(self._targets)
                for asked, found in sorted(simulated.items())
            ]
        )


def _moments(study: Finished, predictors: tuple[str, ...], outcome: str) -> tuple[Array, Array, float]:
    """Correlations of the predictors, their VIF and R2 of the outcome's regression on them."""
    scores = study.scores[[*predictors, outcome]].to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = np.cov(scores.T, aweights=study.weights)
        spread = np.sqrt(np.diag(covariance))
        together = covariance / np.outer(spread, spread)
    R, r = together[:-1, :-1], together[:-1, -1]
    try:
        if not np.isfinite(together).all() or np.linalg.eigvalsh(R)[0] < 1e-10:
            raise StatisticsError("collinear")
        r2 = float(r @ np.linalg.solve(R, r))
        if r2 > 1 - 1e-10:
            raise StatisticsError("perfect fit")
    except (StatisticsError, np.linalg.LinAlgError):
        raise SurveyError(
            f"scores of {', '.join((*predictors, outcome))}",
            "they are constant or combinations of one another: a regression of them has no power.",
            "See `power.csv` and its card; leave the path out of `plan.paths`.",
        ) from None
    return R, np.diag(np.linalg.inv(R)), r2


def _by_stratum(study: Finished, strata: Strata, asked: int, losses: Losses, effect: float) -> pd.DataFrame:
    """People to be asked in each stratum, both ways, and the margin of error of a percentage in it."""
    plan = study.config.plan
    most = np.floor(strata.sizes) if strata.counted else None
    try:
        both = {
            "proportional": allocate(asked, strata.sizes, None, plan.smallest_stratum, most),
            "neyman": allocate(asked, strata.sizes, strata.spread, plan.smallest_stratum, most),
        }
    except StatisticsError as error:
        raise SurveyError(
            "config.yaml, plan.smallest_stratum",
            f"{error}.",
            "Lower it, or take a variable out of `plan.strata`.",
        ) from None
    chosen = both[plan.allocation]
    analysed = chosen * losses.analysed
    ends = strata.sizes if strata.counted else np.full(len(strata.sizes), math.inf)
    frame = pd.DataFrame(list(strata.codes), columns=list(strata.variables), index=range(len(chosen)))
    return frame.assign(
        size=strata.sizes.astype(int) if strata.counted else strata.sizes.round(2),
        share=strata.sizes / strata.sizes.sum(),
        n_respondents=strata.respondents.astype(int),
        spread=strata.spread,
        spread_of=["stratum" if own else "all" for own in strata.own],
        asked_proportional=both["proportional"].astype(int),
        asked_neyman=both["neyman"].astype(int),
        asked=chosen.astype(int),
        n_analysed=analysed.round(1),
        margin_of_error=[
            margin_of_error(n, plan.share, plan.confidence_level, end, effect) if 1 <= n <= end else np.nan
            for n, end in zip(analysed, ends, strict=True)
        ],
    )
