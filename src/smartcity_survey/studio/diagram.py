"""The path diagram of a model as an svg: what explains stands left of what it explains."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 150, 46
ACROSS, DOWN = 230, 70
_LETTERS = 20
_ROOM = 5
"""Between a box and an arrow that passes it."""
_SAMPLED = 40
"""Points of an arrow at which it is looked for boxes."""
_BENDS = (0.0, *(sign * 35.0 * step for step in range(1, 40) for sign in (1, -1)))

Point = tuple[float, float]
Way = tuple[Point, Point, Point]
"""Start, middle and end of a quadratic curve."""


def diagram(
    labels: Mapping[str, str],
    paths: Sequence[tuple[str, str]],
    claims: Mapping[tuple[str, str], str],
    title: str,
) -> str:
    """Boxes in columns by their longest way from the left, an arrow for each path.

    An arrow that would run behind a box is bent around it. Of paths that run in a circle one leads back.

    Parameters
    ----------
    labels : construct -> its label. claims : path -> what stands at its arrow. title : for who cannot see it.
    """
    columns = _columns(list(labels), paths)
    tallest = max((len(column) for column in columns), default=1)
    places: dict[str, Point] = {}
    for across, column in enumerate(columns):
        top = (tallest - len(column)) * DOWN / 2
        for down, name in enumerate(column):
            places[name] = (across * ACROSS, top + down * DOWN)
    ways = {(a, b): _way(a, b, places) for a, b in paths if {a, b} <= {*places} and a != b}
    corners = [(x + dx, y + dy) for x, y in places.values() for dx, dy in ((0, 0), (WIDTH, HEIGHT))]
    points = [*corners, *(point for way in ways.values() for point in _points(way))] or [(0.0, 0.0)]
    left, top = min(x for x, _ in points) - 10, min(y for _, y in points) - 14
    width, height = max(x for x, _ in points) + 10 - left, max(y for _, y in points) + 18 - top
    arrows = "".join(map(_arrow, ways.values()))
    names = "".join(_claim(way, claims[path]) for path, way in ways.items() if claims.get(path))
    boxes = "".join(_box(*places[name], label) for name, label in labels.items())
    return (
        f'<svg class="diagram" role="img" aria-label="{escape(title, {chr(34): "&quot;"})}" '
        f'viewBox="{left:g} {top:g} {width:g} {height:g}" '
        f'style="max-width: {width:g}px; min-width: {0.7 * width:g}px">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>'
        f"{arrows}{names}{boxes}</svg>"
    )


def _columns(names: Sequence[str], paths: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Constructs by the longest way that leads to them, without the paths that close a circle."""
    onward: list[tuple[str, str]] = []
    for source, target in paths:
        if {source, target} <= {*names} and source not in _reached(target, onward):
            onward.append((source, target))
    depth = dict.fromkeys(names, 0)
    for _ in names:
        for source, target in onward:
            depth[target] = max(depth[target], depth[source] + 1)
    used = sorted(set(depth.values()))
    return [[name for name in names if depth[name] == level] for level in used]


def _reached(start: str, paths: Iterable[tuple[str, str]]) -> set[str]:
    """What paths lead to from a construct, and itself."""
    found, waiting = set[str](), [start]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [target for source, target in paths if source == name]
    return found


def _box(x: float, y: float, label: str) -> str:
    lines = textwrap.wrap(label, _LETTERS)[:3] or [""]
    if len(" ".join(lines)) < len(label.strip()):
        lines[-1] = f"{lines[-1][: _LETTERS - 1]}…"
    first = y + HEIGHT / 2 - 7 * (len(lines) - 1) + 4
    words = "".join(
        f'<text x="{x + WIDTH / 2:g}" y="{first + 14 * place:g}">{escape(line)}</text>'
        for place, line in enumerate(lines)
    )
    box = f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
    return f"<g><title>{escape(label)}</title>{box}{words}</g>"


def _way(source: str, target: str, places: Mapping[str, Point]) -> Way:
    """Start, middle and end of the least bent arrow between two boxes that runs behind none."""
    (x0, y0), (x1, y1) = places[source], places[target]
    if x1 > x0:
        start, end = (x0 + WIDTH, y0 + HEIGHT / 2), (x1 - 2, y1 + HEIGHT / 2)
    else:  # back: from below to below
        start, end = (x0 + WIDTH / 2, y0 + HEIGHT), (x1 + WIDTH / 2, y1 + HEIGHT + 2)
    bends = _BENDS if x1 > x0 else [bend for bend in _BENDS if bend >= HEIGHT]
    ways = ((start, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + bend), end) for bend in bends)
    first = next(ways)
    rooms = [(*place, 0 if name in (source, target) else _ROOM) for name, place in places.items()]
    return next((way for way in (first, *ways) if not _is_behind(way, rooms)), first)


def _is_behind(way: Way, boxes: Iterable[tuple[float, float, float]]) -> bool:
    """Whether an arrow runs behind one of the boxes: left, top, and the room around it."""
    return any(
        left - room < x < left + WIDTH + room and top - room < y < top + HEIGHT + room
        for x, y in _points(way)
        for left, top, room in boxes
    )


def _points(way: Way) -> list[Point]:
    return [_at(way, step / _SAMPLED) for step in range(_SAMPLED + 1)]


def _at(way: Way, share: float) -> Point:
    """A point of a quadratic curve."""
    (ax, ay), (bx, by), (cx, cy) = way
    p, q, r = (1 - share) ** 2, 2 * share * (1 - share), share**2
    return p * ax + q * bx + r * cx, p * ay + q * by + r * cy


def _arrow(way: Way) -> str:
    (ax, ay), (bx, by), (cx, cy) = way
    return f'<path class="arrow" d="M{ax:g} {ay:g} Q{bx:g} {by:g} {cx:g} {cy:g}" marker-end="url(#tip)"/>'


def _claim(way: Way, claim: str) -> str:
    """What is claimed, beside an arrow: above one that leads on, below one that leads back."""
    x, y = _at(way, 0.35)
    return f'<text class="claim" x="{x:g}" y="{y + (-4 if way[0] < way[2] else 14):g}">{escape(claim)}</text>'
