"""Power of the tests of fit of the simulated survey: the table holds the core's numbers."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stages.sem.cfa import confirm_model
from smartcity_survey.stages.sem.fit_power import tell_power_of_fit
from smartcity_survey.stages.sem.sem import estimate_sem
from smartcity_survey.stats.evidence.fit_power import SUPPOSED, power_of_fit, respondents_for_fit
from smartcity_survey.study.config import CfaSection
from tests.stages import simulated
from tests.stages.refusals import refused


def fits(**changes: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    answers, model = simulated.answers(), replace(simulated.model(), **changes)
    cfa = confirm_model(answers, model, CfaSection(dynamic_draws=20), 0.95, 3)
    return cfa.tables["cfa_fit"], estimate_sem(answers, model, 0.95).tables["sem_fit"]


def test_the_lines_are_the_cores() -> None:
    cfa_fit, sem_fit = fits()
    table = tell_power_of_fit(simulated.answers(), cfa_fit, sem_fit, 0.01).tables["fit_power"]
    # All paths are there: the structural model fits as the measurement model does.
    assert table["fitted_model"].tolist() == ["measurement"] * 3
    df, n = int(cfa_fit.set_index("statistic")["value"]["df"]), len(simulated.answers())
    for line, pair in zip(table.itertuples(), SUPPOSED.values(), strict=True):
        assert (line.rmsea_null, line.rmsea_true) == pair
        assert line.power_of_fit == power_of_fit(n, df, *pair, 0.01)
        assert line.n_for_fit == respondents_for_fit(df, *pair, 0.01)


def test_a_model_that_leaves_out_paths_has_lines_of_its_own() -> None:
    names = simulated.CONSTRUCTS
    chain = tuple(pairwise(names))
    cfa_fit, sem_fit = fits(paths=chain)
    table = tell_power_of_fit(simulated.answers(), cfa_fit, sem_fit, 0.05).tables["fit_power"]
    assert table["fitted_model"].tolist() == ["measurement"] * 3 + ["structural"] * 3
    df = table.drop_duplicates("fitted_model").set_index("fitted_model")["df"]
    assert df["structural"] > df["measurement"]


def test_gaps_count_where_all_answers_are_used() -> None:
    cfa_fit, sem_fit = fits()
    answers = simulated.answers().copy()
    answers.loc[:199, simulated.ITEMS[0]] = np.nan
    whole, complete = (
        tell_power_of_fit(answers, cfa_fit, sem_fit, 0.05, missing, simulated.ITEMS)
        for missing in ("fiml", "complete")
    )
    assert whole.cards["fit_power"]["n"] == len(answers)
    assert complete.cards["fit_power"]["n"] == len(answers) - 200
    assert (whole.tables["fit_power"]["n_for_fit"] == complete.tables["fit_power"]["n_for_fit"]).all()


@pytest.mark.parametrize("saturated", [True, False])
def test_without_degrees_of_freedom_there_is_nothing_to_test(saturated: bool) -> None:
    nothing = pd.DataFrame({"statistic": ["df"], "value": [0.0]}) if saturated else pd.DataFrame()
    result = tell_power_of_fit(simulated.answers(), nothing, pd.DataFrame(), 0.05)
    assert result.tables["fit_power"].empty
    assert refused(result, "fit_power") == [("table", "saturated" if saturated else "no_solution", "")]
