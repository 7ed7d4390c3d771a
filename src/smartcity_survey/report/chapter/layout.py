"""What Word, PDF and LaTeX lay out alike: captions and the widths of columns."""

from __future__ import annotations

from smartcity_survey.report.chapter.document import Block, FigureBlock, TableBlock
from smartcity_survey.report.tables import Table
from smartcity_survey.report.wording import Wording
from smartcity_survey.study.outputs import Style

_LEAST, _MOST = 5, 34
"""Characters of the narrowest and of the widest column."""


def caption(kind: str, wording: Wording, style: Style) -> tuple[str, str, str]:
    """What stands before the number of a table or figure, after it, and how its title follows."""
    if style == "gost":
        before, _, rest = wording[f"chapter.caption.{kind}_gost"].partition("{number}")
        after, _, _ = rest.partition("{title}")
        return before, after, "{title}"
    before, _, after = wording[f"chapter.caption.{kind}"].partition("{number}")
    return before, after, "\n{title}"


def shown(block: Block, wording: Wording, style: Style) -> str:
    """A table or figure as a list names it."""
    if not isinstance(block, TableBlock | FigureBlock):
        raise TypeError(f"{type(block).__name__} has no number")
    kind = "table" if isinstance(block, TableBlock) else "figure"
    before, after, _ = caption(kind, wording, style)
    between = "" if style == "gost" else " "
    return f"{before}{block.number}{after}{between}{block.title}"


def column_weights(table: Table) -> list[float]:
    """How wide the columns are in relation to one another: by their longest cells, and words of headings."""
    weights = []
    for number, heading in enumerate(table.headings):
        cells = [
            len(f"{line[number].text} {line[number].aside}".strip())
            for group in table.groups
            for line in group.lines
        ]
        word = max((len(word) for word in heading.split()), default=0)
        longest = max(cells, default=0)
        # Text may go over several lines, a number may not.
        numeric = table.numeric[number]
        needed = longest if numeric else min(longest, _MOST)
        weights.append(float(max(needed, word + 1, _LEAST)))
    return weights
