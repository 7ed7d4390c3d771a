"""The chapter as PDF, set by Typst: contents with pages, running head, tagged, every letter as text.

The typefaces are those that Typst and matplotlib bring, so the same chapter gives the same bytes anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import typst

from smartcity_survey.report.chapter.archive import DATE
from smartcity_survey.report.chapter.document import (
    Document,
    FigureBlock,
    Heading,
    ListOf,
    Paragraph,
    Run,
    TableBlock,
)
from smartcity_survey.report.chapter.layout import (
    caption,
    column_shares,
    fitted,
    kind_of,
    shown,
    stands_together,
)
from smartcity_survey.report.fonts import font_file
from smartcity_survey.report.one_line import cell_text
from smartcity_survey.report.wording import Wording
from smartcity_survey.study.outputs import Style

_LAYOUT = Path(__file__).parent / "chapter.typ"
_UNNUMBERED = ("section-references",)


def pdf_file(document: Document, wording: Wording, style: Style, figures: Path) -> bytes:
    """The chapter as the content of a .pdf.

    Parameters
    ----------
    figures : the folder that the files of all figures are in.
    """
    source = "\n".join(_source(document, wording, style))
    compiler = typst.Compiler(
        root=str(figures), font_paths=[str(font_file().parent)], ignore_system_fonts=True
    )
    made = compiler.compile(source.encode("utf-8"), format="pdf", timestamp=DATE)
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no PDF")
    return made


def _source(document: Document, wording: Wording, style: Style) -> Iterator[str]:
    yield _LAYOUT.read_text(encoding="utf-8")
    options = {
        "title": _text(document.title),
        "subtitle": _text(document.subtitle),
        "head": _text(document.running_head),
        "language": _text(document.language),
        "gost": "true" if style == "gost" else "false",
    }
    yield f"#show: chapter.with({', '.join(f'{key}: {value}' for key, value in options.items())})"
    numbers = {block.id: str(block.number) for block in document.numbered()}
    begun = False
    for block in document.blocks:
        match block:
            case Heading():
                yield "" if begun else "#pagebreak()"
                begun = True
                plain = ", numbering: none" if block.id in _UNNUMBERED else ""
                yield f"#heading(level: {block.level}{plain})[#{_text(block.text)}] <{block.id}>"
            case Paragraph():
                yield f"#{block.role}[{_runs(block.runs, numbers)}]\n"
            case ListOf():
                yield from _list(block, document, wording, style)
            case TableBlock():
                yield from _table(block, wording, style)
            case FigureBlock():
                yield from _figure(block, wording, style)


def _text(text: str) -> str:
    """A text as a string of Typst, in which nothing is markup."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _runs(runs: Iterable[Run], numbers: dict[str, str]) -> str:
    def written(run: Run) -> str:
        if run.to:
            return f"#link(<{run.to}>)[#{_text(numbers[run.to])}]"
        form = "emph" if run.italic else "strong" if run.bold else ""
        return f"#{form}[#{_text(run.text)}]" if form else f"#{_text(run.text)}"

    return "".join(map(written, runs))


def _list(block: ListOf, document: Document, wording: Wording, style: Style) -> Iterator[str]:
    yield f"#list-title[#{_text(block.title)}]"
    number = 0
    for entry in document.of_kind(block.of):
        text = shown(entry, wording, style)
        if isinstance(entry, Heading) and style == "gost" and entry.id not in _UNNUMBERED:
            number += 1
            text = f"{number} {text}"
        yield f"#entry(<{entry.id}>)[#{_text(text)}]"


def _caption(block: TableBlock | FigureBlock, wording: Wording, style: Style) -> str:
    before, after, _ = caption(kind_of(block), wording, style)
    number = f"{before}{block.number}{after}"
    return f'#caption("{kind_of(block)}", {_text(number)}, {_text(block.title)}) <{block.id}>'


def _notes(notes: Sequence[str], wording: Wording) -> str:
    return f"#note({_text(wording['chapter.note'])})[#{_text(' '.join(notes))}]" if notes else ""


def _table(block: TableBlock, wording: Wording, style: Style) -> Iterator[str]:
    own = block.table
    # The list of tables leads to it, whether or not there was a solution.
    yield _caption(block, wording, style)
    if own.headings:
        widths = column_shares(own)
        shares = ", ".join(f"{share:.4f}fr" for share in widths)
        aligned = ", ".join("right" if numeric else "left" for numeric in own.numeric)
        head = ", ".join(
            f"[#{_text(fitted(one, width))}]" for one, width in zip(own.headings, widths, strict=True)
        )
        continued = _text(wording.fill("chapter.caption.continued_gost", number=str(block.number)))
        together = str(stands_together(own)).lower()
        yield f"#data(<{block.id}>, {continued}, {together}, ({shares},), ({aligned},), ({head},),"
        across = f"table.cell(colspan: {len(own.headings)}, align: left)"
        for group in own.groups:
            if group.heading:
                yield f"table.header(level: 2, {across}[#emph[#{_text(group.heading)}]]),"
            for number, cells in enumerate(group.lines):
                yield "".join(
                    f"[#{_text(fitted(cell_text(one), width))}],"
                    for one, width in zip(cells, widths, strict=True)
                )
                if group.remarks and group.remarks[number]:
                    yield f"{across}[#emph[#{_text(' '.join(group.remarks[number]))}]],"
        yield ")"
    yield _notes(block.notes, wording)


def _figure(block: FigureBlock, wording: Wording, style: Style) -> Iterator[str]:
    drawn = f"#drawing({_text(f'/{block.svg.name}')}, {_text(block.alt)})"
    own = _caption(block, wording, style)
    yield from (drawn, own) if style == "gost" else (own, drawn)
    yield _notes(block.notes, wording)
