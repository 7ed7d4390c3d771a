"""The ends of every identified set: what is pushed, from where, under which reading, and its file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from smartcity_survey.bounds.quantities import Estimators, Method, Quantity
from smartcity_survey.bounds.walk import End, Place, Reading, Statistics, push
from smartcity_survey.data.bounds import READINGS, SIDES
from smartcity_survey.errors import SurveyError
from smartcity_survey.reconstruct.covariance import State
from smartcity_survey.reconstruct.design import Questionnaire, Task
from smartcity_survey.reconstruct.formulas import Solved
from smartcity_survey.reconstruct.printed_study import MISFIT
from smartcity_survey.study.limits import limit

SIGNS = dict(zip(SIDES, (-1, 1), strict=True))
_FIRST: Method = "pls"
"""The method whose ends the others' are sought from: ends of a path lie near each other."""
_ROUNDS = dict(zip(READINGS, (45, 25, 25), strict=True))
_ROUNDS_NEARBY = 15
_START_ROUNDS = 80
_ROUNDED = 1e-3  # how far below a limit the loadings of a start may end
_EASE = 0.6  # share of a reading's misfit that a start is brought to
FITS = (0.0, 0.02, 0.03, 0.04, 0.05)
"""RMSEA at most, of the profile that says what a value costs."""
_WIDER = (_FIRST, "sem")
"""Methods whose sets are sought under every reading; those of the others as far as they decide a verdict."""


def readings(misfits: Mapping[str, float]) -> tuple[Reading, ...]:
    """What may be asked beside the print, from the most to the least; each set lies within the next.

    `strict`: the factor model fits as a true one does, and every outer loading is as large as is usually
    asked for. `claimed`: the fit that the study calls acceptable. `print`: nothing.

    misfits : as `PrintedStudy.misfits` has them; none: the print alone can be asked for.
    """
    strict, acceptable, nothing = READINGS
    if not misfits:
        return (Reading(nothing),)
    return (
        Reading(strict, misfits[strict], limit("outer_loading").value),
        Reading(acceptable, misfits[acceptable]),
        Reading(nothing),
    )


def fits(design: Questionnaire) -> dict[float, Reading]:
    """RMSEA of `FITS` -> the reading that asks for it and for nothing else; none without a factor model."""
    if design.factor_of is None:
        return {}
    df = design.degrees_of_freedom
    return {level: Reading(f"rmsea_{level:g}", df * (1 + (design.n - 1) * level**2)) for level in FITS}


@dataclass(frozen=True, slots=True)
class Sought:
    """One end. `nearby` : whose end it is sought from; none: the start."""

    quantity: Quantity
    side: str
    reading: Reading
    rounds: int
    nearby: tuple[Quantity, str] | None = None

    @property
    def name(self) -> str:
        return f"{self.quantity.name}.{self.side}.{self.reading.name}"


def sought(estimators: Estimators, asked: tuple[Reading, ...]) -> dict[str, list[Sought]]:
    """All ends in groups that can be sought side by side; within a group each needs those before it."""
    groups: dict[str, list[Sought]] = {}
    for quantity in estimators.quantities:
        for side in SIDES:
            group = groups.setdefault(f"{quantity.outcome}-{quantity.predictor or 'r2'}-{side}", [])
            first = Quantity(_FIRST, quantity.outcome, quantity.predictor)
            wider = asked if quantity.method in _WIDER else asked[:2]
            wider = wider if quantity.predictor else asked[:1]
            # Without a factor model ends may lie where correlations are singular: nothing begins there.
            alone = quantity == first or estimators.design.factor_of is None
            before: tuple[Quantity, str] | None = None if alone else (first, asked[0].name)
            for reading in wider:
                rounds = _ROUNDS[reading.name] if alone else _ROUNDS_NEARBY
                group.append(Sought(quantity, side, reading, rounds, before))
                before = (quantity, reading.name)
            if quantity == first and quantity.predictor:
                group += _profile(estimators.design, quantity, side, asked[0])
    # The strictest sets first, so that whole answers can be sought from them; prices last.
    order = [*asked, *fits(estimators.design).values()]
    return {name: sorted(group, key=lambda end: order.index(end.reading)) for name, group in groups.items()}


def _profile(design: Questionnaire, quantity: Quantity, side: str, strict: Reading) -> Iterator[Sought]:
    """Ends by the fit that is asked for, each from the one before; the first from the strictest set's."""
    before = strict.name
    for reading in fits(design).values():
        yield Sought(quantity, side, reading, _ROUNDS_NEARBY, (quantity, before))
        before = reading.name


