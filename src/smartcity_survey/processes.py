"""How a step starts further processes: as forks, where that is safe, for these import nothing anew."""

from __future__ import annotations

import ctypes
import gc
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import wraps
from itertools import repeat
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
_PR_SET_PDEATHSIG = 1
"""See prctl(2)."""
_SAFE = "jemalloc_bg_thd"
"""Name of the one thread that a fork may lack: that of a memory allocator (jemalloc, which pandas brings with
pyarrow), which looks after itself."""


def process_context() -> BaseContext:
    """For a pool of processes: forks on Linux, if this process has one thread; else each a Python of its own.

    A fork has none of the other threads, be they Python's or of a library (Typst, BLAS), and would wait for
    them for ever.
    """
    return get_context("fork" if sys.platform == "linux" and _n_threads() == 1 else "spawn")


def part_of_parent() -> None:
    """What a pool's process begins with: it ends by Ctrl-C without a word, and on Linux as its parent does.

    Otherwise it would wait for ever for work of a parent that was killed, and keep open what it has of it.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Each(Protocol):
    """Does work on each of several arguments; its results."""

    def __call__(self, work: Callable[..., R], arguments: Sequence[tuple[Any, ...]]) -> list[R]: ...


@contextmanager
def in_processes(jobs: int, shared: Any) -> Iterator[Each]:
    """What does work on each of several arguments in so many processes at a time.

    Parameters
    ----------
    shared : what all work is on. A process has it from its start, as a fork without a copy.

    Yields
    ------
    A function of work and arguments, as many tuples as there is work: the results of `work(shared, *own)`.
    """

    def here(work: Callable[..., R], arguments: Sequence[tuple[Any, ...]]) -> list[R]:
        return [work(shared, *own) for own in arguments]

    def there(work: Callable[..., R], arguments: Sequence[tuple[Any, ...]]) -> list[R]:
        return list(pool.map(_work, repeat(work), arguments))

    if jobs < 2:
        yield here
        return
    with ProcessPoolExecutor(
        jobs, mp_context=process_context(), initializer=_begin, initargs=(shared,)
    ) as pool:
        yield there


_shared: list[Any] = []
"""Of a process of `in_processes`."""


def _begin(shared: Any) -> None:
    part_of_parent()
    _shared[:] = [shared]


def _work(work: Callable[..., R], own: tuple[Any, ...]) -> R:
    return work(*_shared, *own)


def without_collecting(work: Callable[P, R]) -> Callable[P, R]:
    """Let cycles of objects wait for the end of a piece of work: while it makes many objects, as figures and
    rows of cells are, Python would look for cycles that nobody needs over and over, and find few or none."""

    @wraps(work)
    def done(*args: P.args, **kwargs: P.kwargs) -> R:
        collecting = gc.isenabled()
        gc.disable()
        try:
            return work(*args, **kwargs)
        finally:
            if collecting:
                gc.enable()

    return done


def _n_threads() -> int:
    names = (path.read_text(encoding="utf-8").strip() for path in Path("/proc/self/task").glob("*/comm"))
    return sum(name != _SAFE for name in names)
