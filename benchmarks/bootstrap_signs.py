"""Signs of constructs in bootstrap resamples, judged by fresh samples from a known population.

    python -m benchmarks.bootstrap_signs

PLS leaves the sign of every construct open. A bootstrap has to choose it in each resample. Where a construct
is ill-determined (its items have little in common), its weights follow the construct it is said to explain,
and the choice decides how far resamples of the path spread. Two rules are compared: agreement with the first
principal component of the construct's own items, which the package has, and with the loadings in the sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import fit_each
from smartcity_survey.stats.pls.bootstrap import bootstrap_pls
from smartcity_survey.stats.pls.model import PlsModel

BLOCKS = np.repeat(np.eye(3, dtype=bool), 3, axis=0)
MODEL = PlsModel(BLOCKS, np.array([[0, 0, 1], [0, 0, 1], [0, 0, 0]], dtype=bool))


@dataclass(frozen=True, slots=True)
class Comparison:
    """The path from the ill-determined construct.

    spread : standard deviation of its coefficient over fresh samples. error, error_by_loadings : mean
        bootstrap standard error by the package's rule, and by agreement with the sample's loadings.
    rejected, rejected_by_loadings : share of samples whose t is beyond 1.96.
    """

    spread: float
    error: float
    error_by_loadings: float
    rejected: float
    rejected_by_loadings: float


def sample(rng: np.random.Generator, n: int, loading: float, path: float) -> Array:
    """(n, 9): three items each of a construct of that loading and path, one of path .5, and the outcome."""
    causes = rng.normal(size=(n, 2))
    outcome = causes @ [path, 0.5] + np.sqrt(0.75 - path**2) * rng.normal(size=n)
    loadings = np.repeat([loading, 0.8, 0.8], 3)
    factors = np.column_stack([causes, outcome])[:, np.repeat(np.arange(3), 3)]
    return np.asarray(factors * loadings + rng.normal(size=(n, 9)) * np.sqrt(1 - loadings**2))


def compare(
    loading: float, path: float, *, n: int, samples: int, draws: int, fresh: int, seed: int
) -> Comparison:
    """Bootstrap `samples` samples of n, and estimate `fresh` others."""
    rng = np.random.default_rng(seed)
    R = np.stack([correlation(sample(rng, n, loading, path)) for _ in range(fresh)], axis=2)
    estimates = [fit.path_coefficients[0, 2] for fit in fit_each(R, n, MODEL) if fit is not None]
    errors, t = np.empty((samples, 2)), np.empty((samples, 2))
    for number in range(samples):
        boot = bootstrap_pls(sample(rng, n, loading, path), MODEL, draws, seed=number)
        drawn = boot.draws.path_coefficients[boot.admissible][:, 0, 2]
        agreement = boot.draws.loadings[boot.admissible][:, :3] @ boot.estimate.loadings[:3]
        turned = np.where(agreement < 0, -drawn, drawn)
        errors[number] = drawn.std(ddof=1), turned.std(ddof=1)
        t[number] = np.abs(boot.fit.path_coefficients[0, 2]) / errors[number]
    rejected = (t > 1.96).mean(axis=0)
    return Comparison(float(np.std(estimates, ddof=1)), *errors.mean(axis=0).tolist(), *rejected.tolist())


def main() -> None:
    """Print the comparison for constructs without and with an effect."""
    print("loading  path  spread  error  by loadings  rejected  by loadings")
    for loading, path in ((0.3, 0.0), (0.3, 0.2), (0.6, 0.0), (0.7, 0.15)):
        found = compare(loading, path, n=200, samples=150, draws=300, fresh=1000, seed=5)
        errors = f"{found.spread:7.3f} {found.error:6.3f} {found.error_by_loadings:12.3f}"
        print(f"{loading:7.1f} {path:5.2f} {errors} {found.rejected:9.3f} {found.rejected_by_loadings:12.3f}")


if __name__ == "__main__":
    main()
