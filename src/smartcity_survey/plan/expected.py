"""What a plan expects of the next wave: as the config says, else as it was in the finished study."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from smartcity_survey.errors import SurveyError
from smartcity_survey.plan.finished import Finished
from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.planning.sample_size import intraclass_correlation
from smartcity_survey.study.codebook import CLUSTER
from smartcity_survey.study.limits import limit
from smartcity_survey.study.model_checks import closest
from smartcity_survey.study.next_wave import PlanSection

LEAST_SHARE = 0.01
"""Share of the questionnaires that must be left for a plan."""


@dataclass(frozen=True, slots=True)
class Losses:
    """Shares of those who answer, of their questionnaires that are kept, and of these that are complete."""

    response: float
    usable: float
    complete: float

    @property
    def analysed(self) -> float:
        """Share of those asked whose answers are analysed."""
        return self.response * self.usable * self.complete


@dataclass(frozen=True, slots=True)
class Target:
    """A path to be found, with the coefficient it is to be found at."""

    source: str
    target: str
    coefficient: float


def losses_of(study: Finished) -> Losses:
    """What becomes of those asked: as the config expects it, else as it was in this study."""
    plan, cleaning = study.config.plan, study.config.cleaning
    usable = study.usable if plan.usable is None else plan.usable
    complete = study.complete
    if plan.missing is not None:
        most = cleaning.missing_items_at_most if study.config.missing.asked else 0
        complete = float(special.bdtr(most, len(study.model.items), plan.missing))
    for key, share in (("usable", usable), ("missing", complete)):
        if math.isnan(share):
            raise SurveyError(
                f"config.yaml, plan.{key}",
                "what became of this study's questionnaires is unknown, as counts of few are left out.",
                "Write the share that you expect.",
            )
        if share < LEAST_SHARE:
            raise SurveyError(
                f"config.yaml, plan.{key}",
                "of a hundred questionnaires not one could be analysed.",
                "Write the share that you expect.",
            )
    return Losses(plan.response, usable, complete)


def likeness_of(study: Finished) -> float:
    """Intraclass correlation: as the config has it, else the outcomes' mean in this study, at least 0."""
    clusters = study.config.plan.clusters
    if clusters is None:
        return 0.0
    if clusters.intraclass_correlation is not None:
        return clusters.intraclass_correlation
    place = "config.yaml, plan.clusters.intraclass_correlation"
    if CLUSTER not in study.answers:
        raise SurveyError(
            place,
            "it is not given, and this study has no clusters to tell it from.",
            "Write what you expect, of attitudes often 0.01 to 0.10.",
        )
    names, scores = study.answers[CLUSTER].tolist(), study.scores
    try:
        found = [
            intraclass_correlation(scores[one].to_numpy(dtype=np.float64), names)
            for one in study.model.outcomes or study.model.names
        ]
    except StatisticsError:
        raise SurveyError(
            place,
            "the clusters of this study do not tell it: there is one, or nobody has a neighbour.",
            "Write what you expect, of attitudes often 0.01 to 0.10.",
        ) from None
    return min(max(float(np.mean(found)), 0.0), 0.99)


def power_of(plan: PlanSection) -> float:
    """Chance to find a path: as the config has it, else the conventional limit."""
    return limit("power").value if plan.power is None else plan.power


def draws_of(plan: PlanSection) -> int:
    """Simulated waves behind each power: ten times as many where they cost next to nothing."""
    return plan.draws if plan.clusters is not None else 10 * plan.draws


def targets_of(study: Finished) -> tuple[Target, ...]:
    """Paths to be found, by their outcomes in the model's order."""
    config, model = study.config, study.model
    usual = config.plan.coefficient or config.robustness.equivalence_bound
    if config.plan.paths is not None:
        found = []
        for number, path in enumerate(config.plan.paths):
            if (path.source, path.target) not in model.paths:
                raise SurveyError(
                    f"config.yaml, plan.paths.{number}",
                    f"the model has no path from {path.source} to {path.target}.",
                    _nearest(path.source, path.target, model.paths),
                )
            found.append(Target(path.source, path.target, path.coefficient or usual))
        if len({(one.source, one.target) for one in found}) < len(found):
            raise SurveyError("config.yaml, plan.paths", "a path stands twice.", "Keep one of them.")
    else:
        claimed = dict.fromkeys((h.source, h.target) for h in model.hypotheses)
        found = [Target(*path, usual) for path in claimed or model.paths]
    return tuple(sorted(found, key=lambda one: model.outcomes.index(one.target)))


def _nearest(source: str, target: str, paths: tuple[tuple[str, str], ...]) -> str:
    if target not in {end for _, end in paths}:
        return closest(target, [end for _, end in paths]) or "Choose a path of `model.paths`."
    sources = [start for start, end in paths if end == target]
    return closest(source, sources) or f"Choose from {', '.join(sources)}."
