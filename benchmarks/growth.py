"""How time and memory grow with each size: writes `growth.csv`, `growth.md` and `growth.svg`.

    python benchmarks/growth.py [--limit SECONDS] [--only TEXT]

Every point is a process of its own, whose processor seconds and largest memory are taken once its answers are
there. A series ends after a point of more than `--limit` processor seconds (60), or where its list of sizes
ends. The exponent is the slope between the last two points of more than `LEAST` seconds, on logarithmic axes:
1 where twice the size takes twice the time.
"""

from __future__ import annotations

import argparse
import csv
import math
import multiprocessing
import platform
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from growth_tasks import TASKS, Growth
from threadpoolctl import threadpool_limits

HERE = Path(__file__).resolve().parent
LEAST = 0.05
"""Processor seconds below which a point tells of overheads."""
CLEAR = Path("/proc/self/clear_refs")
COLUMNS = ("task", "axis", "size", "seconds", "mib")


@dataclass(frozen=True)
class Point:
    """One measurement of a task."""

    task: str
    axis: str
    size: int
    seconds: float
    mib: float


def _one(name: str, size: int, answer: Connection) -> None:
    """Do a task once, with one thread; tell its processor seconds, and the memory that it took."""
    with threadpool_limits(1, user_api="blas"):
        work = TASKS[name].prepare(size)
        if CLEAR.exists():
            CLEAR.write_text("5", encoding="ascii")  # Linux: the largest memory is that from now on
        before, start = _peak(), time.process_time()
        work()
        answer.send((time.process_time() - start, _peak() - before))


def _peak() -> float:
    """Largest memory of this process so far, in MiB; on macOS that of its whole life, in bytes."""
    if CLEAR.exists():
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def measured(name: str, size: int) -> Point:
    """A point, by a process of its own; a copy of this one where that can be had."""
    context = multiprocessing.get_context(
        "fork" if "fork" in multiprocessing.get_all_start_methods() else None
    )
    mine, other = context.Pipe()
    process = context.Process(target=_one, args=(name, size, other))
    process.start()
    other.close()
    seconds, mib = mine.recv()
    process.join()
    return Point(name, TASKS[name].axis, size, seconds, mib)


def series(name: str, task: Growth, limit: float) -> list[Point]:
    """The points of a task, until one takes longer than the limit."""
    points: list[Point] = []
    for size in task.sizes:
        points.append(measured(name, size))
        print(f"{name:<40}{size:>12,}{points[-1].seconds:>10.2f} s{points[-1].mib:>8.0f} MiB", flush=True)
        if points[-1].seconds > limit:
            break
    return points


def exponent(points: Sequence[Point]) -> float | None:
    """Slope of the logarithm of time along that of size, between the last two points that are long enough."""
    long = [point for point in points if point.seconds >= LEAST][-2:]
    if len(long) < 2:
        return None
    (first, second) = long
    return math.log(second.seconds / first.seconds) / math.log(second.size / first.size)


def write(points: Mapping[str, Sequence[Point]], folder: Path) -> None:
    """The table for machines, that for people, and the figure."""
    with (folder / "growth.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for own in points.values():
            for point in own:
                writer.writerow([getattr(point, column) for column in COLUMNS])
    lines = [
        "# Growth",
        "",
        "Written by `make growth`. Processor seconds of one thread, and memory beyond the answers, by size.",
        f"Python {platform.python_version()}, numpy {np.__version__}.",
        "",
        "![Processor seconds by size, a line for each task](growth.svg)",
        "",
        "| task | size | from | to | seconds | MiB | exponent | theory |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, own in points.items():
        first, last, slope = own[0], own[-1], exponent(own)
        cells = (
            *(name, last.axis, f"{first.size:,}", f"{last.size:,}"),
            *(f"{first.seconds:.2f} to {last.seconds:.2f}", f"{first.mib:.0f} to {last.mib:.0f}"),
            *("" if slope is None else f"{slope:.2f}", TASKS[name].theory),
        )
        lines.append(f"| {' | '.join(cells)} |")
    (folder / "growth.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    draw(points, folder / "growth.svg")


def draw(points: Mapping[str, Sequence[Point]], path: Path) -> None:
    """Time by size on logarithmic axes, a panel for each kind of size."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "growth"
    from matplotlib.figure import Figure

    axes_of = list(dict.fromkeys(own[0].axis for own in points.values()))
    rows = -(-len(axes_of) // 2)
    figure = Figure(figsize=(10, 3.6 * rows), layout="constrained")
    panels = figure.subplots(rows, 2, squeeze=False).ravel()
    for panel, axis in zip(panels, axes_of, strict=False):
        for name, own in points.items():
            if own[0].axis == axis:
                sizes, seconds = [point.size for point in own], [max(point.seconds, 1e-3) for point in own]
                panel.loglog(sizes, seconds, marker="o", markersize=3, label=name)
        panel.set_xlabel(axis)
        panel.set_ylabel("processor seconds")
        panel.grid(color="#dddddd")
        panel.legend(fontsize=7)
    for panel in panels[len(axes_of) :]:
        panel.set_axis_off()
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--only", default="")
    chosen = parser.parse_args()
    points = {name: series(name, task, chosen.limit) for name, task in TASKS.items() if chosen.only in name}
    if not chosen.only:
        write(points, HERE)


if __name__ == "__main__":
    main()
