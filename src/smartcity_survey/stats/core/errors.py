"""What the numeric core refuses to compute.

The errors carry column positions, not names: the caller who knows the items names them.
"""

from __future__ import annotations

from collections.abc import Iterable


class StatisticsError(ValueError):
    """The input admits no trustworthy result."""


class ConstantItems(StatisticsError):
    """Columns without variance; `indices` are their positions."""

    def __init__(self, indices: tuple[int, ...]) -> None:
        self.indices = indices
        super().__init__(f"columns {indices} are constant")


class ConstantInTraining(ConstantItems):
    """Columns without variance among the respondents that a model is to learn from, to predict others."""


class LinearDependence(StatisticsError):
    """Columns that are exact combinations of one another.

    `groups` holds one tuple of column positions per dependence; `smallest_eigenvalue` and
    `condition_number` describe the correlation matrix.
    """

    def __init__(
        self, groups: tuple[tuple[int, ...], ...], smallest_eigenvalue: float, condition_number: float
    ) -> None:
        self.groups = groups
        self.smallest_eigenvalue = smallest_eigenvalue
        self.condition_number = condition_number
        super().__init__(
            f"columns {groups} are linearly dependent (smallest eigenvalue {smallest_eigenvalue:.3g}, "
            f"condition number {condition_number:.3g})"
        )


class TooFewRows(StatisticsError):
    """Fewer rows than the method needs."""

    def __init__(self, n: int, needed: int) -> None:
        self.n = n
        self.needed = needed
        super().__init__(f"{n} rows, at least {needed} needed")


class NotFinite(StatisticsError):
    """Missing or infinite values where complete data is needed; `indices` are column positions."""

    def __init__(self, indices: tuple[int, ...]) -> None:
        self.indices = indices
        super().__init__(f"columns {indices} hold missing or infinite values")


class NotConverged(StatisticsError):
    """An iteration ended before its criterion was met."""

    def __init__(self, method: str, iterations: int, criterion: float) -> None:
        self.method = method
        self.iterations = iterations
        self.criterion = criterion
        super().__init__(f"{method} did not converge in {iterations} iterations (criterion {criterion:.3g})")


class PerfectFit(StatisticsError):
    """The residuals are rounding error, so nothing can be said about them."""

    def __init__(self) -> None:
        super().__init__("the predictors reproduce the outcome exactly; its residuals are rounding error")


class HalfFitted(PerfectFit):
    """More than half of the rows lie on a plane, so that a robust scale of the residuals is 0."""

    def __init__(self) -> None:
        StatisticsError.__init__(
            self, "more than half of the respondents lie exactly on a plane; their robust scale is 0"
        )


class Separated(StatisticsError):
    """Predictors that tell some answers of the outcome apart without error: no coefficients are finite."""

    def __init__(self) -> None:
        super().__init__(
            "the predictors tell some answers apart without error, so that no coefficients are finite"
        )


class TooManyPredictors(StatisticsError):
    """More predictors than all their subsets can be compared of."""

    def __init__(self, k: int, most: int) -> None:
        self.k = k
        self.most = most
        super().__init__(f"{k} predictors have 2^{k} subsets; those of at most {most} can be compared")


class InvalidWeights(StatisticsError):
    """Weights that are not positive numbers; `rows` are their positions."""

    def __init__(self, rows: tuple[int, ...]) -> None:
        self.rows = rows
        super().__init__(f"weights of rows {rows} are not positive numbers")


class InvalidModel(StatisticsError):
    """A model that no data could estimate; the message says which rule it breaks.

    `kind` says what breaks it (`items`, `constructs`, `factors`), `indices` are their positions.
    """

    def __init__(self, found: str, kind: str = "", indices: Iterable[int] = ()) -> None:
        self.found = found
        self.kind = kind
        self.indices = tuple(int(index) for index in indices)
        super().__init__(f"{kind} {list(self.indices)} {found}" if self.indices else found)


class TooFewUnits(TooFewRows):
    """Fewer clusters, or respondents counted by their weights, than the errors of a sampling design need."""


class DependentPredictors(StatisticsError):
    """Constructs that explain another and are exact combinations of one another.

    `target` and `predictors` are positions of constructs.
    """

    def __init__(self, target: int, predictors: tuple[int, ...]) -> None:
        self.target = target
        self.predictors = predictors
        super().__init__(f"the predictors {predictors} of construct {target} are linearly dependent")


class ImproperSolution(StatisticsError):
    """A correction for attenuation that leaves the range of reliabilities or correlations.

    `construct` is the position of the construct, `found` says what is wrong with it.
    """

    def __init__(self, construct: int, found: str) -> None:
        self.construct = construct
        self.found = found
        super().__init__(f"construct {construct}: {found}")


class Unreliable(ImproperSolution):
    """A reliability that is not within (0, 1], so that nothing can be corrected by it."""


class NotPositiveDefinite(StatisticsError):
    """A correlation matrix that no complete data can have; `smallest_eigenvalue` is negative."""

    def __init__(self, smallest_eigenvalue: float) -> None:
        self.smallest_eigenvalue = smallest_eigenvalue
        super().__init__(
            f"the correlations contradict one another (smallest eigenvalue {smallest_eigenvalue:.3g})"
        )


class CorrelationsAtBound(StatisticsError):
    """Polychoric correlations whose likelihood rises up to 1 or -1; `pairs` are positions of two items each.

    So it is where a cell of a two-by-two table is empty, or where answers leave no doubt about one another.
    """

    def __init__(self, pairs: tuple[tuple[int, int], ...]) -> None:
        self.pairs = pairs
        super().__init__(f"the polychoric correlations of the columns {pairs} have no maximum below 1")


class InvalidComponents(StatisticsError):
    """A number of components the correlations do not have; `asked` of `available`."""

    def __init__(self, asked: int, available: int) -> None:
        self.asked = asked
        self.available = available
        super().__init__(f"{asked} components asked for, 1 to {available} are possible")


class TiedEigenvalues(StatisticsError):
    """The last component kept and the first left out explain the same, so which is kept is arbitrary."""

    def __init__(self, n_components: int, eigenvalue: float) -> None:
        self.n_components = n_components
        self.eigenvalue = eigenvalue
        super().__init__(
            f"components {n_components} and {n_components + 1} share the eigenvalue {eigenvalue:.6g}: "
            "the first alone is not determined"
        )


class UnderIdentified(StatisticsError):
    """Factors that too few items measure to be told; `factors` are their positions."""

    def __init__(self, factors: tuple[int, ...]) -> None:
        self.factors = factors
        super().__init__(f"too few items measure the factors {factors}")


class HeywoodCase(StatisticsError):
    """Items whose uniqueness is not positive where it must be; `indices` are their positions."""

    def __init__(self, indices: tuple[int, ...]) -> None:
        self.indices = indices
        super().__init__(f"items {indices} have no positive uniqueness (Heywood case)")


class EndlessSlope(StatisticsError):
    """Items whose slope on a trait grows without end, as they order respondents exactly as the trait does.

    `indices` are their positions.
    """

    def __init__(self, indices: tuple[int, ...]) -> None:
        self.indices = indices
        super().__init__(f"the slopes of items {indices} grow without end")


class InGroup(StatisticsError):
    """What one of several groups of respondents does not admit; `group` is its position, `error` says why."""

    def __init__(self, group: int, error: StatisticsError) -> None:
        self.group = group
        self.error = error
        super().__init__(f"group {group}: {error}")
