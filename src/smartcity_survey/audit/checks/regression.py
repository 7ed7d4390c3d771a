"""A linear regression: which of its printed tables bind which numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from smartcity_survey.audit.address import Term, resolve_one
from smartcity_survey.audit.case import Case, Planner, applicable
from smartcity_survey.audit.checks import fit
from smartcity_survey.audit.checks.coefficients import (
    COEFFICIENT,
    CONSTANT,
    PREDICTOR,
    p_of_t,
    p_of_z,
    size_of_t,
    t_ratio,
)
from smartcity_survey.audit.checks.collinearity import beta_from_t, betas_fit_t
from smartcity_survey.audit.checks.marks import star_cases, told_of_stars
from smartcity_survey.audit.headers import line_named
from smartcity_survey.audit.layout import recognised
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.printed import Printed
from smartcity_survey.audit.tables import columns_of, printed_table
from smartcity_survey.errors import SurveyError


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
    tails: float | None = None,
    reference: str | None = None,
) -> Iterator[Case]:
    """Every identity between the tables of one regression that are printed.

    Without `tails` and `reference` (`t` or `z`) they are those that all p-values agree with, two-sided t
    before any other.
    """
    table = printed_table(paper, coefficients, place)
    if summary:
        yield from _steps(paper, printed_table(paper, summary, place))
    for model, own in _models(table).items():
        yield from _of_model(
            paper,
            place,
            table,
            own,
            model,
            summary=summary,
            anova=anova,
            descriptives=descriptives,
            outcome=outcome,
            n=n,
            level=level,
            tails=tails,
            reference=reference,
        )


def _models(table: Printed) -> dict[str, list[str]]:
    """Lines of each model of a table: groups that all have a constant are models built step by step."""
    groups: dict[str, list[str]] = {}
    for line in table.lines:
        groups.setdefault(table.group_of(line), []).append(line)
    several = len(groups) > 1 and all(line_named(lines, "constant") for lines in groups.values())
    return groups if several else {"": list(table.lines)}


def _of_model(
    paper: Paper,
    place: str,
    table: Printed,
    own: Sequence[str],
    model: str,
    *,
    summary: str | None,
    anova: str | None,
    descriptives: str | None,
    outcome: str | None,
    n: str | float | None,
    level: float,
    tails: float | None,
    reference: str | None,
) -> Iterator[Case]:
    """One model of a table, `model` among several; of its summary and ANOVA the lines that name it."""
    coefficients = table.id
    constant = line_named(own, "constant")
    predictors = [line for line in own if line != constant]
    shared: dict[str, Term | tuple[Term, ...]] = {
        "predictors": float(len(predictors)),
        "alpha": paper.alpha,
        "level": level,
    }
    if (sample := n if n is not None else paper.n) is not None:
        shared["n"] = resolve_one(paper, sample, place)
    if summary:
        fitted = printed_table(paper, summary, place)
        line = model or fitted.lines[-1]
        cells = columns_of(fitted, line) if line in fitted.lines else {}
        shared |= {_OF_FIT[name]: cells[name] for name in _OF_FIT if name in cells}
    if anova:
        shared |= _variance_roles(paper, anova, place, model)
        if sample is None and "df_total" in shared:
            # With a constant, the total has n - 1 degrees of freedom.
            total = paper.read(shared["df_total"]).value  # type: ignore[arg-type]
            shared |= {} if total is None else {"n": total + 1.0}
    if descriptives and outcome:
        described = columns_of(printed_table(paper, descriptives, place), outcome)
        shared |= {f"{name}_outcome": described[name] for name in ("mean", "sd") if name in described}
    yield from applicable(fit.CHECKS, shared)

    lines = {line: columns_of(table, line) for line in own}
    for line in predictors if descriptives else ():
        described = columns_of(printed_table(paper, descriptives or "", place), line)
        lines[line] |= {name: described[name] for name in ("mean", "sd") if name in described}
    for cells in lines.values():
        # AMOS and lavaan print z, under its own name or as a critical ratio.
        if "z" in cells and "t" not in cells:
            cells["t"], reference = cells.pop("z"), reference or "z"
    roles: list[Roles] = [{**shared, **lines[line]} for line in own]
    yield from recognised(paper, coefficients, _signs(paper, table, roles), evident=True)
    yield from recognised(paper, coefficients, _references(roles, tails, reference, place))
    if not told_of_stars(paper, coefficients):
        yield from star_cases(paper, list(lines.values()), ("b", "beta"))
    for line in own:
        yield from applicable(COEFFICIENT, shared | lines[line])
    for line in predictors:
        yield from applicable((*PREDICTOR, beta_from_t), shared | lines[line])
    printed_together = all({"beta", "t"} <= lines[line].keys() for line in predictors)
    if len(predictors) > 1 and printed_together and {"r2", "n"} <= shared.keys():
        together = {role: shared[role] for role in ("r2", "n", "predictors")}
        together["betas"] = tuple(lines[line]["beta"] for line in predictors)
        together["ts"] = tuple(lines[line]["t"] for line in predictors)
        yield Case(betas_fit_t, together, {"names": predictors})
    if constant is not None:
        whole = dict(shared)
        whole |= {f"{role}_constant": term for role, term in lines[constant].items()}
        for role in ("b", "mean", "sd"):
            if predictors and all(role in lines[line] for line in predictors):
                whole[role] = tuple(lines[line][role] for line in predictors)
        yield from applicable(CONSTANT, whole)


def _steps(paper: Paper, fitted: Printed) -> Iterator[Case]:
    """Models that were built step by step, a line each: R2, its change, F and p of the change."""
    before: Term | None = None
    for line in fitted.lines:
        cells = columns_of(fitted, line)
        roles: dict[str, Term | tuple[Term, ...]] = {**cells, "alpha": paper.alpha}
        if before is not None:
            roles["r2_before"] = before
        elif line == fitted.lines[0] and len(fitted.lines) > 1:
            roles["r2_before"] = 0.0
        # The degrees of freedom of a summary are those of the change.
        yield from applicable(fit.CHANGE, roles)
        if line != fitted.lines[-1]:
            yield from applicable((fit.r_in_range, fit.r2_from_r), roles)
        before = cells.get("r2")


def _signs(paper: Paper, table: Printed, lines: Sequence[Roles]) -> list[tuple[str, list[Case]]]:
    """t with its sign, or the size of t where a table prints no negative one."""
    readings = [("signed_t", [case for roles in lines for case in applicable((t_ratio,), roles)])]
    ts = [paper.read(term) for roles in lines for term in (roles.get("t"),) if isinstance(term, str)]
    if all((t.value or 0.0) >= 0 for t in ts):
        sizes = [case for roles in lines for case in applicable((size_of_t,), roles)]
        readings.append(("absolute_t", sizes))
    return readings


def _references(
    lines: Sequence[Roles], tails: float | None, reference: str | None, place: str
) -> list[tuple[str, list[Case]]]:
    """p by t or by z, two-sided or one-sided; only the one that is declared."""
    if tails not in {None, 1, 2}:
        raise SurveyError(place, f"`tails: {tails}` is unknown.", "Use 1 or 2.")
    if reference not in {None, "t", "z"}:
        raise SurveyError(place, f"`reference: {reference}` is unknown.", "Use t or z.")
    checks = {"t": p_of_t, "z": p_of_z}
    readings = [
        (name, [case for roles in lines for case in applicable((checks[by],), {**roles, "tails": sides})])
        for name, by, sides in _REFERENCES
        if tails in {None, sides} and (reference == by or (reference is None and "n" in lines[0]))
    ]
    return readings or [("two_tailed", [])]


Roles = Mapping[str, Term | tuple[Term, ...]]
# Columns of a model summary, and the role each has.
_OF_FIT = {name: name for name in ("r", "r2", "adj_r2", "std_error_estimate", "durbin_watson", "f")} | {
    "p": "f_p"
}
_REFERENCES = (
    ("two_tailed", "t", 2.0),
    ("z", "z", 2.0),
    ("one_tailed", "t", 1.0),
    ("one_tailed_z", "z", 1.0),
)


def _variance_roles(paper: Paper, anova: str, place: str, model: str) -> dict[str, Term]:
    table = printed_table(paper, anova, place)
    own = [line for line in table.lines if not model or table.group_of(line) == model]
    roles: dict[str, Term] = {}
    short = {"sum_of_squares": "ss", "df": "df", "mean_square": "ms"}
    for name in ("regression", "residual", "total"):
        line = line_named(own, name)
        cells = {} if line is None else columns_of(table, line)
        roles |= {f"{short[column]}_{name}": cells[column] for column in short if column in cells}
        if name == "regression":
            roles |= {role: cells[column] for column, role in (("f", "f"), ("p", "f_p")) if column in cells}
    return roles


PLANS: dict[str, Planner] = {"regression": plan_regression}
