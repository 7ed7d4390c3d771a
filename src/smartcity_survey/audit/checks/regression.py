"""A linear regression: which of its printed tables bind which numbers."""

from __future__ import annotations

from collections.abc import Iterator

from smartcity_survey.audit.address import Term, resolve_one
from smartcity_survey.audit.case import Case, Planner, applicable
from smartcity_survey.audit.checks import fit
from smartcity_survey.audit.checks.coefficients import COEFFICIENT, CONSTANT, PREDICTOR
from smartcity_survey.audit.checks.collinearity import beta_from_t, betas_fit_t
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.tables import columns_of, printed_table

_CONSTANT_LINE = "constant"


def plan_regression(
    paper: Paper,
    place: str,
    *,
    coefficients: str,
    summary: str | None = None,
    anova: str | None = None,
    descriptives: str | None = None,
    outcome: str | None = None,
    n: str | float | None = None,
    level: float = 0.95,
) -> Iterator[Case]:
    """Every identity between the tables of one regression that are printed."""
    table = printed_table(paper, coefficients, place)
    predictors = [line for line in table.lines if line != _CONSTANT_LINE]
    shared: dict[str, Term | tuple[Term, ...]] = {
        "predictors": float(len(predictors)),
        "alpha": paper.alpha,
        "level": level,
    }
    if (sample := n if n is not None else paper.n) is not None:
        shared["n"] = resolve_one(paper, sample, place)
    if summary:
        fitted = printed_table(paper, summary, place)
        shared |= columns_of(fitted, fitted.lines[-1])
    if anova:
        shared |= _variance_roles(paper, anova, place)
    if descriptives and outcome:
        described = columns_of(printed_table(paper, descriptives, place), outcome)
        shared |= {f"{name}_outcome": described[name] for name in ("mean", "sd") if name in described}
    yield from applicable(fit.CHECKS, shared)

    lines = {line: columns_of(table, line) for line in table.lines}
    for line in predictors if descriptives else ():
        described = columns_of(printed_table(paper, descriptives or "", place), line)
        lines[line] |= {name: described[name] for name in ("mean", "sd") if name in described}
    for line in table.lines:
        yield from applicable(COEFFICIENT, shared | lines[line])
    for line in predictors:
        yield from applicable((*PREDICTOR, beta_from_t), shared | lines[line])
    printed_together = all({"beta", "t"} <= lines[line].keys() for line in predictors)
    if len(predictors) > 1 and printed_together and {"r2", "n"} <= shared.keys():
        together = {role: shared[role] for role in ("r2", "n", "predictors")}
        together["betas"] = tuple(lines[line]["beta"] for line in predictors)
        together["ts"] = tuple(lines[line]["t"] for line in predictors)
        yield Case(betas_fit_t, together, {"names": predictors})
    if _CONSTANT_LINE in lines:
        whole = dict(shared)
        whole |= {f"{role}_constant": term for role, term in lines[_CONSTANT_LINE].items()}
        for role in ("b", "mean", "sd"):
            if all(role in lines[line] for line in predictors):
                whole[role] = tuple(lines[line][role] for line in predictors)
        yield from applicable(CONSTANT, whole)


def _variance_roles(paper: Paper, anova: str, place: str) -> dict[str, Term]:
    table = printed_table(paper, anova, place)
    roles: dict[str, Term] = {}
    for line in ("regression", "residual", "total"):
        cells = columns_of(table, line)
        short = {"sum_of_squares": "ss", "df": "df", "mean_square": "ms"}
        roles |= {f"{short[name]}_{line}": cells[name] for name in short if name in cells}
    cells = columns_of(table, "regression")
    return roles | {role: cells[name] for name, role in (("f", "f"), ("p", "f_p")) if name in cells}


PLANS: dict[str, Planner] = {"regression": plan_regression}
