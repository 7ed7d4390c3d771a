"""The chapter composed: which sections there are, their sentences, tables and figures, in one language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from smartcity_survey.data.disclosure import HIDDEN_BELOW
from smartcity_survey.data.left_out import LINES_LEFT_OUT
from smartcity_survey.io import REFUSED, WHOLE, Card
from smartcity_survey.own_yaml import load_own
from smartcity_survey.report.chapter.citations import Citations
from smartcity_survey.report.chapter.document import (
    Block,
    Document,
    FigureBlock,
    Heading,
    ListOf,
    Paragraph,
    Run,
    TableBlock,
    runs_of,
    unmarked,
)
from smartcity_survey.report.chapter.facts import Facts
from smartcity_survey.report.chapter.sentences import SECTIONS
from smartcity_survey.report.contents import Contents, Entry
from smartcity_survey.report.figures.alt_texts import alt_text
from smartcity_survey.report.figures.path_texts import note_of
from smartcity_survey.report.one_line import cell_text, in_words, is_one_line
from smartcity_survey.report.parts import with_bounds
from smartcity_survey.report.path_sets import beside
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import Table, card_entries, render_table
from smartcity_survey.stages.refusals import UNASKED
from smartcity_survey.study.codebook import text
from smartcity_survey.study.outputs import Style

PLAN = Path(__file__).parent / "plan.yaml"
SAMPLING_WEIGHTS = "sampling_weights"
"""What the card of a table says whose respondents are weighted."""
TOLD = ("scores", "bootstrap_draws", "permutations")
"""Lines of an estimator card that stand below a table, beside what its own notes say."""

T = TypeVar("T")

Figures = Mapping[str, Path]
"""Figure -> its file without an ending; `.svg` and `.png` are both there."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the plan; `plan.yaml` explains it."""

    id: str
    blocks: tuple[Entry, ...] = ()
    open: bool = False


@dataclass
class _Numbers:
    """How many tables and figures there are so far."""

    used: dict[str, int] = field(default_factory=dict)

    def next(self, kind: str) -> int:
        self.used[kind] = self.used.get(kind, 0) + 1
        return self.used[kind]


def sections(contents: Contents) -> tuple[Section, ...]:
    """The plan's sections; tables are laid out as `contents.yaml` says but for what the plan says itself."""
    entries = {(kind, entry.name): entry for kind in ("table", "figure") for entry in contents.entries(kind)}

    def planned(block: Mapping[str, Any]) -> Entry:
        kind = "table" if "table" in block else "figure"
        own = {key: value for key, value in block.items() if key != kind}
        if "columns" in own:
            own["columns"] = tuple(own["columns"])
        entry = entries[kind, block[kind]]
        own["formats"] = {**entry.formats, **own.get("formats", {})}
        return replace(entry, scores=False, **own)

    return tuple(
        Section(
            section["id"],
            tuple(planned(block) for block in section.get("blocks", ())),
            bool(section.get("open", False)),
        )
        for section in _plan()
    )


@cache
def _plan() -> tuple[Mapping[str, Any], ...]:
    return tuple(load_own(PLAN)["sections"])


def _reasons_alone() -> frozenset[str]:
    """Tables of which the chapter tells why they have no lines, and nothing else."""
    return frozenset(name for section in _plan() for name in section.get("reasons", ()))


def figures_shown(contents: Contents) -> tuple[str, ...]:
    """Figures that a chapter may show."""
    return tuple(
        entry.name for section in sections(contents) for entry in section.blocks if entry.kind == "figure"
    )


