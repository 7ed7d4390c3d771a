"""Bounds of a study: ends of the identified sets from its printed tables (needs the extra `reconstruct`)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.bounds.ends import (
    SIGNS,
    Sought,
    Store,
    attained,
    find,
    fits,
    furthest,
    readings,
    sought,
    starting_end,
)
from smartcity_survey.bounds.further import narrowed_ends
from smartcity_survey.bounds.quantities import Estimators
from smartcity_survey.bounds.walk import Reading
from smartcity_survey.data.bounds import ENDS, FURTHER, FURTHER_COLUMNS, PRICES, READINGS, SIDES
from smartcity_survey.data.bounds_tables import END_LAYOUT, PRICE_LAYOUT, Layout, read_bounds_table
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import write_table, write_text
from smartcity_survey.processes import part_of_parent
from smartcity_survey.reconstruct.covariance import CovarianceSolution, State
from smartcity_survey.reconstruct.design import Target, Task
from smartcity_survey.reconstruct.engine import Progress, solved_covariance
from smartcity_survey.reconstruct.evaluate import Evaluator
from smartcity_survey.reconstruct.printed_study import MISFIT, PrintedStudy, read_study
from smartcity_survey.reconstruct.published import PublishedProblem
from smartcity_survey.reconstruct.schedule import Schedule

Told = Callable[[int, int, str], None]
"""Of how many are done, out of how many, and what; 0 out of 0: a line of its own."""
_PROBLEM = "problem.json"
SEEDS = (7, 8)
"""Of the starts that ends are sought from: the second confirms the first."""


@dataclass(frozen=True, slots=True)
class Search:
    """Where ends of one study are sought from, and kept."""

    config: Path
    build: Path
    seed: int

    @property
    def store(self) -> Store:
        return Store(self.build / f"seed_{self.seed}")


def silent(done: int, total: int, what: str) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A study's problem with everything that seeking its ends needs."""

    printed: PrintedStudy
    problem: Task
    estimators: Estimators
    readings: tuple[Reading, ...]
    groups: dict[str, list[Sought]]


def seek_ends(
    config: Path,
    build: Path,
    only: tuple[str, ...] = (),
    seeds: tuple[int, ...] = SEEDS,
    jobs: int = 1,
    told: Told = silent,
) -> Path:
    """Seek all ends that are not kept yet; the folder where they are kept.

    Parameters
    ----------
    only : hypotheses or predictors whose ends are sought; all where none is named.
    build : folder of what is kept between runs; another printed table or model begins anew.
    jobs : processes at once. told : of ends that are found, and of how many.
    """
    printed = read_study(config)
    build = build / _fingerprint(printed)
    for seed in seeds:
        search = Search(config.resolve(), build, seed)
        ready = prepared(search, lambda line: told(0, 0, line))
        asked = {*only, *(h.source for h in printed.model.hypotheses if h.name in only)}
        for reading in readings(printed.misfits):
            if reading not in ready.readings:
                told(0, 0, f"`{reading.name}` is left out: no data with the print were found that meet it")
        wanted = [n for n, group in ready.groups.items() if not only or group[0].quantity.predictor in asked]
        all_ends = [one for name in wanted for one in ready.groups[name]]
        missing = [n for n in wanted if not all(search.store.has(one.name) for one in ready.groups[n])]

        def tell(search: Search = search, ends: list[Sought] = all_ends) -> None:
            found = sum(search.store.has(one.name) for one in ends)
            told(found, len(ends), f"ends, start {search.seed}")

        tell()
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
            waiting = {pool.submit(_group, search, name) for name in missing}
            while waiting:
                done, waiting = wait(waiting, timeout=2, return_when=FIRST_COMPLETED)
                for one in done:
                    for line in one.result():
                        told(0, 0, line)
                tell()
    return build


def prepared(search: Search, progress: Progress) -> Ready:
    """The problem of a study and a start that meets the strictest reading it can, made once and kept."""
    printed = read_study(search.config)
    published = printed.published
    store = search.store
    if not store.has("start"):
        problem, evaluator, solution = _first_covariance(published, search.seed, progress)
        evaluator.refresh(solution.covariance)
        estimators = Estimators(evaluator)
        state = State(solution.covariance, solution.mean)
        start = starting_end(problem, estimators, state, readings(printed.misfits))
        store.folder.mkdir(parents=True, exist_ok=True)
        _write_problem(store.folder / _PROBLEM, problem)
        store.save("start", start)
        if np.isfinite(start.misfit):  # none without a factor model
            progress(f"start: chi2 {start.misfit:.0f}")
    problem = _read_problem(store.folder / _PROBLEM, published.problem)
    estimators = Estimators(Evaluator(problem.design))
    asked = attained(readings(printed.misfits), store.load("start"), estimators)
    return Ready(printed, problem, estimators, asked, sought(estimators, asked))


