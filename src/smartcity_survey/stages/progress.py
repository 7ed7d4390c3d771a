"""How a long step says how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with how much is finished, and of how much."""


def silent(done: int, total: int) -> None:
    """Say nothing."""


def part(progress: Progress, before: int, total: int) -> Callable[[int], None]:
    """Progress of a part that counts from zero, `before` being finished already."""
    return lambda done: progress(before + done, total)


def one_of(progress: Progress, number: int, parts: int) -> Progress:
    """Progress of the part with this number, from 0, of several that count alike."""
    return lambda done, total: progress(number * total + done, parts * total)
