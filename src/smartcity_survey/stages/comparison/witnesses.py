"""What one survey shows of all that is not printed: verdicts by every method, reliability, validity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.stages.measurement.measurement import evaluate_measurement
from smartcity_survey.stages.measurement.scores import score_weights
from smartcity_survey.stages.pls.pls import fit_model, pls_model
from smartcity_survey.stages.pls.pls_bootstrap import interval_summary, resample
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.stats.sem.sem import fit_sem
from smartcity_survey.study.config import PlsSection, ScoreMethod
from smartcity_survey.study.model import Model
from smartcity_survey.study.verdict import judge

OF = ("of", "other")
"""What a quantity is one of: `of` an item, an index of fit, a construct, the source of a path (`other`: its
target), or one construct of a pair (`other`: the second)."""
FIT = ("rmsea", "cfi", "tli", "srmr")
"""Chi2 is left out: at the same n and df RMSEA tells it, and its unit would hide the others' ranges."""
PATH_COLUMNS = (
    *("method", "hypothesis", "predictor", "outcome", "expected_sign"),
    *("estimate", "p", "verdict"),
)
FURTHER_SCORES: tuple[ScoreMethod, ...] = ("mean", "component", "cfa_bartlett")
"""Ways of scoring whose regressions stand beside that of the scores in use."""
DRAWS = 2000
"""Bootstrap draws of a witness at most: its standard errors are known to a sixtieth then, and there are many
witnesses. The data in use has as many here as everywhere, and so the same p."""
RELIABILITY = ("cronbach_alpha", "rho_a", "composite_reliability", "ave")


def witness_paths(
    answers: pd.DataFrame, model: Model, pls: PlsSection, scores: ScoreMethod, seed: int
) -> pd.DataFrame:
    """`method, hypothesis, predictor, outcome, expected_sign, estimate, p, verdict` of one survey.

    Methods: `ols` of the scores in use, `pls` with bootstrap, `sem`, and regressions of `FURTHER_SCORES`.
    """
    x = answers[list(model.items)].to_numpy(dtype=np.float64)
    membership, names = model.membership(), list(model.names)
    ways: dict[str, ScoreMethod] = {"ols": scores, **{name: name for name in FURTHER_SCORES}}
    found = {
        method: _regressions(x @ score_weights(way, x, model, pls).T, model) for method, way in ways.items()
    }
    inputs = PlsInputs.of(answers, model, pls)
    bootstrap = resample(inputs, pls_model(model, pls), pls, seed)
    summary = interval_summary(bootstrap, pls, "path_coefficients")
    sem = fit_sem(covariance(x, ddof=0), len(x), membership, model.path_matrix()).estimates
    found["pls"] = (bootstrap.fit.path_coefficients, summary.p)
    found["sem"] = (sem.beta, sem.p)
    rows: list[dict[str, Any]] = []
    for method, (estimates, p) in found.items():
        for claim in model.hypotheses:
            at = names.index(claim.source), names.index(claim.target)
            rows.append(
                {
                    "method": method,
                    "hypothesis": claim.name,
                    "predictor": claim.source,
                    "outcome": claim.target,
                    "expected_sign": claim.sign,
                    "estimate": estimates[at],
                    "p": p[at],
                    "verdict": judge(float(estimates[at]), float(p[at]), claim.sign, model.alpha),
                }
            )
    return pd.DataFrame(rows, columns=list(PATH_COLUMNS))


def pls_of_witnesses(pls: PlsSection) -> PlsSection:
    """Options of PLS-SEM for a witness."""
    return pls.model_copy(update={"bootstrap_draws": min(DRAWS, pls.bootstrap_draws)})


def _regressions(scores: Array, model: Model) -> tuple[Array, Array]:
    """Standardised coefficients and p-values (c, c) of the regressions of scores (n, c)."""
    names = list(model.names)
    estimates, p = (np.full((len(names), len(names)), np.nan) for _ in range(2))
    for outcome in model.outcomes:
        target, sources = names.index(outcome), [names.index(name) for name in model.predictors(outcome)]
        fit = ols(scores[:, target], scores[:, sources])
        estimates[sources, target], p[sources, target] = fit.beta, fit.p[1:]
    return estimates, p


def unprinted_quantities(answers: pd.DataFrame, model: Model, pls: PlsSection) -> pd.DataFrame:
    """`quantity`, the columns `OF` and `value` for the answers of one survey; none of it is printed.

    Means and standard deviations of the items, fit of the confirmatory model, reliability, AVE, PLS path
    coefficients and R2, correlations of the composites, and HTMT. Groups of respondents are left out: their
    demographics were attached at random.

    Raises
    ------
    StatisticsError
        where the confirmatory model or PLS-SEM cannot be estimated.
    """
    items = answers[list(model.items)]
    x = items.to_numpy(dtype=np.float64)
    indices = fit_indices(fit_cfa(covariance(x, ddof=0), len(x), model.membership()))
    inputs = PlsInputs.of(answers, model, pls)
    fit = fit_model(inputs.correlation(), len(x), model, pls)
    measured = evaluate_measurement(answers, model, pls).tables
    rows = [_line("item_mean", value, str(item)) for item, value in items.mean().items()]
    rows += [_line("item_sd", value, str(item)) for item, value in items.std().items()]
    rows += [_line("cfa_fit", getattr(indices, name), name) for name in FIT]
    reliability = measured["reliability"].set_index("construct")
    for name in RELIABILITY:
        rows += [_line(name, value, str(construct)) for construct, value in reliability[name].items()]
    names = model.names
    rows += [
        _line("pls_path", fit.path_coefficients[names.index(source), names.index(target)], source, target)
        for source, target in model.paths
    ]
    rows += [_line("pls_r2", fit.r2[names.index(outcome)], outcome) for outcome in model.outcomes]
    pairs = list(zip(*np.tril_indices(len(names), -1), strict=True))
    ratios = measured["htmt"].set_index("construct").to_numpy(dtype=np.float64)
    rows += [_line("construct_correlation", fit.construct_corr[i, j], names[i], names[j]) for i, j in pairs]
    rows += [_line("htmt", ratios[i, j], names[i], names[j]) for i, j in pairs]
    return pd.DataFrame(rows, columns=["quantity", *OF, "value"])


def rmsea_of(quantities: pd.DataFrame) -> float:
    """RMSEA of a survey's factor model, from what `unprinted_quantities` gives."""
    own = quantities[(quantities["quantity"] == "cfa_fit") & (quantities["of"] == "rmsea")]
    return float(own["value"].iloc[0])


def _line(quantity: str, value: float, *of: str) -> tuple[object, ...]:
    """One line, the columns `OF` that are not given being empty."""
    return (quantity, *of, *[""] * (len(OF) - len(of)), float(value))


def ranges(surveys: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """`quantity`, the columns `OF`, `minimum, maximum, range, surveys` over surveys.

    surveys : as `unprinted_quantities` gives them.
    """
    values = pd.concat(surveys, ignore_index=True).groupby(["quantity", *OF], sort=False)["value"]
    table = values.agg(minimum="min", maximum="max").reset_index()
    table["range"] = table["maximum"] - table["minimum"]
    table["surveys"] = len(surveys)
    return table
