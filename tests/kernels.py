"""What rounding could decide, on whatever kernels the environment chooses; printed as in stage files."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from smartcity_survey.io import write_table
from smartcity_survey.stages.evidence.curve_choices import CurveChoices
from smartcity_survey.stages.evidence.specification_curve import specification_curve
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.factor.components import rotated_solution
from smartcity_survey.stats.factor.extraction import maximum_likelihood_factors, principal_axes
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Construct, Hypothesis, Model
from tests.stats.survey_data import answered_survey

NAMES = ("a", "b", "c", "y")
ITEMS = [f"{name}{k}" for name in NAMES for k in (1, 2, 3)]
N = 150


bits = sha256()
"""Of all numbers, to the last bit."""


def written(frame: pd.DataFrame) -> str:
    """As a stage file has it."""
    bits.update(frame.to_csv().encode())
    with TemporaryDirectory() as folder:
        write_table(frame, Path(folder) / "table.csv")
        return (Path(folder) / "table.csv").read_text(encoding="utf-8")


def curve() -> str:
    """All specifications, with a control that one respondent alone has."""
    items, covariates = answered_survey(N, 21)
    lonely = np.zeros((N, 1))
    lonely[40] = 1.0
    model = Model(
        tuple(Construct(name, tuple(ITEMS[3 * j : 3 * j + 3]), "reflective") for j, name in enumerate(NAMES)),
        tuple((name, "y") for name in NAMES[:3]),
        (Hypothesis("H1", "a", "y", "positive"), Hypothesis("H2", "c", "y", "negative")),
        0.05,
    )
    alternatives = CurveChoices(
        {"all": tuple(ITEMS)},
        {"none": np.ones(N, dtype=bool)},
        {"age": covariates[:, :1], "lonely": lonely},
        crossed=True,
    )
    answers = pd.DataFrame(items, columns=ITEMS)
    result = specification_curve(answers, model, PlsSection(), alternatives, draws=100, seed=3)
    return "".join(map(written, result.tables.values()))


def factors() -> str:
    """Fit indices with and without degrees of freedom, and loadings by three extractions."""
    items, _ = answered_survey(N, 21)
    S, R = np.cov(items, rowvar=False, ddof=0), correlation(items)
    membership = np.repeat(np.eye(4, dtype=bool), 3, axis=0)
    saturated = fit_cfa(S[:3, :3], N, np.ones((3, 1), dtype=bool))
    indices = [asdict(fit_indices(fit)) for fit in (fit_cfa(S, N, membership), saturated)]
    loadings = (
        rotated_solution(R, 3).loadings,
        principal_axes(R, 3).loadings,
        maximum_likelihood_factors(R, 3).loadings,
    )
    return written(pd.DataFrame(indices)) + written(pd.DataFrame(np.hstack(loadings)).rename(columns=str))


if __name__ == "__main__":
    lines = factors() + curve()
    print(bits.hexdigest(), lines, sep="\n")
