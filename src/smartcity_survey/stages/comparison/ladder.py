"""The levels of measurement invariance across all groups of a question, as lines of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from smartcity_survey.errors import NoSolution
from smartcity_survey.io import AT_FAULT, Card
from smartcity_survey.stages.cards import respondents, single_items
from smartcity_survey.stages.design import design_card
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.refusals import reason
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.errors import InGroup, StatisticsError
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.sampling.design_invariance import DesignRung, design_ladder
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sem.invariance import Rung, invariance_ladder
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.maximum_likelihood import TOLERANCE
from smartcity_survey.study.factor_sections import Estimator
from smartcity_survey.study.model import Model

LEVELS = [
    *("demographic", "level", "status", "group_at_fault", "at_fault"),
    *("chi2", "df", "p", "cfi", "rmsea", "srmr", "d_cfi", "d_rmsea", "d_srmr", "p_change"),
]


def ladder_card(model: Model, n: int, design: SurveyDesign | None, estimator: Estimator) -> Card:
    """How the levels of n respondents were fitted and tested."""
    test: Card = {} if estimator == "ml" else {"test": "yuan_bentler"}
    if design is not None:
        test = {"test": "yuan_bentler_by_design", **design_card(design)}
    return {
        "method": "maximum_likelihood_with_means",
        "scaling": "first_loading_1",
        "tolerance": TOLERANCE,
        "divisor": "n",
        **single_items(model),
        **respondents(n),
        **test,
    }


def ladder_rows(
    x: Array,
    model: Model,
    variable: str,
    members: Mapping[str, BoolArray],
    design: SurveyDesign | None,
    estimator: Estimator,
    too_few: str,
) -> list[dict[str, object]]:
    """A line for each level, of all groups of a variable at once; one with the reason where there is none.

    x : (n, p), answers to the model's items. members : (n,) each, who is in a group.
    too_few : the reason where there are fewer than two.
    """
    if len(members) < 2:
        return [{"demographic": variable, "status": too_few}]
    groups = list(members.values())
    rungs: Sequence[Rung | DesignRung]
    try:
        with naming(model.items, "invariance", model.names):
            if design is not None:
                rungs = design_ladder(x, groups, model.membership(), design)
            elif estimator == "mlr":
                rungs = invariance_ladder(
                    group_samples(x, groups),
                    model.membership(),
                    answers=[x[group] for group in groups],
                    correction="yuan_bentler",
                )
            else:
                rungs = invariance_ladder(group_samples(x, groups), model.membership())
    except NoSolution as error:
        return [{"demographic": variable, **refusal(error, list(members))}]
    return [_line(variable, rung) for rung in rungs]


def group_samples(x: Array, members: Sequence[BoolArray]) -> list[Sample]:
    """Moments of every group.

    Raises
    ------
    InGroup : a group that has none.
    """
    samples = []
    for position, group in enumerate(members):
        try:
            moments = covariance(x[group], ddof=0)
        except StatisticsError as error:
            raise InGroup(position, error) from error
        samples.append(Sample(int(group.sum()), moments, x[group].mean(axis=0)))
    return samples


def refusal(error: NoSolution, groups: Sequence[str]) -> dict[str, str]:
    """Status, the group where it alone has no solution, and names at fault."""
    told = reason(error)
    alone = groups[error.__cause__.group] if isinstance(error.__cause__, InGroup) else ""
    return {"status": told["reason"], "group_at_fault": alone, AT_FAULT: told[AT_FAULT]}


def _line(variable: str, rung: Rung | DesignRung) -> dict[str, object]:
    """A line of `invariance`; of scaled chi-squares CFI and RMSEA are robust, SRMR is of the moments."""
    judged, change = rung.judged, rung.difference
    if isinstance(rung, Rung) and rung.scaled is not None:
        change = rung.scaled_difference
    return {
        "demographic": variable,
        "level": rung.fit.level.name.lower(),
        "status": "converged" if rung.fit.admissible else "heywood",
        **{name: getattr(judged, name) for name in ("chi2", "df", "p", "cfi", "rmsea")},
        "srmr": rung.indices.srmr,
        "d_cfi": rung.d_cfi,
        "d_rmsea": rung.d_rmsea,
        "d_srmr": rung.d_srmr,
        "p_change": None if change is None else change.p,
    }
