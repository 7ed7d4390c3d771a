"""No box, coefficient or arrow of a path diagram may cover another, whatever the model."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from smartcity_survey.report.figures.path_layout import Box, Layout, box_width, lay_out, layers_of, point_on

MODELS = {
    "the study": [(f"x{i}", "y") for i in range(6)],
    "one path": [("x", "y")],
    "mediation": [("x", "m"), ("m", "y"), ("x", "y")],
    "chain": [("a", "b"), ("b", "c"), ("c", "d")],
    "two outcomes": [("a", "y"), ("b", "y"), ("a", "z"), ("b", "z")],
    "satisfaction": [
        ("image", "expectation"),
        ("expectation", "quality"),
        ("quality", "value"),
        ("quality", "satisfaction"),
        ("value", "satisfaction"),
        ("image", "satisfaction"),
        ("satisfaction", "loyalty"),
    ],
}


LABEL = (0.74, 0.32)


def layout_of(model: str, nudge: float = 0.0) -> Layout:
    edges = MODELS[model]
    names = list(dict.fromkeys(name for edge in edges for name in edge))
    across = box_width(names, edges, width=7.1, widest=2.2, label=LABEL[0])
    return lay_out(edges, dict.fromkeys(names, (across + nudge, 0.56 + nudge / 2)), 7.1 - nudge, LABEL)


@pytest.mark.parametrize("model", MODELS)
def test_boxes_and_coefficients_keep_apart(model: str) -> None:
    layout = layout_of(model)
    things = [*layout.boxes.items(), *layout.labels.items()]
    assert [(a, b) for (a, one), (b, other) in combinations(things, 2) if one.overlap(other) > 0] == []


@pytest.mark.parametrize("model", MODELS)
def test_everything_is_inside_the_drawing(model: str) -> None:
    layout = layout_of(model)
    for box in [*layout.boxes.values(), *layout.labels.values()]:
        assert box.x - box.width / 2 >= -1e-9
        assert box.x + box.width / 2 <= layout.width + 1e-9
        assert box.y - box.height / 2 >= -1e-9
        assert box.y + box.height / 2 <= layout.height + 1e-9


@pytest.mark.parametrize("model", MODELS)
def test_arrows_run_from_source_to_target_past_other_boxes(model: str) -> None:
    layout = layout_of(model)
    for (source, target), curve in layout.arrows.items():
        path = [point_on(curve, share) for share in np.linspace(0, 1, 101)]
        start, end = layout.boxes[source], layout.boxes[target]
        assert path[0][0] == pytest.approx(start.x + start.width / 2)
        assert path[-1][0] == pytest.approx(end.x - end.width / 2)
        for name, box in layout.boxes.items():
            if name not in (source, target):
                assert not any(box.overlap(Box(x, y, 0.01, 0.01)) for x, y in path), (source, target, name)


def test_arrows_end_apart_in_the_order_of_their_sources() -> None:
    ends = [curve[-1][1] for curve in layout_of("the study").arrows.values()]
    assert np.all(np.diff(ends) < -0.05)


def test_layer_is_the_longest_way() -> None:
    assert layers_of(["x", "m", "y"], MODELS["mediation"]) == {"x": 0, "m": 1, "y": 2}


@pytest.mark.parametrize("model", MODELS)
def test_last_bits_move_no_coefficient(model: str) -> None:
    """Places that are as good as one another cost the same but for rounding."""
    usual = layout_of(model)
    for nudge in (-1e-13, 1e-13, 3e-13):
        other = layout_of(model, nudge)
        assert other.labels.keys() == usual.labels.keys()
        for edge, box in usual.labels.items():
            assert (other.labels[edge].x, other.labels[edge].y) == pytest.approx((box.x, box.y), abs=1e-9)
