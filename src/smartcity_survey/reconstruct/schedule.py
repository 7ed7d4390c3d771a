"""How much work each level of a reconstruction is given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Polish:
    """One search for a combination of moves.

    Attributes
    ----------
    widen : intervals are widened to this share of a typical move's effect, so that wide ones settle first.
    most : moves at most; hot : starting temperature; inner : share of the interval that is aimed at.
    """

    widen: float
    most: int
    hot: float
    inner: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """Numbers of steps; more of them reach further, fewer are quicker.

    Attributes
    ----------
    start_rounds, rounds : Levenberg-Marquardt rounds from a factor model, and to the printed statistics.
    centring : linear programmes that make room around the solution.
    disturbance : norm of the random departure from the factor model.
    sweeps, corrected_sweeps : of annealing, first and after each of the `corrections` of the aim.
    greedy : (moves at most) of the greedy passes.
    level : (moves at most, temperature) of each levelling.
    polish : searches in order; the `last` ones are repeated up to `repeats` times until nothing is missed.
    kick : levelling that starts another descent where these get stuck.
    pool, trials, restarts : moves considered, trials and restarts of each search.
    partners : pairs formed with every move; chi2_slack : distance of Bartlett's statistic left to the end.
    pairs : pairs of moves tried exactly for Bartlett's statistic.
    """

    start_rounds: int = 10
    rounds: int = 40
    centring: int = 6
    disturbance: float = 2.0
    sweeps: int = 500
    corrected_sweeps: int = 700
    corrections: int = 2
    greedy: tuple[int, ...] = (150, 60, 40)
    level: tuple[tuple[int, float], ...] = ((60, 20.0), (60, 5.0))
    polish: tuple[Polish, ...] = (
        Polish(0.3, 24, 4.0, 0.5),
        Polish(0.1, 24, 4.0, 0.6),
        Polish(0.03, 20, 4.0, 0.7),
        Polish(0.01, 16, 4.0, 0.75),
        Polish(0.0, 16, 4.0, 0.8),
        Polish(0.0, 12, 2.0, 0.8),
        Polish(0.0, 8, 1.0, 0.85),
        Polish(0.0, 12, 3.0, 0.9),
        Polish(0.0, 8, 0.5, 0.9),
        Polish(0.0, 16, 1.5, 0.85),
        Polish(0.0, 6, 0.2, 0.95),
    )
    last: int = 4
    kick: tuple[int, float] = (40, 5.0)
    repeats: int = 12
    pool: int = 16000
    trials: int = 4_000_000
    restarts: int = 2
    partners: int = 4
    chi2_slack: float = 1.0
    pairs: int = 100_000
