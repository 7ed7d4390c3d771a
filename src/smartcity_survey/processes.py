"""How a step starts further processes: as forks, where that is safe, for these import nothing anew."""

from __future__ import annotations

import sys
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from pathlib import Path

_SAFE = "jemalloc_bg_thd"
"""Name of the one thread that a fork may lack: that of a memory allocator (jemalloc, which pandas brings with
pyarrow), which looks after itself."""


def process_context() -> BaseContext:
    """For a pool of processes: forks on Linux, if this process has one thread; else each a Python of its own.

    A fork has none of the other threads, be they Python's or of a library (Typst, BLAS), and would wait for
    them for ever.
    """
    return get_context("fork" if sys.platform == "linux" and _n_threads() == 1 else "spawn")


def _n_threads() -> int:
    names = (path.read_text(encoding="utf-8").strip() for path in Path("/proc/self/task").glob("*/comm"))
    return sum(name != _SAFE for name in names)
