"""Options reach the numeric core: each gives what the core gives when it is asked directly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import smartcity_survey as ss
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.bootstrap import bootstrap_pls
from smartcity_survey.stats.pls.model import PlsModel
from tests.notebook.test_reference import answers

BASE = answers().iloc[:150]
ITEMS = ["A1", "A2", "A3", "B1", "B2", "Y1", "Y2", "Y3"]
BLOCKS = np.repeat(np.eye(3, dtype=bool), [3, 2, 3], axis=0)
PATHS = np.array([[False, True, True], [False, False, True], [False, False, False]])
X = BASE[ITEMS].to_numpy(dtype=float)
MODEL = ss.Model(
    {"a": ["A1", "A2", "A3"], "b": ss.formative("B1", "B2"), "y": ss.sum_score("Y1", "Y2", "Y3")},
    ["a -> b, y", "b -> y"],
)
MODES = ("mode_a", "mode_b", "sum_score")


@pytest.mark.parametrize(
    ("options", "of_model", "of_bootstrap", "kind"),
    [
        ({}, {}, {}, "percentile"),
        ({"scheme": "factorial"}, {"scheme": "factorial"}, {}, "percentile"),
        (
            {"scheme": "centroid", "consistent": True},
            {"scheme": "centroid", "consistent": True},
            {},
            "percentile",
        ),
        ({"correlation": "polychoric"}, {}, {"ordinal": True}, "percentile"),
        ({"interval": "bca", "confidence_level": 0.9}, {}, {"jackknife": True}, "bca"),
        ({"interval": "studentised"}, {}, {"inner_draws": 100}, "studentised"),
    ],
    ids=str,
)
def test_of_pls(
    options: dict[str, Any], of_model: dict[str, Any], of_bootstrap: dict[str, Any], kind: Any
) -> None:
    view = ss.fit_pls(BASE, MODEL, bootstrap_draws=100, seed=5, **options)
    core = bootstrap_pls(X, PlsModel(BLOCKS, PATHS, MODES, **of_model), 100, seed=5, **of_bootstrap)
    expected = core.summary("path_coefficients", kind=kind, level=options.get("confidence_level", 0.95))
    where = ([0, 0, 1], [1, 2, 2])
    assert list(view.paths.index) == ["a -> b", "a -> y", "b -> y"]
    for column, values in {
        "estimate": expected.estimate,
        "boot_se": expected.se,
        "ci_low": expected.low,
        "ci_high": expected.high,
    }.items():
        np.testing.assert_array_equal(view.paths[column], values[where], err_msg=column)
    assert any(kind in note for note in view.notes)


def test_progress_is_told() -> None:
    done: list[tuple[int, int]] = []
    ss.fit_pls(BASE, MODEL, bootstrap_draws=200, progress=lambda n, total: done.append((n, total)))
    assert done[-1] == (200, 200)


def test_groups_may_have_names_and_categories_that_nobody_has() -> None:
    names = BASE["gender"].map({1: "women", 2: "men"})
    frame = BASE.assign(who=pd.Categorical(names, categories=["women", "men", "no answer"]))
    view = ss.compare_groups(frame, MODEL, "who", ("women", "men"), permutations=20)
    plain = ss.compare_groups(BASE, MODEL, "gender", permutations=20)
    pd.testing.assert_frame_equal(view.paths, plain.paths)
    assert view.notes[0].startswith("who: women (")
    in_their_order = ss.compare_groups(frame, MODEL, "who", permutations=20)
    assert in_their_order.notes[0].startswith("who: men (")
    np.testing.assert_allclose(in_their_order.paths["difference"], -plain.paths["difference"])
    women = BASE[BASE["gender"] == 1][ITEMS].to_numpy(dtype=float)
    own = fit_pls(correlation(women), len(women), PlsModel(BLOCKS, PATHS, MODES))
    assert view.paths.loc["a -> y", "first_estimate"] == pytest.approx(own.path_coefficients[0, 2])


@pytest.mark.parametrize(
    "method", ["mean", "sum", "component", "pls", "cfa_regression", "cfa_bartlett", "cfa_skrondal_laake"]
)
def test_every_method_scores_every_construct(method: str) -> None:
    model = ss.Model({"a": ["A1", "A2", "A3"], "b": ["B1", "B2", "B3"], "y": ["Y1", "Y2", "Y3"]}, "a, b -> y")
    scores = ss.scores(BASE, model, method)
    assert list(scores.columns) == ["a", "b", "y"]
    assert list(scores.index) == list(BASE.index)
    for name, block in model.constructs.items():
        assert np.corrcoef(scores[name], BASE[list(block.items)].mean(axis=1))[0, 1] > 0.8
    if method == "mean":
        np.testing.assert_allclose(scores["a"], BASE[["A1", "A2", "A3"]].mean(axis=1))
