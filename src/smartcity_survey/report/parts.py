"""The sections of the page: what `contents.yaml` plans and the run has produced, on three levels."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from smartcity_survey.audit.severity import CONTRADICTIONS
from smartcity_survey.data.left_out import LINES_LEFT_OUT
from smartcity_survey.io import REFUSED, Card
from smartcity_survey.report.cells import records
from smartcity_survey.report.contents import Contents, Entry
from smartcity_survey.report.figures.alt_texts import alt_text
from smartcity_survey.report.figures.path_texts import note_of
from smartcity_survey.report.names import witness_labels
from smartcity_survey.report.numbering import PrintedNumbers, number_entries
from smartcity_survey.report.one_line import in_words, is_one_line
from smartcity_survey.report.path_sets import beside
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.specification_filter import SpecificationFilter, specification_filter
from smartcity_survey.report.tables import Table, in_language, render_table

ANSWER, STUDY, APPENDIX = "answer", "study", "appendix"
"""Levels of the page."""

FIGURE_FILES = (".svg", ".png", ".pdf")


@dataclass(frozen=True, slots=True)
class Block:
    """A table or a figure on the page.

    Attributes
    ----------
    id : of its heading, for links.
    number, title : `Table 12`, and what it shows.
    table : the table; None for a figure.
    sentence : a table of a single line in words; empty where the table is shown.
    image, alt, note : data address of a figure, what it shows in words, and how to read it.
    n_lines : of the table, in words; empty for a figure.
    files : name and address of each file that has it.
    about : sentences on how the printed numbers of this table fare.
    caution : what has to be known before its numbers are read.
    cite : its lines have anchors.
    tells : parts of the figure tell their numbers to whoever points at them.
    filter : what shows a part of its specifications.
    """

    id: str
    number: str
    title: str
    table: Table | None = None
    sentence: str = ""
    image: str = ""
    alt: str = ""
    note: str = ""
    n_lines: str = ""
    files: tuple[tuple[str, str], ...] = ()
    about: tuple[str, ...] = ()
    caution: str = ""
    cite: bool = False
    tells: bool = False
    filter: SpecificationFilter | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the page with what it shows."""

    id: str
    title: str
    intro: str
    blocks: tuple[Block, ...]
    caution: str = ""
    level: str = APPENDIX


@dataclass(frozen=True, slots=True)
class Planned:
    """A section of the page before its blocks are made: entries, each with the section it is from."""

    level: str
    id: str
    entries: tuple[tuple[Entry, str], ...]


def plan_parts(
    tables: Mapping[str, pd.DataFrame],
    cards: Mapping[str, Card],
    figures: Path,
    contents: Contents,
    printed: PrintedNumbers,
    reconstruction: bool = False,
) -> tuple[Planned, ...]:
    """What stands where, in the order of the page.

    The answer's figures come first, then the tables and figures that the paper prints (of a study without
    a paper: those with a topic), then all others by section. Of a reconstruction, tables that compare people
    stand there without lines.
    """

    def there(entry: Entry) -> bool:
        if entry.kind == "figure":
            return (figures / f"{entry.name}.svg").is_file()
        random = entry.people and reconstruction  # whose file has the columns alone
        told = entry.keep_empty or random or {REFUSED, LINES_LEFT_OUT} & set(cards.get(entry.name, {}))
        if entry.name not in tables:
            return False
        frame = tables[entry.name]
        empty = frame.empty or (entry.something in frame and not frame[entry.something].fillna(0).any())
        return bool(told) or not empty

    def level(entry: Entry) -> str:
        if entry.kind == "figure" and entry.name in contents.answer:
            return ANSWER
        own = (entry.kind, entry.topic) in printed if printed else bool(entry.topic)
        return STUDY if own else APPENDIX

    shown = [
        (entry, section.id) for section in contents.sections for entry in section.entries if there(entry)
    ]
    answer = [pair for pair in shown if level(pair[0]) == ANSWER]
    answer.sort(key=lambda pair: contents.answer.index(pair[0].name))
    study = [pair for pair in shown if level(pair[0]) == STUDY]
    rest = [pair for pair in shown if level(pair[0]) == APPENDIX]
    planned = (
        Planned(ANSWER, "figures", tuple(answer)),
        Planned(STUDY, "study", tuple(study)),
        *(
            Planned(APPENDIX, section.id, tuple(pair for pair in rest if pair[1] == section.id))
            for section in contents.sections
        ),
    )
    return tuple(part for part in planned if part.entries)


def numbered(plan: Sequence[Planned], printed: PrintedNumbers, setting: Setting) -> dict[Entry, str]:
    """The number of each entry of the page."""
    return number_entries([entry for part in plan for entry, _ in part.entries], printed, setting.wording)


def with_bounds(setting: Setting, tables: Mapping[str, pd.DataFrame]) -> Setting:
    """The setting with what stage files tell of a print's bounds: whether there are any, and witnesses."""
    known = records(tables["witnesses"]) if "witnesses" in tables else ()
    labels = replace(setting.labels, witnesses=witness_labels(known, setting))
    return replace(setting, labels=labels, bounded="decisions" in tables)