def compose(
    tables: Mapping[str, pd.DataFrame],
    cards: Mapping[str, Card],
    manifest: Mapping[str, Any],
    figures: Figures,
    contents: Contents,
    setting: Setting,
    style: Style,
) -> Document:
    """The chapter of a finished run.

    Parameters
    ----------
    tables, cards : stage files and their estimator cards, by name.
    manifest : what the run was made from, as in `manifest.json`.
    figures : those drawn in this language.
    style : how references are written.
    """
    setting = with_bounds(setting, tables)
    wording = setting.wording

    def there(entry: Entry) -> bool:
        if entry.kind == "figure":
            return entry.name in figures
        hidden = entry.people and "decisions" in tables
        if entry.name not in tables or hidden:
            return False
        frame = tables[entry.name]
        if len(frame) and "status" in frame and frame["status"].isin(UNASKED).all():
            return False
        return len(frame) > 0

    def said_already(entry: Entry) -> bool:
        # A hierarchical regression of one block is the regression itself.
        return entry.name == "hierarchical_blocks" and not tables[entry.name]["outcome"].duplicated().any()

    def unsolved(entry: Entry) -> bool:
        card = cards.get(entry.name, {})
        shown = entry.kind == "table" and not (entry.people and "decisions" in tables)
        return shown and not there(entry) and REFUSED in card and not _is_unasked(card)

    def emptied(entry: Entry) -> bool:
        card = cards.get(entry.name, {})
        return entry.kind == "table" and not there(entry) and LINES_LEFT_OUT in card

    planned = [
        replace(
            section,
            blocks=tuple(e for e in section.blocks if emptied(e) or (there(e) and not said_already(e))),
        )
        for section in sections(contents)
    ]
    rendered = {
        entry.name: _rendered(entry, tables, cards, contents, setting)
        for section in planned
        for entry in section.blocks
        if entry.kind == "table" and not emptied(entry)
    }
    placed = frozenset(
        f"{entry.kind}-{entry.name}"
        for section in planned
        for entry in section.blocks
        if entry.kind == "figure" or (entry.name in rendered and not is_one_line(rendered[entry.name]))
    )
    beside = (entry for entry in contents.entries("table") if entry.name in _reasons_alone())
    asked = (entry for section in sections(contents) for entry in section.blocks)
    without = tuple(entry.name for entry in (*asked, *beside) if unsolved(entry))
    facts = Facts(tables, cards, manifest, setting, contents, placed, without)
    citations = Citations(style, setting.wording)
    numbers = _Numbers()
    blocks: list[Block] = []
    for section in planned:
        texts = list(SECTIONS[section.id](facts))
        if not texts and not section.blocks:
            continue
        blocks.append(Heading(f"section-{section.id}", 1, wording[f"chapter.{section.id}.title"]))
        if section.open and facts.bounded:
            blocks.append(Paragraph(runs_of(wording["chapter.open"]), "notice"))
        blocks += (Paragraph(runs_of(citations.cite(one))) for one in texts)
        for entry in section.blocks:
            if entry.kind == "figure":
                blocks.append(_figure(entry, facts, figures, numbers))
            elif entry.name not in rendered:
                blocks.append(_left_out("without_lines", entry, facts))
            elif not is_one_line(table := rendered[entry.name]):
                blocks += _reading(entry, table, facts)
                blocks.append(_table(entry, table, facts, numbers))
            elif entry.name not in facts.told:
                blocks.append(_in_text(entry, table, facts))
            elif LINES_LEFT_OUT in cards.get(entry.name, {}):
                blocks.append(_left_out("lines_left_out", entry, facts))
    title = text(manifest["config"]["study"]["title"], wording.language, "config.yaml, study.title")
    blocks = [*_head(facts, blocks), *blocks, *_references(citations, facts)]
    return Document(
        language=wording.language,
        title=title,
        subtitle=wording["chapter.subtitle"],
        running_head=wording.fill("chapter.running_head", title=title),
        blocks=tuple(blocks),
    )


def _is_unasked(card: Card) -> bool:
    """Whether a table is empty because the study has no such question, not for want of a solution."""
    lines = card[REFUSED]
    return isinstance(lines, list) and any(
        line["part"] == WHOLE and line["reason"] in UNASKED for line in lines
    )


def _head(facts: Facts, blocks: list[Block]) -> Iterator[Block]:
    """What stands before the first section: a warning about the data, and the lists."""
    wording = facts.setting.wording
    if facts.reconstruction:
        told = (
            Run(f"{wording['page.reconstruction_title']}. ", bold=True),
            Run(wording["page.reconstruction"]),
        )
        yield Paragraph(told, "notice")
    yield ListOf("heading", wording["page.contents"])
    if any(isinstance(block, TableBlock) for block in blocks):
        yield ListOf("table", wording["chapter.list_of_tables"])
    if any(isinstance(block, FigureBlock) for block in blocks):
        yield ListOf("figure", wording["chapter.list_of_figures"])


def _references(citations: Citations, facts: Facts) -> Iterator[Block]:
    cited = citations.listed()
    if cited:
        yield Heading("section-references", 1, facts.setting.wording["chapter.references"])
        yield from (Paragraph(runs_of(entry), "reference") for entry in cited)


def _figure(entry: Entry, facts: Facts, figures: Figures, numbers: _Numbers) -> FigureBlock:
    wording, stem, key = facts.setting.wording, figures[entry.name], f"figures.{entry.name}"
    return FigureBlock(
        id=f"figure-{entry.name}",
        number=numbers.next("figure"),
        title=wording[f"{key}.title"],
        svg=stem.with_name(f"{stem.name}.svg"),
        png=stem.with_name(f"{stem.name}.png"),
        alt=alt_text(entry.name, facts.tables, facts.setting),
        notes=(note_of(entry.name, facts.tables, facts.setting), *_reconstructed(facts)),
    )


def _reading(entry: Entry, table: Table, facts: Facts) -> Iterator[Paragraph]:
    """How the table that follows is to be read, where its note has no room for that."""
    if table.reading:
        number = facts.say("see.table", number=f"[#table-{entry.name}]")
        yield Paragraph(runs_of(facts.say("reading", table=number, text=unmarked(" ".join(table.reading)))))


