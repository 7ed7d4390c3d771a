"""Wall-clock time of a task: the best of several runs after one that is not counted."""

from __future__ import annotations

import time
from collections.abc import Callable


def best_of(task: Callable[[], object], repeats: int) -> float:
    """Seconds of the fastest of `repeats` runs; a task run once only is not warmed up either."""
    if repeats > 1:
        task()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        task()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
