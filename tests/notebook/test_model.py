"""A model reads like the figure of a paper, and everything wrong with one is said at once, by name."""

from __future__ import annotations

import doctest

import pytest

import smartcity_survey as ss
from smartcity_survey.notebook import model as module

SMALL = {"ease": ["e1", "e2"], "trust": ["t1", "t2"], "use": ["u1", "u2"]}


def test_the_docstring_shows_what_happens() -> None:
    assert doctest.testmod(module).failed == 0
    assert doctest.testmod(module).attempted == 1


@pytest.mark.parametrize(
    "paths",
    [
        "ease, trust -> use",
        ["ease -> use", "trust -> use"],
        "ease -> use\n  trust->use\n",
        ("ease,trust -> use",),
    ],
)
def test_arrows_may_be_written_in_several_ways(paths: str | list[str]) -> None:
    assert ss.Model(SMALL, paths).paths == (("ease", "use"), ("trust", "use"))


def test_a_chain_of_arrows_is_a_path_for_each() -> None:
    assert ss.Model(SMALL, "ease -> trust -> use").paths == (("ease", "trust"), ("trust", "use"))
    many = ss.Model(SMALL, ["ease -> trust, use", "trust -> use"]).paths
    assert many == (("ease", "trust"), ("ease", "use"), ("trust", "use"))


def test_items_may_reflect_form_or_be_summed() -> None:
    model = ss.Model({"a": ["a1", "a2"], "b": ss.formative("b1", "b2"), "c": ss.sum_score("c1"), "d": "d1"})
    assert [block.mode for block in model.constructs.values()] == [
        "reflective",
        "mode_b",
        "sum_score",
        "reflective",
    ]
    assert model.items == ("a1", "a2", "b1", "b2", "c1", "d1")
    assert model.composites == ("b", "c")


@pytest.mark.parametrize(
    ("constructs", "paths", "place", "told"),
    [
        (SMALL, "eaze -> use", "model.paths", "Did you mean ease?"),
        (SMALL, "ease -> use, use -> trust", "model.paths", "use -> use"),
        (SMALL, "ease -> trust -> use -> ease", "model.paths", "they run in a circle"),
        (SMALL, ["ease, trust -> use", "ease -> use"], "model.paths", "ease -> use is given twice"),
        (SMALL, "ease -> trust", "model.constructs.use", "no path begins or ends at it"),
        (SMALL, "ease trust use", "model.paths", "'ease trust use' is no path"),
        (SMALL, "ease -> ", "model.paths", "'ease ->' is no path"),
        (SMALL, [("ease", "use")], "paths", "('ease', 'use') is no text"),
        ({"a": ["x", "y"], "b": ["y"]}, "a -> b", "model.constructs.b", "y already measures a"),
        ({"a": ["x", "x"], "b": ["y"]}, "a -> b", "model.constructs.a", "x already measures a"),
        ({"a": [], "b": ["y"]}, "a -> b", "model.constructs.a", "it has no items"),
        ({"a": [0, 1], "b": ["y"]}, "a -> b", "model.constructs.a", "its item 0 is no text"),
        ({"a, b": ["x"], "c": ["y"]}, (), "model.constructs.a, b", "a comma"),
        ({" a": ["x"]}, (), "model.constructs. a", "' a' is no name"),
        ({}, (), "model.constructs", "there are none"),
    ],
)
def test_what_is_wrong_is_named(constructs: dict, paths: object, place: str, told: str) -> None:
    if paths == "ease -> use, use -> trust":  # an arrow from a construct to itself is a circle, too
        paths, told = "ease -> use -> use\ntrust -> use", "they run in a circle: use -> use"
    with pytest.raises(ss.SurveyError) as error:
        ss.Model(constructs, paths)
    assert any(problem.place == place and told in str(problem) for problem in error.value.problems), error


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(ss.SurveyError) as error:
        ss.Model({"a": ["x"], "b": ["x"], "c": []}, "a -> d")
    assert len(error.value.problems) >= 4
