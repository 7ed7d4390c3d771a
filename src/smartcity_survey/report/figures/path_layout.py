"""Where boxes, arrows and coefficients of a path diagram go, so that nothing covers anything else.

Layered drawing (Sugiyama, Tagawa & Toda 1981): a construct stands right of all that point to it, an arrow
that skips a layer gets a lane of its own there, and every coefficient the first free place on its arrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from smartcity_survey.stats.core.types import Array

Edge = tuple[str, str]
PLACES = (0.25, 0.75, 0.3, 0.5, 0.7, 0.4, 0.6, 0.22, 0.78, 0.15, 0.85)
"""Shares of the arrow's length tried for its coefficient, best first."""
STEEP = 0.02
"""Cost of a slope of one below a coefficient, beside which a crossed arrow costs its area."""
THROUGH = 10
"""Cost of an arrow's own way through its numbers, beside which another's costs its area."""
BETWEEN = 0.04
"""Inches above and below the middle of a coefficient that are free for its arrow."""
BESIDE = 0.01
"""Cost of a coefficient that stands beside its arrow, not on it, and of each half inch between them."""
SAME = 1e-9
"""Inches, or costs, that are rounding."""
LONGEST_LEVEL = 0.6
"""Share of the room between two layers that the level piece of an arrow may take."""
Room = tuple[float, float]
"""Inches kept free above and below a box."""

NARROWEST = 1.2
"""Inches of a box that still takes a construct's name."""

MARGIN = 0.2
"""Inches between things."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its centre, in inches from the lower left corner."""

    x: float
    y: float
    width: float
    height: float

    def overlap(self, other: Box) -> float:
        """Area shared with another box."""
        across = min(self.x + self.width / 2, other.x + other.width / 2) - max(
            self.x - self.width / 2, other.x - other.width / 2
        )
        up = min(self.y + self.height / 2, other.y + other.height / 2) - max(
            self.y - self.height / 2, other.y - other.height / 2
        )
        return max(across, 0) * max(up, 0)


@dataclass(frozen=True, slots=True)
class Layout:
    """A drawing in inches.

    Attributes
    ----------
    width, height : of the whole drawing.
    boxes : construct -> its box.
    arrows : edge -> (m, 2) control points of cubic Bezier curves joined end to end (m = 3 s + 1).
    labels : edge -> the box of its coefficient.
    """

    width: float
    height: float
    boxes: Mapping[str, Box]
    arrows: Mapping[Edge, Array]
    labels: Mapping[Edge, Box]