def _first_covariance(
    published: PublishedProblem, seed: int, progress: Progress
) -> tuple[Task, Evaluator, CovarianceSolution]:
    """A covariance with the print, and the problem that it solves: with the claimed fit where there is one.

    That fit is not printed, so that it may stand against the print.
    """

    def solved(problem: Task) -> tuple[Task, Evaluator, CovarianceSolution]:
        rng = np.random.default_rng(np.random.SeedSequence(seed).spawn(3)[0])
        return solved_covariance(problem, rng, published.extremes, Schedule(), progress)

    printed = tuple(one for one in published.problem.targets if one.key != MISFIT)
    try:
        return solved(published.problem)
    except SurveyError:
        if len(printed) == len(published.problem.targets):
            raise
        return solved(replace(published.problem, targets=printed))


Lines = dict[tuple[object, ...], tuple[Any, ...]]
"""Lines of a table by what names them."""


def write_ends(config: Path, out: Path, build: Path, seeds: tuple[int, ...] = SEEDS) -> Path:
    """`ends.csv`: every end that is kept, one line each, and the lines of earlier searches."""
    written = out / ENDS
    asked = readings(read_study(config).misfits)
    allowed = {reading.name: reading.misfit for reading in asked if reading.loading is None}
    found = (line for seed in seeds for line in _end_lines(config, build, seed))
    _update(written, END_LAYOUT, found, partial(_in_every_set, allowed=allowed))
    return written


def _end_lines(config: Path, build: Path, seed: int) -> Iterator[tuple[tuple[object, ...], Any]]:
    """What names each end from a start, and its line where it is kept."""
    search = Search(config.resolve(), build, seed)
    if not search.store.has("start"):
        return
    ready = prepared(search, lambda _: None)
    for one, end in (pair for group in ready.groups.values() for pair in furthest(group, search.store)):
        if one.reading.name not in READINGS:
            continue
        quantity = one.quantity
        of_end = (quantity.method, quantity.outcome, quantity.predictor, one.reading.name, one.side)
        line = None
        if end is not None:
            # By the formula of today, whichever was in use when the end was kept.
            ready.estimators.evaluator.solved = end.place.solved
            covariance, n = end.place.state.covariance, ready.problem.design.n
            error = ready.estimators.standard_error(quantity, covariance, n)
            line = (*of_end, end.value, error, end.misfit, end.settled, end.steps, seed)
        yield (*of_end, seed), line


def write_prices(config: Path, out: Path, build: Path, seeds: tuple[int, ...] = SEEDS) -> Path:
    """`prices.csv`: PLS-SEM's paths by the fit that is asked for, the furthest from any start; earlier lines
    stay where nothing goes further."""
    written = out / PRICES
    found = [line for seed in seeds for line in _price_lines(config, build, seed)]
    if written.exists() or any(line for _, line in found):
        _update(written, PRICE_LAYOUT, found)
    return written


def _price_lines(config: Path, build: Path, seed: int) -> Iterator[tuple[tuple[object, ...], Any]]:
    """What names each end of the profile from a start, and its line where it is kept."""
    search = Search(config.resolve(), build, seed)
    if not search.store.has("start"):
        return
    ready = prepared(search, lambda _: None)
    levels = {reading.name: level for level, reading in fits(ready.problem.design).items()}
    for one, end in (pair for group in ready.groups.values() for pair in furthest(group, search.store)):
        if one.reading.name in levels:
            key = (one.quantity.outcome, one.quantity.predictor, one.side, levels[one.reading.name])
            yield key, end and (*key, end.value, end.misfit, end.settled)


def _update(
    path: Path,
    layout: Layout,
    sought: Iterable[tuple[tuple[object, ...], Any]],
    settle: Callable[[pd.DataFrame], pd.DataFrame] = pd.DataFrame.copy,
) -> None:
    """Write a table anew: lines that stand there in their order, then others in that in which they come.

    A line that stands there stays where nothing is kept that goes further: its search may have been another
    machine's.

    settle : what the lines make of one another.
    """
    earlier = _lines_of(path, layout)
    value, side = (list(layout.columns).index(name) for name in ("value", "side"))
    lines: Lines = {}
    for key, line in sought:
        both = [known for known in (line, lines.get(key), earlier.get(key)) if known is not None]
        if both:
            lines[key] = max(both, key=lambda known: SIGNS[known[side]] * float(f"{known[value]:.6g}"))
    lines = {key: lines.get(key, line) for key, line in earlier.items()} | lines
    frame = pd.DataFrame(list(lines.values()), columns=list(layout.columns))
    for _, pair in frame.groupby(list(layout.ends), sort=False):
        # Each side is sought from a place of its own; both values are attained, and the smaller is the lower.
        sides, values = pair["side"].tolist(), pair["value"].tolist()
        if len(pair) == 2 and (sides[0] == SIDES[0]) == (values[0] > values[1]):
            frame.loc[pair.index, "side"] = sides[::-1]
    _write(settle(frame), path)


