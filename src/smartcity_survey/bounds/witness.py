"""Witnesses: whole answers near an end of an identified set, with the printed numbers (needs `reconstruct`).

An end is a covariance; a witness is a survey of whole answers that the reconstruction's engine makes from it.
What a witness shows needs no trust in the search: anyone can compute it from the file.
"""

from __future__ import annotations

import hashlib
import math
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.bounds.ends import SIGNS, Sought, find
from smartcity_survey.bounds.study import SEEDS, Ready, Search, Told, prepared, silent
from smartcity_survey.bounds.walk import End, Statistics, push
from smartcity_survey.data.bounds import FOLDER, LISTED, SIDES, WITNESSED
from smartcity_survey.errors import counted
from smartcity_survey.io import read_table, write_table
from smartcity_survey.processes import part_of_parent
from smartcity_survey.reconstruct.covariance import CovarianceSolution, covariance_boxes, excess
from smartcity_survey.reconstruct.engine import Progress, answers_near
from smartcity_survey.reconstruct.printed_study import read_study
from smartcity_survey.reconstruct.schedule import Schedule
from smartcity_survey.reconstruct.study import missed_cells, survey_of, usable
from smartcity_survey.reconstruct.survey_file import write_csv
from smartcity_survey.stats.core.types import IntArray

WAY = 0.4
"""Share of the way from the start to an end that a witness is made from, where none is named.

At an end itself correlations are the most extreme that the print allows; answers from 1 to 5 come near them
only about, and the last of hundreds of printed numbers are then found in hours, or not at all.
"""
_FEW = 5
"""Printed numbers that a witness may miss; its line names them. Another search may find even these."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A survey near one end.

    way : share of the way from the start to the end that it was made from. aim : the path there.
    missed : printed numbers that it does not meet.
    """

    predictor: str
    side: str
    outcome: str
    way: float
    aim: float
    answers: pd.DataFrame
    missed: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.predictor}_{self.side}"


def make(
    search: Search,
    predictor: str,
    side: str,
    way: float = WAY,
    searches: int | None = None,
    progress: Progress = lambda _: None,
) -> Witness:
    """Whole answers near the `low` or `high` end of PLS-SEM's path of a predictor.

    The answers that miss the fewest printed numbers so far are kept beside the ends; the next call goes on
    with them.

    way : share of the way from the start to the end that they are made from.
    searches : for the last digits at most; none: as many as the bundled survey was given.
    """
    ready = prepared(search, progress)
    sought = next(
        one
        for group in ready.groups.values()
        for one in group
        if (one.quantity.method, one.quantity.predictor, one.side) == (WITNESSED, predictor, side)
    )
    aim = _on_the_way(ready, search, sought, way, progress)
    evaluator = ready.estimators.evaluator
    evaluator.solved, state = aim.place.solved, aim.place.state
    values = evaluator.at_covariance(state.covariance, state.mean)
    off = float(np.abs(excess(values, *covariance_boxes(ready.problem))).max())
    solution = CovarianceSolution(state.covariance, state.mean, values, off)
    number = (list(ready.problem.design.scores).index(predictor), SIDES.index(side))
    seeds = np.random.SeedSequence(search.seed, spawn_key=number).spawn(2)
    draws, moves = (np.random.default_rng(seed) for seed in seeds)
    schedule = Schedule() if searches is None else replace(Schedule(), searches=searches)
    kept = search.store.folder / f"witness-{predictor}-{side}-{way:g}.npz"
    begun, _ = _kept(kept)
    if begun is not None:  # another stretch of the way, and so other moves
        moves = np.random.default_rng([*begun.sum(0)])
    extremes = ready.printed.published.extremes
    found = answers_near(
        ready.problem, evaluator, solution, draws, moves, schedule, extremes, progress, begun
    )
    missed = missed_cells(found)
    _keep(kept, found.answers, len(missed))
    survey = survey_of(found, ready.printed, search.seed)
    answers = usable(survey, ready.printed.codebook)
    return Witness(predictor, side, sought.quantity.outcome, way, aim.value, answers, missed)


