"""Bootstraps of imputed samples as one: Rubin's total variance; and the textbook's mean replacement."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stats.missing.imputation import imputations
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.bootstrap import PlsBootstrap, bootstrap_pls
from smartcity_survey.stats.pls.imputed import pool_bootstraps
from smartcity_survey.stats.pls.model import PlsModel
from tests.stats.missing.data import incomplete

MODEL = PlsModel(
    np.kron(np.eye(3), np.ones((3, 1))).astype(bool),
    np.array([[0, 0, 1], [0, 0, 1], [0, 0, 0]], dtype=bool),
)


def bootstraps(m: int = 5, draws: int = 60) -> list[PlsBootstrap]:
    x = incomplete("holzinger_missing")
    return [
        bootstrap_pls(filled, MODEL, draws, seed=number) for number, filled in enumerate(imputations(x, m, 3))
    ]


def test_estimates_are_means_and_errors_rubins() -> None:
    each = bootstraps()
    found = pool_bootstraps(each)
    own = np.array([one.estimate.path_coefficients for one in each])
    np.testing.assert_allclose(found.estimate.path_coefficients, own.mean(axis=0))
    np.testing.assert_allclose(found.fit.path_coefficients[MODEL.paths], own.mean(axis=0)[MODEL.paths])
    # Within: about the sample's estimate, divisor B, as the draws enter the pooled ones.
    spread = [
        np.sqrt(np.square(one.draws.path_coefficients - mean).mean(axis=0))
        for one, mean in zip(each, own, strict=True)
    ]
    within, between = np.square(spread).mean(axis=0), own.var(axis=0, ddof=1)
    rubin = np.sqrt(within + (1 + 1 / len(own)) * between)
    around = found.draws.path_coefficients - found.estimate.path_coefficients
    total = np.square(around).mean(axis=0)
    cross = [
        np.sqrt(6 / 4) * (mean - own.mean(axis=0)) * (one.draws.path_coefficients - mean).mean(axis=0) * 2
        for one, mean in zip(each, own, strict=True)
    ]
    np.testing.assert_allclose(total - np.mean(cross, axis=0), np.square(rubin), atol=1e-12)
    summary = found.summary("path_coefficients")
    np.testing.assert_allclose(summary.se[MODEL.paths], rubin[MODEL.paths], rtol=0.05)
    assert len(found.reason) == 5 * 60


def test_what_cannot_be_pooled_is_refused() -> None:
    one = bootstraps(2, 20)
    with pytest.raises(ValueError, match="two or more samples"):
        pool_bootstraps(one[:1])
    x = next(imputations(incomplete("holzinger_missing"), 1, 3))
    with pytest.raises(ValueError, match="percentile"):
        pool_bootstraps([bootstrap_pls(x, MODEL, 20, seed=1, jackknife=True)] * 2)


def test_mean_replacement_gives_the_textbooks_corporate_reputation_model() -> None:
    """Hair et al. (2021), PLS-SEM Using R, simple model of chapter 3: paths and R2 as printed."""
    seminr = pytest.importorskip("seminr", reason="its data are the textbook's")
    frame = pd.read_csv(
        Path(seminr.__file__).parent / "datasets/corp_rep_data.csv", sep=None, engine="python"
    )
    items = [f"{name}_{j}" for name in ("comp", "like") for j in (1, 2, 3)] + ["cusa"]
    items += ["cusl_1", "cusl_2", "cusl_3"]
    answers = frame[items].replace(-99, np.nan)
    assert answers.isna().any(axis=None)
    blocks = np.zeros((10, 4), dtype=bool)
    for item, construct in enumerate([0, 0, 0, 1, 1, 1, 2, 3, 3, 3]):
        blocks[item, construct] = True
    paths = np.zeros((4, 4), dtype=bool)
    paths[0, 2] = paths[0, 3] = paths[1, 2] = paths[1, 3] = paths[2, 3] = True
    x = answers.fillna(answers.mean()).to_numpy()
    found = fit_pls(np.corrcoef(x, rowvar=False), len(x), PlsModel(blocks, paths))
    printed = {(0, 2): 0.162, (1, 2): 0.424, (0, 3): 0.009, (1, 3): 0.342, (2, 3): 0.504}
    for (source, target), value in printed.items():
        assert round(float(found.path_coefficients[source, target]), 3) == value
    assert [round(float(value), 3) for value in found.r2[2:]] == [0.295, 0.562]
