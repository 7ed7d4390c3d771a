"""What Word, PDF and LaTeX lay out alike: captions and the widths of columns."""

from __future__ import annotations

from smartcity_survey.report.chapter.document import FigureBlock, Heading, Named, TableBlock
from smartcity_survey.report.one_line import cell_text
from smartcity_survey.report.tables import Table
from smartcity_survey.report.wording import Wording
from smartcity_survey.study.outputs import Style

_LEAST, _MOST = 7.0, 40
"""Characters of the narrowest column, and of the widest column of text."""
_LINES_TOGETHER = 12
"""Tables of so few lines stand on one page."""
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
    """Whether a table is so short that it stands on one page."""
    return sum(len(group.lines) for group in table.groups) <= _LINES_TOGETHER


def column_shares(table: Table) -> list[float]:
    """Share of the width that each column has; they sum to one.

    A number and a word are never broken as long as there is room for all of them; text takes several lines
    where there is none.
    """
    least: list[float] = []
    wanted: list[float] = []
    for number, heading in enumerate(table.headings):
        cells = [cell_text(line[number]) for group in table.groups for line in group.lines]
        longest = max(map(len, cells), default=0)
        words = [
            word for text in (heading, *([] if table.numeric[number] else cells)) for word in text.split()
        ]
        # Letters of a word are wider than digits, and a cell has its padding.
        word = 1.12 * max((len(word) for word in words), default=0) + 2
        narrow = max(longest + 2.0 if table.numeric[number] else word, word, _LEAST)
        least.append(narrow)
        wanted.append(max(narrow, min(longest, _MOST) + 2.0))
    room = _CHARACTERS - sum(least)
    more = [want - narrow for want, narrow in zip(wanted, least, strict=True)]
    share = min(1.0, max(0.0, room) / sum(more)) if sum(more) else 0.0
    widths = [narrow + share * extra for narrow, extra in zip(least, more, strict=True)]
    return [width / sum(widths) for width in widths]
