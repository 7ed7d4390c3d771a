from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.stages.factor.common_factors import compare_solutions
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.factor.extraction import (
    goodness_of_fit,
    maximum_likelihood_factors,
    principal_axes,
)
from smartcity_survey.stats.factor.oblique import oblimin, promax
from smartcity_survey.study.config import FactorsSection
from tests.stages import simulated
from tests.stages.refusals import refused

FACTORS = [f"factor_{number}" for number in range(1, 8)]


def items() -> pd.DataFrame:
    return simulated.answers()[list(simulated.ITEMS)]


@pytest.fixture(scope="module")
def result() -> StageResult:
    return compare_solutions(items(), FactorsSection(n_components=7, promax_kappa=3))


def chosen(table: pd.DataFrame, extraction: str, rotation: str) -> pd.DataFrame:
    lines = table[(table["extraction"] == extraction) & (table["rotation"] == rotation)]
    return lines[FACTORS]


def test_pattern_structure_and_correlations_are_those_of_the_core(result: StageResult) -> None:
    loadings = principal_axes(correlation(items().to_numpy()), 7).loadings
    for rotation, expected in (("oblimin", oblimin(loadings)), ("promax", promax(loadings, 3))):
        for table, values in (
            ("pattern_matrix", expected.pattern),
            ("structure_matrix", expected.structure),
            ("factor_correlations", expected.factor_correlations),
        ):
            assert np.array_equal(chosen(result.tables[table], "principal_axes", rotation), values)
    assert set(result.tables["structure_matrix"]["rotation"]) == {"oblimin", "promax"}


def test_every_extraction_is_rotated_three_ways(result: StageResult) -> None:
    solutions = result.tables["factor_solutions"]
    assert len(solutions) == 4 * 3
    assert set(solutions["status"]) == {"converged"}
    main = solutions.iloc[0]
    assert (main["extraction"], main["rotation"]) == ("components", "varimax")
    assert main["smallest_congruence"] == pytest.approx(1)
    assert main["n_items_moved"] == 0
    likely = solutions[solutions["extraction"] == "maximum_likelihood"].iloc[0]
    x = items().to_numpy()
    fit = goodness_of_fit(maximum_likelihood_factors(correlation(x), 7), len(x))
    assert (likely["chi2"], likely["df"], likely["p"]) == (fit.statistic, fit.df, fit.p)
    assert solutions.loc[solutions["extraction"] != "maximum_likelihood", "chi2"].isna().all()
    assert set(result.cards) == set(result.tables)


def test_communalities_of_both_factor_models(result: StageResult) -> None:
    table = result.tables["factor_communalities"]
    expected = principal_axes(correlation(items().to_numpy()), 7)
    axes = table[table["extraction"] == "principal_axes"]
    assert np.array_equal(axes["initial"], expected.initial_communalities)
    assert np.array_equal(axes["communality"], expected.communalities)
    assert not table["heywood"].any()


def test_what_the_answers_do_not_admit_is_listed_with_its_reason() -> None:
    four = items()[list(simulated.ITEMS[:4])]
    result = compare_solutions(four, FactorsSection(n_components=2))
    solutions = result.tables["factor_solutions"]
    assert result.tables["factor_communalities"].empty
    assert refused(result, "factor_communalities") == [("table", "under_identified", "")]
    assert "refused" not in result.cards["pattern_matrix"]
    status = solutions.set_index("extraction")["status"]
    assert status["principal_axes"] == "under_identified"
    assert set(status["components"]) == {"converged"}


def test_a_heywood_case_is_flagged() -> None:
    # r12 r13 / r23 > 1: one factor would have to explain more than all of the first item.
    R = np.array([[1.0, 0.9, 0.9, 0.1], [0.9, 1.0, 0.7, 0.1], [0.9, 0.7, 1.0, 0.1], [0.1, 0.1, 0.1, 1.0]])
    z = np.random.default_rng(1).standard_normal((400, 4)) @ np.linalg.cholesky(R).T
    frame = pd.DataFrame(np.round(2 * z), columns=list("abcd"))
    found = compare_solutions(frame, FactorsSection(n_components=1)).tables
    axes = found["factor_communalities"].query("extraction == 'principal_axes'")
    assert axes["item"][axes["heywood"]].tolist() == ["a"]
    status = found["factor_solutions"].groupby("extraction")["status"].unique()
    assert status["principal_axes"].tolist() == ["heywood"]
    assert status["components"].tolist() == ["converged"]
