"""What grows: for each task its sizes, what theory says of them, and the work at a size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from survey import larger, larger_owner
from tasks import model

from smartcity_survey.stats.core.correlations import correlation, covariance
from smartcity_survey.stats.core.dealt import deal
from smartcity_survey.stats.core.streamed import StreamedMoments
from smartcity_survey.stats.evidence.construct_moments import pls_moments, score_moments
from smartcity_survey.stats.evidence.subset_regression import huber_fits, sandwich_fits
from smartcity_survey.stats.factor.adequacy import kmo
from smartcity_survey.stats.factor.components import rotated_solution
from smartcity_survey.stats.items.held_influence import grouped
from smartcity_survey.stats.items.item_moments import pearson_moments, polychoric_moments
from smartcity_survey.stats.measurement.scores import mean_score_weights
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.bootstrap import bootstrap_pls
from smartcity_survey.stats.pls.micom import compare_groups
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.pls.model_fit import exact_fit
from smartcity_survey.stats.pls.prediction import predict_pls, random_folds
from smartcity_survey.stats.quality.careless import careless_indices
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_robust import satorra_bentler
from smartcity_survey.stats.sem.invariance import invariance_ladder
from smartcity_survey.stats.sem.likelihood import Sample

Work = Callable[[], object]
Answers = NDArray[np.float64]
ROWS = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
BLOCKS = model(larger_owner()).blocks
OUTCOME = len(BLOCKS.T) - 1


@dataclass(frozen=True)
class Growth:
    """axis : what `sizes` are of. theory : how time should grow. prepare : from a size, the work."""

    axis: str
    sizes: tuple[int, ...]
    theory: str
    prepare: Callable[[int], Work]


def of_rows(work: Callable[[Answers], object]) -> Callable[[int], Work]:
    """A task of the answers of n respondents to 51 items."""

    def prepare(n: int) -> Work:
        x = larger(n).astype(np.float64)
        return lambda: work(x)

    return prepare


def paths_of(x: Answers) -> object:
    """Influences on the constructs' correlations by PLS, as the specification curve has them."""
    moments, groups = pearson_moments(x, x[:, :0]), deal(len(x), 1)
    return pls_moments(moments if groups is None else grouped(moments, groups), model(larger_owner()))


def categories(x: Answers) -> object:
    moments, groups = polychoric_moments(x.astype(np.int64), x[:, :0]), deal(len(x), 1)
    return moments if groups is None else grouped(moments, groups)


def huber(x: Answers) -> object:
    scores = score_moments(x @ mean_score_weights(BLOCKS).T, x[:, :0], None, deal(len(x), 1))
    return huber_fits(scores, OUTCOME, np.arange(OUTCOME), np.zeros((1, 0), dtype=bool))


def regression(x: Answers) -> object:
    scores = x @ mean_score_weights(BLOCKS).T
    return ols(scores[:, OUTCOME], scores[:, :OUTCOME])


def factors(x: Answers) -> object:
    fit = fit_cfa(covariance(x, ddof=0), len(x), BLOCKS)
    return satorra_bentler(fit, x)


def streamed(n: int) -> Work:
    """A pass over slices of half a million, the slice being the same each time."""
    x = larger(min(n, 500_000))

    def work() -> object:
        moments = StreamedMoments(x.shape[1], 1, 5, seed=1)
        for _ in range(0, n, len(x)):
            moments.add(x)
        return moments

    return work


def simple(constructs: int, items: int, n: int = 2_000) -> tuple[Answers, PlsModel]:
    """Answers to constructs of so many items each, the last of which the others explain."""
    rng = np.random.default_rng(0)
    owner = np.repeat(np.arange(constructs), items)
    covariances = np.full((constructs, constructs), 0.4) + 0.6 * np.eye(constructs)
    values = rng.normal(size=(n, constructs)) @ np.linalg.cholesky(covariances).T
    x = 0.75 * values[:, owner] + 0.66 * rng.normal(size=(n, len(owner)))
    paths = np.zeros((constructs, constructs), dtype=bool)
    paths[:-1, -1] = True
    return np.clip(np.rint(3.0 + x), 1, 5), PlsModel(owner[:, None] == np.arange(constructs), paths)


