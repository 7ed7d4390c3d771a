"""Random draws in blocks, each of which depends on its place alone: who makes which makes no difference.

The blocks are the same however many processes share them, and so are their bytes. Sums over draws are not
taken block by block, but over all draws in their order, once they are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

Made = tuple[NDArray[Any], ...]
"""The numbers of one block: arrays whose first axis is its draws."""
Kept = Callable[[slice], Made | None]
"""Block -> its numbers, where they were made before."""


def nothing_kept(place: slice) -> Made | None:
    """No block was made before."""
    return None


@dataclass(frozen=True, slots=True)
class Draws:
    """Numbered draws, to be made block by block.

    Attributes
    ----------
    into : arrays whose first axis is all draws; not filled yet.
    blocks : places of the blocks on that axis; together they are all of it.
    fill : makes the numbers of a block and puts them into the arrays.
    workers : threads. progress : called with the number of draws finished.
    """

    into: tuple[NDArray[Any], ...]
    blocks: tuple[slice, ...]
    fill: Callable[[slice], object]
    workers: int = 1
    progress: Callable[[int], object] = lambda _: None

    def block(self, place: slice) -> Made:
        """Make the numbers of one block."""
        self.fill(place)
        return tuple(array[place] for array in self.into)

    def make(self, kept: Kept = nothing_kept) -> None:
        """Fill in all blocks: from those that are kept, else by making them."""

        def one(place: slice) -> int:
            made = kept(place)
            if made is None:
                self.fill(place)
            else:
                for array, own in zip(self.into, made, strict=True):
                    array[place] = own
            return int(place.stop)

        if self.workers == 1:
            for place in self.blocks:
                self.progress(one(place))
            return
        with ThreadPoolExecutor(self.workers) as pool:
            for last in pool.map(one, self.blocks):
                self.progress(last)


Take = Callable[[Draws], object]
"""What a computation does with its draws as it comes to them: has them filled in."""


def make_all(draws: Draws) -> None:
    """Make all draws here and now."""
    draws.make()


def steps(number: int, step: int) -> tuple[slice, ...]:
    """Blocks of `step` draws, the last of which may have fewer."""
    return tuple(slice(first, min(first + step, number)) for first in range(0, number, step))


class _Reached(BaseException):
    """A computation has come to its draws; nothing of it but `draws_of` is to catch this."""

    def __init__(self, draws: Draws) -> None:
        self.draws = draws


def draws_of(compute: Callable[[Take], object]) -> Iterator[Draws]:
    """The draws that a computation takes, if it takes any: it goes as far as to them, and ends there."""

    def stop(draws: Draws) -> None:
        raise _Reached(draws)

    try:
        compute(stop)
    except _Reached as reached:
        yield reached.draws
