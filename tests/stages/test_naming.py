from __future__ import annotations

import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.stages.naming import naming
from smartcity_survey.stats.core import errors

NAMES, CONSTRUCTS = ("T1", "T2", "T3"), ("trust", "use")

CASES = [
    (errors.ConstantItems((1,)), "factors, T2", "same answer", "Check the column"),
    (
        errors.ConstantInTraining((1,)),
        "factors, T2",
        "without those who are to",
        "Check the column",
    ),
    (errors.LinearDependence(((0, 2),), 1e-17, 1e16), "factors, T1, T3", "determine one another", "copied"),
    (errors.NotFinite((0,)), "factors, T1", "unanswered", "missing_items"),
    (errors.TooFewRows(4, 10), "factors", "4 respondents, at least 10", "more answers"),
    (
        errors.TooFewUnits(4, 10),
        "factors",
        "clusters or effective respondents: 4",
        "more of them",
    ),
    (errors.DependentPredictors(1, (0,)), "factors, use", "trust", "model.paths"),
    (errors.ImproperSolution(1, "no"), "factors, use", "no.", "loadings"),
    (errors.NotPositiveDefinite(-0.15), "factors", "contradict one another", "polychoric"),
    (errors.CorrelationsAtBound(((0, 2),)), "factors, T1, T3", "no maximum below 1", "pls.continuity"),
    (errors.InvalidComponents(9, 3), "config.yaml, factors.n_components", "9 components", "1 to 3"),
    (errors.InvalidComponents(0, 3), "config.yaml, factors.n_components", "0 components", "above 1"),
    (errors.TiedEigenvalues(2, 0.5), "config.yaml, factors.n_components", "exactly the same", "Keep 3"),
    (errors.UnderIdentified((1,)), "factors, use", "too few items", "two where it correlates"),
    (errors.HeywoodCase((2,)), "factors, T3", "Heywood", "nearly repeats"),
    (errors.PerfectFit(), "factors", "rounding error", "computed from the outcome"),
    (errors.HalfFitted(), "factors", "more than half", "most gave the same answer"),
]


@pytest.mark.parametrize(("error", "place", "found", "remedy"), CASES, ids=lambda value: type(value).__name__)
def test_each_refusal_names_place_finding_and_remedy(
    error: errors.StatisticsError, place: str, found: str, remedy: str
) -> None:
    with pytest.raises(SurveyError) as refused, naming(NAMES, "factors", CONSTRUCTS):
        raise error
    message = str(refused.value)
    assert message.startswith(f"{place}: ")
    assert found in message
    assert remedy in message
