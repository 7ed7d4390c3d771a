"""Do two groups measure the same composites, and do their paths differ? Both by permutation.

Respondents are dealt to two groups of the same sizes at random, again and again; what the real groups differ
by is compared with what such groups differ by. Of many respondents random groups are dealt (`core.dealt`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.dealt import Groups, deal
from smartcity_survey.stats.core.draws import Draws, Take, make_all, steps
from smartcity_survey.stats.core.errors import InGroup, StatisticsError
from smartcity_survey.stats.core.resample import UnitProducts, unit_products
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.pls.algorithm import construct_scores, fit_pls
from smartcity_survey.stats.pls.estimates import Estimator, PlsEstimates
from smartcity_survey.stats.pls.model import PlsModel, SortedModel
from smartcity_survey.stats.pls.stack import Admissibility, Reason

# Random groups that equal the real ones differ by this at most.
ROUNDING = 1e-12
FEWEST_DEALT = 50
"""Random groups that the smaller group is made of, at least, where they are dealt in place of respondents."""


@dataclass(frozen=True, slots=True)
class PermutationTest:
    """Differences of two groups, first less second, beside those of groups dealt at random.

    difference, low, high, p : of one shape; low and high bound the middle `level` of the random differences,
        p is two-sided.
    """

    difference: Array
    low: Array
    high: Array
    p: Array


@dataclass(frozen=True, slots=True)
class GroupComparison:
    """Measurement invariance of c composites (MICOM) and differences of their paths, in two groups.

    Step 1, the same items, treatment and algorithm in both, is given by one model and one function.
    correlation : (c,), step 2, of the composites that both groups' weights make of all answers; at most 1.
    correlation_quantile : (c,), its lower 1 - level quantile under permutation.
    correlation_p : (c,), share of permutations with a correlation as low.
    mean, log_variance : step 3, (c,), of the scores that common weights give, in standard deviations and as
        the logarithm of the ratio.
    first_paths, second_paths : (c, c), path coefficients of each group. paths : (c, c), their differences.
    n_first, n_second : respondents. n_permutations : admissible ones. n_inadmissible : those without a
        solution in one of the groups.
    """

    correlation: Array
    correlation_quantile: Array
    correlation_p: Array
    mean: PermutationTest
    log_variance: PermutationTest
    first_paths: Array
    second_paths: Array
    paths: PermutationTest
    n_first: int
    n_second: int
    n_permutations: int
    n_inadmissible: int


def compare_groups(
    x: Array,
    model: PlsModel,
    second: BoolArray,
    *,
    permutations: int,
    seed: int,
    level: float = 0.95,
    tolerance: float = 1e-12,
    max_iterations: int = 1000,
    progress: Callable[[int], None] = lambda _: None,
    take: Take = make_all,
) -> GroupComparison:
    """Compare the respondents where `second` (n,) is false with those where it is true, in answers x (n, p).

    p = (1 + number of permutations at least as extreme) / (1 + number of permutations), so that it is never
    zero (Phipson and Smyth 2010). Groups are aligned in sign with the fit to all respondents.

    Henseler, Ringle and Sarstedt (2016), International Marketing Review 33, 405-431; Chin and Dibbern (2010)
    in Esposito Vinzi et al. (eds.), Handbook of Partial Least Squares, 171-193.

    Parameters
    ----------
    progress : called with the number of permutations finished. take : has the permutations made.

    Raises
    ------
    All that `correlation` and `fit_pls` raise for all respondents; InGroup with what they raise for one
    of the groups (0 or 1).
    """
    whole = fit_pls(correlation(x), len(x), model, tolerance=tolerance, max_iterations=max_iterations)
    for group, members in enumerate((~second, second)):
        try:
            own = correlation(x[members])
            fit_pls(own, int(members.sum()), model, tolerance=tolerance, max_iterations=max_iterations)
        except StatisticsError as error:
            raise InGroup(group, error) from error
    layout = SortedModel.of(model)
    reference = whole.loadings[layout.order, layout.owner]
    estimator = Estimator(layout, model.consistent, tolerance, max_iterations, reference)
    groups = groups_to_deal(second, seed)
    dealt = deal_respondents(
        second if groups is None else groups_of_second(second, groups), permutations, seed
    )
    first, other, admissible = estimates_of_dealings(
        x[:, layout.order], second, dealt, estimator, progress, take, groups=groups
    )
    correlations = composite_correlations(correlation(x), model, first.outer_weights, other.outer_weights)
    scores = construct_scores(x, whole.outer_weights)
    means, variances = _score_differences(scores, second, dealt[admissible[1:]], groups)
    found, random = correlations[0], correlations[1:]
    quantile, p = correlation_test(found, random, level)
    return GroupComparison(
        correlation=found,
        correlation_quantile=quantile,
        correlation_p=p,
        mean=_test(means, level),
        log_variance=_test(variances, level),
        first_paths=first.path_coefficients[0],
        second_paths=other.path_coefficients[0],
        paths=_test(first.path_coefficients - other.path_coefficients, level),
        n_first=int((~second).sum()),
        n_second=int(second.sum()),
        n_permutations=len(random),
        n_inadmissible=permutations - len(random),
    )


def groups_to_deal(second: BoolArray, seed: int) -> Groups | None:
    """The random groups that are dealt in place of many respondents; None where these are dealt one by one.

    That is so too where the smaller of the two groups would be made of few random ones.
    """
    found, share = deal(len(second), seed), float(second.mean())
    return found if found and min(share, 1 - share) * found.count >= FEWEST_DEALT else None


def groups_of_second(second: BoolArray, groups: Groups) -> BoolArray:
    """(groups,): as many random groups as have the size of the second group, the first ones."""
    return np.asarray(np.arange(groups.count) < round(groups.count * float(second.mean())))


def deal_respondents(second: BoolArray, permutations: int, seed: int) -> BoolArray:
    """(permutations, n): membership dealt at random, each time by a stream of its own."""
    streams = np.random.SeedSequence(seed).spawn(permutations)
    return np.stack([np.random.default_rng(stream).permutation(second) for stream in streams])


def estimates_of_dealings(
    x: Array,
    second: BoolArray,
    dealt: BoolArray,
    estimator: Estimator,
    progress: Callable[[int], None],
    take: Take,
    weights: Array | None = None,
    groups: Groups | None = None,
) -> tuple[PlsEstimates, PlsEstimates, BoolArray]:
    """Estimates of both groups, and of those that B dealings make, where both have a solution; and where.

    x : (n, p), items as the estimator sorts them. second : (n,). dealt : (B, n), or (B, G) of random groups.
    weights : (n,), sampling weights, which go with the respondents.
    """
    dealings = _Dealings.of(x, second, dealt, weights, groups)
    shape = 1 + len(dealt), x.shape[1], len(estimator.layout.blocks)
    found = PlsEstimates.empty(*shape), PlsEstimates.empty(*shape)
    verdicts = Admissibility.clean(shape[0]), Admissibility.clean(shape[0])
    before = len(dealings.real)

    def estimate(part: slice, moments: Sequence[Array]) -> None:
        for own, into, verdict in zip(moments, found, verdicts, strict=True):
            estimator.estimate(own, into.select(part), verdict.select(part))

    def fill(part: slice) -> None:
        estimate(slice(before + part.start, before + part.stop), dealings.moments(part))

    for moments in dealings.real:
        estimate(slice(0, 1), moments)
    shown = slice(before, None)
    take(
        Draws(
            tuple(own for each in (*found, *verdicts) for own in each.select(shown).arrays()),
            dealings.blocks(),
            fill,
            progress=lambda done: progress(before + done - 1),
        )
    )
    admissible = (verdicts[0].reason == Reason.ADMISSIBLE) & (verdicts[1].reason == Reason.ADMISSIBLE)
    return found[0].select(admissible), found[1].select(admissible), admissible


@dataclass(frozen=True, slots=True)
class _Dealings:
    """Moments of first and second groups: of the real ones, then of B dealings.

    dealt : (B, u) units of the second group; where these are respondents, the real groups come first.
    real : moments of the real groups, where they are no dealing of the units, as of random groups.
    """

    products: UnitProducts
    total: Array
    dealt: BoolArray
    real: tuple[tuple[Array, Array], ...]

    @classmethod
    def of(
        cls, x: Array, second: BoolArray, dealt: BoolArray, weights: Array | None, groups: Groups | None
    ) -> _Dealings:
        products = unit_products(x, weights, None if groups is None else groups.codes)
        if groups is None:
            return cls(products, products.total(), np.vstack((second[None], dealt)), ())
        real = unit_products(x, weights, second.astype(np.int64)).moments(np.eye(2))
        return cls(products, products.total(), dealt, ((real[:, :1], real[:, 1:]),))

    def blocks(self) -> tuple[slice, ...]:
        return steps(len(self.dealt), self.products.stack_size())

    def moments(self, part: slice) -> tuple[Array, Array]:
        own = self.products.moments(self.dealt[part].astype(np.uint8))
        return self.total - own, own


def composite_correlations(R: Array, model: PlsModel, first: Array, second: Array) -> Array:
    """(B, c): correlations of the composites that two sets of outer weights (B, p) make of the same items."""
    found = np.empty((len(first), model.blocks.shape[1]))
    for construct, block in enumerate(model.blocks.T):
        a, b, within = first[:, block], second[:, block], R[np.ix_(block, block)]
        products = [np.einsum("bi,ij,bj->b", u, within, v) for u, v in ((a, b), (a, a), (b, b))]
        found[:, construct] = products[0] / np.sqrt(products[1] * products[2])
    return found


def correlation_test(found: Array, random: Array, level: float) -> tuple[Array, Array]:
    """Lower quantile and p (c,) of correlations (c,) beside those of groups dealt at random (B, c)."""
    p = (1 + (random <= found + ROUNDING).sum(axis=0)) / (1 + len(random))
    return np.quantile(random, 1 - level, axis=0), p


def _score_differences(
    scores: Array, second: BoolArray, dealt: BoolArray, groups: Groups | None
) -> tuple[Array, Array]:
    """(1 + B, c): differences of the means of scores (n, c), first less second, and of log variances."""
    c, dealings = scores.shape[1], _Dealings.of(scores, second, dealt, None, groups)
    moments = [*dealings.real, *map(dealings.moments, dealings.blocks())]
    squares = np.cumsum([c + 1, *range(c, 1, -1)])
    parts = []
    for own in (np.concatenate(side, axis=1) for side in zip(*moments, strict=True)):
        size, sums = own[0], own[1 : c + 1]
        parts.append((sums / size, (own[squares] - sums**2 / size) / (size - 1)))
    (first_mean, first_variance), (second_mean, second_variance) = parts
    return (first_mean - second_mean).T, np.log(first_variance / second_variance).T


def _test(differences: Array, level: float) -> PermutationTest:
    """The first of the differences (1 + B, ...) against the others."""
    found, random = differences[0], differences[1:]
    low, high = np.quantile(random, [(1 - level) / 2, (1 + level) / 2], axis=0)
    extreme = (np.abs(random) >= np.abs(found) - ROUNDING).sum(axis=0)
    return PermutationTest(found, low, high, (1 + extreme) / (1 + len(random)))
