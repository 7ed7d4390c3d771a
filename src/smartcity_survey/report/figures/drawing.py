"""What all figures share: style, colours that everybody can tell apart, files that never change by chance."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import matplotlib
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from smartcity_survey.io import write_bytes
from smartcity_survey.report.fonts import register_fonts
from smartcity_survey.report.formats import NumberStyle

STYLE = Path(__file__).parents[1] / "style.mplstyle"
WIDTH = 7.2
"""Inches: a text column of the report."""

# Okabe and Ito's palette, darkened where it carries text.
BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#AA4499", "#E69F00", "#56B4E9"
INK, MUTED, FAINT, PAPER = "#1f2933", "#616e7c", "#e4e7eb", "#f5f7fa"
LINES = ((BLUE, "o"), (VERMILION, "s"), (GREEN, "^"), (PURPLE, "D"), (ORANGE, "v"), (SKY, "P"), (INK, "X"))
"""Colour and marker of several things in one panel."""

DIVERGING = LinearSegmentedColormap.from_list(
    "survey_diverging", ["#b35900", "#f6d9b8", "#ffffff", "#bcd9ee", "#00558c"]
)
SEQUENTIAL = LinearSegmentedColormap.from_list(
    "survey_sequential", ["#f5f9fc", "#bcd9ee", "#4f9ccf", "#00558c"]
)

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def _style() -> Iterator[None]:
    register_fonts()
    with matplotlib.style.context(str(STYLE), after_reset=True):
        yield


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Run a drawing function under the report's style and nobody else's settings."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        with _style():
            return draw(*args, **kwargs)

    return drawn


@styled
def save(figure: Figure, stem: str | Path) -> tuple[Path, Path]:
    """Write `<stem>.svg` and `<stem>.png`; the same figure gives the same bytes at any time and place."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")  # both files share one layout
    stem = Path(stem)
    paths = stem.with_name(f"{stem.name}.svg"), stem.with_name(f"{stem.name}.png")
    blank: dict[str, dict[str, str | None]] = {
        ".svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
        ".png": {"Software": None},
    }
    for path in paths:
        content = io.BytesIO()
        figure.savefig(content, format=path.suffix[1:], metadata=blank[path.suffix])
        write_bytes(content.getvalue(), path)
    return paths


def number_axis(
    axes: Axes, which: str, style: NumberStyle, decimals: int | None = None, bins: int = 6
) -> None:
    """Tick labels of axis `x` or `y` in the number style; no `decimals`: as many as the ticks need."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(bins, steps=[1, 2, 2.5, 5, 10]))

    def label(value: float, _position: int | None = None) -> str:
        return style.compact(round(value, 10)) if decimals is None else style.fixed(value, decimals)

    axis.set_major_formatter(FuncFormatter(label))


def rows_down(
    axes: Axes, positions: Iterable[float], names: Sequence[str], end: float, start: float, style: NumberStyle
) -> None:
    """Named rows from `start` at the top to `end`, coefficients along x with a line at zero."""
    axes.axvline(0, color=MUTED, linewidth=0.9, zorder=1)
    axes.set_yticks(list(positions), names)
    axes.tick_params(axis="y", length=0, labelsize=8.5, labelcolor=INK)
    axes.set_ylim(end, start)
    axes.spines["left"].set_visible(False)
    number_axis(axes, "x", style, 1, bins=8)


def text_on(color: str | tuple[float, float, float, float]) -> str:
    """Dark or white text, whichever reads better on a colour (WCAG relative luminance)."""
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    luminance = 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    return "white" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.0685 else INK