def _table(entry: Entry, table: Table, facts: Facts, numbers: _Numbers) -> TableBlock:
    return TableBlock(
        id=f"table-{entry.name}",
        number=numbers.next("table"),
        title=facts.setting.wording[f"tables.{entry.name}.title"],
        table=table,
        notes=(
            *table.notes,
            *_told(facts.cards.get(entry.name), facts.setting),
            *_weighted(entry, facts),
            *_of_groups(entry, facts),
            *_reconstructed(facts),
        ),
    )


def _weighted(entry: Entry, facts: Facts) -> Iterator[str]:
    """That the numbers of a table are weighted, and its counts not."""
    card = facts.cards.get(entry.name, {})
    if SAMPLING_WEIGHTS in (card.get("weights"), card.get("sampling")):
        counts = {"n", "n_first", "n_second"} & set(entry.columns)
        yield facts.say("weighted_beside_counts" if counts else "weighted")


def _of_groups(entry: Entry, facts: Facts) -> Iterator[str]:
    """That the estimate of a claim about groups is a difference."""
    if entry.name == "hypotheses" and facts.frame("hypotheses", "groups") is not None:
        yield facts.say("difference_of_groups")


def _left_out(key: str, entry: Entry, facts: Facts) -> Paragraph:
    """That disclosure control takes out lines of a table that is not there, or that a sentence tells."""
    limit = facts.setting.wording.numbers.count(float(str(facts.cards[entry.name][HIDDEN_BELOW])))
    title = unmarked(facts.setting.wording[f"tables.{entry.name}.title"])
    return Paragraph(runs_of(facts.say(key, title=title, limit=limit)))


def _in_text(entry: Entry, table: Table, facts: Facts) -> Paragraph:
    """A table of one line as a sentence: title, what the line is of, and each column with its value."""
    of, values = in_words(table, facts.setting)
    remarks = table.groups[0].remarks[0] if table.groups[0].remarks else ()
    sentence = facts.say(
        "one_line",
        title=unmarked(facts.setting.wording[f"tables.{entry.name}.title"]),
        of=unmarked(f" ({of})" if of else ""),
        values=unmarked(values),
    )
    return Paragraph(runs_of(" ".join((sentence, *map(unmarked, (*remarks, *table.notes))))))


def _reconstructed(facts: Facts) -> tuple[str, ...]:
    return (facts.setting.wording["chapter.reconstructed"],) if facts.reconstruction else ()


def _rendered(
    entry: Entry,
    tables: Mapping[str, pd.DataFrame],
    cards: Mapping[str, Card],
    contents: Contents,
    setting: Setting,
) -> Table:
    frame = beside(entry.name, tables, setting)
    if entry.name == "hypotheses":
        frame = decided_only(frame)
    # What is said of a column goes with it.
    noted = tuple(
        column for column in frame.columns if f"tables.{entry.name}.of_columns.{column}" in setting.wording
    )
    entry = replace(entry, unless_empty=(*entry.unless_empty, *noted))
    table = render_table(frame, entry, contents, setting, cards.get(entry.name))
    return table if entry.cells else without_empty_columns(table)


def without_empty_columns(table: Table) -> Table:
    """A table without the columns that have nothing in any line, as what a method does not give."""
    lines = [line for group in table.groups for line in group.lines]
    kept = [
        number
        for number in range(len(table.headings))
        if number == 0 or not lines or any(cell_text(line[number]) for line in lines)
    ]

    def of(cells: Sequence[T]) -> tuple[T, ...]:
        return tuple(cells[number] for number in kept)

    groups = tuple(replace(group, lines=tuple(map(of, group.lines))) for group in table.groups)
    return replace(table, headings=of(table.headings), numeric=of(table.numeric), groups=groups)


def decided_only(hypotheses: pd.DataFrame) -> pd.DataFrame:
    """The stage file without the estimates of one reconstruction where the print leaves the verdict open."""
    if "state" not in hypotheses:
        return hypotheses
    known = hypotheses["state"] != "open"
    numbers = ["estimate", "ci_low", "ci_high", "p"]
    return hypotheses.assign(
        **{column: hypotheses[column].where(known) for column in numbers},
        verdict=hypotheses["verdict"].where(known),
    )


def _told(card: Card | None, setting: Setting) -> Iterator[str]:
    """The way of scoring and the number of resamples: what a table's own notes lack."""
    if not card:
        return
    told = card_entries(card, setting)
    names = [setting.wording.value("card_key", key) for key in TOLD if key in card]
    entries = [f"{name}{setting.wording['page.colon']}{told[name]}" for name in names if name in told]
    if entries:
        told_all = "; ".join(entries)
        yield f"{told_all[:1].upper()}{told_all[1:]}."
