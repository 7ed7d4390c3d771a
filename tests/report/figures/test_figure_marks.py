"""What figures say: readable on every ground, of which data, which items and signs, and what is left open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from smartcity_survey.report.figures import (
    plot_bootstrap_distributions,
    plot_bounds,
    plot_coefficients,
    plot_htmt,
    plot_importance_performance,
    plot_item_correlations,
    plot_items,
    plot_loadings,
    plot_ridge,
    plot_scree,
)
from smartcity_survey.report.figures.bootstrap import claim_names
from smartcity_survey.report.figures.drawing import (
    INK,
    MUTED,
    PAPER,
    READABLE,
    RUST,
    SEQUENTIAL,
    contrast,
    text_on,
)
from smartcity_survey.report.figures.respondents import before_middle
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.config import Language
from tests.report.conftest import MakeSetting

Tables = dict[str, pd.DataFrame]


def texts(figure: Figure) -> set[str]:
    return {text.get_text() for text in figure.findobj(Text) if text.get_text()}


# Contrast


@pytest.mark.parametrize("shade", np.linspace(0, 1, 101))
def test_text_on_any_shade_is_readable(shade: float) -> None:
    ground = SEQUENTIAL(shade)
    assert contrast(text_on(ground), ground) >= READABLE


def test_contrast_is_that_of_the_guidelines() -> None:
    """Values that the W3C gives for black, white and #777777 on white (4.48: just too little)."""
    assert contrast("black", "white") == pytest.approx(21)
    assert contrast("#777777", "white") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("ground", ["white", "#fdf1e7", "#eaf3fa", PAPER])
@pytest.mark.parametrize("text", [INK, MUTED, RUST])
def test_text_colours_are_readable_on_the_figures_grounds(text: str, ground: str) -> None:
    assert contrast(text, ground) >= READABLE


def test_every_number_of_the_loadings_can_be_read(setting: MakeSetting) -> None:
    values = np.linspace(-1, 1, 201).reshape(-1, 3)
    frame = pd.DataFrame(values, columns=["component_1", "component_2", "component_3"])
    frame.insert(0, "item", [f"Q{number}" for number in range(len(frame))])
    figure = plot_loadings(frame, setting("en"))
    axes = figure.axes[0]
    mesh = next(one for one in axes.collections if isinstance(one, QuadMesh))
    figure.draw_without_rendering()  # the mesh takes its colours then
    grounds = np.asarray(mesh.get_facecolor()).reshape(len(frame), 3, 4)
    checked = 0
    for text in axes.texts:
        x, y = text.get_position()
        ground = tuple(grounds[int(y), int(x)])
        assert contrast(text.get_color(), ground) >= READABLE, text.get_text()
        checked += 1
    assert checked == 201


def test_every_number_of_the_ratios_can_be_read(setting: MakeSetting) -> None:
    values = np.linspace(0.3, 1, 10)
    htmt = np.eye(5)
    htmt[np.tril_indices(5, -1)] = values
    names = [f"c{number}" for number in range(5)]
    frame = pd.DataFrame(htmt, columns=names)
    frame.insert(0, "construct", names)
    axes = plot_htmt(frame, setting("en")).axes[0]
    cells = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert len(cells) == len(axes.texts) == 10
    for cell, text in zip(cells, axes.texts, strict=True):
        assert contrast(text.get_color(), to_rgb(cell.get_facecolor())) >= READABLE, text.get_text()


# What stands in them


def test_loadings_stand_by_component_and_items_left_out_are_marked(
    tables: Tables, setting: MakeSetting
) -> None:
    mixed = tables["rotated_loadings"].iloc[[4, 8, 0, 3, 1, 7, 2, 6, 5]]
    axes = plot_loadings(mixed, setting("en"), item_retention=tables["item_retention"]).axes[0]
    labels = axes.get_yticklabels()
    codes = [label.get_text().split("   ")[-1] for label in labels]
    assert codes == ["T1", "T2", "T3", "E1", "E2", "E3", "U1", "U2", "U3 †"]
    assert [label.get_color() == RUST for label in labels] == [False] * 8 + [True]
    assert "† left out of the scales" in {text.get_text() for text in axes.texts}


@pytest.mark.parametrize(("value", "said"), [(0.5, ["no pair"]), (0.87, [".85"]), (0.95, [".90"])])
def test_only_frames_that_occur_are_explained(
    tables: Tables, setting: MakeSetting, value: float, said: list[str]
) -> None:
    axes = plot_htmt(tables["htmt"].replace({0.5: value, 0.7: 0.6}), setting("en")).axes[0]
    legend = axes.get_legend()
    assert legend is not None
    written = [text.get_text() for text in legend.get_texts()]
    assert len(written) == 1
    assert all(part in written[0] for part in said)