def _kept(path: Path) -> tuple[IntArray | None, float]:
    """The best answers of earlier calls, and how many printed numbers they miss; infinity without any."""
    if not path.exists():
        return None, math.inf
    with np.load(path) as kept:
        return kept["answers"], int(kept["missed"])


def _keep(path: Path, answers: IntArray, missed: int) -> None:
    """Keep answers that miss fewer printed numbers than earlier ones, for a search may also lose its way."""
    if not missed:
        path.unlink(missing_ok=True)
    elif missed < _kept(path)[1]:
        np.savez(path, answers=answers, missed=missed)


def save(witness: Witness, out: Path) -> None:
    """`witnesses/<name>.csv`, and its line in `witnesses.csv`."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{witness.name}.csv"
    write_csv(witness.answers, path)
    line = {
        "name": witness.name,
        "outcome": witness.outcome,
        "predictor": witness.predictor,
        "side": witness.side,
        "way": witness.way,
        "aim": round(witness.aim, 6),
        "missed": len(witness.missed),
        "missed_cells": "; ".join(witness.missed),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    listed = out / LISTED
    old = read_table(listed) if listed.exists() else pd.DataFrame(columns=list(line))
    kept = old[old["name"] != witness.name]
    write_table(pd.concat([kept, pd.DataFrame([line])]).sort_values("name"), listed)


def _on_the_way(ready: Ready, search: Search, sought: Sought, way: float, progress: Progress) -> End:
    """The place where a walk from the start to an end has gone a share of it, or a step more."""
    store = search.store
    if not store.has(sought.name):
        list(find(ready.problem, ready.estimators, [sought], store, progress))
    start, end, sign = store.load("start").place, store.load(sought.name), SIGNS[sought.side]
    first = ready.estimators.value(sought.quantity, start.state.covariance)
    until = sign * (first + way * (end.value - first))
    statistics = Statistics(ready.problem, ready.estimators, sought.reading)
    reached = push(statistics, sought.quantity, sign, start, sought.rounds, until)
    progress(f"{sought.name} {reached.value:.4f}, chi2 {reached.misfit:.0f}, {reached.steps} steps")
    return reached


def make_all(
    config: Path,
    out: Path,
    build: Path,
    only: tuple[str, ...] = (),
    jobs: int = 1,
    searches: int | None = None,
    told: Told = silent,
) -> None:
    """Make the witnesses of all ends that `out` does not list yet, from the first start.

    Parameters
    ----------
    build : as `seek_ends` returns it. only, jobs, told : as there. searches : as of `make`.
    """
    printed = read_study(config)
    if printed.published.problem.design.factor_of is None:
        told(
            0, 0, "no witnesses: whole answers are made for studies that print the loadings of a factor model"
        )
        return
    search = Search(config.resolve(), build, SEEDS[0])
    claims = [h for h in printed.model.hypotheses if not only or {h.name, h.source} & set(only)]
    wanted = [(claim.source, side) for claim in claims for side in SIDES]
    listed = set(pd.read_csv(out / LISTED)["name"]) if (out / LISTED).exists() else set()
    missing = [(predictor, side) for predictor, side in wanted if f"{predictor}_{side}" not in listed]
    done = len(wanted) - len(missing)
    told(done, len(wanted), "witnesses")
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=part_of_parent) as pool:
        for found in as_completed(pool.submit(make, search, *one, searches=searches) for one in missing):
            witness = found.result()
            if len(witness.missed) > _FEW:
                cells = counted(len(witness.missed), "printed number")
                told(0, 0, f"{witness.name}: {cells} missed so far; the next `make bounds` goes on with it")
                continue
            save(witness, out)
            done += 1
            told(done, len(wanted), "witnesses")
