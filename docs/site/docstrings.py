"""Our docstrings as Markdown: `name : what it is` becomes a list, `Raises` a heading, an example code."""

from __future__ import annotations

import re
from typing import Any

import griffe

_ENTRY = re.compile(r"(\w+(?:, \w+)*) : (.*)")
_FURTHER = re.compile(r"(?<=[.;]) (?=\w+(?:, \w+)* : )")
_UNDERLINE = re.compile(r"-{3,}")
_CODE = re.compile(r"(`[^`]*`)")


class PlainDocstrings(griffe.Extension):
    """Rewrites every docstring as it is read."""

    def on_instance(self, *, obj: Any, **_: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = as_markdown(obj.docstring.value)


def as_markdown(docstring: str) -> str:
    """A docstring with its sections, entries and examples in Markdown.

    Entries of a section without a name (`Raises`, `Returns`) have their type in one line, their text indented
    below it.
    """
    lines = [part for line in docstring.strip().splitlines() for part in _entries(line)]
    result: list[str] = []
    listed = in_section = False
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        entry = _ENTRY.fullmatch(line)
        if _UNDERLINE.fullmatch(line.strip()):
            continue
        if _UNDERLINE.fullmatch(following.strip()) and line.strip():
            result += ["", f"**{line.strip()}**", ""]
            in_section, listed = True, False
        elif line.startswith(">>> "):
            result += ["", "```python", line[4:].split("  # doctest")[0].rstrip(), "```", ""]
        elif entry:
            result += ([] if listed else [""]) + [f"- **{_plain(entry[1])}**: {_plain(entry[2])}"]
            listed = True
        elif in_section and line and not line.startswith(" ") and following.startswith("    "):
            result += ([] if listed else [""]) + [f"- `{line}`:"]
            listed = True
        elif listed and line.startswith("    "):
            result.append(f"    {_plain(line.strip())}")
        else:
            if listed and line:
                result.append("")
            listed = listed and not line
            result.append(_plain(line))
    return "\n".join(result)


def _entries(line: str) -> list[str]:
    """A line of several entries, `n : respondents. df : degrees of freedom`, as several lines."""
    return _FURTHER.split(line) if _ENTRY.fullmatch(line.strip()) else [line]


def _plain(text: str) -> str:
    """Text whose signs mean themselves, but for what stands in backticks."""
    parts = _CODE.split(text)
    return "".join(
        part if part.startswith("`") else re.sub(r"([*<_\[\]])", r"\\\1", part).replace(r"\<", "&lt;")
        for part in parts
    )
