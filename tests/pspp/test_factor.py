"""FACTOR by components and by principal axes, varimax and promax: every number PSPP prints, beside ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from smartcity_survey.stats.core.correlations import check_conditioning, correlation, covariance
from smartcity_survey.stats.core.significance import t_two_sided
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.adequacy import bartlett_sphericity, kmo
from smartcity_survey.stats.factor.components import FactorSolution, rotated_solution
from smartcity_survey.stats.factor.extraction import principal_axes
from smartcity_survey.stats.factor.oblique import promax

from .program import ABSENT, PROGRAM, Table, require_all_compared, run
from .surveys import Survey

pytestmark = pytest.mark.skipif(PROGRAM is None, reason=ABSENT)

# Eigenvectors: PSPP's and LAPACK's differ by the rounding error over the gap between eigenvalues.
EIGENVECTORS = 1e-11
# With RCONVERGE(1e-15) PSPP rotates until nothing changes any more; measured 5e-13 (bfi, simulated) and
# 1.2e-11 (bundled, whose criterion is flatter).
CONVERGED = 3e-11
# At its default, RCONVERGE(0.0001), it stops early, as SPSS and R do; measured 2.5e-5 (bfi), 9.5e-5
# (simulated) and 8.3e-4 (bundled, whose criterion is flat), see `Survey.default_stop`: enough to change a
# third decimal.
# PSPP iterates principal axes until no communality moves by 1e-13; measured 5e-13 (bundled) to 2e-11
# (simulated), and the same after promax.
ITERATED = 1e-10

FACTOR = (
    "FACTOR VARIABLES={items} /PRINT={prints} /CRITERIA=FACTORS({k}) ITERATE(1000) {criteria}"
    " /EXTRACTION=PC /ROTATION=VARIMAX.\n"
)


def test_factor(survey: Survey, tmp_path: Path) -> None:
    k, items = survey.n_components, survey.items
    printed = run(
        tmp_path,
        survey.load
        + FACTOR.format(
            items=" ".join(items),
            k=k,
            criteria="RCONVERGE(1e-15)",
            prints="INITIAL EXTRACTION ROTATION UNIVARIATE CORRELATION SIG DET KMO AIC COVARIANCE",
        ),
    )
    answers = survey.complete(items)
    matrix = correlation(answers)
    solution = rotated_solution(matrix, k)
    compare_moments(printed, answers, items)
    compare_adequacy(printed, matrix, len(answers))
    compare_extraction(printed, solution, items)

    ours = oriented(solution.loadings, printed["Rotated Component Matrix"], k)
    rotated = printed["Rotated Component Matrix"]
    rotated.compare(2, 1, ours, CONVERGED)
    rotated.complete(header_rows=2)
    table = printed["Total Variance Explained"]
    table.compare(2, 7, variance_columns(np.square(ours).sum(axis=0), len(items)), 10 * CONVERGED)
    table.complete(header_rows=2)
    require_all_compared(printed)


def compare_moments(printed: dict[str, Table], answers: Array, items: list[str]) -> None:
    """FACTOR's univariate statistics: in PSPP 1.6.2 standard deviations and covariances divide by n."""
    n, p = answers.shape
    S = covariance(answers, ddof=0)
    univariate = printed["Descriptive Statistics"]
    univariate.labels(1, 0, items)
    univariate.compare(1, 1, np.column_stack([answers.mean(axis=0), np.sqrt(np.diagonal(S)), np.full(p, n)]))
    univariate.complete()
    printed["Covariance Matrix"].compare(1, 1, S)
    printed["Covariance Matrix"].complete()


def compare_adequacy(printed: dict[str, Table], matrix: Array, n: int) -> None:
    p = len(matrix)
    sampling, bartlett = kmo(matrix), bartlett_sphericity(matrix, n)
    table = printed["KMO and Bartlett's Test"]
    table.compare(0, 2, [[sampling.overall], [bartlett.statistic], [bartlett.df], [bartlett.p]])
    table.complete(header_rows=0, label_columns=2)

    with np.errstate(divide="ignore"):
        t = matrix * np.sqrt((n - 2) / (1 - np.square(matrix)))
    one_sided = np.where(np.eye(p, dtype=bool), np.nan, t_two_sided(t, n - 2) / 2)
    correlations = printed["Correlation Matrix"]
    correlations.compare(1, 2, np.vstack([matrix, one_sided]))
    correlations.complete(label_columns=2)
    determinant = float(np.exp(check_conditioning(matrix).log_determinant))
    assert correlations.caption == f"Determinant: {determinant:.2f}"

    anti_image = printed["Anti-Image Matrices"]
    anti_image.compare(1, 2, np.vstack([sampling.anti_image_covariance, sampling.anti_image_correlation]))
    anti_image.complete(label_columns=2)


