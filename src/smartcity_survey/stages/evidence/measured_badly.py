"""Claims whose constructs are measured so badly that their coefficients cannot be read as the constructs'."""

from __future__ import annotations

import pandas as pd

from smartcity_survey.study.limits import limit
from smartcity_survey.study.model import Hypothesis, Model


def measured_badly(
    hypothesis: Hypothesis, model: Model, loadings: pd.DataFrame | None, reliability: pd.DataFrame | None
) -> list[str]:
    """Codes of doubts about the scores of a claim's reflective constructs, whatever its coefficients are.

    An item with a negative outer loading runs against the others of its construct, and a low Cronbach's alpha
    says that the items have little in common: the score is then no measure of the construct.

    Parameters
    ----------
    loadings, reliability : the stage files `pls_loadings` and `reliability`; None or without lines where
        there is no solution, which raises no doubt.
    """
    named = {*hypothesis.chain, hypothesis.moderator}
    own = {one.name for one in model.constructs if one.mode == "reflective"} & named
    doubts = []
    if loadings is not None and {"construct", "loading"} <= set(loadings.columns):
        against = loadings.loc[loadings["construct"].isin(own), "loading"] < 0
        doubts += ["item_against_construct"] * bool(against.any())
    if reliability is not None and {"construct", "cronbach_alpha"} <= set(reliability.columns):
        alphas = reliability.loc[reliability["construct"].isin(own), "cronbach_alpha"].dropna()
        if not alphas.map(limit("alpha").met).all():
            doubts.append("unreliable_construct")
    return doubts
