"""What Word, PDF and LaTeX lay out alike: captions and the widths of columns."""

from __future__ import annotations

from math import ceil

from smartcity_survey.report.breaks import LONG, SOFT_HYPHEN, breakable
from smartcity_survey.report.chapter.document import FigureBlock, Heading, Named, TableBlock
from smartcity_survey.report.one_line import cell_text
from smartcity_survey.report.tables import Table
from smartcity_survey.report.wording import Wording
from smartcity_survey.study.outputs import Style

_LEAST, _WORD, _MOST = 7.0, 12, 40
"""Characters of the narrowest column, of a word that has room before longer ones, and of the widest text."""
ANYWHERE = "\u200b"
"""Where a word may break without a hyphen."""
_LINES_TOGETHER, _TEXT_TOGETHER = 12, 36
"""Tables of so few lines stand on one page, if their texts are no longer than so many lines."""
_SAFE = 0.75
"""Share of a column up to which a word has room whatever its letters: wide ones take a third more."""
_CHARACTERS = 92
"""Characters of a line of a table over the width of the text."""


def caption(kind: str, wording: Wording, style: Style) -> tuple[str, str, str]:
    """What stands before the number of a table or figure, after it, and how its title follows."""
    if style == "gost":
        before, _, rest = wording[f"chapter.caption.{kind}_gost"].partition("{number}")
        after, _, _ = rest.partition("{title}")
        return before, after, "{title}"
    before, _, after = wording[f"chapter.caption.{kind}"].partition("{number}")
    return before, after, "\n{title}"


def shown(block: Named, wording: Wording, style: Style) -> str:
    """A heading, table or figure as a list names it."""
    if isinstance(block, Heading):
        return block.text
    before, after, _ = caption(kind_of(block), wording, style)
    between = "" if style == "gost" else " "
    return f"{before}{block.number}{after}{between}{block.title}"


def kind_of(block: TableBlock | FigureBlock) -> str:
    """`table` or `figure`."""
    return "table" if isinstance(block, TableBlock) else "figure"


def stands_together(table: Table) -> bool:
    """Whether a table is so short that it stands on one page, long texts counted by their lines."""
    if sum(len(group.lines) for group in table.groups) > _LINES_TOGETHER:
        return False
    rooms = [share * _CHARACTERS - 2 for share in column_shares(table)]
    taken = [
        max(len(cell_text(cell)) / room for cell, room in zip(line, rooms, strict=True))
        for group in table.groups
        for line in group.lines
    ]
    return sum(map(ceil, taken)) <= _TEXT_TOGETHER


def column_shares(table: Table) -> list[float]:
    """Share of the width that each column has; they sum to one.

    Numbers have their room first, then words up to a dozen letters and syllables of headings, then longer
    words; what is left lets text stand in one line.
    """
    tiers: list[list[float]] = []
    for number, heading in enumerate(table.headings):
        numeric = table.numeric[number]
        cells = [cell_text(line[number]) for group in table.groups for line in group.lines]
        longest = max(map(len, cells), default=0)
        own = 0 if numeric else max((len(word) for text in cells for word in text.split()), default=0)
        head = max(map(len, heading.split()), default=0)
        figures = max(longest + 2.0, _LEAST) if numeric else _LEAST
        broken = max(figures, _of_letters(min(own, _WORD)), _of_letters(min(head, LONG)))
        whole = max(broken, _of_letters(min(max(own, head), _MOST)))
        tiers.append([figures, broken, whole, max(whole, min(longest, _MOST) + 2.0)])
    widths, *wider = (list(widths) for widths in zip(*tiers, strict=True))
    for wanted in wider:
        more = [want - width for want, width in zip(wanted, widths, strict=True)]
        share = min(1.0, max(0.0, _CHARACTERS - sum(widths)) / sum(more)) if sum(more) else 0.0
        widths = [width + share * extra for width, extra in zip(widths, more, strict=True)]
    return [width / sum(widths) for width in widths]


def _of_letters(n: int) -> float:
    """Characters that a word takes: letters are wider than digits, and a cell has its padding."""
    return 1.12 * n + 2


def fitted(text: str, share: float) -> str:
    """A text whose words may break where they may be wider than a column of that share of the width.

    Between syllables where they are known, with a hyphen that shows only there; else anywhere.
    """
    room = max(int((share * _CHARACTERS - 2) / 1.12), 4)

    def within(word: str) -> str:
        if len(word) <= _SAFE * room or not any(map(str.isalpha, word)):
            return word
        pieces = breakable(word).split(SOFT_HYPHEN)
        return SOFT_HYPHEN.join(
            ANYWHERE.join(piece[at : at + room] for at in range(0, len(piece), room)) for piece in pieces
        )

    return " ".join(map(within, text.split(" ")))