def build_parts(
    tables: Mapping[str, pd.DataFrame],
    cards: Mapping[str, Card],
    figures: Path,
    contents: Contents,
    setting: Setting,
    printed: PrintedNumbers,
) -> tuple[Part, ...]:
    """Sections that have something to show, in the plan's order.

    Parameters
    ----------
    tables, cards : stage files and their estimator cards, by name.
    figures : folder with `<name>.svg` in the setting's language; the page stands above it.
    """
    setting = with_bounds(setting, tables)
    wording = setting.wording
    # Bounds are of reconstructions alone; those without paths have none.
    people_made_up = setting.reconstruction or setting.bounded
    plan = plan_parts(tables, cards, figures, contents, printed, people_made_up)
    numbers = numbered(plan, printed, setting)
    setting = replace(setting, numbers={e.name: number for e, number in numbers.items() if e.kind == "table"})
    reconstruction = setting.bounded

    def block(entry: Entry, section: str, level: str) -> Block:
        key = f"{entry.kind}s.{entry.name}"
        open_ = reconstruction and level != APPENDIX and section in contents.open_sections
        plain = Block(
            f"{entry.kind}-{entry.name}",
            numbers[entry],
            wording[f"{key}.title"],
            caution=wording["page.open"] if open_ else "",
        )
        if entry.kind == "figure":
            image = figures / f"{entry.name}.svg"
            return replace(
                plain,
                image=data_address(image),
                tells=b'class="mark"' in image.read_bytes(),
                filter=specification_filter(tables, setting) if entry.name == "specification_curve" else None,
                alt=alt_text(entry.name, tables, setting),
                note=note_of(entry.name, tables, setting),
                files=tuple(_files(figures, entry.name)),
            )
        frame, random = beside(entry.name, tables, setting), entry.people and people_made_up
        shown = frame.head(0) if random else frame
        table = render_table(shown, entry, contents, setting, cards.get(entry.name))
        if random:
            table = replace(table, notes=(), empty=wording["page.random_groups"])
        lines = sum(len(group.lines) for group in table.groups)
        sentence = _sentence(table, setting) if level == APPENDIX and not entry.cite else ""
        return replace(
            plain,
            table=table,
            sentence=sentence,
            n_lines="" if sentence else wording.fill("tools.lines", n=wording.numbers.count(lines)),
            files=(("CSV", f"tables/{entry.name}.csv"),),
            about=tuple(_about(printed.get((entry.kind, entry.topic)), tables, setting)),
            cite=entry.cite,
        )

    return tuple(
        Part(
            part.id,
            *_titles(part, bool(printed), setting),
            tuple(block(entry, section, part.level) for entry, section in part.entries),
            wording["page.open"]
            if reconstruction and part.level == APPENDIX and part.id in contents.open_sections
            else "",
            part.level,
        )
        for part in plan
    )


def _titles(part: Planned, paper: bool, setting: Setting) -> tuple[str, str]:
    """Title and introduction of a section."""
    wording = setting.wording
    if part.level == ANSWER:
        return wording["answer.figures"], ""
    if part.level == STUDY:
        which = "study" if paper else "main"
        return wording[f"answer.{which}_title"], wording[f"answer.{which}_intro"]
    return wording[f"sections.{part.id}.title"], wording[setting.told(f"sections.{part.id}.intro")]


def _sentence(table: Table, setting: Setting) -> str:
    """A table of a single line in words; empty where there are more, or sentences below it."""
    if not is_one_line(table) or table.groups[0].remarks:
        return ""
    of, values = in_words(table, setting)
    return f"{of}{setting.wording['page.colon']}{values}."


def _files(figures: Path, name: str) -> Iterator[tuple[str, str]]:
    """Files of a figure, by their addresses from the folder of the page."""
    above = figures.parent if figures.name == "figures" else figures.parent.parent
    for ending in FIGURE_FILES:
        file = figures / f"{name}{ending}"
        if file.is_file():
            yield ending[1:].upper(), file.relative_to(above).as_posix()


def _about(number: int | None, tables: Mapping[str, pd.DataFrame], setting: Setting) -> Iterator[str]:
    """How the printed numbers of a table fare: recomputed, and against one another."""
    wording, count = setting.wording, setting.wording.numbers.count
    if number is None:
        return
    if "reproduction" in tables and "reproduction" in setting.numbers:
        own = tables["reproduction"]
        own = own[(own["object"] == "table") & (own["number"].astype(str) == str(number))]
        if len(own):
            same = own["matches"].astype(str) == "True"
            yield wording.fill(
                "answer.reproduced",
                same=count(same.sum()),
                all=count(len(own)),
                number=setting.numbers["reproduction"],
            )
    if "audit" in tables and "audit" in setting.numbers:
        audit = in_language(tables["audit"], wording.language)
        here = wording.fill("page.table", number=str(number))
        places = audit["place"][audit["severity"].isin([severity.value for severity in CONTRADICTIONS])]
        n = places.str.match(rf"{here}(?!\d)").sum()
        if n:
            yield wording.fill("answer.audited", n=count(n), number=setting.numbers["audit"])


def data_address(image: Path) -> str:
    """An svg file as a data address, so that the page needs no other file."""
    return f"data:image/svg+xml;base64,{base64.b64encode(image.read_bytes()).decode('ascii')}"
