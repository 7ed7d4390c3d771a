"""What all figures share: style, colours that everybody can tell apart, files that never change by chance."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib
import matplotlib.style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patheffects import Stroke
from matplotlib.text import Text
from matplotlib.ticker import Formatter, MaxNLocator
from matplotlib.transforms import Bbox

from smartcity_survey.io import write_bytes
from smartcity_survey.report.figures.files import MARK, files_of
from smartcity_survey.report.figures.long_labels import for_figures
from smartcity_survey.report.fonts import register_fonts
from smartcity_survey.report.formats import NumberStyle

STYLE = Path(__file__).parents[1] / "style.mplstyle"
WIDTH = 7.2
"""Inches: a text column of the report."""

# Okabe and Ito's palette, darkened where it carries text.
BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#AA4499", "#E69F00", "#56B4E9"
RUST = "#9c4300"
"""Vermilion that can be read as text on white and on the paler grounds."""
INK, MUTED, FAINT, PAPER = "#1f2933", "#616e7c", "#e4e7eb", "#f5f7fa"
LINES = ((BLUE, "o"), (VERMILION, "s"), (GREEN, "^"), (PURPLE, "D"), (ORANGE, "v"), (SKY, "P"), (INK, "X"))
"""Colour and marker of several things in one panel."""

DIVERGING = LinearSegmentedColormap.from_list(
    "survey_diverging", ["#b35900", "#f6d9b8", "#ffffff", "#bcd9ee", "#00558c"]
)
SEQUENTIAL = LinearSegmentedColormap.from_list(
    "survey_sequential", ["#f5f9fc", "#bcd9ee", "#4f9ccf", "#00558c"]
)

READABLE = 4.5
"""Contrast that text needs with its ground (WCAG 2.2, level AA)."""
SUFFIXES = (".svg", ".png", ".pdf")
"""Files of each figure."""
FOOT = 0.22
"""Inches below a figure for the line that says what it is drawn from."""
_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


P = ParamSpec("P")
R = TypeVar("R")
Color = str | tuple[float, float, float] | tuple[float, float, float, float]


@contextmanager
def _style() -> Iterator[None]:
    register_fonts()
    with matplotlib.style.context(str(STYLE), after_reset=True):
        yield


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Run a drawing function under the report's style, its labels no longer than it has room for."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        with _style():
            return draw(*map(for_figures, args), **kwargs)

    return drawn


@styled
def save(figure: Figure, stem: str | Path, foot: str = "") -> tuple[Path, ...]:
    """Write `<stem>.svg`, `.png` and `.pdf`; the same figure gives the same bytes at any time and place.

    Text stays text in svg and pdf. `foot` stands in small type below the figure: what its numbers are of.
    """
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine(None)  # with any, also "none", it would be drawn twice
        _fasten_legends(figure)
    width, height = figure.get_size_inches()
    page = Bbox.from_extents(0, -FOOT if foot else 0, width, height)
    if foot:
        figure.text(0.06 / width, -0.6 * FOOT / height, foot, fontsize=7, color=MUTED, va="center")
    drawn = io.BytesIO()
    figure.savefig(drawn, format="svg", bbox_inches=page, metadata=_METADATA)
    stem, paths = Path(stem), []
    for suffix, content in files_of(drawn.getvalue()):
        paths.append(stem.with_name(f"{stem.name}{suffix}"))
        write_bytes(content, paths[-1])
    return tuple(paths)


def _fasten_legends(figure: Figure) -> None:
    """Legends outside the panels stay where the layout put them, though a foot makes the page longer."""
    for legend in figure.legends:
        box = legend.get_window_extent().transformed(figure.transFigure.inverted())
        legend.set_loc("lower left")
        legend.borderaxespad = 0
        legend.set_bbox_to_anchor((box.x0, box.y0), figure.transFigure)


def telling(artist: Artist, words: str) -> Artist:
    """A part of a figure that tells its numbers in the svg to whoever points at it; parts may share words."""
    artist.set_gid(MARK + words.encode("utf-8").hex())
    return artist


class HaloText(Text):
    """Text with a rim in the colour of the ground, so that lines below it do not cross its letters.

    The rim is drawn as an outline and the text as text, which stays searchable in svg and pdf.
    """

    def __init__(self, *args: Any, rim: float = 2.4, ground: str = "white", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rim = Stroke(linewidth=rim, foreground=ground, joinstyle="round")

    def draw(self, renderer: Any) -> None:
        """Rim first, then the letters."""
        self.set_path_effects([self._rim])
        super().draw(renderer)
        self.set_path_effects([])
        super().draw(renderer)


def halo(axes: Axes, x: float, y: float, text: str, **style: Any) -> HaloText:
    """Text in data coordinates with a rim around its letters."""
    artist = HaloText(x, y, text, **style)
    artist.set_transform(style.get("transform", axes.transData))
    axes.add_artist(artist)
    artist.set_clip_on(False)
    artist.set_in_layout(False)
    return artist


class _Plain(Formatter):
    """Tick labels in a number style, all with as many decimals as the one that needs most."""

    def __init__(self, style: NumberStyle, decimals: int | None) -> None:
        self._style, self._decimals, self._needed = style, decimals, 0

    def set_locs(self, locs: Any) -> None:
        """Note how many decimals these places need."""
        super().set_locs(locs)
        written = [f"{abs(round(float(place), 10)):.10f}".rstrip("0").partition(".")[2] for place in locs]
        self._needed = max(map(len, written), default=0)

    def __call__(self, value: float, pos: int | None = None) -> str:
        decimals = self._needed if self._decimals is None else self._decimals
        return self._style.fixed(round(value, 10), decimals)


def number_axis(
    axes: Axes, which: str, style: NumberStyle, decimals: int | None = None, bins: int = 6
) -> None:
    """Tick labels of axis `x` or `y` in the number style; no `decimals`: as many as the ticks need."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(bins, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(_Plain(style, decimals))


def rows_down(
    axes: Axes, positions: Iterable[float], names: Sequence[str], end: float, start: float, style: NumberStyle
) -> None:
    """Named rows from `start` at the top to `end`, coefficients along x with a line at zero."""
    axes.axvline(0, color=MUTED, linewidth=0.9, zorder=1)
    axes.set_yticks(list(positions), names)
    axes.tick_params(axis="y", length=0, labelsize=8.5, labelcolor=INK)
    axes.set_ylim(end, start)
    axes.spines["left"].set_visible(False)
    number_axis(axes, "x", style, bins=8)


def contrast(one: Color, other: Color) -> float:
    """Ratio of the relative luminances of two colours, from 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def text_on(color: Color) -> str:
    """White or ink, whichever reads better on a colour; black or white where neither is `READABLE`."""
    best = max(("white", INK), key=lambda text: contrast(text, color))
    return (
        best
        if contrast(best, color) >= READABLE
        else max(("white", "black"), key=lambda t: contrast(t, color))
    )


def _luminance(color: Color) -> float:
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
