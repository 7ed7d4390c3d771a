"""Paragraphs and tables of a PDF: words are put together by where they stand on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from smartcity_survey.errors import SurveyError
from smartcity_survey.new_paper.document import (
    DAMAGED,
    LABEL,
    Document,
    FoundTable,
    Paragraph,
    is_caption,
    squeezed,
    table_of,
)

# Words closer than this belong to one cell, in units of the height of a letter.
_GAP = 0.9
# Lines further apart than this part paragraphs, in heights.
_LEADING = 1.9
# Rules shorter than this are no rules of a table, in points.
_SHORTEST_RULE = 60.0
# A header has no more lines than this.
_HEADER = 4
_NUMBER = re.compile(r"[<>=≤≥]?\s*[-−–+]?\d*[.,]?\d+%?[*†‡a-z]{0,3}")


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its box; `top` grows down the page."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float


def read_pdf(file: Path) -> Document:
    """Read a .pdf that holds text.

    Raises
    ------
    SurveyError
        where the file is no PDF, is locked, or holds pictures of pages only.
    """
    from pdfplumber import pdf as plumber
    from pdfplumber.utils.exceptions import PdfminerException

    blocks: list[Paragraph | FoundTable] = []
    unread: list[str] = []
    try:
        with plumber.PDF.open(file) as document:
            for page in document.pages:
                try:
                    blocks += _page(page)
                # A page is whatever a program wrote: one that cannot be laid out costs itself alone.
                except (PdfminerException, *DAMAGED):
                    unread.append(f"page {page.page_number}")
    except (PdfminerException, *DAMAGED):
        raise SurveyError(str(file), "it is no PDF that can be read.", "Open it, and save a copy.") from None
    if not blocks:
        raise SurveyError(
            str(file),
            "it holds no text, only pictures of pages.",
            "Recognise its text (OCR) first, or enter the tables by hand.",
        )
    return Document(tuple(blocks), tuple(unread))


def _page(page: Any) -> Iterator[Paragraph | FoundTable]:
    place = f"page {page.page_number}"
    words = [
        Word(w["text"], w["x0"], w["x1"], w["top"], w["bottom"])
        for w in page.extract_words(keep_blank_chars=False, use_text_flow=False)
    ]
    for column in _columns_of_page(words, float(page.width)):
        yield from _column(column, _rules(page, column), place)


def _columns_of_page(words: list[Word], width: float) -> list[list[Word]]:
    """A page of two columns of text is read one after the other; what spans both stays above."""
    middle = width / 2
    crossing = [w for w in words if w.x0 < middle < w.x1]
    lines = _lines(words)
    both = [
        line
        for line in lines
        if any(w.x1 < middle for w in line) and any(w.x0 > middle for w in line) and not _gutter(line, middle)
    ]
    beside = [line for line in lines if sum(w.x0 > middle for w in line) > 2]
    if len(beside) < 0.3 * len(lines):
        return [words]
    if len(lines) < 10 or len(crossing) > 0.1 * len(lines) or len(both) > 0.2 * len(lines):
        return [words]
    spanning = {w for line in both for w in line} | set(crossing)
    left = [w for w in words if w.x1 <= middle and w not in spanning]
    right = [w for w in words if w.x0 >= middle and w not in spanning]
    return [part for part in ([w for w in words if w in spanning], left, right) if part]


def _gutter(line: Sequence[Word], middle: float) -> bool:
    if any(w.x0 < middle < w.x1 for w in line):
        return False
    left = max((w.x1 for w in line if w.x1 <= middle), default=0.0)
    right = min((w.x0 for w in line if w.x0 >= middle), default=middle)
    return right - left > 10.0


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    """Words that stand at one height, from left to right."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.bottom, w.x0)):
        if lines:
            last = lines[-1]
            height = max(w.bottom - w.top for w in last)
            base = sum(w.bottom for w in last) / len(last)
            # A raised star or letter ends higher and stands within the line.
            if abs(word.bottom - base) < 0.45 * height or (
                word.top < base - 0.4 * height and word.bottom > base - 0.8 * height
            ):
                last.append(word)
                continue
        lines.append([word])
    return [sorted(line, key=lambda w: w.x0) for line in lines]


def _rules(page: Any, words: Sequence[Word]) -> list[tuple[float, float, float]]:
    """Horizontal rules beside these words: left, right, height; pieces at one height are one rule."""
    left, right = min(w.x0 for w in words), max(w.x1 for w in words)
    pieces = [
        (float(r["x0"]), float(r["x1"]), float(r["top"]))
        for r in [*page.lines, *page.rects, *page.curves]
        if abs(float(r["bottom"]) - float(r["top"])) < 2.0 and float(r["x1"]) - float(r["x0"]) > 2.0
    ]
    found: dict[int, list[tuple[float, float, float]]] = {}
    for piece in pieces:
        if piece[1] > left - 5 and piece[0] < right + 5:
            found.setdefault(round(piece[2]), []).append(piece)
    rules = [
        (min(p[0] for p in at), max(p[1] for p in at), sum(p[2] for p in at) / len(at))
        for at in found.values()
    ]
    return sorted((r for r in rules if r[1] - r[0] > _SHORTEST_RULE), key=lambda r: r[2])


