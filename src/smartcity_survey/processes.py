"""How a step starts further processes: as forks, where that is safe, for these import nothing anew."""

from __future__ import annotations

import sys
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from pathlib import Path


def process_context() -> BaseContext:
    """For a pool of processes: forks on Linux, if this process has one thread; else each a Python of its own.

    A fork has none of the other threads, be they Python's or of a library (Typst, BLAS), and would wait for
    them for ever.
    """
    return get_context("fork" if sys.platform == "linux" and _n_threads() == 1 else "spawn")


def _n_threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))