def layers_of(names: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Layer of each construct: the longest chain of arrows that leads to it; arrows never run in a circle."""
    layer = dict.fromkeys(names, 0)
    for _ in names:
        for source, target in edges:
            layer[target] = max(layer[target], layer[source] + 1)
    return layer


def box_width(
    names: Sequence[str], edges: Sequence[Edge], width: float, widest: float, label: float
) -> float:
    """Width of the boxes that lets all layers and the coefficients between them fit in `width`."""
    depth = max(layers_of(names, edges).values()) + 1
    return min(widest, max(NARROWEST, (width - (depth - 1) * (label + 2 * MARGIN)) / depth))


def lay_out(
    edges: Sequence[Edge],
    sizes: Mapping[str, tuple[float, float]],
    width: float,
    label: tuple[float, float],
    rooms: Mapping[str, Room] | None = None,
) -> Layout:
    """Place constructs, arrows and coefficients.

    An arrow that is alone on its side of a box runs level there as far as its coefficient is wide, so that
    the estimate can stand above it and the interval below it.

    Parameters
    ----------
    edges : (source, target) pairs.
    sizes : construct -> (width, height) of its box; all have the same width.
    width : of the drawing, more where many layers need it; its height follows.
    label : (width, height) of a coefficient.
    rooms : construct -> room above and below its box, none where it is not named.
    """
    rooms = dict.fromkeys(sizes, (0.0, 0.0)) | dict(rooms or {})
    layer = layers_of(list(sizes), edges)
    lanes = _lanes(list(sizes), edges, layer)
    depth = len(lanes)
    across = next(iter(sizes.values()))[0]
    width = max(width, depth * across + (depth - 1) * (label[0] + 2 * MARGIN))
    step = (width - across) / (depth - 1) if depth > 1 else 0.0
    tall = [
        [sizes[slot][1] + sum(rooms[slot]) if isinstance(slot, str) else label[1] for slot in lane]
        for lane in lanes
    ]
    height = max(sum(heights) + MARGIN * len(heights) for heights in tall)
    centre: dict[Slot, tuple[float, float]] = {}
    for index, (lane, heights) in enumerate(zip(lanes, tall, strict=True)):
        free = (height - sum(heights)) / len(lane)
        top = height
        for slot, own in zip(lane, heights, strict=True):
            above, below = rooms[slot] if isinstance(slot, str) else (0.0, 0.0)
            centre[slot] = across / 2 + index * step, top - (free + own + above - below) / 2
            top -= free + own
    boxes = {name: Box(*centre[name], *size) for name, size in sizes.items()}
    arrows = dict(_arrows(edges, layer, boxes, centre, min(label[0] + 0.1, LONGEST_LEVEL * (step - across))))
    return Layout(width, height, boxes, arrows, _labels(arrows, boxes, label, height))


Slot = str | tuple[str, str, int]
"""A construct, or the lane of an arrow (source, target) in a layer it passes."""


def _lanes(names: Sequence[str], edges: Sequence[Edge], layer: Mapping[str, int]) -> list[list[Slot]]:
    """Slots of each layer from top to bottom, ordered by the mean place of what points to them."""
    depth = max(layer.values()) + 1
    lanes: list[list[Slot]] = [[name for name in names if layer[name] == index] for index in range(depth)]
    feeds: dict[Slot, list[Slot]] = {}
    for source, target in edges:
        before: Slot = source
        for index in range(layer[source] + 1, layer[target]):
            lane: Slot = (source, target, index)
            lanes[index].append(lane)
            feeds.setdefault(lane, []).append(before)
            before = lane
        feeds.setdefault(target, []).append(before)
    for index in range(1, depth):
        place = {
            slot: (position + 0.5) / len(lane) for lane in lanes[:index] for position, slot in enumerate(lane)
        }
        lanes[index].sort(key=lambda slot: np.mean([place[feed] for feed in feeds.get(slot, [])] or [0.5]))
    return lanes


def _arrows(
    edges: Sequence[Edge],
    layer: Mapping[str, int],
    boxes: Mapping[str, Box],
    centre: Mapping[Slot, tuple[float, float]],
    level: float,
) -> Iterator[tuple[Edge, Array]]:
    """Arrows from the right side of the source to the left side of the target, ends spread along the side."""
    lanes = {
        edge: [centre[(*edge, index)] for index in range(layer[edge[0]] + 1, layer[edge[1]])]
        for edge in edges
    }
    after = {edge: (lanes[edge] or [(boxes[edge[1]].x, boxes[edge[1]].y)])[0] for edge in edges}
    before = {edge: (lanes[edge] or [(boxes[edge[0]].x, boxes[edge[0]].y)])[-1] for edge in edges}
    for edge in edges:
        source, target = boxes[edge[0]], boxes[edge[1]]
        leaving = sorted((e for e in edges if e[0] == edge[0]), key=lambda e: -after[e][1])
        arriving = sorted((e for e in edges if e[1] == edge[1]), key=lambda e: -before[e][1])
        start = (source.x + source.width / 2, source.y + _spread(source, leaving.index(edge), len(leaving)))
        end = (target.x - target.width / 2, target.y + _spread(target, arriving.index(edge), len(arriving)))
        first, last = [start], [end]
        if len(leaving) == 1:
            first.append((start[0] + level, start[1]))
        elif len(arriving) == 1:
            last.insert(0, (end[0] - level, end[1]))
        yield edge, _curve([*first, *lanes[edge], *last])


def _spread(box: Box, position: int, n: int) -> float:
    """Offset of one of n arrow ends from the middle of a box's side, the first on top."""
    return box.height * 0.72 * (0.5 - (position + 0.5) / n) if n > 1 else 0.0


def _curve(points: Sequence[tuple[float, float]]) -> Array:
    """Control points of curves through the points, level at each of them."""
    control = [points[0]]
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (x0 + x1) / 2
        control += [(middle, y0), (middle, y1), (x1, y1)]
    return np.array(control)


def point_on(curve: Array, share: float) -> tuple[float, float]:
    """A point along joined cubic curves; each curve counts the same."""
    n = (len(curve) - 1) // 3
    index = min(int(share * n), n - 1)
    t = share * n - index
    weights = np.array([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    x, y = weights @ curve[3 * index : 3 * index + 4]
    return float(x), float(y)


def _slope(curve: Array, share: float) -> float:
    """Size of the rise of joined curves at a place, to the right."""
    (x0, y0), (x1, y1) = point_on(curve, share - 0.01), point_on(curve, share + 0.01)
    return abs(y1 - y0) / max(abs(x1 - x0), 1e-9)


def _through(box: Box, arrow: Sequence[Box]) -> float:
    """Area of an arrow's points in a coefficient, but for those between its two lines of numbers."""
    return sum(box.overlap(point) for point in arrow if abs(point.y - box.y) > BETWEEN + SAME)


def _labels(
    arrows: Mapping[Edge, Array], boxes: Mapping[str, Box], size: tuple[float, float], height: float
) -> dict[Edge, Box]:
    """The place of each coefficient: on its arrow, or above or below a steep one that would cross it."""
    placed: dict[Edge, Box] = {}
    for edge, curve in arrows.items():
        candidates = [Box(*point_on(curve, share), *size) for share in PLACES]
        taken = [*boxes.values(), *placed.values()]
        crossed = [
            Box(*point_on(other, share), 0.02, 0.02)
            for name, other in arrows.items()
            if name != edge
            for share in np.linspace(0.02, 0.98, 40)
        ]
        own = [Box(*point_on(curve, at), 0.02, 0.02) for at in np.linspace(0.02, 0.98, 40)]
        slopes = [_slope(curve, share) for share in PLACES]
        costs = [
            10 * sum(box.overlap(other) for other in taken)
            + sum(box.overlap(other) for other in crossed)
            + THROUGH * _through(box, own)
            + STEEP * min(slope, 2.0)
            for box, slope in zip(candidates, slopes, strict=True)
        ]
        for share, slope in zip(PLACES, slopes, strict=True):
            away = size[1] / 2 + min(slope, 2.0) * size[0] / 2 + 0.03
            for x, y in ((x, y + up) for x, y in [point_on(curve, share)] for up in (away, -away)):
                if size[1] / 2 <= y <= height - size[1] / 2:
                    candidates.append(Box(x, y, *size))
                    costs.append(
                        10 * sum(candidates[-1].overlap(other) for other in taken)
                        + 2 * sum(candidates[-1].overlap(other) for other in [*crossed, *own])
                        + BESIDE * (1 + 2 * away)
                    )
        # Of places as good as one another the first: last bits are others on every processor.
        best = min(costs) + SAME
        placed[edge] = next(box for box, cost in zip(candidates, costs, strict=True) if cost <= best)
    return placed
