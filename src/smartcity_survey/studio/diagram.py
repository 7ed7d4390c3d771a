"""The path diagram of a model as an svg: what explains stands left of what it explains."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 150, 46
ACROSS, DOWN = 230, 70
_LETTERS = 20


def diagram(
    labels: Mapping[str, str],
    paths: Sequence[tuple[str, str]],
    claims: Mapping[tuple[str, str], str],
    title: str,
) -> str:
    """Boxes in columns by their longest way from the left, an arrow for each path.

    Parameters
    ----------
    labels : construct -> its label. claims : path -> what stands at its arrow. title : for who cannot see it.
    """
    columns = _columns(list(labels), paths)
    tallest = max((len(column) for column in columns), default=1)
    places = {}
    for across, column in enumerate(columns):
        top = (tallest - len(column)) * DOWN / 2
        for down, name in enumerate(column):
            places[name] = (10 + across * ACROSS, 10 + top + down * DOWN)
    width, height = 20 + (len(columns) - 1) * ACROSS + WIDTH, 20 + (tallest - 1) * DOWN + HEIGHT
    arrows = "".join(
        _arrow(*places[a], *places[b], claims.get((a, b), "")) for a, b in paths if {a, b} <= {*places}
    )
    boxes = "".join(_box(*places[name], label) for name, label in labels.items())
    return (
        f'<svg class="diagram" role="img" aria-label="{escape(title, {chr(34): "&quot;"})}" '
        f'viewBox="0 0 {width} {height:g}" style="max-width: {width}px">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>'
        f"{arrows}{boxes}</svg>"
    )


def _columns(names: Sequence[str], paths: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Constructs by the longest way that leads to them; a loop ends where it began."""
    depth = dict.fromkeys(names, 0)
    for _ in names:
        for source, target in paths:
            if source in depth and target in depth and depth[target] <= depth[source] < len(names) - 1:
                depth[target] = depth[source] + 1
    used = sorted(set(depth.values()))
    return [[name for name in names if depth[name] == level] for level in used]


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


def _arrow(x0: float, y0: float, x1: float, y1: float, claim: str) -> str:
    start = (x0 + WIDTH, y0 + HEIGHT / 2)
    end = (x1 - 2, y1 + HEIGHT / 2)
    if x1 <= x0:  # back, or within a column: from below
        start, end = (x0 + WIDTH / 2, y0 + HEIGHT), (x1 + WIDTH / 2, y1 + (HEIGHT + 2 if y1 < y0 else -2))
    at = (start[0] + 0.35 * (end[0] - start[0]), start[1] + 0.35 * (end[1] - start[1]) - 4)
    name = f'<text class="claim" x="{at[0]:g}" y="{at[1]:g}">{escape(claim)}</text>' if claim else ""
    line = f'x1="{start[0]:g}" y1="{start[1]:g}" x2="{end[0]:g}" y2="{end[1]:g}"'
    return f'<line {line} marker-end="url(#tip)"/>{name}'
