"""What the crosscheck writes down: differences, and a bound where they are noise."""

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.model import Construct, Model
from smartcity_survey.stages.crosscheck import EXACT, OPTIMUM, Comparison, _cfa, require_agreement
from smartcity_survey.stats.cfa import fit_cfa
from tests.stats.survey_data import answered_survey


def compared(ours: float, tolerance: float = EXACT) -> float:
    return Comparison("r2", "statsmodels", np.array([ours]), np.array([0.5]), tolerance).difference()


def test_noise_is_written_as_one_bound_and_a_difference_as_itself() -> None:
    assert compared(0.5) == compared(0.5 + 1e-16) == compared(0.5 - 9e-11) == 1e-10
    assert compared(0.5 + 3e-9) == pytest.approx(3e-9, rel=1e-6)
    assert [compared(0.5, tolerance) for tolerance in (1e-5, 1e-4)] == [1e-7, 1e-6]
    assert np.isnan(compared(np.nan))


def test_a_difference_past_its_tolerance_stops() -> None:
    line = {"quantity": "r2", "package": "statsmodels", "tolerance": EXACT, "scale": "absolute"}
    for difference in (compared(0.5 + 2e-8), compared(np.nan)):
        frame = pd.DataFrame([line | {"max_abs_difference": difference}])
        with pytest.raises(SurveyError, match="statsmodels differs"):
            require_agreement(frame.assign(agrees=frame["max_abs_difference"] <= frame["tolerance"]))


def test_semopy_ends_at_our_optimum() -> None:
    """To far fewer than the tolerance's digits, so that a fault of ours cannot hide in its stopping rule."""
    items, _ = answered_survey(300, 8)
    names = [f"i{j}" for j in range(12)]
    model = Model(
        tuple(Construct(f"c{j}", tuple(names[3 * j : 3 * j + 3]), "reflective") for j in range(4)),
        (("c0", "c3"),),
        (),
        0.05,
    )
    fit = fit_cfa(np.cov(items, rowvar=False, ddof=0), 300, model.membership())
    tables = {
        "cfa_loadings": pd.DataFrame({"item": names, "std_loading": fit.std_loadings.sum(axis=1)}),
        "cfa_fit": pd.DataFrame({"statistic": ["chi2"], "value": [fit.chi2]}),
    }
    for comparison in _cfa(pd.DataFrame(items, columns=names), tables, model):
        assert comparison.tolerance == OPTIMUM
        assert np.abs(comparison.ours - comparison.theirs).max() < OPTIMUM / 100
