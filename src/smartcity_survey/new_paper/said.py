"""What was guessed about a paper, and what is left to a person, as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smartcity_survey.errors import counted
from smartcity_survey.new_paper.draft import PaperDraft, references
from smartcity_survey.new_paper.grid import Draft, is_known
from smartcity_survey.new_paper.kinds import Kind

_LISTED = 8
# Numbers of the text that a table it refers to should print.
_REPEATED = frozenset({"beta", "b", "percent", "mean", "sd", "ave", "cr", "alpha", "r2", "odds_ratio"})


def guesses(draft: PaperDraft) -> Iterator[str]:
    """What was understood, table by table and in the text."""
    if draft.decimal == ",":
        yield "Numbers have a decimal comma."
    for table in draft.tables:
        yield from _of_table(table, draft.kinds.get(table.id))
    if draft.n:
        said = next(one for one in draft.running.numbers if one.row == draft.running.n)
        yield f"n is {said.printed}, by {said.place}: “{said.quote}”"
    numbers = len(draft.running.numbers)
    if numbers:
        repeats = sum(bool(said.same_as) for said in draft.running.numbers)
        tests, claims = len(draft.running.tests), len(draft.claims)
        yield (
            f"From the running text: {counted(numbers, 'number')} ({repeats} as in a printed cell), "
            f"{counted(tests, 'test')}, {counted(claims, 'claim')}, "
            f"{counted(len(references(draft)), 'reference')} to tables."
        )


def _of_table(table: Draft, kind: Kind | None) -> Iterator[str]:
    where = _where(table)
    if kind is None:
        return
    if kind.relation is None:
        yield f"{table.id} ({where}) is taken for `{kind.name}` by its {kind.by}."
    else:
        yield f"{table.id} ({where}) is checked as `{kind.name}`, by its {kind.by}."


def _where(table: Draft) -> str:
    found = table.found
    return found.place if found.number is None else f"Table {found.number}, {found.place}"


def to_do(draft: PaperDraft) -> Iterator[str]:
    """What to look at, decide or fill in, the gravest first."""
    for part in draft.unread:
        yield f"{part} could not be read: enter its tables by hand."
    if not draft.tables:
        yield "No table with numbers was found: enter them by hand, one CSV file for each."
    for found in draft.left_out:
        shown = found.place if found.number is None else f"Table {found.number}, {found.place}"
        yield f"{shown}: it holds no numbers below a header and is left out."
    for entry, why in draft.refused:
        yield f"The {entry.get('kind')} of {_named(entry)} is left out of the checks: {why}"
    for table in draft.tables:
        yield from _to_do_of(table, draft.kinds.get(table.id))
    for said in draft.running.numbers:
        if said.tables and not said.same_as and said.row.partition("_")[0] in _REPEATED:
            yield (
                f"{said.place} gives {said.printed} and refers to Table {said.tables[0]}, where no cell "
                "alone has it: a slip, or name the cell in `same_as` of text.csv."
            )
    sizes = {said.printed for said in draft.running.numbers if said.row in draft.running.sizes}
    if len(sizes) > 1:
        yield f"Several sample sizes are named ({_listed(sorted(sizes))}): is `n` the right one?"
    if not draft.n:
        yield "No sample size was found: give `n` in paper.yaml."
    if any(kind.name == "descriptives" for kind in draft.kinds.values()):
        yield (
            "Means are taken as weighted scores: where they are of whole answers, write `score: mean`, "
            "`items` and `scale`, so that GRIM and GRIMMER are made."
        )
    if draft.tables:
        yield "Compare every table with the paper, cell by cell: what was read wrongly is found as an error."


def _to_do_of(table: Draft, kind: Kind | None) -> Iterator[str]:
    if kind is None:
        yield f"{table.id} ({_where(table)}): nothing says what it is; give it a relation."
    elif kind.open:
        yield f"{table.id} ({_where(table)}): to be checked as `{kind.name}` it needs `{kind.open}`."
    if kind is not None and kind.name not in {"correlations", "discriminant", "frequencies", "loadings"}:
        strange = [
            head
            for column, head in table.printed.items()
            if not is_known(column) and column not in table.text_columns()
        ]
        if strange:
            yield f"{table.id}: the headers {_listed(strange)} are unknown; rename them or leave them."


def _named(entry: dict[str, object]) -> str:
    keys = ("table", "coefficients", "fornell_larcker", "htmt", "of", "place")
    return str(next((entry[key] for key in keys if key in entry), "the text"))


def _listed(texts: Sequence[str]) -> str:
    shown = ", ".join(f"`{text}`" for text in texts[:_LISTED])
    return shown if len(texts) <= _LISTED else f"{shown} ..."
