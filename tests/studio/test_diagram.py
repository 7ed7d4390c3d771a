"""The path diagram: what explains stands left of what it explains, and no arrow runs behind a box."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from smartcity_survey.studio.diagram import HEIGHT, WIDTH, diagram

LABELS = {"c": "Use", "a": "Trust & <safety>", "b": "Usefulness"}


def boxes(svg: str) -> dict[str, tuple[float, float]]:
    found = re.findall(r"<title>([^<]*)</title><rect x=\"([-\d.]+)\" y=\"([-\d.]+)\"", svg)
    return {label: (float(x), float(y)) for label, x, y in found}


def lefts(svg: str) -> dict[str, float]:
    return {label: x for label, (x, _) in boxes(svg).items()}


def points(svg: str) -> list[tuple[float, float]]:
    """Points along all arrows."""
    found = []
    for curve in re.findall(r'class="arrow" d="([^"]*)"', svg):
        ax, ay, bx, by, cx, cy = map(float, re.findall(r"-?[\d.]+", curve))
        for share in (step / 100 for step in range(101)):
            p, q, r = (1 - share) ** 2, 2 * share * (1 - share), share**2
            found.append((p * ax + q * bx + r * cx, p * ay + q * by + r * cy))
    return found


def test_columns_follow_the_longest_way():
    found = lefts(diagram(LABELS, [("a", "b"), ("b", "c"), ("a", "c")], {("a", "b"): "H1"}, "t"))
    assert found["Trust &amp; &lt;safety&gt;"] < found["Usefulness"] < found["Use"]


def test_it_is_an_svg_with_a_name_an_arrow_for_each_path_and_what_is_claimed():
    svg = diagram(LABELS, [("a", "c"), ("b", "c")], {("a", "c"): "H1", ("b", "c"): ""}, 'of "three"')
    root = ElementTree.fromstring(svg)
    assert root.attrib["aria-label"] == 'of "three"'
    assert len(root.findall("path")) == 2
    assert [text.text for text in root.findall("text")] == ["H1"]


def test_a_model_without_paths_is_drawn():
    assert len(set(lefts(diagram(LABELS, [], {}, "t")).values())) == 1


MODELS = {
    "a circle of two": [("a", "b"), ("b", "a")],
    "a circle of three": [("a", "b"), ("b", "c"), ("c", "a")],
    "over a column": [("a", "b"), ("b", "c"), ("a", "c")],
    "two circles": [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b"), ("a", "c")],
}


@pytest.mark.parametrize("paths", MODELS.values(), ids=MODELS)
def test_no_arrow_runs_behind_a_box_or_out_of_the_picture(paths):
    svg = diagram(LABELS, paths, {}, "t")
    assert svg.count('class="arrow"') == len(paths)
    left, top, width, height = map(float, re.search(r'viewBox="([^"]*)"', svg)[1].split())
    for x, y in points(svg):
        assert left < x < left + width
        assert top < y < top + height
        for x0, y0 in boxes(svg).values():
            assert not (x0 < x < x0 + WIDTH and y0 < y < y0 + HEIGHT)
