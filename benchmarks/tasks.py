"""What is timed: our side of each task, and what it is compared with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from survey import OWNER, answers, genders, larger, larger_owner
from threadpoolctl import threadpool_limits
from timing import best_of

from smartcity_survey.stats.core.correlations import correlation, covariance
from smartcity_survey.stats.factor.adequacy import bartlett_sphericity, kmo
from smartcity_survey.stats.factor.components import rotated_solution
from smartcity_survey.stats.items.polychoric_correlations import polychoric
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.bootstrap import bootstrap_pls
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.invariance import invariance_ladder
from smartcity_survey.stats.sem.likelihood import Sample


@dataclass(frozen=True)
class Sizes:
    """How much is timed: bootstrap draws of ours and of the peers, draws and rows of the growth tasks."""

    draws: int
    peer_draws: int
    growth_draws: tuple[int, ...]
    growth_rows: tuple[int, ...]


# The peers take time in proportion to the draws; 500 of theirs, scaled up, keep the whole table to minutes.
FULL = Sizes(10_000, 500, (1_000, 10_000, 100_000), (1_000, 10_000, 100_000, 1_000_000))
QUICK = Sizes(1_000, 20, (1_000, 2_000), (1_000, 10_000))


@dataclass(frozen=True)
class Task:
    """A line of the table: our seconds, and those of a reference where there is one.

    reference : name, and how long it takes; a string names the program of other packages and its task.
    goal : what the numbers should show.
    """

    name: str
    ours: Callable[[], float]
    reference: tuple[str, Callable[[], float]] | str | None = None
    goal: str = ""


def membership(owner: np.ndarray) -> np.ndarray:
    return np.asarray(owner[:, None] == np.arange(7))


def model(owner: np.ndarray) -> PlsModel:
    """Six constructs explain the seventh."""
    paths = np.zeros((7, 7), dtype=bool)
    paths[:6, 6] = True
    return PlsModel(membership(owner), paths)


def bootstrap(x: np.ndarray, owner: np.ndarray, draws: int, repeats: int = 3) -> float:
    """Weights, loadings, paths, R2, f2 and HTMT of every draw."""
    return best_of(lambda: bootstrap_pls(x, model(owner), draws, seed=1), repeats)


def bare_product(n: int, p: int, draws: int) -> float:
    """What resampling cannot do without, on all cores: counts (draws, n) times products of items."""
    rng = np.random.default_rng(0)
    counts = rng.poisson(1, size=(draws, n)).astype(np.float64)
    products = rng.normal(size=(n, p * (p + 1) // 2))
    with threadpool_limits(os.cpu_count(), user_api="blas"):
        return best_of(lambda: counts @ products, 20)


def one_fit() -> float:
    x = answers()
    return best_of(lambda: fit_pls(correlation(x), len(x), model(OWNER)), 200)


def measurement_model() -> float:
    x = answers()
    return best_of(lambda: fit_cfa(covariance(x, ddof=0), len(x), membership(OWNER), tolerance=1e-8), 20)


def adequacy_and_factors() -> float:
    x = answers()

    def analyse() -> None:
        R = correlation(x)
        kmo(R)
        bartlett_sphericity(R, len(x))
        rotated_solution(R, 7)

    return best_of(analyse, 20)


def invariance() -> float:
    """Configural, metric, scalar and strict, women and men."""
    x, group = answers(), genders()
    parts = [x[group == one] for one in np.unique(group)]
    samples = [Sample(len(part), covariance(part, ddof=0), part.mean(axis=0)) for part in parts]
    return best_of(lambda: invariance_ladder(samples, membership(OWNER)), 5)


def polychoric_correlations() -> float:
    """With their influences, which the weights of DWLS need."""
    codes = answers().astype(np.int64)
    return best_of(lambda: polychoric(codes), 5)


def tasks(sizes: Sizes) -> Iterator[Task]:
    """All lines of the table, in order."""
    whole = f"PLS bootstrap, {sizes.draws:,} draws"
    ours = cache(lambda: bootstrap(answers(), OWNER, sizes.draws, 20))
    yield Task(
        whole,
        ours,
        ("bare matrix product", lambda: bare_product(676, 48, sizes.draws)),
        "ratio above 0.33",
    )
    yield Task(whole, ours, "peers.py bootstrap_seminr", "ratio above 50")
    yield Task(whole, ours, "peers.py bootstrap_plspm", "ratio above 50")
    yield Task("one PLS fit", one_fit, "peers.py fit_seminr", "under 2 ms")
    yield Task("one PLS fit", one_fit, "peers.py fit_plspm", "under 2 ms")
    cfa, factors = "CFA, 7 factors, gradient below 1e-8", "KMO, Bartlett, components, varimax"
    yield Task(cfa, measurement_model, "peers.py cfa_semopy", "under 30 ms")
    yield Task(cfa, measurement_model, "peers.R cfa_lavaan", "under 30 ms")
    yield Task("invariance of two groups, four levels", invariance, "peers.R invariance_lavaan")
    yield Task(factors, adequacy_and_factors, "peers.py factors_factor_analyzer", "under 8 ms")
    yield Task(factors, adequacy_and_factors, "peers.R factors_psych", "under 8 ms")
    correlations = "polychoric correlations, 48 items"
    yield Task(correlations, polychoric_correlations, "peers.R polychoric_psych")
    yield Task(correlations, polychoric_correlations, "peers.R polychoric_lavaan")
    for draws in sizes.growth_draws:
        yield Task(
            f"PLS bootstrap, 676 x 48, {draws:,} draws",
            lambda draws=draws: bootstrap(answers(), OWNER, draws),
            goal="linear in draws",
        )
    for n in sizes.growth_rows:
        yield Task(
            f"PLS bootstrap, {n:,} x 51, 1,000 draws",
            lambda n=n: bootstrap(larger(n).astype(float), larger_owner(), 1_000, 1),
            goal="linear in n",
        )
