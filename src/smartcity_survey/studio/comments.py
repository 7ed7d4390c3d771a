"""Comments and empty lines of a yaml file that an edit changes: each stays above the line it stood above.

A reader of yaml hangs a comment on what stands before it, and loses it with that. Whoever writes one means
what stands below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from yaml import YAMLError
from yaml import safe_load as parse_yaml


def with_comments(before: str, after: str) -> str:
    """A text after an edit, with all lines of comment of the text before it, and with its empty lines.

    What stood above a line that is gone stands above the next one that is left.
    """
    old_gaps, old = _parted(before)
    _, new = _parted(after)
    gaps: list[list[str]] = [[] for _ in range(len(new) + 1)]
    matched = SequenceMatcher(None, [*map(_key, old)], [*map(_key, new)], autojunk=False).get_opcodes()
    for _, first, last, start, end in matched:
        for place in range(first, last):
            gaps[min(start + place - first, end)] += old_gaps[place]
    gaps[-1] += old_gaps[-1]
    lines = [line for gap, code in zip(gaps, [*new, ""], strict=True) for line in (*gap, code)]
    kept = "\n".join(lines)
    try:
        return kept if parse_yaml(kept) == parse_yaml(after) else after
    except YAMLError:  # lines within a text that look like a comment
        return after


def _parted(text: str) -> tuple[list[list[str]], list[str]]:
    """The comments and empty lines above each other line and at the end; and these lines."""
    gaps: list[list[str]] = [[]]
    lines: list[str] = []
    for line in text.removesuffix("\n").split("\n"):
        if line.strip() and not line.lstrip().startswith("#"):
            lines.append(line)
            gaps.append([])
        else:
            gaps[-1].append(line)
    return gaps, lines


def _key(line: str) -> Sequence[str]:
    """What a line says, however it is spaced."""
    return tuple(line.split())
