"""SmartPLS's matrices of loadings, a column for each construct, as lines `construct/item`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from smartcity_survey.audit.headers import COMPONENT, canonical
from smartcity_survey.audit.reported import read_number
from smartcity_survey.new_paper.grid import Draft, is_known, slug
from smartcity_survey.new_paper.kinds import Kind

_CAPTION = re.compile(r"outer|cross|внешн|кросс|перекр|сыртқы|айқас", re.IGNORECASE)
_LOADINGS = re.compile(r"loading|нагруз|жүктеме", re.IGNORECASE)


def by_construct(table: Draft) -> Draft | None:
    """Each item's loading on its own construct as `loading`, cross-loadings beside it; None for other tables.

    An item is of the construct it loads highest on; items of one construct follow one another.
    """
    caption = table.found.caption
    if not (_LOADINGS.search(caption) and _CAPTION.search(caption)):
        return None
    columns = [column for column in table.header if table.numbers(column)]
    heads = [canonical(table.printed[column], "loadings") for column in columns]
    if len(columns) < 2 or any(head.startswith(COMPONENT) or is_known(head) for head in heads):
        return None
    owners = []
    for line in table.lines:
        values = {
            column: abs(value)
            for column in columns
            if (value := read_number(table.cells.get((line, column), "")).value) is not None
        }
        if not values or max(values.values()) > 1.0:
            return None
        owners.append(max(values, key=lambda column: values[column]))
    turns = [owner for i, owner in enumerate(owners) if i == 0 or owner != owners[i - 1]]
    if sorted(turns) != sorted(columns):
        return None
    return _rearranged(table, dict(zip(table.lines, owners, strict=True)), columns)


def _rearranged(table: Draft, owners: Mapping[str, str], columns: Sequence[str]) -> Draft:
    long = Draft(table.id, table.found, ["loading"], {"loading": "loading"}, grouped=True)
    for line, owner in owners.items():
        name = f"{slug(table.printed[owner])}/{slug(line.rpartition('/')[2])}"
        long.lines.append(name)
        long.labels[name] = table.labels[line]
        long.cells[name, "loading"] = table.cells[line, owner]
        for column in table.header:
            if column != owner and (text := table.cells.get((line, column))):
                long.cells[name, column] = text
    beside = {column for _, column in long.cells} - {"loading"}
    long.header += [column for column in table.header if column in beside]
    long.printed |= {column: table.printed[column] for column in long.header[1:]}
    return long


def with_scales(kinds: Mapping[str, Kind], tables: Sequence[Draft]) -> None:
    """AVE and reliabilities go to the first matrix of loadings that names their constructs.

    A second one (cross-loadings) repeats its loadings.
    """
    matrices = [table for table in tables if table.id in kinds and kinds[table.id].by == BY]
    scales = [
        table
        for table in tables
        if table.id in kinds
        and kinds[table.id].name == "measurement"
        and "loading" not in table.columns
        and not table.grouped
    ]
    if not matrices:
        return
    first, *others = matrices
    groups = {line.partition("/")[0] for line in first.lines}
    own = [table for table in scales if set(table.lines) == groups]
    relation = kinds[first.id].relation
    if len(own) == 1 and relation is not None:
        relation["reliability"] = own[0].id
        kinds[own[0].id].relation = None
    for other in others:
        if set(other.lines) <= set(first.lines):
            kinds[other.id].name = "repeats"
            kinds[other.id].relation = {"table": other.id, "of": first.id, "columns": {"loading": "loading"}}


BY = "columns"


def kind_of(table: Draft) -> Kind:
    """The kind of a table that `by_construct` made."""
    return Kind("measurement", BY, {"table": table.id}, shows=["reliability"])