def test_scree_names_the_quantile_and_its_numbers_keep_off_the_lines(setting: MakeSetting) -> None:
    eigenvalues = pd.DataFrame(
        {
            "component": range(1, 13),
            "eigenvalue": [28, 3.7, 2.9, 2.2, 1.26, 1.13, 1.03, *np.linspace(0.65, 0.3, 5)],
            "parallel_mean": np.linspace(1.57, 1.2, 12),
            "parallel_quantile": np.linspace(1.63, 1.23, 12),
        }
    )
    figure = plot_scree(eigenvalues, replace(setting("en"), parallel_quantile=0.99))
    assert "random data, 99% quantile" in texts(figure)
    figure.draw_without_rendering()
    near = figure.axes[1]
    assert [text.get_text() for text in near.texts] == [
        "3.70",
        "2.90",
        "2.20",
        "1.26",
        "1.13",
        "1.03",
        "0.65",
    ]
    for text in near.texts:
        box = text.get_window_extent()
        for line in near.lines:
            path = near.transData.transform(np.column_stack([line.get_xdata(), line.get_ydata()]))
            if len(path) == 2:
                path = path.copy()
                path[:, 1] = near.transData.transform((0, 1.0))[1]
                path[:, 0] = near.bbox.x0, near.bbox.x1
            x = np.linspace(box.x0, box.x1, 20)
            y = np.interp(x, path[:, 0], path[:, 1])
            assert not ((box.y0 < y) & (y < box.y1)).any(), text.get_text()


def test_no_marker_of_the_scree_plot_is_cut_by_an_axis(tables: Tables, setting: MakeSetting) -> None:
    figure = plot_scree(tables["eigenvalues"], setting("en"))
    low, high = figure.axes[0].get_ylim()
    assert low < tables["eigenvalues"]["eigenvalue"].min() < high


def test_performance_is_shown_on_its_whole_scale_and_the_enlargement_says_so(
    tables: Tables, setting: MakeSetting
) -> None:
    figure = plot_importance_performance(tables["ipma"], setting("en"))
    whole, near = figure.axes
    assert whole.get_ylim() == (0, 100)
    assert "63 to 73 only" in near.get_title(loc="right")
    figure.draw_without_rendering()
    for text, (x, y) in zip(
        near.texts, tables["ipma"][["importance", "performance"]].to_numpy(), strict=True
    ):
        box = text.get_window_extent()
        at = near.transData.transform((x, y))
        away = np.hypot(max(box.x0 - at[0], 0, at[0] - box.x1), max(box.y0 - at[1], 0, at[1] - box.y1))
        assert away < 0.2 * figure.dpi, "a label stands at its point"


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_of_the_map_do_not_meet(tables: Tables, setting: MakeSetting, language: Language) -> None:
    """However long the outcome's name: in Russian the one ran into the other."""
    there = setting(language)
    long = replace(
        there, labels=replace(there.labels, constructs=dict(there.labels.constructs, use="Ю" * 30))
    )
    figure = plot_importance_performance(tables["ipma"], long)
    figure.draw_without_rendering()
    boxes = []
    for axes in figure.axes:
        title = next(t for t in (axes.title, axes._left_title, axes._right_title) if t.get_text())  # type: ignore[attr-defined]
        box = title.get_window_extent()
        line = (box.y1 - box.y0) / (title.get_text().count("\n") + 1)
        blank = line * (len(title.get_text()) - len(title.get_text().rstrip("\n")))
        boxes.append((box.x0, box.y0 + blank, box.x1, box.y1))
    (x0, y0, x1, y1), (u0, v0, u1, v1) = boxes
    assert min(x1, u1) <= max(x0, u0) or min(y1, v1) <= max(y0, v0)


def test_scale_of_the_ridge_trace_is_at_the_left_and_fits(tables: Tables, setting: MakeSetting) -> None:
    figure = plot_ridge(tables["ridge_trace"], setting("ru"))
    figure.draw_without_rendering()
    for axes in figure.axes:
        assert axes.yaxis.get_ticks_position() == "left"
        title, panel = axes.yaxis.label.get_window_extent(), axes.get_window_extent()
        assert title.height <= panel.height + 1


def test_every_mark_of_the_bounds_is_explained(tables: Tables, setting: MakeSetting) -> None:
    figure = plot_bounds(
        tables["identified_sets"], tables["witness_paths"], tables["hypotheses"], setting("en")
    )
    written = {text.get_text() for text in figure.legends[0].get_texts()} - {""}
    assert written == {
        "Coefficient as printed",
        "Regression (OLS), recomputed from the printed tables, with its 95% interval",
        "Whole surveys with all printed numbers, or all but a few (2)",
        "Set: any fit",
        "Set: with the fit that the study claims",
        "Set: the model fits as a true one does",
        "PLS-SEM",
        "CFA-based SEM",
    }
    diamonds = [
        (c.get_label(), np.asarray(c.get_offsets())[0, 0])
        for c in figure.axes[0].collections
        if c.get_label().startswith(("Coefficient", "Regression"))
    ]
    assert diamonds == [
        ("Coefficient as printed", -0.105),
        ("Regression (OLS), recomputed from the printed tables, with its 95% interval", 0.42),
    ]