def compare_extraction(printed: dict[str, Table], solution: FactorSolution, items: list[str]) -> None:
    p, k = solution.loadings.shape
    communalities = printed["Communalities"]
    communalities.labels(1, 0, items)
    communalities.compare(1, 1, np.column_stack([np.ones(p), solution.communalities]))
    communalities.complete()
    variance = printed["Total Variance Explained"]
    variance.compare(2, 1, variance_columns(solution.eigenvalues, p))
    variance.compare(2, 4, variance_columns(solution.eigenvalues[:k], p))
    unrotated = printed["Component Matrix"]
    unrotated.labels(2, 0, items)
    unrotated.compare(2, 1, oriented(solution.unrotated_loadings, unrotated, k), EIGENVECTORS)
    unrotated.complete(header_rows=2)


def variance_columns(eigenvalues: Array, p: int) -> Array:
    percent = 100 * eigenvalues / p
    return np.column_stack([eigenvalues, percent, np.cumsum(percent)])


def oriented(ours: Array, table: Table, k: int) -> Array:
    """Our columns in the order and with the signs of a printed matrix: PSPP sorts and reflects neither.

    Columns belong together by Tucker's congruence, which does not favour components of large variance.
    """
    theirs = loadings_of(table)
    congruence = ours.T @ theirs / np.outer(np.linalg.norm(ours, axis=0), np.linalg.norm(theirs, axis=0))
    best = np.abs(congruence).argmax(axis=0)
    assert sorted(best) == list(range(k))
    signs = np.sign(congruence[best, np.arange(k)])
    return ours[:, best] * signs


def loadings_of(table: Table) -> Array:
    return np.array([[float(text) for text in cells[1:]] for cells in table.cells[2:]])


def test_default_stopping_rule_is_loose(survey: Survey, tmp_path: Path) -> None:
    k = survey.n_components
    commands = FACTOR.format(items=" ".join(survey.items), k=k, criteria="", prints="ROTATION")
    rotated = run(tmp_path, survey.load + commands)["Rotated Component Matrix"]
    ours = oriented(rotated_solution(correlation(survey.complete(survey.items)), k).loadings, rotated, k)
    rotated.compare(2, 1, ours, survey.default_stop)
    with pytest.raises(AssertionError, match="Rotated Component Matrix"):
        rotated.compare(2, 1, ours, survey.default_stop / 10)


def test_principal_axes_and_promax(survey: Survey, tmp_path: Path) -> None:
    k, items = survey.n_components, survey.items
    printed = run(
        tmp_path,
        survey.load + f"FACTOR VARIABLES={' '.join(items)} /PRINT=INITIAL EXTRACTION ROTATION"
        f" /CRITERIA=FACTORS({k}) ITERATE(5000) ECONVERGE(1e-13) RCONVERGE(1e-15)"
        " /EXTRACTION=PAF /ROTATION=PROMAX(4).\n",
    )
    matrix = correlation(survey.complete(items))
    factors = principal_axes(matrix, k)
    communalities = printed["Communalities"]
    communalities.compare(
        1, 1, np.column_stack([factors.initial_communalities, factors.communalities]), ITERATED
    )
    unrotated = printed["Factor Matrix"]
    unrotated.compare(2, 1, oriented(factors.loadings, unrotated, k), ITERATED)
    rotated = promax(factors.loadings)
    pattern, structure = printed["Pattern Matrix"], printed["Structure Matrix"]
    pattern.compare(2, 1, oriented(rotated.pattern, pattern, k), ITERATED)
    pattern.complete(header_rows=2)
    congruence = rotated.pattern.T @ loadings_of(pattern)
    order = np.abs(congruence).argmax(axis=0)
    signs = np.sign(congruence[order, np.arange(k)])
    correlations = rotated.factor_correlations[np.ix_(order, order)] * np.outer(signs, signs)
    printed["Factor Correlation Matrix"].compare(1, 1, correlations, ITERATED)
    printed["Factor Correlation Matrix"].complete()
    # PSPP 1.6.2 reflects the columns of the structure matrix without regard to those of the pattern matrix.
    ours = rotated.structure[:, order]
    reflected = np.sign((ours * loadings_of(structure)).sum(axis=0))
    structure.compare(2, 1, ours * reflected, ITERATED)
    structure.complete(header_rows=2)
