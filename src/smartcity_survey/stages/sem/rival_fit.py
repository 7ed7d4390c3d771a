"""Fit of rival measurement models, and what the restrictions of one cost beside another."""

from __future__ import annotations

from smartcity_survey.stats.core.significance import chi_square_test
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.stats.sem.cfa_robust import ScaledTest, scaled_difference
from smartcity_survey.stats.sem.invariance import judged_by
from smartcity_survey.stats.sem.maximum_likelihood import Fitted

INDICES = ("chi2", "df", "p", "cfi", "tli", "rmsea", "srmr", "aic", "bic")


SCALED = ("chi2", "df", "p", "cfi", "tli", "rmsea")
"""Those that a scaled test has too."""


def indices_of(fit: Fitted, test: ScaledTest | None = None) -> dict[str, float]:
    """`INDICES` of a model; of a scaled test, those that it has."""
    indices = fit_indices(fit)
    judged = judged_by(indices, test)
    return {name: getattr(judged if name in SCALED else indices, name) for name in INDICES}


def cost_of(
    restricted: Fitted, free: Fitted, tests: tuple[ScaledTest | None, ScaledTest | None] = (None, None)
) -> dict[str, float]:
    """`chi2_lost, df_lost, p_change` of a model beside one without its restrictions; without any: nothing.

    tests : of both, where they are scaled: the difference is Satorra and Bentler's (2001).
    """
    df = restricted.ml.df - free.ml.df
    if df <= 0:
        return {}
    narrow, wide = tests
    if narrow is not None and wide is not None:
        test = scaled_difference(narrow, restricted.ml.chi2, wide, free.ml.chi2)
    else:
        test = chi_square_test(max(restricted.ml.chi2 - free.ml.chi2, 0.0), df)
    return {"chi2_lost": test.statistic, "df_lost": df, "p_change": test.p}
