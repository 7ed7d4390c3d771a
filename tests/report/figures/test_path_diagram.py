"""The path diagram: names, stars and intervals beside unbroken arrows, items on request, what stays open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from smartcity_survey.report.figures import plot_path_diagram
from smartcity_survey.report.figures.drawing import READABLE, HaloText, contrast
from smartcity_survey.report.figures.path_layout import Box, lay_out, point_on
from smartcity_survey.report.figures.path_texts import note_of
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.wording import LANGUAGES
from tests.report.conftest import MakeSetting

Tables = dict[str, pd.DataFrame]


def texts(figure: Figure) -> set[str]:
    return {text.get_text() for text in figure.findobj(Text) if text.get_text()}


def path_of(tables: Tables, setting: Setting, **more: pd.DataFrame) -> Figure:
    return plot_path_diagram(
        tables["pls_paths"], tables["pls_quality"], tables["pls_loadings"], setting, **more
    )


def test_every_text_of_the_path_diagram_can_be_read(tables: Tables, setting: MakeSetting) -> None:
    negative = tables["pls_paths"].assign(estimate=-0.4, p=0.001)
    for paths in (tables["pls_paths"], negative):
        figure = path_of(tables | {"pls_paths": paths}, setting("en"))
        for text in figure.axes[0].texts:
            for ground in ("#fdf1e7", "#eaf3fa"):
                assert contrast(text.get_color(), ground) >= READABLE, text.get_text()


def test_paths_show_hypothesis_stars_and_level(tables: Tables, setting: MakeSetting) -> None:
    shown = texts(path_of(tables, replace(setting("en"), level=0.9), hypotheses=tables["hypotheses"]))
    assert {"H1  .420***", "H2  −.031"} <= shown
    assert any("90% bootstrap interval" in text and "*** p < .001" in text for text in shown)


def test_coefficients_stand_above_and_below_an_unbroken_arrow(tables: Tables, setting: MakeSetting) -> None:
    figure = path_of(tables, setting("en"))
    haloed = [text for text in figure.axes[0].texts if isinstance(text, HaloText)]
    assert {text.get_text() for text in haloed} == {".420***", "[.32, .52]", "−.031", "[−.13, .07]"}
    assert all(text.get_bbox_patch() is None for text in haloed)
    opaque = [p for p in figure.axes[0].patches if to_rgb(p.get_facecolor()) == (1, 1, 1) and p.get_fill()]
    assert [patch for patch in opaque if patch.get_facecolor()[3] > 0] == []


def test_a_path_that_the_print_leaves_open_shows_its_set(tables: Tables, setting: MakeSetting) -> None:
    states = tables["decisions"][["hypothesis", "method", "state", "reading", "low", "high"]]
    opened = tables["hypotheses"].merge(states, how="left")
    shown = texts(
        path_of(tables, setting("en"), hypotheses=opened, identified_sets=tables["identified_sets"])
    )
    assert {"H1  −.35 to .71", "(.420*** [.32, .52])", "R² .41 to .63", "(.400)"} <= shown
    assert "R² = .400" not in shown
    assert any(text.startswith("left open by the printed tables") for text in shown)
    assert "H2  −.031" in shown, "what is decided keeps its estimate"


@pytest.mark.parametrize("wanted", [True, False])
def test_items_and_their_loadings_are_drawn_on_request(
    tables: Tables, setting: MakeSetting, wanted: bool
) -> None:
    chain = pd.DataFrame(
        [
            {"source": a, "target": b, "estimate": 0.4, "ci_low": 0.3, "ci_high": 0.5, "p": 0.0}
            for a, b in (("trust", "ease"), ("ease", "use"))
        ]
    )
    figure = path_of(tables | {"pls_paths": chain}, replace(setting("en"), path_items=wanted))
    shown = [text.get_text() for text in figure.axes[0].texts]
    assert ({"T1", "T2", "T3", "E1  .85", "E3  .85", "U1", "U3"} <= set(shown)) is wanted
    assert (shown.count(".85") == 6) is wanted
    figure.draw_without_rendering()
    for text in figure.axes[0].texts:
        box = text.get_window_extent()
        assert figure.bbox.x0 <= box.x0
        assert box.x1 <= figure.bbox.x1, text.get_text()


def test_hypotheses_without_an_arrow_are_named_below(tables: Tables, setting: MakeSetting) -> None:
    claims = tables["hypotheses"]
    for language in LANGUAGES:
        there = setting(language)
        assert note_of("path", tables, there) == there.wording["figures.path.note"]
        moderated = claims.assign(moderator=claims["hypothesis"].map({"H2": "city"}))
        told = note_of("path", tables | {"hypotheses": moderated}, there)
        assert told.startswith(there.wording["figures.path.note"])
        assert ": H2 (" in told
        assert (
            note_of("htmt", tables | {"hypotheses": moderated}, there) == there.wording["figures.htmt.note"]
        )


def test_numbers_of_short_steep_arrows_stand_beside_them() -> None:
    """Two layers close together, the sources far apart: an arrow would run through its own numbers."""
    sizes = dict.fromkeys(("quality", "trust", "risk", "use"), (1.4, 1.0))
    edges = [("quality", "use"), ("quality", "risk"), ("trust", "risk"), ("trust", "use"), ("risk", "use")]
    layout = lay_out(edges, sizes, 7.1, (0.8, 0.34))
    for edge in edges:
        box = layout.labels[edge]
        for text in (Box(box.x, box.y + 0.1, 0.5, 0.12), Box(box.x, box.y - 0.1, 0.5, 0.1)):
            through = [
                share
                for share in np.linspace(0, 1, 200)
                if Box(*point_on(layout.arrows[edge], share), 1e-6, 1e-6).overlap(text)
            ]
            assert not through, (edge, box)
        assert all(box.overlap(other) < 1e-9 for other in layout.boxes.values())
