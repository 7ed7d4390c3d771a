"""Tables printed from real computations hold: whatever the data and the rounding, nothing is found."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import yaml

from smartcity_survey import audit
from smartcity_survey.audit.checks import CHECKS
from smartcity_survey.audit.reported import exactly, read_number
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.factor.components import rotated_solution
from smartcity_survey.stats.items.descriptives import describe
from smartcity_survey.stats.regression.least_squares import ols

PREDICTORS = ("trust", "use", "cost")
COMPONENTS = 2


def table(header, lines):
    return "\n".join(",".join(map(str, line)) for line in [header, *lines]) + "\n"


def show(value, decimals):
    return f"{value:.{decimals}f}"


def answers(rng, n):
    """Whole answers 1-5 of nine items in three correlated blocks."""
    common = rng.normal(size=(n, 1))
    blocks = [0.6 * common + rng.normal(size=(n, 1)) for _ in range(3)]
    latent = np.hstack([block + 0.8 * rng.normal(size=(n, 3)) for block in blocks])
    return np.clip(np.rint(3.4 + latent), 1, 5)


def printed_paper(seed, decimals):
    """A paper whose tables are computed from random answers and rounded to some number of decimals."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(40, 900))
    items = answers(rng, n)
    x = items.reshape(n, 3, 3).mean(axis=2)
    y = x @ rng.uniform(-0.5, 0.8, 3) + rng.normal(size=n)
    fit, d = ols(y, x), describe(np.column_stack([x, y]))
    pick = {"n": 0, "minimum": 2, "maximum": 2}
    columns = [
        "minimum",
        "maximum",
        "mean",
        "se_mean",
        "sd",
        "skewness",
        "se_skewness",
        "kurtosis",
        "se_kurtosis",
    ]
    rows = [
        [name, n, *(show(getattr(d, c)[j], pick.get(c, decimals)) for c in columns)]
        for j, name in enumerate([*PREDICTORS, "outcome"])
    ]
    header = ["row", "n", "min", "max", *columns[2:]]
    coefficients = [
        [
            name,
            *(show(getattr(fit, c)[j], decimals) for c in ("coef", "std_err")),
            show(fit.beta[j - 1], decimals) if j else "",
            *(show(getattr(fit, c)[j], decimals) for c in ("t", "p", "ci_low", "ci_high")),
            *((show(fit.tolerance[j - 1], decimals), show(fit.vif[j - 1], decimals)) if j else ("", "")),
        ]
        for j, name in enumerate(["constant", *PREDICTORS])
    ]
    solution = rotated_solution(correlation(items), COMPONENTS)
    loadings = [
        [f"i{i}", *(show(v, 3) if abs(v) >= 0.4 else "" for v in row), show(h2, 3)]
        for i, (row, h2) in enumerate(zip(solution.loadings, solution.communalities, strict=True))
    ]
    counts = np.bincount(items[:, 0].astype(int), minlength=6)[1:]
    return {
        "scale": {"minimum": 1, "maximum": 5},
        "n": "text:n",
        "text": f"row,place,printed,same_as,says\nn,methods,{n},,people\n",
        "objects": {
            "scores": {"number": 1, "csv": table(header, rows)},
            "summary": {
                "number": 2,
                "csv": table(
                    ["row", "r", "r2", "adj_r2", "std_error_estimate", "durbin_watson"],
                    [
                        ["outcome"]
                        + [show(v, decimals) for v in (fit.r, fit.r2, fit.adj_r2, fit.std_error_estimate)]
                        + [show(fit.durbin_watson, 3)]
                    ],
                ),
            },
            "anova": {
                "number": 3,
                "csv": table(
                    ["row", "sum_of_squares", "df", "mean_square", "f", "p"],
                    [
                        [
                            "regression",
                            show(fit.ss_regression, 3),
                            fit.df_regression,
                            *(show(value, 3) for value in (fit.ms_regression, fit.f, fit.f_p)),
                        ],
                        [
                            "residual",
                            show(fit.ss_residual, 3),
                            fit.df_residual,
                            show(fit.ms_residual, 3),
                            "",
                            "",
                        ],
                        ["total", show(fit.ss_total, 3), n - 1, "", "", ""],
                    ],
                ),
            },
            "coefficients": {
                "number": 4,
                "apart": ["constant"],
                "csv": table(
                    ["row", "b", "std_error", "beta", "t", "p", "ci_low", "ci_high", "tolerance", "vif"],
                    coefficients,
                ),
            },
            "matrix": {
                "number": 5,
                "csv": table(["row", "component_1", "component_2", "communality"], loadings),
            },
            "answers": {
                "number": 6,
                "csv": table(
                    ["group", "row", "n", "percent"],
                    [["first", k, c, show(100 * c / n, 1)] for k, c in enumerate(counts, start=1)],
                ),
            },
        },
        "relations": [
            {"kind": "descriptives", "table": "scores", "score": "weighted"},
            {"kind": "frequencies", "table": "answers"},
            {"kind": "loadings", "table": "matrix", "suppressed_below": 0.4, "components": COMPONENTS},
            {
                "kind": "regression",
                "summary": "summary",
                "anova": "anova",
                "coefficients": "coefficients",
                "descriptives": "scores",
                "outcome": "outcome",
            },
        ],
    }


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("decimals", [2, 3, 5])
def test_rounded_results_never_contradict_one_another(seed, decimals, tmp_path):
    file = tmp_path / "paper.yaml"
    file.write_text(yaml.safe_dump(printed_paper(seed, decimals)), encoding="utf-8")
    findings = audit.run(file)
    # An outcome that is no mean of answers is not bound to their ratio.
    held = findings[
        ~((findings.check == "maximum_of_weighted_score") & findings.place.str.contains("outcome"))
    ]
    assert held[held.consistent.eq(False).fillna(False)].explanation.tolist() == []
    assert held.consistent.sum() > 100


@pytest.mark.parametrize("n", [4, 7, 9])
def test_every_attainable_mean_and_sd_passes_grim_and_grimmer(n):
    size = exactly(n)
    for rows in itertools.combinations_with_replacement(range(1, 6), n):
        mean, sd = read_number(show(np.mean(rows), 2)), read_number(show(np.std(rows, ddof=1), 2))
        assert CHECKS["grim"].judge(mean=mean, n=size, items=exactly(1)).consistent is not False
        judged = CHECKS["grimmer"].judge(sd=sd, mean=mean, n=size, items=exactly(1))
        assert judged.consistent is not False, (rows, mean.text, sd.text)
