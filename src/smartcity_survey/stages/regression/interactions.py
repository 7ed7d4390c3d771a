"""Interactions in the regression of an outcome: whether a path depends on a construct or a demographic."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.stats.sampling.weighted_regression import DesignFit, design_regression
from smartcity_survey.study.model import Model

INTERACTION_TABLES = ("interactions",)


def interaction_frame(
    scores: pd.DataFrame,
    demographics: Mapping[str, Array],
    outcome: str,
    model: Model,
    level: float,
    design: SurveyDesign | None = None,
) -> pd.DataFrame:
    """The regression of one outcome with the products of its moderated paths beside the main effects.

    All scores and demographic variables are standardised, the products are not again: a product's coefficient
    is what one standard deviation of the moderator adds to the slope of the path, as in the second stage of
    PLS-SEM (Aiken and West 1991, ch. 3). Who did not answer a demographic question is left out.

    Parameters
    ----------
    demographics : demographic moderators as numbers (n,), NaN where there is no answer. design : sampling
        weights, by which variables are standardised too, and clusters.

    Raises
    ------
    What `ols` and `design_regression` raise.
    """
    moderated = [m for m in model.every_moderation if m.target == outcome]
    beside = dict.fromkeys(m.moderator for m in moderated if m.moderator in demographics)
    columns = {
        name: scores[name].to_numpy(dtype=np.float64) for name in (*model.predictors(outcome), outcome)
    }
    columns |= {name: demographics[name] for name in beside}
    complete = ~np.isnan(np.column_stack(list(columns.values()))).any(axis=1)
    answered = None if design is None else design.subset(complete)
    z = {name: _standardised(values[complete], answered) for name, values in columns.items()}
    y = z.pop(outcome)
    products = [z[m.source] * z[m.moderator] for m in moderated]
    x = np.column_stack([*z.values(), *products])
    found = ols(y, x, ci_level=level) if answered is None else design_regression(y, x, answered, level)
    fit = found.fit if isinstance(found, DesignFit) else found
    first = 1 + len(z)
    return pd.DataFrame(
        {
            "source": [m.source for m in moderated],
            "moderator": [m.moderator for m in moderated],
            "target": outcome,
            "estimate": fit.coef[first:],
            "std_error": found.std_err[first:],
            "t": found.t[first:],
            "p": found.p[first:],
            "ci_low": found.ci_low[first:],
            "ci_high": found.ci_high[first:],
            "n": fit.n,
        }
    )


def _standardised(values: Array, design: SurveyDesign | None) -> Array:
    if design is not None:
        mean = design.weights @ values / design.n
        return np.asarray((values - mean) / np.sqrt(weighted_covariance(values[:, None], design)[0, 0]))
    z: Array = (values - values.mean()) / values.std(ddof=1)
    return z