def _in_every_set(ends: pd.DataFrame, allowed: Mapping[str, float]) -> pd.DataFrame:
    """Each set with the furthest of its quantity's ends that lie in it, whatever they were sought under.

    A search that asks for less may come further and to a fit that a stricter reading allows. A side that was
    not sought under a reading, as the other was, is that of a stricter one.

    allowed : readings that ask for a misfit alone, and how much of it each allows.
    """
    ends = pd.concat([ends, *_sides_not_sought(ends, allowed)], ignore_index=True)
    taken = ends.copy()
    of_quantity = [name for name in END_LAYOUT.keys if name != "reading"]
    told = [name for name in ends.columns if name not in END_LAYOUT.keys]
    for _, own in ends[ends["reading"].isin(list(allowed))].groupby(of_quantity):
        ahead = own["side"].map(SIGNS) * own["value"]
        for place in own.index:
            there = ahead[own["chi2"] <= allowed[own["reading"][place]]]
            if len(there) and there.max() > ahead[place]:
                taken.loc[[place], told] = own.loc[[there.idxmax()], told].to_numpy()
    return taken


def _sides_not_sought(ends: pd.DataFrame, allowed: Mapping[str, float]) -> Iterator[pd.DataFrame]:
    """A line for each set of which one side alone was sought: its quantity's furthest end that lies in it."""
    of_quantity = [name for name in END_LAYOUT.sets if name != "reading"]
    for _, own in ends.groupby(of_quantity, sort=False):
        for reading, sides in own.groupby("reading", sort=False)["side"]:
            inside = own[(own["chi2"] <= allowed.get(str(reading), -np.inf)) & ~own["side"].isin(set(sides))]
            ahead = [SIGNS[side] * value for side, value in inside[["side", "value"]].itertuples(index=False)]
            yield inside.iloc[[int(np.argmax(ahead))] if ahead else []].assign(reading=reading)


def _lines_of(path: Path, layout: Layout) -> Lines:
    """The lines of a table; none where it is not there."""
    if not path.exists():
        return {}
    frame = read_bounds_table(path, layout)
    keys = frame[list(layout.keys)].itertuples(index=False, name=None)
    lines = frame[list(layout.columns)].itertuples(index=False, name=None)
    return dict(zip(keys, lines, strict=True))


def write_further(config: Path, out: Path, build: Path, told: Told = silent) -> Path:
    """`further.csv`: what one more printed table would leave of PLS-SEM's paths, from the first start."""
    search = Search(config.resolve(), build, SEEDS[0])
    written = out / FURTHER
    if written.exists():
        return written
    ready = prepared(search, lambda line: told(0, 0, line))
    start = search.store.load("start").place
    paths = [q for q in ready.estimators.quantities if q.method == "pls" and q.predictor]
    rows: list[tuple[object, ...]] = []
    for place, quantity in enumerate(paths):
        told(place, len(paths), "further tables")
        found = narrowed_ends(ready.problem, ready.estimators, quantity, start, ready.readings[0])
        rows += [(table, quantity.outcome, quantity.predictor, side, value) for table, side, value in found]
    frame = pd.DataFrame(rows, columns=list(FURTHER_COLUMNS))
    out.mkdir(parents=True, exist_ok=True)
    _write(frame, written)
    told(len(paths), len(paths), "further tables")
    return written


def _write(frame: pd.DataFrame, path: Path) -> None:
    """A table for people: six digits are more than a search settles."""
    write_table(frame.map(lambda cell: float(f"{cell:.6g}") if isinstance(cell, float) else cell), path)


def _write_problem(path: Path, problem: Task) -> None:
    """What a start adds to the printed problem: the rows that its extremes need, and targets with them."""
    targets = [(target.key, target.low, target.high, target.printed) for target in problem.targets]
    content = {"frozen_rows": problem.design.frozen_rows, "targets": targets}
    write_text(json.dumps(content, default=int), path)


def _read_problem(path: Path, printed: Task) -> Task:
    content = json.loads(path.read_text(encoding="utf-8"))
    rows = tuple(tuple(row) for row in content["frozen_rows"])
    targets = tuple(Target(tuple(key), *rest) for key, *rest in content["targets"])
    return Task(replace(printed.design, frozen_rows=rows), targets)


def _group(search: Search, name: str) -> list[str]:
    """Seek one group of ends in a process of its own."""
    lines: list[str] = []
    ready = _ready(search)
    list(find(ready.problem, ready.estimators, ready.groups[name], search.store, lines.append))
    return lines


@cache
def _ready(search: Search) -> Ready:
    return prepared(search, lambda _: None)


def _one_thread() -> None:
    part_of_parent()
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"


def _fingerprint(printed: PrintedStudy) -> str:
    """Of what is printed and the model: what is kept for others is not used."""
    problem, design = printed.published.problem, printed.published.problem.design
    weights = None if design.weights is None else design.weights.tolist()
    of_design = (design.n, design.low, design.high, design.items, design.scores, design.factor_of)
    text = repr(
        (problem.targets, of_design, weights, design.regressions, sorted(printed.published.extremes.items()))
    )
    return hashlib.sha256(text.encode()).hexdigest()[:12]
