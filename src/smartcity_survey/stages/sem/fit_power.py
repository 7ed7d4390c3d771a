"""Power of the tests of fit: could this survey tell a model that fits from one that does not?"""

from __future__ import annotations

from typing import Annotated

import pandas as pd

from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.needs import Counted, FactorModelsMissing, Option, complete_rows
from smartcity_survey.stages.refusals import without_lines
from smartcity_survey.stats.evidence.fit_power import SUPPOSED, power_of_fit, respondents_for_fit
from smartcity_survey.study.limits import limit

COLUMNS = [
    *("fitted_model", "fit_hypothesis", "df", "rmsea_null", "rmsea_true"),
    *("power_of_fit", "n_for_fit"),
]


@stage("fit_power")
def tell_power_of_fit(
    answers: pd.DataFrame,
    cfa_fit: pd.DataFrame,
    sem_fit: pd.DataFrame,
    alpha: Annotated[float, Option("model.alpha")],
    missing: FactorModelsMissing = "complete",
    counted: Counted = None,
) -> StageResult:
    """Power of the tests of close, not-close and exact fit, and the respondents that they need.

    cfa_fit, sem_fit : the stage files of these names, whose degrees of freedom are taken. A structural model
        that leaves out no path has those of the measurement model, and stands there alone.
    missing, counted : as in the confirmatory model.
    """
    n = len(answers if missing == "fiml" else complete_rows(answers, counted))
    power = limit("power").value
    degrees = {"measurement": _degrees(cfa_fit), "structural": _degrees(sem_fit)}
    if degrees["structural"] == degrees["measurement"]:
        del degrees["structural"]
    lines = [
        (name, hypothesis, df, null, true, power_of_fit(n, df, null, true, alpha), needed)
        for name, df in degrees.items()
        if df
        for hypothesis, (null, true) in SUPPOSED.items()
        for needed in (respondents_for_fit(df, null, true, alpha, power),)
    ]
    card: Card = {
        "method": "noncentral_chi2_of_rmsea",
        "alpha": alpha,
        "power": power,
        **(respondents(n) if missing == "complete" else {"n": n, "missing": "full_information"}),
    }
    if not lines:
        card = without_lines(card, "saturated" if len(cfa_fit) else "no_solution")
    return StageResult({"fit_power": pd.DataFrame(lines, columns=COLUMNS)}, {"fit_power": card})


def _degrees(fit: pd.DataFrame) -> int:
    """Degrees of freedom in a table of fit; 0 where it has none."""
    if not len(fit):
        return 0
    return int(fit.set_index("statistic")["value"]["df"])
