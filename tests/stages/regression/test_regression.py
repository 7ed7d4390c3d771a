from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from smartcity_survey.data.dummies import demographic_dummies
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import StageResult
from smartcity_survey.stages.regression.regression import estimate_regression
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.stats.regression.ols_diagnostics import regression_diagnostics
from smartcity_survey.stats.regression.residuals import RESIDUAL_STATISTICS
from smartcity_survey.study.codebook import Band
from smartcity_survey.study.config import RegressionSection
from smartcity_survey.study.model import Moderation
from tests.stages import simulated

ROUNDING = 1e-9  # two ways to solve the same normal equations
PREDICTORS = list(simulated.CONSTRUCTS[:-1])


def regress(controls: tuple[str, ...]) -> StageResult:
    return estimate_regression(
        simulated.scores(),
        simulated.answers(),
        simulated.model(),
        simulated.codebook(),
        RegressionSection(controls=controls),
        "mean",
    )


@pytest.fixture(scope="module")
def result() -> StageResult:
    return regress(("city", "age"))


def test_coefficients_with_zero_order_partial_and_part_correlations(result: StageResult) -> None:
    y, x = simulated.scores()[simulated.OUTCOME].to_numpy(), simulated.scores()[PREDICTORS].to_numpy()
    expected = ols(y, x)
    table = result.tables["coefficients"].set_index("term")
    assert list(table.index) == ["constant", *PREDICTORS]
    assert {"b", "std_error", "beta", "t", "p", "ci_low", "ci_high", "tolerance", "vif"} <= set(table.columns)
    for column in ("zero_order", "partial", "part"):
        assert np.array_equal(table[column].iloc[1:], getattr(expected, column))
    diagnostics = regression_diagnostics(expected, x)
    residuals = result.tables["residual_statistics"]
    assert residuals["quantity"].tolist() == list(RESIDUAL_STATISTICS)
    assert np.array_equal(residuals["sd"], diagnostics.residual_statistics.sd)
    tests = result.tables["regression_diagnostics"].set_index("statistic")
    assert tests.loc["durbin_watson_exact", "p"] == diagnostics.durbin_watson.p
    assert "order" in result.cards["regression_diagnostics"]
    assert set(result.cards) == set(result.tables)


def test_demographics_enter_before_the_constructs(result: StageResult) -> None:
    found = demographic_dummies(simulated.answers(), simulated.codebook(), ("city", "age"))
    dummies = pd.DataFrame(found.values, columns=[str(category) for category in found.categories])
    y, x = simulated.scores()[simulated.OUTCOME], simulated.scores()[PREDICTORS]
    small = sm.OLS(y, sm.add_constant(dummies)).fit()
    large = sm.OLS(y, sm.add_constant(dummies.join(x))).fit()
    blocks = result.tables["hierarchical_blocks"].set_index("block")
    assert list(blocks.index) == ["demographics", "constructs"]
    assert blocks["r2"].tolist() == pytest.approx([small.rsquared, large.rsquared], rel=ROUNDING)
    f, p, df = large.compare_f_test(small)
    last = blocks.loc["constructs"]
    assert last["r2_change"] == pytest.approx(large.rsquared - small.rsquared, rel=ROUNDING)
    assert (last["f_change"], last["p_change"]) == pytest.approx((f, p), rel=ROUNDING)
    assert (last["df_1"], last["df_2"]) == (df, large.df_resid)
    assert (blocks["n"] == len(y)).all()
    table = result.tables["hierarchical_coefficients"]
    final = table[table["block"] == "constructs"]
    answered = final["term"] + np.where(final["answer"] == "", "", ": " + final["answer"])
    assert answered.tolist()[1:] == list(large.params.index[1:])
    assert final["b"].tolist()[1:] == pytest.approx(large.params.tolist()[1:], rel=1e-6)
    assert final["reference"].tolist() == ["", "1", "1", "1", "2", *[""] * len(PREDICTORS)]


def test_dummies_leave_out_the_largest_category_and_keep_who_did_not_answer() -> None:
    dummies = demographic_dummies(simulated.answers(), simulated.codebook(), ("city", "age"))
    assert dummies.references == {"city": "1", "age": "2"}
    answers = [(category.variable, category.answer) for category in dummies.categories]
    assert answers == [("city", "2"), ("city", "3"), ("city", "no_answer"), ("age", "1")]
    assert dummies.values[:, 2].sum() == simulated.answers()["city"].isna().sum()
    assert dummies.values[:, 3].sum() == (simulated.answers()["age"] <= 35).sum()


def test_without_controls_there_is_one_block() -> None:
    tables = regress(()).tables
    blocks = tables["hierarchical_blocks"]
    assert blocks["block"].tolist() == ["constructs"]
    assert blocks["r2_change"].tolist() == blocks["r2"].tolist() == tables["model_summary"]["r2"].tolist()


def test_an_unknown_control_is_named() -> None:
    with pytest.raises(SurveyError, match=r"regression.controls: .* town.*city, age"):
        regress(("town",))


@pytest.mark.parametrize("ends", [(35, 50, 99), (35, 99)])
def test_a_moderator_of_bands_counts_by_their_numbers_and_the_card_says_so(ends: tuple[int, ...]) -> None:
    """1, 2, 3, whatever the ages; of two bands it is a dummy, and nothing is to be said."""
    codebook, answers = simulated.codebook().model_copy(deep=True), simulated.answers()
    starts = (18, *(end + 1 for end in ends[:-1]))
    bands = tuple(
        Band.model_validate({"label": str(a), "from": a, "to": b}) for a, b in zip(starts, ends, strict=True)
    )
    age = codebook.demographics["age"].model_copy(update={"bands": bands})
    codebook = codebook.model_copy(update={"demographics": {**codebook.demographics, "age": age}})
    moderation = Moderation("age", PREDICTORS[0], simulated.OUTCOME)
    model = replace(simulated.model(), demographic_moderations=(moderation,))
    result = estimate_regression(simulated.scores(), answers, model, codebook, RegressionSection(), "mean")
    numbers = np.searchsorted(ends, answers["age"].to_numpy()) + 1.0
    z = (simulated.scores()[[*PREDICTORS, simulated.OUTCOME]].assign(age=numbers)).apply(
        lambda own: (own - own.mean()) / own.std()
    )
    x = z[[*PREDICTORS, "age"]].assign(product=z[PREDICTORS[0]] * z["age"])
    expected = sm.OLS(z[simulated.OUTCOME], sm.add_constant(x)).fit().params["product"]
    assert result.tables["interactions"]["estimate"].item() == pytest.approx(expected, rel=ROUNDING)
    told = result.cards["interactions"].get("moderator_bands")
    assert told == ("scored_by_number" if len(ends) > 2 else None)
