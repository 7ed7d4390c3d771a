"""What a document holds in reading order: paragraphs and tables with their captions, all as text."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zipfile import BadZipFile

# `Table 3.`, `Таблица 3 –`, `3-кесте`, `Table A1`, `TABLE IV`; the number may be followed by a caption.
LABEL = re.compile(
    r"\s*(?:(?:supplementary\s+)?(?P<word>tables?|tab\.|таблица|табл\.|кесте)\s*"
    r"(?P<number>[A-ZА-Я]?\.?\d+(?:\.\d+)*|[IVX]{1,5}\b)|(?P<kazakh>\d+)\s*-?\s*кесте)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
# A caption stands at most this many blocks before its table, or after it.
_BEFORE, _AFTER = 4, 2
# A block longer than this is a paragraph, even where it begins with `Table 3`.
_LONGEST_CAPTION = 400
_GOES_ON = re.compile(r"\bcont(?:inued|inuation|['’]d|\.)|продолжение|окончание|жалғасы", re.I)
_REFERS = re.compile(
    r"\s*(?:shows?|presents?|lists?|reports?|gives?|summari[sz]es|indicates?|показывает|содержит)\b", re.I
)

# What libraries raise where the bytes of a file are not what its name says.
DAMAGED = (
    BadZipFile, zlib.error, struct.error, OSError, EOFError, LookupError, ValueError, TypeError,
    AttributeError, ArithmeticError, RuntimeError, SyntaxError, AssertionError,
)  # fmt: skip

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, and where it stands: `paragraph 12`, `page 3`."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table as printed.

    Attributes
    ----------
    rows : cells as text, as many in every row; a cell that spans several is repeated in each.
    caption : without its label. number : as its label says, None where there is none.
    place : where it stands.
    """

    rows: tuple[tuple[str, ...], ...]
    place: str
    caption: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """Blocks of a document in reading order, and what in it could not be read."""

    blocks: tuple[Paragraph | FoundTable, ...]
    unread: tuple[str, ...] = ()

    @property
    def tables(self) -> list[FoundTable]:
        """Its tables in reading order."""
        return [block for block in self.blocks if isinstance(block, FoundTable)]

    @property
    def paragraphs(self) -> list[Paragraph]:
        """Its running text; captions are none."""
        return [block for block in self.blocks if isinstance(block, Paragraph)]


def squeezed(text: str) -> str:
    """Text with one space for any white space."""
    return " ".join(text.replace("\u00ad", "").split())


def table_of(rows: Sequence[Sequence[str]], place: str, caption: str = "") -> FoundTable:
    """A table with as many cells in every row, and its number where a caption is known already."""
    width = max((len(row) for row in rows), default=0)
    even = tuple((*map(squeezed, row), *[""] * (width - len(row))) for row in rows)
    number, text = labelled(caption) if caption else (None, "")
    return FoundTable(even, place, text, number)


def labelled(text: str) -> tuple[int | None, str]:
    """The number of a caption and the caption without its label; no number where it has no label."""
    match = LABEL.fullmatch(text)
    if match is None:
        return None, squeezed(text)
    number = match["kazakh"] or match["number"]
    return _number(number), squeezed(match["rest"]).lstrip(".:–—-| ").strip()


def _number(text: str) -> int | None:
    roman = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10}
    if text.upper() in roman:
        return roman[text.upper()]
    return int(text) if text.isdigit() else None


def is_caption(text: str) -> bool:
    """Whether a block is a caption, and no sentence about a table."""
    match = LABEL.fullmatch(text)
    return match is not None and len(text) <= _LONGEST_CAPTION and not _REFERS.match(match["rest"])


def with_captions(document: Document) -> Document:
    """The document with each caption beside its table, and out of the running text.

    A caption is the nearest block before a table that begins with a table's label, with what stands between
    the two; or the nearest after it, as some publishers print it.
    """
    blocks = list(document.blocks)
    used: set[int] = set()
    for i, block in enumerate(blocks):
        if not isinstance(block, FoundTable) or block.number is not None or block.caption:
            continue
        found = _caption_before(blocks, i, used) or _caption_after(blocks, i, used)
        if not found:
            continue
        texts = [one.text for one in map(blocks.__getitem__, found) if isinstance(one, Paragraph)]
        number, caption = labelled(" ".join(texts))
        blocks[i] = replace(block, caption=caption, number=number)
        used |= set(found)
    kept = [block for i, block in enumerate(blocks) if i not in used]
    return Document(tuple(_continued(kept)), document.unread)


def _continued(blocks: Sequence[Paragraph | FoundTable]) -> list[Paragraph | FoundTable]:
    """A table that goes on in the next column or page is one table; a header printed again is left out."""
    joined: list[Paragraph | FoundTable] = []
    for block in blocks:
        last = next((i for i in range(len(joined) - 1, -1, -1) if not _is_page_number(joined[i])), None)
        before = joined[last] if last is not None else None
        if (
            isinstance(block, FoundTable)
            and last is not None
            and isinstance(before, FoundTable)
            and _goes_on(block, before)
        ):
            again = block.rows[0] == before.rows[0]
            joined[last] = replace(before, rows=(*before.rows, *block.rows[again:]))
            continue
        joined.append(block)
    return joined


def _goes_on(table: FoundTable, before: FoundTable) -> bool:
    """Whether a table is the rest of the one before it: it says so, or stands on a page without a caption."""
    if len(table.rows[0]) != len(before.rows[0]):
        return False
    if _GOES_ON.search(table.caption):
        return table.number in {None, before.number}
    on_pages = table.place.startswith("page ") and before.place.startswith("page ")
    headless = table.rows[0] == before.rows[0] or any(text[:1].isdigit() for text in table.rows[0][1:])
    return on_pages and headless and table.number is None and not table.caption


def _is_page_number(block: Paragraph | FoundTable) -> bool:
    return isinstance(block, Paragraph) and len(block.text) < 8 and block.text.strip("-– ").isdigit()


def _caption_before(blocks: Sequence[Paragraph | FoundTable], i: int, used: set[int]) -> list[int]:
    between: list[int] = []
    for j in range(i - 1, max(i - 1 - _BEFORE, -1), -1):
        block = blocks[j]
        if isinstance(block, FoundTable) or j in used:
            return []
        between.insert(0, j)
        if is_caption(block.text):
            # A label with its caption is followed by notes, if by anything; a label alone by its caption.
            return between if not labelled(block.text)[1] else between[:1]
        if len(block.text) > _LONGEST_CAPTION:
            return []
    return []


def _caption_after(blocks: Sequence[Paragraph | FoundTable], i: int, used: set[int]) -> list[int]:
    for j in range(i + 1, min(i + 1 + _AFTER, len(blocks))):
        block = blocks[j]
        if isinstance(block, FoundTable) or j in used:
            return []
        if is_caption(block.text):
            follows = next((one for one in blocks[j + 1 : j + 3] if isinstance(one, FoundTable)), None)
            # Between two tables a caption belongs to the one below it.
            return [] if follows is not None else [j]
    return []
