"""From what is said about a paper's numbers to the cases to be judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from smartcity_survey.audit.case import Case
from smartcity_survey.audit.checks import PLANS
from smartcity_survey.audit.checks.arithmetic import plan_repeated_text
from smartcity_survey.audit.checks.claims import bounded_numbers, limit_contradicted
from smartcity_survey.audit.checks.references import plan_references
from smartcity_survey.audit.checks.unread import plan_unread, unread_relation
from smartcity_survey.audit.headers import known_names
from smartcity_survey.audit.layout import failing, layout_recognised
from smartcity_survey.audit.options import options_of
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.reading import sample_size
from smartcity_survey.audit.reported import ANY_RULE, TRUNCATED
from smartcity_survey.errors import Gathered, SurveyError


def plan(paper: Paper) -> list[Case]:
    """Every case the paper's relations, claims, references and repeated numbers give rise to.

    What was entered and gives rise to none is a case too.

    Raises
    ------
    SurveyError
        for an unknown kind or key, and for an address that leads nowhere; it names the relation.
    """
    cases: list[Case] = []
    wrong = Gathered()
    for title, entries in (("relations", paper.relations), ("claims", paper.claims)):
        for number, entry in enumerate(entries, start=1):
            kind = str(entry.get("kind"))
            place = f"{title}, no. {number} ({kind})"
            with wrong.part():
                if isinstance(n := entry.get("n"), int | float):
                    sample_size(n, f"{place}, n")
                found = list(_cases(paper, entry, place))
                cases += found or [_nothing_to_check(paper, entry, place)]
    cases += plan_repeated_text(paper)
    with wrong.part():
        cases += plan_references(paper)
    wrong.tell()
    cases += plan_unread(paper, cases)
    return _without_contradicted_limits(paper, cases)


def settled(paper: Paper) -> tuple[Paper, list[Case]]:
    """The paper with its rule of rounding, and its cases.

    A paper that does not say how it rounds is read as rounding to the nearest digit. Where that leaves
    differences of a last digit, and cutting digits off leaves none of them and makes no other, the paper
    truncates, and a note says so.
    """
    cases = plan(paper)
    if paper.rounding is not None:
        return paper, cases
    loose = replace(paper, rounding=ANY_RULE)
    missed = {id(case): case for case in cases if case.check.arithmetic and case in failing(paper, [case])}
    small = [case for case in missed.values() if not failing(loose, [case])]
    if not small:
        return paper, cases
    truncated = replace(paper, rounding=TRUNCATED)
    if any(failing(truncated, [case]) for case in cases if case.check.arithmetic and id(case) not in missed):
        return paper, cases
    if failing(truncated, small):
        return paper, cases
    again = plan(truncated)
    if len(failing(truncated, again)) >= len(failing(paper, cases)):
        return paper, cases
    options = {"layout": TRUNCATED, "explained": len(small)}
    return truncated, [*again, Case(layout_recognised, {}, options, place="paper.yaml")]


def _cases(paper: Paper, entry: Mapping[str, Any], place: str) -> Iterator[Case]:
    kind = entry.get("kind")
    if not isinstance(kind, str) or kind not in PLANS:
        raise SurveyError(place, "this kind is unknown.", known_names(sorted(PLANS), str(kind)))
    for case in PLANS[kind](paper, place, **options_of(entry, PLANS[kind], place)):
        if case.check in _KEEP_PLACE:
            yield case
            continue
        yield replace(
            case,
            place=str(entry.get("place", case.place)),
            says=_said(entry.get("says", case.says)),
            bears_on=tuple(map(str, _listed(entry.get("bears_on", case.bears_on)))),
        )


# Notes on a table and its columns stand there, wherever the claim stands.
_KEEP_PLACE = (layout_recognised,)


def _said(says: Any) -> str | Mapping[str, str]:
    return {str(k): str(v) for k, v in says.items()} if isinstance(says, Mapping) else str(says)


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else () if value is None else [value]


def _nothing_to_check(paper: Paper, entry: Mapping[str, Any], place: str) -> Case:
    tables = [
        paper.objects[name] for name in entry.values() if isinstance(name, str) and name in paper.objects
    ]
    columns = [table.headers.get(column, column) for table in tables for column in table.number_columns]
    return Case(unread_relation, {}, {"relation": place, "columns": columns}, place=place)


def _without_contradicted_limits(paper: Paper, cases: Sequence[Case]) -> list[Case]:
    """A limit that numbers keep to is not certified where the text names another for them that they break."""
    claims = [case for case in cases if case.check is bounded_numbers]
    broken = {case.terms("numbers"): case for case in failing(paper, claims)}
    kept = []
    for case in cases:
        other = broken.get(case.terms("numbers")) if case.check is bounded_numbers else None
        if other is None or other is case or case in failing(paper, [case]):
            kept.append(case)
            continue
        roles = {"numbers": case.roles["numbers"]} | {k: case.roles[k] for k in ("low", "high")}
        roles |= {"other_low": other.roles["low"], "other_high": other.roles["high"]}
        options = {"bound": case.options["bound"], "other": other.options["bound"]}
        kept.append(replace(case, check=limit_contradicted, roles=roles, options=options))
    return kept
