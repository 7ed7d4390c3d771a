"""Fit of rival measurement models, and what the restrictions of one cost beside another."""

from __future__ import annotations

from smartcity_survey.stats.core.significance import chi_square_test
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.stats.sem.maximum_likelihood import Fitted

INDICES = ("chi2", "df", "p", "cfi", "tli", "rmsea", "srmr", "aic", "bic")


def indices_of(fit: Fitted) -> dict[str, float]:
    """`INDICES` of a model."""
    indices = fit_indices(fit)
    return {name: getattr(indices, name) for name in INDICES}


def cost_of(restricted: Fitted, free: Fitted) -> dict[str, float]:
    """`chi2_lost, df_lost, p_change` of a model beside one without its restrictions; without any: nothing."""
    df = restricted.ml.df - free.ml.df
    if df <= 0:
        return {}
    test = chi_square_test(max(restricted.ml.chi2 - free.ml.chi2, 0.0), df)
    return {"chi2_lost": test.statistic, "df_lost": df, "p_change": test.p}
