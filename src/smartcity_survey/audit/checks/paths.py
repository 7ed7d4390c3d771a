"""Path coefficients of a structural model: inference, f2, R2, and what they allow one another to be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from smartcity_survey.audit.address import Term, resolve_one
from smartcity_survey.audit.case import Case, Planner, applicable, identity
from smartcity_survey.audit.checks.collinearity import beta_from_f2, betas_fit_together
from smartcity_survey.audit.checks.fit import adjusted_r2
from smartcity_survey.audit.checks.inference import inferences
from smartcity_survey.audit.checks.marks import star_cases, told_of_stars
from smartcity_survey.audit.checks.said import verdict_cases
from smartcity_survey.audit.interval import Interval, image, total
from smartcity_survey.audit.matrix import Square, read_square
from smartcity_survey.audit.paper import Paper, Printed
from smartcity_survey.audit.tables import numbers_of, printed_table

ARROW = re.compile(r"\s*(?:-+>|→|⟶|=>|–>|—>)\s*")
ESTIMATES = ("estimate", "beta", "b")


@identity("r2")
def r2_in_range() -> Interval:
    """A share of variance lies between 0 and 1."""
    return Interval(0.0, 1.0)


@identity("f2")
def f2_from_r2(r2: Interval, r2_without: Interval) -> Interval:
    """f2 is (R2 - R2 without the predictor)/(1 - R2) (Cohen 1988)."""
    return image(lambda full, less: (full - less) / (1 - full), r2, r2_without)


@identity("correlation")
def correlation_from_betas(
    beta: Interval, others: tuple[Interval, ...], between: tuple[Interval, ...]
) -> Interval:
    """A correlation with the outcome is beta plus the other betas times their correlations with this one."""
    return beta + total(one * r for one, r in zip(others, between, strict=True))


@identity("r2")
def r2_from_betas(betas: tuple[Interval, ...], with_outcome: tuple[Interval, ...]) -> Interval:
    """R2 is the sum of each beta times the predictor's correlation with the outcome."""
    return total(beta * r for beta, r in zip(betas, with_outcome, strict=True))


CHECKS = (
    r2_in_range,
    f2_from_r2,
    correlation_from_betas,
    r2_from_betas,
)


def plan_paths(
    paper: Paper,
    place: str,
    *,
    table: str,
    n: str | float | None = None,
    tails: float | None = None,
    reference: str | None = None,
    df: str | float | None = None,
    level: float = 0.95,
    r2: str | None = None,
    correlations: str | None = None,
) -> Iterator[Case]:
    """t from the coefficient and its standard error, p from t, intervals, f2, and R2 of each outcome.

    `r2` names a table whose lines are the outcomes; `correlations` one of the same constructs' scores.
    """
    printed = printed_table(paper, table, place)
    sample = n if n is not None else paper.n
    size = None if sample is None else resolve_one(paper, sample, place)
    lines = {line: _roles(numbers_of(paper, printed, line)) for line in printed.body}
    yield from inferences(
        paper,
        place,
        list(lines.values()),
        n=size,
        tails=tails,
        reference=reference,
        df=None if df is None else resolve_one(paper, df, place),
        level=level,
    )
    if not told_of_stars(paper, table):
        yield from star_cases(paper, list(lines.values()), ESTIMATES)
    yield from verdict_cases(paper, printed, lines)
    outcomes: dict[str, dict[str, str]] = {}
    for line, (source, target) in arrows(paper, printed).items():
        outcomes.setdefault(target, {})[line] = source
    fitted = {} if r2 is None else _fitted(paper, place, r2)
    square = None if correlations is None else read_square(paper, printed_table(paper, correlations, place))
    for outcome, sources in outcomes.items():
        shared: dict[str, Term | tuple[Term, ...]] = {"predictors": float(len(sources))}
        shared |= fitted.get(outcome, {})
        for name in ("r2", "adj_r2"):
            beside = [lines[line][name] for line in sources if name in lines[line]]
            if beside and name not in shared:
                shared[name] = beside[0]
        if size is not None:
            shared["n"] = size
        yield from applicable((r2_in_range, adjusted_r2), shared)
        yield from _of_outcome(shared, {line: lines[line] for line in sources}, sources)
        if square is not None:
            yield from _from_correlations(square, outcome, shared, lines, sources)