def starting_end(problem: Task, estimators: Estimators, state: State, asked: Sequence[Reading]) -> End:
    """A place that meets a reading with ease, the strictest for which one is found, from a covariance that
    meets the print.

    Raises
    ------
    SurveyError
        where none is found that has the print.
    """
    place = Place(state, estimators.evaluator.solved)
    if MISFIT not in problem.design.keys:
        return push(Statistics(problem, estimators, asked[0]), estimators.quantities[0], 1, place, 0)

    def pushed(reading: Reading) -> End:
        statistics = Statistics(problem, estimators, Reading("start", np.inf, reading.loading))
        return push(statistics, None, -1, place, _START_ROUNDS, until=-_EASE * reading.misfit)

    try:
        return pushed(asked[0])
    except SurveyError:
        return pushed(asked[1])


def attained(asked: Sequence[Reading], start: End, estimators: Estimators) -> tuple[Reading, ...]:
    """The readings that a start meets: of others no data were found."""
    estimators.evaluator.solved = start.place.solved
    smallest = estimators.outer_loadings(start.place.state.covariance).min()
    return tuple(
        one
        for one in asked
        if not start.misfit > one.misfit and (one.loading is None or smallest > one.loading - _ROUNDED)
    )


@dataclass(frozen=True, slots=True)
class Store:
    """Ends on disk, one file each, so that an interrupted search goes on where it was."""

    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.npz"

    def has(self, name: str) -> bool:
        return self.path(name).exists()

    def save(self, name: str, end: End) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # Other processes, on other machines too, may be saving the same end.
        written = self.path(f".{name}.{uuid4().hex}")
        parts: dict[str, Any] = {
            **{f"solved_{part}": np.asarray(value) for part, value in end.place.solved._asdict().items()},
            "covariance": end.place.state.covariance,
            "mean": end.place.state.mean,
            "numbers": np.array([end.value, end.std_error, end.misfit, end.settled, end.steps], dtype=float),
        }
        np.savez(written, **parts)
        written.replace(self.path(name))

    def load(self, name: str) -> End:
        with np.load(self.path(name)) as read:
            solved = Solved(**{part: read[f"solved_{part}"] for part in Solved._fields})
            value, error, misfit, settled, steps = read["numbers"].tolist()
            state = State(read["covariance"], read["mean"])
        return End(value, error, misfit, bool(settled), int(steps), Place(state, solved))


def find(
    problem: Task,
    estimators: Estimators,
    group: list[Sought],
    store: Store,
    progress: Callable[[str], None],
) -> Iterator[tuple[Sought, End]]:
    """Seek the ends of a group that the store lacks; an end below the one it began from is that one."""
    for one in group:
        if store.has(one.name):
            yield one, store.load(one.name)
            continue
        nearby = "start" if one.nearby is None else f"{one.nearby[0].name}.{one.side}.{one.nearby[1]}"
        start = store.load(nearby if store.has(nearby) else "start")
        statistics = Statistics(problem, estimators, one.reading)
        try:
            end = push(statistics, one.quantity, SIGNS[one.side], start.place, one.rounds)
        except SurveyError as error:
            progress(f"{one.name}: {error}")
            continue
        store.save(one.name, end)
        if np.isfinite(end.misfit):
            progress(f"{one.name} {end.value:.4f}, chi2 {end.misfit:.0f}, {end.steps} steps")
        else:  # no factor model
            progress(f"{one.name} {end.value:.4f}, {end.steps} steps")
        yield one, end


def furthest(group: list[Sought], store: Store) -> Iterator[tuple[Sought, End | None]]:
    """Each end of a group with the furthest one kept that lies in its set; none where nothing is kept.

    A set that is sought step by step goes further than in one go, so that an end that was sought under one
    fit may lie beyond that of a fit that asks for less.
    """
    kept = [(one, store.load(one.name)) for one in group if store.has(one.name)]
    for one in group:
        own = [pair for pair in kept if pair[0] == one]  # first, as of equal ends it is the one taken
        others = [pair for pair in kept if pair[0].quantity == one.quantity]
        there = [end for other, end in (*own, *others) if _lies_in(end, other, one)]
        yield one, max(there, key=partial(_ahead, one), default=None)


def _ahead(one: Sought, end: End) -> float:
    """How far an end lies on the side that is sought."""
    return SIGNS[one.side] * end.value


def _lies_in(end: End, sought_as: Sought, one: Sought) -> bool:
    if sought_as == one:
        return True
    by_fit_alone = sought_as.reading.loading is None and one.reading.loading is None
    return by_fit_alone and end.misfit <= one.reading.misfit
