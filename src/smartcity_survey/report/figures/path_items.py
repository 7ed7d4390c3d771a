"""The items of a path diagram with their outer loadings, as PLS-SEM programs draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from smartcity_survey.report.figures.drawing import INK, MUTED, halo
from smartcity_survey.report.figures.path_layout import Box, Edge, Layout, Room, layers_of
from smartcity_survey.report.formats import NumberStyle

ITEM, STEP = (0.56, 0.15), 0.19
"""Inches of an item's box, and from one to the next down a column."""
REACH = 0.62
"""Inches of the arrow from a construct to an item at its side."""
NEAR = 0.7
"""Share of that arrow at which its loading stands."""
ACROSS, GAP = 2, 0.14
"""Items side by side below a construct, and inches of the arrow that leads to them."""


@dataclass(frozen=True, slots=True)
class ItemRoom:
    """Where the items of a diagram stand and what they take.

    Attributes
    ----------
    left, right : inches beside the diagram.
    sides : construct -> `left`, `right` or `below`.
    counts : construct -> number of its items.
    """

    left: float = 0.0
    right: float = 0.0
    sides: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)

    def around(self, sizes: Mapping[str, tuple[float, float]]) -> dict[str, Room]:
        """Room above and below each construct's box of a size."""
        rooms: dict[str, Room] = {}
        for name, side in self.sides.items():
            height = sizes[name][1]
            n = self.counts[name]
            if side == "below":
                rooms[name] = 0.0, GAP + STEP * -(-n // ACROSS)
            else:
                more = max(0.0, n * STEP - height) / 2
                rooms[name] = more, more
        return rooms


def item_room(loadings: pd.DataFrame, edges: Sequence[Edge]) -> ItemRoom:
    """Items stand left of the first constructs, right of the last and below those between."""
    counts = loadings["construct"].value_counts(sort=False)
    layer = layers_of(list(counts.index), edges)
    last = max(layer.values())
    sides = {
        name: "left" if place == 0 else "right" if place == last else "below" for name, place in layer.items()
    }
    beside = ITEM[0] + REACH
    return ItemRoom(
        left=beside if "left" in sides.values() else 0.0,
        right=beside if "right" in sides.values() else 0.0,
        sides=sides,
        counts={str(name): int(n) for name, n in counts.items()},
    )


def draw_items(
    axes: Axes, layout: Layout, loadings: pd.DataFrame, room: ItemRoom, style: NumberStyle
) -> None:
    """An arrow from each construct to each of its items, with the outer loading on it."""
    for name, lines in loadings.groupby("construct", sort=False):
        box, side = layout.boxes[str(name)], room.sides[str(name)]
        written = [
            (str(item), style.fixed(loading, 2, bounded=True))
            for item, loading in lines[["item", "loading"]].itertuples(index=False)
        ]
        if side == "below":
            _list_below(axes, box, written)
            continue
        for (item, loading), (start, end) in zip(written, _places(box, side, len(written)), strict=True):
            _item(axes, item, loading, start, end)


def _list_below(axes: Axes, box: Box, written: Sequence[tuple[str, str]]) -> None:
    """Items of a construct between others: names and loadings in a list, with one arrow to it."""
    foot = box.y - box.height / 2
    axes.add_patch(_arrow((box.x, foot), (box.x, foot - GAP)))
    width = box.width / ACROSS - 0.03
    for place, (item, loading) in enumerate(written):
        row, column = divmod(place, ACROSS)
        x = box.x + (column - (ACROSS - 1) / 2) * box.width / ACROSS
        y = foot - GAP - STEP * (row + 0.5)
        axes.add_patch(_frame((x, y), width))
        axes.text(x, y, f"{item}  {loading}", ha="center", va="center", fontsize=6.4, color=INK, zorder=6)


Place = tuple[float, float]


def _places(box: Box, side: str, n: int) -> list[tuple[Place, Place]]:
    """Where the arrow to each item leaves the construct, and the middle of the item."""
    way = -1 if side == "left" else 1
    edge, column = box.x + way * box.width / 2, box.x + way * (box.width / 2 + REACH + ITEM[0] / 2)
    middle = [(n - 1) / 2 - place for place in range(n)]
    near = min(STEP, 0.8 * box.height / n)
    return [((edge, box.y + near * place), (column, box.y + STEP * place)) for place in middle]


def _item(axes: Axes, item: str, loading: str, start: Place, centre: Place) -> None:
    """An item at the side of its construct, with its loading near the head of its arrow."""
    way = 1 if centre[0] > start[0] else -1
    end = centre[0] - way * ITEM[0] / 2, centre[1]
    axes.add_patch(_arrow(start, end))
    axes.add_patch(_frame(centre, ITEM[0]))
    axes.text(*centre, item, ha="center", va="center", fontsize=6.4, color=INK, zorder=6)
    at = start[0] + NEAR * (end[0] - start[0]), start[1] + NEAR * (end[1] - start[1])
    halo(axes, *at, loading, rim=2.0, ha="center", va="center", fontsize=6.2, color=INK, zorder=5)


def _arrow(start: Place, end: Place) -> FancyArrowPatch:
    style = "-|>,head_length=2.4,head_width=1.3"
    return FancyArrowPatch(
        start, end, arrowstyle=style, linewidth=0.6, color=MUTED, shrinkA=0, shrinkB=0, zorder=3
    )


def _frame(centre: Place, width: float) -> Rectangle:
    corner = centre[0] - width / 2, centre[1] - ITEM[1] / 2
    return Rectangle(corner, width, ITEM[1], facecolor="#fff9db", edgecolor=MUTED, linewidth=0.6, zorder=4)
