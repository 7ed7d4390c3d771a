"""How much work each level of a reconstruction is given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Search:
    """One search for a combination of units.

    Attributes
    ----------
    most : units at most; hot, cold : starting and last temperature.
    aim : units are sought that lead so many times the way to the intervals, beside those of small effect.
    """

    most: int
    hot: float
    cold: float
    aim: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """Numbers of steps; more of them reach further, fewer are quicker.

    Attributes
    ----------
    start_rounds, rounds, corrected_rounds : Levenberg-Marquardt rounds from a factor model, to the printed
        statistics, and to a corrected aim, which need not exist.
    centring : linear programmes that make room around the solution.
    disturbance : norm of the random departure from the factor model.
    sweeps, corrected_sweeps : of annealing, first and after each of the `corrections` of the aim.
    greedy : (moves at most) of the greedy passes.
    level : (moves at most, temperature) of each levelling.
    widest, tighten, narrowest : intervals are widened to a share of a typical move's effect, so that wide
        ones settle first; the share falls by a factor whenever the squared distances add up to less than
        `settled`, and to nothing after the narrowest.
    patience, last_patience : searches after which the share falls even if it did not settle, and searches in
        the intervals themselves before a next descent.
    again, descents : the share from which a next descent goes to the intervals at once; after so many of
        them it begins elsewhere, and slowly again.
    searches : at most; they take the kinds of `search` in turn.
    returns : how often they are gone through, where rows had to be brought back within the printed extremes.
    least_inner, most_inner : share of the intervals aimed at, first and last.
    pool, trials, restarts : moves considered, trials and restarts of each search.
    partners : pairs formed with every move.
    idle : share of the pool for moves of items that no score weighs.
    chi2_slack, chi2_near : distance of Bartlett's statistic while others are missed, and once only it is.
    keep, keep_last : combinations of each restart that are evaluated exactly, and in the search for
        Bartlett's last digits; finishes : tries at them in a row.
    """

    start_rounds: int = 10
    rounds: int = 40
    corrected_rounds: int = 15
    centring: int = 6
    disturbance: float = 2.0
    sweeps: int = 500
    corrected_sweeps: int = 700
    corrections: int = 2
    greedy: tuple[int, ...] = (150, 60, 40)
    level: tuple[tuple[int, float], ...] = ((60, 20.0), (60, 5.0))
    widest: float = 1.0
    tighten: float = 0.7
    narrowest: float = 0.0015
    settled: float = 1.5
    patience: int = 3
    last_patience: int = 10
    again: float = 0.15
    descents: int = 5
    searches: int = 150
    returns: int = 3
    search: tuple[Search, ...] = (
        Search(24, 8.0, 0.01, 2.0),
        Search(16, 2.0, 0.01, 1.0),
        Search(32, 20.0, 0.01, 4.0),
    )
    last: Search = Search(4, 0.3, 0.03, 0.0)
    least_inner: float = 0.4
    most_inner: float = 0.96
    pool: int = 20_000
    trials: int = 4_000_000
    restarts: int = 2
    partners: int = 3
    idle: float = 0.1
    keep: int = 100
    chi2_slack: float = 60.0
    chi2_near: float = 2.0
    finishes: int = 6
    keep_last: int = 10_000

    def inner(self, widen: float) -> float:
        """The share of the intervals aimed at: small while others are wide, as what settles drifts later."""
        if widen <= self.narrowest:
            return self.most_inner
        way = np.log(widen / self.narrowest) / np.log(self.widest / self.narrowest)
        return float(self.most_inner + way * (self.least_inner - self.most_inner))

    def lateness(self, inner: float) -> float:
        """How far the share of the intervals has grown, from 0 to 1."""
        return float(np.clip((inner - self.least_inner) / (self.most_inner - self.least_inner), 0, 1))
