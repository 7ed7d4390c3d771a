"""The path diagram: what explains stands left of what it explains."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from smartcity_survey.studio.diagram import diagram

LABELS = {"c": "Use", "a": "Trust & <safety>", "b": "Usefulness"}


def lefts(svg: str) -> dict[str, float]:
    found = re.findall(r"<title>([^<]*)</title><rect x=\"([\d.]+)\"", svg)
    return {label: float(x) for label, x in found}


def test_columns_follow_the_longest_way():
    found = lefts(diagram(LABELS, [("a", "b"), ("b", "c"), ("a", "c")], {("a", "b"): "H1"}, "t"))
    assert found["Trust &amp; &lt;safety&gt;"] < found["Usefulness"] < found["Use"]


def test_it_is_an_svg_with_a_name_an_arrow_for_each_path_and_what_is_claimed():
    svg = diagram(LABELS, [("a", "c"), ("b", "c")], {("a", "c"): "H1"}, 'of "three"')
    root = ElementTree.fromstring(svg)
    assert root.attrib["aria-label"] == 'of "three"'
    assert len(root.findall("line")) == 2
    assert [text.text for text in root.findall("text")] == ["H1"]


def test_a_loop_and_a_model_without_paths_are_drawn():
    assert lefts(diagram(LABELS, [("a", "b"), ("b", "a")], {}, "t")).keys()
    assert len(set(lefts(diagram(LABELS, [], {}, "t")).values())) == 1