def _of_outcome(
    shared: Mapping[str, Term | tuple[Term, ...]],
    lines: Mapping[str, Mapping[str, Term]],
    sources: Mapping[str, str],
) -> Iterator[Case]:
    for cells in lines.values():
        yield from applicable((f2_from_r2, beta_from_f2), {**shared, **cells})
    if "r2" in shared and all({"beta", "f2"} <= cells.keys() for cells in lines.values()):
        roles: dict[str, Term | tuple[Term, ...]] = {
            "betas": tuple(cells["beta"] for cells in lines.values()),
            "f2s": tuple(cells["f2"] for cells in lines.values()),
            "r2": shared["r2"],
        }
        yield Case(betas_fit_together, roles, {"names": list(sources.values())})


def _from_correlations(
    square: Square,
    outcome: str,
    shared: Mapping[str, Term | tuple[Term, ...]],
    lines: Mapping[str, Mapping[str, Term]],
    sources: Mapping[str, str],
) -> Iterator[Case]:
    """Normal equations of one outcome, where all its betas and correlations are printed."""
    found = {frozenset((square.names[i], square.names[j])): term for (i, j), term in square.pairs.items()}
    betas = {source: lines[line].get("beta") for line, source in sources.items()}
    names = list(betas)
    needed = [frozenset((a, b)) for a in names for b in [*names, outcome] if a != b]
    if any(pair not in found for pair in needed) or any(beta is None for beta in betas.values()):
        return
    terms = {name: beta for name, beta in betas.items() if beta is not None}
    for name in names:
        others = [other for other in names if other != name]
        yield Case(
            correlation_from_betas,
            {
                "correlation": found[frozenset((name, outcome))],
                "beta": terms[name],
                "others": tuple(terms[other] for other in others),
                "between": tuple(found[frozenset((name, other))] for other in others),
            },
        )
    roles = {**shared, "betas": tuple(terms.values())}
    roles["with_outcome"] = tuple(found[frozenset((name, outcome))] for name in names)
    yield from applicable((r2_from_betas,), roles)


def _roles(cells: Mapping[str, Term]) -> dict[str, Term]:
    """Roles of a line; the standard error belongs to B, where B and beta are printed."""
    roles = dict(cells)
    if "std_error" not in roles and "sd" in roles:
        roles["std_error"] = roles["sd"]
    estimate = "b" if "b" in roles else next((name for name in ESTIMATES if name in roles), None)
    if estimate is not None:
        roles["estimate"] = roles[estimate]
    if "estimate" in roles and "b" not in roles:
        roles.setdefault("beta", roles["estimate"])
    return roles


def arrows(paper: Paper, printed: Printed) -> dict[str, tuple[str, str]]:
    """Line to source and target: of its columns, of the hypothesis it names, or of its own name `A->B`."""
    found = {}
    for line in printed.body:
        cells = printed.cells
        ends = tuple(chain_of(line))
        if (line, "source") in cells and (line, "target") in cells:
            found[line] = (cells[line, "source"], cells[line, "target"])
        elif {"source", "target"} <= (paper.hypotheses.get(line) or {}).keys():
            found[line] = (paper.hypotheses[line]["source"], paper.hypotheses[line]["target"])
        elif len(ends) == 2 and all(ends):
            found[line] = (ends[0], ends[1])
    return found


def chain_of(line: str) -> list[str]:
    """The variables that a line's name joins by arrows: `A->M->B`, `A_->_B`."""
    return [name.strip("_ ") for name in ARROW.split(line.rpartition("/")[2])]


def _fitted(paper: Paper, place: str, table: str) -> dict[str, dict[str, Term]]:
    printed = printed_table(paper, table, place)
    return {line: numbers_of(paper, printed, line) for line in printed.body}


PLANS: dict[str, Planner] = {"paths": plan_paths}
