"""Prediction-oriented segments (PLS-POS): respondents dealt so that the paths of each segment explain most.

Becker, Rai, Ringle and Voelckner (2013), MIS Quarterly 37, 665-694, appendix B.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.errors import NotConverged, StatisticsError
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.pls.algorithm import PlsFit, construct_scores, fit_pls
from smartcity_survey.stats.pls.model import PlsModel

SMALLEST = 10
"""Respondents a segment keeps at least, or two more than the most predictors of a construct."""
MAX_MOVES = 10_000
SAME_SUM = 1e-6


@dataclass(frozen=True, slots=True)
class OrientedSegments:
    """K segments over a model of c constructs, each respondent in one.

    codes : (n,), segment 0, 1, ..., the largest first. fits : of each segment's respondents alone.
    r2_sum : over segments and explained constructs, of the best start. moves : of it.
    starts : those that reached a solution. found : how many of them reached this sum.
    """

    codes: IntArray
    fits: tuple[PlsFit, ...]
    r2_sum: float
    moves: int
    starts: int
    found: int


@dataclass(frozen=True, slots=True)
class _State:
    codes: IntArray
    fits: tuple[PlsFit, ...]
    moves: int = 0

    @property
    def r2_sum(self) -> float:
        return float(np.nansum([fit.r2 for fit in self.fits]))


class _Climb:
    """Answers, their whole sample's scores, and how segments of them are fitted."""

    def __init__(self, x: Array, model: PlsModel, k: int, depth: int, tolerance: float, most: int) -> None:
        self.x, self.model, self.k, self.depth = x, model, k, depth
        self.tolerance, self.most = tolerance, most
        self.scores = construct_scores(x, self.fit(np.ones(len(x), dtype=bool)).outer_weights)
        self.explained = np.flatnonzero(model.paths.any(axis=0))
        self.smallest = max(SMALLEST, int(model.paths.sum(axis=0).max()) + 2)

    def fit(self, rows: Array) -> PlsFit:
        own = self.x[rows]
        return fit_pls(
            correlation(own), len(own), self.model, tolerance=self.tolerance, max_iterations=self.most
        )

    def state(self, codes: IntArray) -> _State:
        return _State(codes, tuple(self.fit(codes == segment) for segment in range(self.k)))

    def distances(self, fits: tuple[PlsFit, ...]) -> Array:
        """(n, K): roots of a respondent's squared residuals over those of all, summed over constructs."""
        found = []
        for fit in fits:
            squares = np.square(self.scores - self.scores @ fit.path_coefficients)[:, self.explained]
            found.append(np.sqrt(squares / squares.sum(axis=0)).sum(axis=1))
        return np.stack(found, axis=1)

    def begun(self, codes: IntArray) -> _State:
        """Segments of those nearest to the paths of a first division."""
        codes = self.distances(self.state(codes).fits).argmin(axis=1)
        if np.bincount(codes, minlength=self.k).min() < self.smallest:
            raise StatisticsError("a segment with too few respondents")
        return self.state(codes)

    def better(self, state: _State) -> _State | None:
        """One respondent moved to a nearer segment so that R2 grows: the first that does, farthest first."""
        distances = self.distances(state.fits)
        places = np.arange(len(distances))
        own = distances[places, state.codes]
        others = distances.copy()
        others[places, state.codes] = np.inf
        gain = own - others.min(axis=1)
        candidates = np.argsort(-gain, kind="stable")[: min(self.depth, int((gain > 0).sum()))]
        for place in candidates:
            source, target = int(state.codes[place]), int(others[place].argmin())
            codes = state.codes.copy()
            codes[place] = target
            if (codes == source).sum() < self.smallest:
                continue
            fits = list(state.fits)
            try:
                for segment in (source, target):
                    fits[segment] = self.fit(codes == segment)
            except StatisticsError:
                continue
            moved = _State(codes, tuple(fits), state.moves + 1)
            if moved.r2_sum > state.r2_sum:
                return moved
        return None


def orient_segments(
    x: Array,
    model: PlsModel,
    k: int,
    *,
    starts: int = 5,
    seed: int = 0,
    depth: int | None = None,
    max_moves: int = MAX_MOVES,
    tolerance: float = 1e-7,
    max_iterations: int = 300,
    begun: IntArray | None = None,
) -> OrientedSegments:
    """Divide the respondents of answers (n, p) into k segments with the largest sum of R2.

    From a random division respondents are moved one at a time to a segment whose paths leave less of their
    scores unexplained, where R2 grows thereby; the best of several starts counts. It need not be the best of
    all divisions, and R2 grows with k in samples without any segments too.

    depth : candidates tried for one move; all where not given. begun : (starts, n), divisions to start from.
    tolerance, max_iterations : of each fit.

    Raises
    ------
    NotConverged where no start reaches a solution; what `fit_pls` raises of the whole sample.
    """
    n = len(x)
    climb = _Climb(x, model, k, n if depth is None else depth, tolerance, max_iterations)
    if begun is None:
        streams = np.random.SeedSequence(seed).spawn(starts)
        begun = np.stack([np.random.default_rng(one).permutation(n) % k for one in streams])
    reached: list[_State] = []
    for codes in begun:
        try:
            state = climb.begun(codes)
        except (StatisticsError, np.linalg.LinAlgError):
            continue
        while state.moves < max_moves and (moved := climb.better(state)) is not None:
            state = moved
        if state.moves < max_moves:
            reached.append(state)
    if not reached:
        raise NotConverged(f"{k} prediction-oriented segments", max_moves, 0.0)
    best = max(reached, key=lambda one: one.r2_sum)
    order = np.argsort(-np.bincount(best.codes, minlength=k), kind="stable")
    place = np.empty(k, dtype=np.int64)
    place[order] = np.arange(k)
    return OrientedSegments(
        codes=place[best.codes],
        fits=tuple(best.fits[segment] for segment in order),
        r2_sum=best.r2_sum,
        moves=best.moves,
        starts=len(reached),
        found=sum(best.r2_sum - one.r2_sum < SAME_SUM for one in reached),
    )
