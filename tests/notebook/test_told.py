"""What cannot be computed is told of items and constructs by name, with a remedy for a notebook."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest

import smartcity_survey as ss
from smartcity_survey.errors import NoSolution
from smartcity_survey.notebook.told import told
from smartcity_survey.stats.core import errors
from tests.notebook.test_reference import answers

ITEMS, CONSTRUCTS = ("i_one", "i_two", "i_three"), ("c_one", "c_two", "c_three")
BASE = answers().iloc[:150]
EXAMPLES: dict[type[errors.StatisticsError], tuple[errors.StatisticsError, set[str]]] = {
    errors.ConstantItems: (errors.ConstantItems((1,)), {"i_two"}),
    errors.ConstantInTraining: (errors.ConstantInTraining((1,)), {"i_two"}),
    errors.LinearDependence: (errors.LinearDependence(((0, 2),), 0.0, 1e17), {"i_one", "i_three"}),
    errors.TooFewRows: (errors.TooFewRows(3, 9), set()),
    errors.TooFewUnits: (errors.TooFewUnits(3, 9), set()),
    errors.NotFinite: (errors.NotFinite((1,)), {"i_two"}),
    errors.NotConverged: (errors.NotConverged("PLS", 1000, 0.1), set()),
    errors.PerfectFit: (errors.PerfectFit(), set()),
    errors.HalfFitted: (errors.HalfFitted(), set()),
    errors.TooManyPredictors: (errors.TooManyPredictors(40, 20), set()),
    errors.InvalidModel: (errors.InvalidModel("are isolated", "constructs", [1]), {"c_two"}),
    errors.DependentPredictors: (errors.DependentPredictors(2, (0, 1)), set(CONSTRUCTS)),
    errors.Unreliable: (errors.Unreliable(1, "its reliability is 2"), {"c_two"}),
    errors.ImproperSolution: (errors.ImproperSolution(1, "too much"), {"c_two"}),
    errors.NotPositiveDefinite: (errors.NotPositiveDefinite(-0.1), set()),
    errors.CorrelationsAtBound: (errors.CorrelationsAtBound(((0, 1),)), {"i_one", "i_two"}),
    errors.InvalidComponents: (errors.InvalidComponents(9, 3), set()),
    errors.TiedEigenvalues: (errors.TiedEigenvalues(2, 1.5), set()),
    errors.UnderIdentified: (errors.UnderIdentified((1,)), {"c_two"}),
    errors.HeywoodCase: (errors.HeywoodCase((2,)), {"i_three"}),
    errors.EndlessSlope: (errors.EndlessSlope((1,)), {"i_two"}),
    errors.Separated: (errors.Separated(), set()),
    errors.InGroup: (errors.InGroup(1, errors.ConstantItems((0,))), {"i_one"}),
}
OF_A_STUDY = re.compile(
    r"config|yaml|codebook|README|`?(factors|pls|model)\.\w|missing_items|`model`|`factors`"
)


def test_every_refusal_of_the_numeric_core_has_an_example() -> None:
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    # Weights are not among what a notebook gives.
    assert set(EXAMPLES) == {k for k in kinds if issubclass(k, errors.StatisticsError)} - {
        errors.StatisticsError,
        errors.InvalidWeights,
    }


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_it_is_told_by_name_and_not_of_a_config(kind: type[errors.StatisticsError]) -> None:
    refusal, names = EXAMPLES[kind]
    with pytest.raises(NoSolution) as error, told("the method", ITEMS, CONSTRUCTS):
        raise refusal
    message = str(error.value)
    assert set(error.value.names) == names
    assert all(name in message for name in names)
    assert "the method" in message
    assert message.count("the method") == len(error.value.problems)
    assert not OF_A_STUDY.search(message), message
    assert not re.search(r"columns? \(|construct \d|items \[", message), message
    assert all(problem.remedy for problem in error.value.problems)


def with_columns(**columns: Any) -> pd.DataFrame:
    return BASE.assign(**columns)


SMALL = ss.Model({"a": ["A1", "A2", "A3"], "b": ["B1", "B2", "B3"], "y": ["Y1", "Y2", "Y3"]}, "a, b -> y")
COPIED = with_columns(B1=BASE["A1"], B2=BASE["A2"], B3=BASE["A3"])
CASES: dict[str, tuple[Callable[[], object], str]] = {
    "constant item": (lambda: ss.fit_pls(with_columns(A2=3), SMALL), "fit_pls, A2: every respondent gave"),
    "constant item of a factor model": (lambda: ss.fit_cfa(with_columns(Y3=3), SMALL), "fit_cfa, Y3: "),
    "the same construct twice": (lambda: ss.fit_pls(COPIED, SMALL), "its predictors a, b determine"),
    "items copied": (lambda: ss.adequacy(COPIED, SMALL), "adequacy, A1, B1: these determine one another"),
    "few respondents": (lambda: ss.adequacy(BASE.head(6), SMALL), "adequacy: 6 respondents, at least"),
    "few respondents of descriptives": (lambda: ss.describe(BASE.head(3), ["A1"]), "3 respondents"),
    "too many components": (
        lambda: ss.principal_components(BASE, SMALL, 10),
        "principal_components, n_components: 10 components asked for, these items have 9. Ask for fewer.",
    ),
    "too many factors": (lambda: ss.common_factors(BASE, ["A1", "A2"], 1), "too many factors for so few"),
    "a factor of two items": (
        lambda: ss.fit_cfa(BASE, ss.Model({"a": ["A1", "A2"]})),
        "fit_cfa, a: too few items measure it",
    ),
    "outcome among the predictors": (
        lambda: ss.fit_ols(with_columns(total=BASE["A1"] + BASE["A2"]), "A1, A2 -> total"),
        "fit_ols: the predictors reproduce the outcome exactly",
    ),
    "predictors copied": (
        lambda: ss.fit_ols(with_columns(again=BASE["A1"]), "A1, again -> Y1"),
        "fit_ols, A1, again: these determine one another",
    ),
    "constant outcome": (lambda: ss.fit_ols(with_columns(Y1=3), "A1 -> Y1"), "fit_ols, Y1: every respondent"),
    "constant in a group": (
        lambda: ss.compare_groups(BASE.assign(B2=BASE["B2"].where(BASE["gender"] == 1, 4)), SMALL, "gender"),
        "gender = 2, compare_groups, B2: every respondent gave the same answer",
    ),
    "formative construct as a factor": (
        lambda: ss.fit_cfa(
            BASE, ss.Model({"a": ss.formative("A1", "A2"), "y": ["Y1", "Y2", "Y3"]}, "a -> y")
        ),
        "fit_cfa, a: the items form it",
    ),
    "no paths": (lambda: ss.fit_pls(BASE, ss.Model({"a": ["A1", "A2"]})), "fit_pls: the model has no paths"),
    "no paths of factors": (
        lambda: ss.fit_sem(BASE, ss.Model({"a": ["A1"]})),
        "fit_sem: the model has no paths",
    ),
    "two outcomes": (lambda: ss.fit_ols(BASE, "A1 -> Y1, Y2"), "fit_ols, paths: 2 outcomes"),
    "no regression": (lambda: ss.fit_ols(BASE, "A1"), "fit_ols, paths: 'A1' is no path"),
    "three groups": (lambda: ss.compare_groups(BASE, SMALL, "A1"), "compare_groups, A1: it has 5 different"),
    "an unknown group": (
        lambda: ss.compare_groups(BASE, SMALL, "gender", (1, 7)),
        "7 is none of its values. Name two of ",
    ),
    "one group": (lambda: ss.compare_groups(BASE, SMALL, "gender", (1, 1)), "(1, 1) are not two groups"),
    "nobody's group": (
        lambda: ss.compare_groups(BASE.assign(gender=BASE["gender"].where(BASE.index > 3)), SMALL, "gender"),
        "compare_groups, gender: 4 of 150 rows tell no group",
    ),
    "an unknown column": (lambda: ss.compare_groups(BASE, SMALL, "gendre"), "Did you mean 'gender'?"),
    "few draws": (lambda: ss.fit_pls(BASE, SMALL, bootstrap_draws=5), "fit_pls, bootstrap_draws"),
    "an unknown scheme": (lambda: ss.fit_pls(BASE, SMALL, scheme="paths"), "fit_pls, scheme"),
    "an unknown interval": (lambda: ss.fit_pls(BASE, SMALL, interval="normal"), "fit_pls, interval"),
    "a level of 95": (lambda: ss.fit_pls(BASE, SMALL, confidence_level=95), "fit_pls, confidence_level"),
    "a level of 1": (lambda: ss.fit_cfa(BASE, SMALL, confidence_level=1), "fit_cfa, confidence_level"),
    "a seed below 0": (lambda: ss.fit_pls(BASE, SMALL, seed=-1), "fit_pls, seed: -1 is no seed"),
    "no permutations": (
        lambda: ss.compare_groups(BASE, SMALL, "gender", permutations=1),
        "compare_groups, permutations",
    ),
    "one fold": (lambda: ss.predict_pls(BASE, SMALL, folds=1), "predict_pls, folds"),
    "more folds than respondents": (
        lambda: ss.predict_pls(BASE, SMALL, folds=200),
        "predict_pls, folds: 150 respondents, at least 200 are needed",
    ),
    "model and answers the other way round": (
        lambda: ss.fit_pls(SMALL, BASE),
        "a DataFrame was given for the model",
    ),
    "an unknown method": (
        lambda: ss.scores(BASE, SMALL, "means"),
        "scores, method: 'means' is none of this model",
    ),
    "an unknown rotation": (
        lambda: ss.common_factors(BASE, SMALL, 2, rotation="quartimax"),
        "common_factors, rotation: 'quartimax' is not known",
    ),
    "half a factor": (
        lambda: ss.common_factors(BASE, SMALL, 1.5),
        "common_factors, n_factors: 1.5 is no whole",
    ),
    "fractions as categories": (
        lambda: ss.fit_pls(BASE.assign(A1=BASE["A1"] + 0.5), SMALL, correlation="polychoric"),
        "fit_pls, A1: polychoric correlations are of whole codes",
    ),
    "no such paper": (lambda: ss.audit_paper("no/such/folder"), "no/such/folder"),
    "no such language": (lambda: ss.audit_paper(".", "de"), "Choose from en, ru, kk"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_notebook_may_get_wrong(case: str) -> None:
    call, expected = CASES[case]
    with pytest.raises(ss.SurveyError) as error:
        call()
    assert expected in str(error.value)
    assert not re.search(r"config\.yaml|codebook", str(error.value))


def test_options_have_the_defaults_of_a_config() -> None:
    import inspect

    from smartcity_survey.study.config import GroupsSection, PlsSection, RegressionSection

    sections = (PlsSection, GroupsSection, RegressionSection)
    defaults = {name: field.default for s in sections for name, field in s.model_fields.items()}
    for function in (ss.fit_pls, ss.predict_pls, ss.compare_groups, ss.fit_ols, ss.fit_cfa, ss.fit_sem):
        for name, parameter in inspect.signature(function).parameters.items():
            if name in defaults:
                assert parameter.default == defaults[name], (function, name)


def test_what_is_secondary_does_not_cost_the_primary_result() -> None:
    """PLS has no solution for a construct twice: alpha and HTMT stand, and the notes say what is missing."""
    view = ss.measurement(COPIED, SMALL)
    assert view.reliability["cronbach_alpha"].notna().all()
    assert view.reliability["rho_a"].isna().all()
    assert view.fornell_larcker.empty
    assert any(note.startswith("Not computed: PLS-SEM, y: its predictors a, b") for note in view.notes)
    without_paths = ss.measurement(BASE, ss.Model({"a": ["A1", "A2", "A3"], "b": ["B1", "B2", "B3"]}))
    assert "No paths: nothing that rests on PLS." in without_paths.notes
    assert without_paths.reliability["ave_cfa"].notna().all()
    formative = ss.measurement(
        BASE, ss.Model({"a": ss.formative("A1", "A2"), "y": ["Y1", "Y2", "Y3"]}, "a -> y")
    )
    assert "Nothing that rests on factors: items form a." in formative.notes
    assert formative.reliability["ave_cfa"].isna().all()


def test_resamples_without_a_solution_are_told() -> None:
    rare = np.ones(len(BASE))
    rare[:2] = 2
    view = ss.fit_pls(BASE.assign(A2=rare), SMALL, bootstrap_draws=200)
    count = view.record.n_inadmissible
    assert count > 0
    assert f"{count} of the resamples have no solution (constant, A2: {count})." in view.notes


def test_languages_of_the_audit_are_those_of_the_study() -> None:
    from smartcity_survey.study.config import Language

    assert set(get_args(Language)) == {"en", "ru", "kk"}


def test_what_rests_on_an_inadmissible_factor_is_told() -> None:
    rng = np.random.default_rng(3)
    common = rng.normal(size=(150, 1))
    strong = common + rng.normal(size=(150, 1)) * [0.01, 1.5, 1.5]
    frame = pd.DataFrame(strong, columns=["x1", "x2", "x3"])
    # x1 correlates with each of the others more than these do with one another by far.
    frame["x2"] = 0.7 * frame["x1"] + rng.normal(size=150)
    frame["x3"] = 0.7 * frame["x1"] + rng.normal(size=150) - 0.5 * (frame["x2"] - 0.7 * frame["x1"])
    model = ss.Model({"strong": ["x1", "x2", "x3"]})
    assert "Inadmissible: it describes no population (x1)." in ss.fit_cfa(frame, model).notes
    notes = ss.measurement(frame, model).notes
    assert any(note.startswith("CFA is inadmissible") for note in notes)
    assert any(note.startswith("No omega of strong") for note in notes)


@pytest.mark.parametrize(
    ("call", "start"),
    [
        (lambda: ss.adequacy(BASE, ["A1"]), "adequacy, items: 1 item was named."),
        (
            lambda: ss.principal_components(BASE, SMALL, 99),
            "principal_components, n_components: 99 components",
        ),
        (lambda: ss.common_factors(BASE, SMALL, 99), "common_factors, n_factors: 99 factors asked for"),
        (lambda: ss.predict_pls(BASE, SMALL, folds=9999), "predict_pls, folds: "),
        (lambda: ss.fit_ols(BASE, "A1 -> nowhere"), "fit_ols, paths, nowhere: there is no such column."),
        (lambda: ss.fit_ols(BASE, "A1 -> Y1", confidence_level=2), "fit_ols, confidence_level: "),
        (
            lambda: ss.compare_groups(BASE, SMALL, "gender", groups=(1, 3)),
            "compare_groups, groups: 3 is none",
        ),
    ],
)
def test_a_message_names_the_argument_that_was_given(call: Callable[[], object], start: str) -> None:
    with pytest.raises(ss.SurveyError) as error:
        call()
    assert str(error.value).startswith(start)