def test_ticks_are_written_with_all_their_decimals(tables: Tables, setting: MakeSetting) -> None:
    figure = plot_bounds(
        tables["identified_sets"], tables["witness_paths"], tables["hypotheses"], setting("kk")
    )
    figure.draw_without_rendering()
    axis = figure.axes[0].xaxis
    written = [tick.get_text() for tick in axis.get_ticklabels()]
    values = [float(text.replace("−", "-").replace(",", ".")) for text in written]
    np.testing.assert_allclose(values, axis.get_ticklocs())
    assert len({len(text.partition(",")[2]) for text in written}) == 1


def test_printed_signs_that_are_reversed_are_named(tables: Tables, setting: MakeSetting) -> None:
    hypotheses = tables["hypotheses"]
    figure = plot_coefficients(hypotheses, replace(setting("en"), regression_level=0.9))
    named = [text for text in figure.axes[0].texts if text.get_text() == "printed with the opposite sign"]
    assert [text.get_position()[0] for text in named] == [-0.105]
    assert figure.axes[0].get_xlabel() == "Standardised coefficient with its 90% / 95% interval"
    same = hypotheses.assign(estimate=hypotheses["estimate"].abs())
    assert "printed with the opposite sign" not in texts(plot_coefficients(same, setting("en")))


def test_methods_that_the_print_leaves_open_have_no_entry(tables: Tables, setting: MakeSetting) -> None:
    opened = tables["hypotheses"].assign(
        state=np.where(tables["hypotheses"]["method"] == "pls", "open", "printed")
    )
    written = {text.get_text() for text in plot_coefficients(opened, setting("en")).legends[0].get_texts()}
    assert "PLS-SEM" not in written
    assert "OLS regression" in written


def test_methods_that_the_print_decides_without_a_number_have_no_entry(
    tables: Tables, setting: MakeSetting
) -> None:
    decided = tables["hypotheses"].assign(state="printed")
    own = decided["method"] == "pls"
    decided.loc[own, ["estimate", "ci_low", "ci_high", "p"]] = np.nan
    decided.loc[own, "state"] = "decided"
    written = {text.get_text() for text in plot_coefficients(decided, setting("en")).legends[0].get_texts()}
    assert "PLS-SEM" not in written
    assert "OLS regression" in written


def test_bars_may_start_from_the_middle_of_the_scale(tables: Tables, setting: MakeSetting) -> None:
    frequencies = tables["item_frequencies"]
    axes = plot_items(frequencies, replace(setting("en"), diverging_items=True)).axes[0]
    own = frequencies.loc[frequencies["item"] == "T1", "percent"].tolist()
    first = min(axes.patches[: len(own)], key=lambda bar: bar.get_x())
    assert first.get_x() == pytest.approx(-sum(own[:2]))
    assert axes.get_xlim()[0] < 0
    plain = plot_items(frequencies, setting("en")).axes[0]
    assert min(bar.get_x() for bar in plain.patches) == 0
    assert before_middle([10, 20, 40, 20, 10]) == 50


def test_correlations_of_items_are_the_samples_own(tables: Tables, setting: MakeSetting) -> None:
    figure = plot_item_correlations(
        tables["reproduced_correlations"], tables["residual_correlations"], setting("en")
    )
    written = [text.get_text() for text in figure.axes[0].texts]
    assert written.count(".70") == 3, "within a construct"
    assert written.count(".28") == 3, "between two"
    assert {"Trust", "Ease\nof\nuse", "Use"} <= texts(figure)


def test_bootstrap_distributions_show_counts_estimate_and_interval(
    tables: Tables, setting: MakeSetting
) -> None:
    distributions, paths = tables["pls_bootstrap_distributions"], tables["pls_paths"]
    figure = plot_bootstrap_distributions(
        distributions, paths, setting("en"), hypotheses=tables["hypotheses"]
    )
    own = distributions[distributions["source"] == "trust"]
    bars = figure.axes[0].patches
    assert sorted(bar.get_height() for bar in bars) == sorted(own["n_draws"])
    assert [line.get_xdata()[0] for line in figure.axes[0].lines] == [0.42, 0]
    assert figure.axes[0].get_title(loc="left") == "H1 Trust → Use"
    assert "within the 95% interval" in texts(figure)


def test_a_path_has_the_name_of_its_own_hypothesis_alone(tables: dict[str, pd.DataFrame]) -> None:
    """An interaction, a way through others and a difference of groups with the same ends are not the path."""
    own = tables["hypotheses"].query("hypothesis == 'H1'")
    kinds = {"via": "ease", "moderator": "ease", "groups": "city"}
    others = [
        own.assign(hypothesis=f"H{n}", **dict.fromkeys(kinds, np.nan)).assign(**{kind: value})
        for n, (kind, value) in enumerate(kinds.items(), start=7)
    ]
    claims = pd.concat([own.assign(**dict.fromkeys(kinds, np.nan)), *others])
    assert claim_names(claims) == {("trust", "use"): "H1"}
    assert claim_names(own) == {("trust", "use"): "H1"}