def of_items(work: Callable[[Answers, PlsModel], object], n: int = 2_000) -> Callable[[int], Work]:
    """A task of p items, ten to a construct."""
    return lambda p: partial(work, *simple(p // 10, 10, n))


def of_constructs(work: Callable[[Answers, PlsModel], object]) -> Callable[[int], Work]:
    """A task of c constructs of four items each."""
    return lambda c: partial(work, *simple(c, 4))


def of_draws(work: Callable[[Answers, int], object], n: int = 676) -> Callable[[int], Work]:
    return lambda draws: partial(work, larger(n).astype(np.float64), draws)


def specifications(count: int) -> Work:
    """One measurement beside so many sets of ten covariates."""
    x = larger(2_000).astype(np.float64)
    covariates = np.random.default_rng(1).normal(size=(2_000, 10))
    moments = pls_moments(pearson_moments(x, covariates), model(larger_owner()))
    controls = np.array([[number >> bit & 1 for bit in range(10)] for number in range(count)], dtype=bool)
    return lambda: sandwich_fits(moments.composites, OUTCOME, np.arange(OUTCOME), controls)


def waves(count: int) -> Work:
    """The ladder of invariance over waves of 300 respondents, four constructs of four items."""
    answers = [simple(4, 4, 300 + wave)[0] for wave in range(count)]
    samples = [Sample(len(x), covariance(x, ddof=0), x.mean(axis=0)) for x in answers]
    blocks = simple(4, 4, 10)[1].blocks
    return lambda: invariance_ladder(samples, blocks)


def fitted(x: Answers, claimed: PlsModel) -> object:
    return fit_pls(correlation(x), len(x), claimed)


def confirmed(x: Answers, claimed: PlsModel) -> object:
    return fit_cfa(covariance(x, ddof=0), len(x), claimed.blocks)


def components(x: Answers, _: PlsModel) -> object:
    R = correlation(x)
    return kmo(R), rotated_solution(R)


GROUPED = "1; less where groups stand for respondents"
P, C = (50, 100, 200, 350, 500), (5, 10, 20, 40, 60)
TASKS = {
    "correlations": Growth("respondents", ROWS, "1", of_rows(correlation)),
    "careless indices": Growth(
        "respondents", ROWS, "1", of_rows(lambda x: careless_indices(x, larger_owner()))
    ),
    "regression": Growth("respondents", ROWS, "1", of_rows(regression)),
    "CFA and its robust test": Growth("respondents", ROWS, "1", of_rows(factors)),
    "polychoric correlations, influences": Growth("respondents", ROWS, "1", of_rows(categories)),
    "PLS, influences": Growth("respondents", ROWS, GROUPED, of_rows(paths_of)),
    "Huber regression": Growth("respondents", ROWS, "1", of_rows(huber)),
    "PLS bootstrap, 1,000 draws": Growth(
        "respondents",
        ROWS,
        GROUPED,
        of_rows(lambda x: bootstrap_pls(x, model(larger_owner()), 1_000, seed=1, workers=1)),
    ),
    "exact fit, 100 draws": Growth(
        "respondents",
        ROWS,
        GROUPED,
        of_rows(lambda x: exact_fit(x, model(larger_owner()), "composite", "saturated", draws=100, seed=1)),
    ),
    "two groups, 200 permutations": Growth(
        "respondents",
        ROWS,
        GROUPED,
        of_rows(lambda x: compare_groups(x, model(larger_owner()), x[:, 0] > 3, permutations=200, seed=1)),
    ),
    "PLSpredict, 10 folds": Growth(
        "respondents",
        ROWS,
        "1",
        of_rows(lambda x: predict_pls(x, model(larger_owner()), random_folds(len(x), 10, 1, seed=1))),
    ),
    "one pass over slices": Growth("respondents", (*ROWS[2:], 3_000_000, 10_000_000), "1", streamed),
    "KMO, components, varimax": Growth(
        "items", P, "3; the curvature 6, as the factors grow with the items", of_items(components)
    ),
    "CFA": Growth("items", P, "3 to 4", of_items(confirmed)),
    "PLS bootstrap, 200 draws": Growth(
        "items", P, "2", of_items(lambda x, m: bootstrap_pls(x, m, 200, seed=1, workers=1), 676)
    ),
    "one PLS fit": Growth("constructs", C, "2 to 3", of_constructs(fitted)),
    "CFA of constructs": Growth(
        "constructs",
        C,
        "4 to 6",
        of_constructs(confirmed),
    ),
    "PLS bootstrap": Growth(
        "draws",
        (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000),
        "1",
        of_draws(lambda x, draws: bootstrap_pls(x, model(larger_owner()), draws, seed=1, workers=1)),
    ),
    "two groups": Growth(
        "permutations",
        (100, 300, 1_000, 3_000, 10_000),
        "1",
        of_draws(
            lambda x, draws: compare_groups(x, model(larger_owner()), x[:, 0] > 3, permutations=draws, seed=1)
        ),
    ),
    "sets of controls": Growth("specifications", (16, 64, 256, 1_024), "1", specifications),
    "ladder of invariance": Growth(
        "waves", (2, 5, 10, 20, 50), "1 by blocks; 3 as the inverse is of all waves at once", waves
    ),
}
