"""A paper's folder, drafted: tables with their relations, numbers of the text, claims, references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from smartcity_survey.audit.headers import FAMILIES, canonical
from smartcity_survey.audit.reported import read_number
from smartcity_survey.new_paper.amos import with_fit_together
from smartcity_survey.new_paper.constructs import by_construct, kind_of, with_scales
from smartcity_survey.new_paper.document import Document, FoundTable
from smartcity_survey.new_paper.grid import Draft, draft_table, has_decimal_commas, is_known, slug
from smartcity_survey.new_paper.kinds import Kind, family_of, guess, joined, matrix_columns
from smartcity_survey.new_paper.running_text import Running, Said, read_running_text
from smartcity_survey.new_paper.spss import Correlations, correlations_of

# Families in which a header may mean what it means nowhere else, tried in this order.
_FAMILIES = ("", "coefficients", "descriptives", "groups", "frequencies", "summary", "anova")
# A repeated number has at least so many digits; shorter ones are everywhere.
_DIGITS = 2


@dataclass(slots=True)
class PaperDraft:
    """What becomes a paper's folder.

    Attributes
    ----------
    title : of the document's file.
    tables, kinds : drafted tables, and what each is by its id.
    left_out : tables without numbers.
    running : what the text says.
    relations, claims : entries with their keys; those that could not be used stand in `refused`.
    refused : entry and why.
    n : address of the sample size. decimal : the decimal mark.
    unread : parts of the document that could not be read.
    """

    title: str
    tables: list[Draft] = field(default_factory=list)
    kinds: dict[str, Kind] = field(default_factory=dict)
    left_out: list[FoundTable] = field(default_factory=list)
    running: Running = field(default_factory=Running)
    relations: list[dict[str, Any]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    refused: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    n: str = ""
    decimal: str = "."
    unread: tuple[str, ...] = ()


def draft_paper(document: Document, title: str) -> PaperDraft:
    """Guess what every table is, and which relations and claims the text makes."""
    draft = PaperDraft(title, unread=document.unread)
    draft.running = read_running_text(document.paragraphs)
    draft.n = f"text:{draft.running.n}" if draft.running.n else ""
    names: set[str] = set()
    for found in with_fit_together(document.tables):
        if (correlations := correlations_of(found)) is not None:
            _add_correlations(draft, correlations, names)
            continue
        table = draft_table(found, _id(found, names))
        if table is None:
            draft.left_out.append(found)
            continue
        names.add(table.id)
        if (long := by_construct(table)) is not None:
            draft.tables.append(long)
            draft.kinds[long.id] = kind_of(long)
            continue
        draft.tables.append(table)
        if (kind := _kind(table, draft.n)) is not None:
            draft.kinds[table.id] = kind
    draft.decimal = "," if has_decimal_commas(draft.tables) else "."
    joined(draft.kinds, draft.tables)
    with_scales(draft.kinds, draft.tables)
    for table in draft.tables:
        kind = draft.kinds.get(table.id)
        if kind is not None and kind.relation is not None:
            draft.relations.append({"kind": kind.name, **kind.relation, **_cautious(kind)})
    draft.relations += [dict(test) for test in draft.running.tests]
    draft.claims = list(_claims(draft))
    cells = _index(draft)
    for said in draft.running.numbers:
        said.same_as = _same_as(said, cells, draft.decimal)
    return draft


def _add_correlations(draft: PaperDraft, correlations: Correlations, names: set[str]) -> None:
    """Matrices of r and p that SPSS prints as one table; its n stands for nothing else."""
    ids = []
    for found in (correlations.r, correlations.p):
        table = draft_table(found, _id(found, names))
        if table is None:
            draft.left_out.append(found)
            return
        names.add(table.id)
        ids.append(table.id)
        draft.tables.append(_renamed(table, "matrix"))
    relation: dict[str, Any] = {"table": ids[0], "p": ids[1]}
    if correlations.n.isdecimal():
        relation["n"] = int(correlations.n)
    if correlations.tails == 1:
        relation["tails"] = 1
    draft.kinds[ids[0]] = Kind("correlations", "lines", relation, shows=["correlations"])
    draft.kinds[ids[1]] = Kind("p", "lines")


def _cautious(kind: Kind) -> dict[str, Any]:
    """A mean may be of one question or of many: until somebody says so, it lies on no grid."""
    return {"score": "weighted"} if kind.name == "descriptives" else {}


def _id(found: FoundTable, taken: set[str]) -> str:
    name = f"table_{found.number:02d}" if found.number is not None else "table_without_number"
    if name not in taken:
        return name
    return next(f"{name}_{i}" for i in range(2, 1000) if f"{name}_{i}" not in taken)


def _kind(table: Draft, n: str) -> Kind | None:
    """What a table is; its columns then have the names of that family."""
    family = family_of(table)
    for one in (family,) if family else _FAMILIES:
        named = _renamed(table, one)
        kind = guess(named, one, n or None)
        if kind is not None:
            # Headers that mean something else in a table of this kind: the second `Std. Error`, `M1`, `η²`.
            own = FAMILIES.get(kind.name, {}).get("table", one)
            named = _renamed(table, own) if one == "" and own in _FAMILIES else named
            table.header, table.printed, table.cells = named.header, named.printed, named.cells
            table.lines, table.labels, table.grouped = named.lines, named.labels, named.grouped
            return kind
    return None


def _renamed(table: Draft, family: str) -> Draft:
    """The table with its headers as a family names them; a matrix has those of its lines."""
    names: dict[str, str] = {}
    if family == "matrix":
        names = matrix_columns(table)
    else:
        before = ""
        for column, head in table.printed.items():
            known = canonical(head, family, before) if head else column
            before = known
            if is_known(known) and known not in names.values():
                names[column] = known
    new = {column: slug(names.get(column, column)) for column in table.header}
    # Two columns never become one.
    if len(set(new.values())) < len(new):
        new = {column: column for column in table.header}
    renamed = Draft(table.id, table.found, [new[column] for column in table.header])
    renamed.printed = {new[column]: head for column, head in table.printed.items()}
    renamed.lines, renamed.labels, renamed.grouped = table.lines, table.labels, table.grouped
    renamed.sizes = table.sizes
    renamed.cells = {(line, new[column]): text for (line, column), text in table.cells.items()}
    return renamed


def _claims(draft: PaperDraft) -> list[dict[str, Any]]:
    """Bounds that the text puts on a column which one table has."""
    claims = []
    for column, bound, limit, place, says, numbers in draft.running.bounds:
        having = [table for table in draft.tables if column in table.columns]
        named = [table for table in having if table.found.number in numbers]
        chosen = named or having
        if len(chosen) == 1:
            claims.append(
                {
                    "kind": "every",
                    "of": f"{chosen[0].id}:*:{column}",
                    bound: float(limit),
                    "place": place,
                    "says": says,
                }
            )
    return claims


# Value, printed decimals, and whether it is a percentage.
_Key = tuple[float, int, bool]


def _index(draft: PaperDraft) -> dict[_Key, list[tuple[int | None, str]]]:
    """Every printed number to the tables and addresses that have it."""
    found: dict[_Key, list[tuple[int | None, str]]] = {}
    for table in draft.tables:
        words = set(table.text_columns())
        for (line, column), text in table.cells.items():
            if column in words:
                continue
            in_percent = column in {"percent", "valid_percent"} and not text.endswith("%")
            key = _key(f"{text}%" if in_percent else text, draft.decimal)
            if key is not None:
                found.setdefault(key, []).append((table.found.number, f"{table.id}:{line}:{column}"))
    return found


def _key(text: str, decimal: str) -> _Key | None:
    number = read_number(text, decimal)
    if number.value is None:
        return None
    return round(number.value, 12), number.decimals, number.percent


def _same_as(said: Said, cells: Mapping[_Key, list[tuple[int | None, str]]], decimal: str) -> str:
    """The address of the one cell that a number of the text repeats, where there is one."""
    key = _key(said.printed, decimal)
    if key is None or sum(letter.isdigit() for letter in said.printed) < _DIGITS:
        return ""
    anywhere = said.row.startswith("percent_") and not said.tables
    found = [address for number, address in cells.get(key, ()) if anywhere or number in said.tables]
    return found[0] if len(found) == 1 else ""


def content(draft: PaperDraft) -> dict[str, Any]:
    """What stands in paper.yaml, but for its files."""
    objects: dict[str, Any] = {}
    for table in draft.tables:
        entry: dict[str, Any] = {"kind": "table"}
        if table.found.number is not None:
            entry["number"] = table.found.number
        if table.found.caption:
            entry["caption"] = table.found.caption
        entry["file"] = f"{table.id}.csv"
        words = table.text_columns()
        if any(table.labels[line] != line.rpartition("/")[2] for line in table.lines):
            words = ["label", *words]
        if words:
            entry["text_columns"] = words
        if apart := table.apart():
            entry["apart"] = apart
        if (kind := draft.kinds.get(table.id)) is not None and kind.shows:
            entry["shows"] = kind.shows
        objects[table.id] = entry
    paper: dict[str, Any] = {"title": draft.title}
    if draft.n:
        paper["n"] = draft.n
    if draft.decimal != ".":
        paper["decimal"] = draft.decimal
    if draft.running.sizes:
        paper["text_counts"] = ["n_*"]
    return paper | {"objects": objects}


def references(draft: PaperDraft) -> list[Mapping[str, Any]]:
    """References to tables; figures are not read, so that nothing is said of references to them."""
    return [entry for entry in draft.running.references if entry["kind"] == "table"]