def _column(
    words: Sequence[Word], rules: Sequence[tuple[float, float, float]], place: str
) -> Iterator[Paragraph | FoundTable]:
    """Blocks of one column of a page, from top to bottom."""
    lines = _lines(words)
    i = 0
    text: list[Sequence[Word]] = []
    while i < len(lines):
        end = _table_from(lines, i, rules)
        if end > i:
            yield from _paragraphs(text, place)
            text = []
            yield table_of(grid(lines[i:end]), place)
            i = end
            continue
        text.append(lines[i])
        i += 1
    yield from _paragraphs(text, place)


def _table_from(lines: Sequence[Sequence[Word]], i: int, rules: Sequence[tuple[float, float, float]]) -> int:
    """Where the table that begins with line i ends; i where none begins.

    It stands between rules that enclose lines of several cells, or, without rules, is a run of such lines
    under a caption.
    """
    top = lines[i][0].top
    above = lines[i - 1][0].bottom if i else float("-inf")
    opening = [r for r in rules if above - 3 <= r[2] <= top + 4 and _beside(lines[i], r)]
    if opening:
        first = opening[-1]
        same = [r for r in rules if r[2] > first[2] + 4 and _alike(r, first)]
        end = i
        for rule in same:
            until = next((j for j in range(i, len(lines)) if lines[j][0].top > rule[2] - 3), len(lines))
            # Within a table most lines have several cells; text between two tables has not.
            # A header that is broken over lines has few.
            header = (
                end == i and until - end <= _HEADER and any(len(_cells(one)) > 1 for one in lines[i:until])
            )
            if until > end and (header or _is_table(lines[end:until], loose=end > i)):
                end = until
            else:
                break
        if end > i + 1:
            return end
    previous = squeezed(" ".join(w.text for w in lines[i - 1])) if i else ""
    if i and (is_caption(previous) or (i > 1 and LABEL.fullmatch(_text(lines[i - 2])))):
        end = i
        while end < len(lines) and len(_cells(lines[end])) > 1:
            end += 1
        if end - i > 2 and _is_table(lines[i:end]):
            return end
    return i


def _beside(line: Sequence[Word], rule: tuple[float, float, float]) -> bool:
    return line[0].x0 > rule[0] - 12 and line[-1].x1 < rule[1] + 12


def _alike(rule: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    return abs(rule[0] - other[0]) < 12 and abs(rule[1] - other[1]) < 12


def _is_table(lines: Sequence[Sequence[Word]], *, loose: bool = False) -> bool:
    several = sum(len(_cells(line)) > 1 for line in lines)
    return several >= (0.4 if loose else 0.6) * len(lines) and several > 0


def _cells(line: Sequence[Word]) -> list[list[Word]]:
    """Words of a line that stand together."""
    height = max(w.bottom - w.top for w in line)
    parts = [[line[0]]]
    for before, word in pairwise(line):
        if word.x0 - before.x1 > _GAP * height:
            parts.append([word])
        else:
            parts[-1].append(word)
    return parts


def grid(lines: Sequence[Sequence[Word]]) -> list[list[str]]:
    """Cells by row and column: columns are parted by gaps that no line with numbers covers."""
    parts = [_cells(line) for line in lines]
    body = [line for line in parts if sum(bool(_NUMBER.fullmatch(_text(cell))) for cell in line) > 0]
    edges = _edges([(cell[0].x0, cell[-1].x1) for line in body or parts for cell in line])
    rows = []
    for line in parts:
        cells = [""] * len(edges)
        for cell in line:
            over = [
                j
                for j, (left, right) in enumerate(edges)
                if cell[0].x0 < right + 1 and cell[-1].x1 > left - 1
            ]
            centre = (cell[0].x0 + cell[-1].x1) / 2
            away = [abs((left + right) / 2 - centre) for left, right in edges]
            for j in over or [away.index(min(away))]:
                cells[j] = squeezed(f"{cells[j]} {_text(cell)}")
        rows.append(cells)
    return _continued(rows)


def _edges(boxes: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Columns: boxes that overlap belong to one."""
    columns: list[tuple[float, float]] = []
    for left, right in sorted(boxes):
        if columns and left < columns[-1][1] - 0.5:
            columns[-1] = (columns[-1][0], max(columns[-1][1], right))
        else:
            columns.append((left, right))
    return columns


def _continued(rows: list[list[str]]) -> list[list[str]]:
    """A row with words in its first cell alone that begins with a small letter continues the one above."""
    joined: list[list[str]] = []
    for row in rows:
        if joined and row[0] and not any(row[1:]) and row[0][0].islower() and any(joined[-1][1:]):
            joined[-1][0] = f"{joined[-1][0]} {row[0]}"
        else:
            joined.append(row)
    return joined


def _text(words: Sequence[Word]) -> str:
    return squeezed(" ".join(w.text for w in words))


def _paragraphs(lines: Sequence[Sequence[Word]], place: str) -> Iterator[Paragraph]:
    """Lines that follow closely are one paragraph; words that a line end parts are joined."""
    text = ""
    for number, line in enumerate(lines):
        own = _text(line)
        height = max(w.bottom - w.top for w in line)
        apart = number and line[0].top - lines[number - 1][0].top > _LEADING * height
        if text and (apart or is_caption(own) or (is_caption(text) and text.endswith("."))):
            yield Paragraph(text, place)
            text = ""
        if re.search(r"[^\W\d]-$", text) and own[:1].islower():
            text = text[:-1] + own
        else:
            text = squeezed(f"{text} {own}")
    if text:
        yield Paragraph(text, place)
