"""Which regression of the model a printed table is of."""

from __future__ import annotations

from collections.abc import Sequence

from smartcity_survey.audit.headers import is_line
from smartcity_survey.audit.paper import Paper, Printed
from smartcity_survey.study.model import Model

CONSTANT = "constant"
_RELATION = "regression"
_ROLES = {"durbin_watson": "summary", "anova": "anova", "coefficients": "coefficients"}
"""Topic of a table -> what a relation of kind `regression` calls such a table."""


def term_of(paper: Paper, line: str) -> str:
    """The construct that a line of a table of coefficients stands for, or `constant`."""
    name = paper.names.get(line, line)
    return CONSTANT if is_line(name, CONSTANT) else name


def stated_outcome(paper: Paper, table: Printed, topic: str) -> str | None:
    """The outcome that a relation of kind `regression` gives a table; None where there is none."""
    for relation in paper.relations:
        if relation.get("kind") == _RELATION and relation.get(_ROLES[topic]) == table.id:
            stated = relation.get("outcome")
            return None if stated is None else paper.names.get(str(stated), str(stated))
    return None


def outcome_of(paper: Paper, model: Model, table: Printed, topic: str) -> tuple[str | None, str]:
    """The outcome whose regression a table of coefficients or of variance is, or None and why there is none.

    A relation of kind `regression` says so. Else coefficients are of the outcome whose predictors are their
    lines, all of them and no others; an analysis of variance of the outcome that has as many predictors as
    the regression has degrees of freedom, or of the only outcome.
    """
    stated = stated_outcome(paper, table, topic)
    if stated is not None and stated not in model.outcomes:
        return None, f"{table.id}: left aside, for no path of the model ends in {stated}"
    outcomes = model.outcomes if stated is None else (stated,)
    known = ", ".join(outcomes)
    if topic == "anova":
        df = _predictors_of_variance(paper, table)
        found = [one for one in outcomes if df is None or len(model.predictors(one)) == df]
        none = f"{table.id}: left aside, for its degrees of freedom are those of no regression of {known}"
    else:
        terms = {term_of(paper, line) for line in table.lines} - {CONSTANT}
        found = [one for one in outcomes if _fits(terms, model.predictors(one), stated is not None)]
        none = f"{table.id}: left aside, for its lines are the predictors of no regression of {known}"
    if len(found) == 1:
        return found[0], ""
    if not found:
        return None, none
    remedy = "a relation of kind `regression` with `outcome` says which"
    return None, f"{table.id}: left aside, for it may be the regression of {' or '.join(found)}; {remedy}"


def _fits(terms: set[str], predictors: Sequence[str], stated: bool) -> bool:
    """Whether these are the predictors; of a stated outcome some of them may be printed alone."""
    return bool(terms) and (terms <= set(predictors) if stated else terms == set(predictors))


def _predictors_of_variance(paper: Paper, table: Printed) -> float | None:
    """Degrees of freedom of the regression, where an analysis of variance has them."""
    if ("regression", "df") not in table.cells:
        return None
    return paper.read(table.address("regression", "df")).value
