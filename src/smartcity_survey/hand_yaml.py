"""Yaml that people write: what is read, and what is told of the rest by its line."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from smartcity_survey.errors import SurveyError
from smartcity_survey.libraries import library_reason


def refuse_endless(path: Path) -> None:
    """Refuse what may never end: a pipe or a device.

    Raises
    ------
    SurveyError
        where one stands there.
    OSError, ValueError
        for a name that no file can have.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise SurveyError(str(path), "it is no file but a device or a pipe.", "Name a file.")


def parse_yaml(text: str, place: Path) -> Any:
    """The content of a yaml text; `place` is its file.

    Raises
    ------
    SurveyError
        where it is no yaml, with the line; for a key that is given twice, a reference, a mark (`!!bool`) and
        a number that is another one than it seems.
    """
    # What the fast one refuses the other tells in words.
    with suppress(yaml.YAMLError, ValueError, OverflowError, RecursionError):
        return yaml.load(text, Loader=_FastLoader)
    try:
        return yaml.load(text, Loader=_PlainLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{place}, line {mark.line + 1}" if mark else str(place)
        found = getattr(error, "problem", None) or getattr(error, "reason", None) or type(error).__name__
        raise SurveyError(
            where, f"not valid yaml: {library_reason(found)}.", "Mend the line; mind the indentation."
        ) from None
    except (
        ValueError,
        OverflowError,
        RecursionError,
    ) as error:  # dates and numbers that do not exist; nesting
        raise SurveyError(
            str(place), f"not valid yaml: {library_reason(error)}.", "Put text in quotes; nest less deeply."
        ) from None


class _PlainLoader(yaml.SafeLoader):
    """Safe yaml that refuses keys given twice, of which the last would win, references, marks, odd numbers.

    A few lines of references to references stand for a value that no memory holds. A mark makes a value of
    another kind than it is written as, and PyYAML fails at `!!bool foo` in ways of its own. A code 010 would
    be 8, and 12:30 would be 750.
    """

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(
                None,
                None,
                f"the reference `*{event.anchor}` is not read; write the value out",
                event.start_mark,
            )
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if (tag := getattr(event, "tag", None)) is not None:
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            raise yaml.composer.ComposerError(
                None, None, f"the mark `{shown}` is not read; write the value without it", event.start_mark
            )
        node: yaml.Node | None = super().compose_node(parent, index)
        return node

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        """A value whose letters a file can hold: half of a pair (`\\ud800`) is none, a UnicodeError."""
        value = super().construct_scalar(node)
        str(value).encode("utf-8")
        return value

    def construct_plain_number(self, node: yaml.ScalarNode) -> int | float:
        """A number as everybody reads it: no octal digits, no sixties."""
        if ":" in node.value or re.match(r"[-+]?0[0-7_]", node.value):
            raise yaml.constructor.ConstructorError(
                None,
                None,
                f"`{node.value}` is another number than it seems; write it without the zero in front or the "
                "colon, or put it in quotes",
                node.start_mark,
            )
        read = self.construct_yaml_int if node.tag.endswith(":int") else self.construct_yaml_float
        number: int | float = read(node)
        str(number)  # A ValueError for one of more digits than any message can show.
        return number

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            # Keys that are lists or mappings are refused by name further on.
            if isinstance(key_node, yaml.ScalarNode):
                if key_node.tag == "tag:yaml.org,2002:merge":
                    raise yaml.constructor.ConstructorError(
                        None, None, "`<<` is not read; write the keys out", key_node.start_mark
                    )
                # 1, 1.0 and 0x1 are one key: the last would win.
                key = self.construct_object(key_node)
                if key in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key `{key_node.value}` is given twice", key_node.start_mark
                    )
                seen.add(key)
        return super().construct_mapping(node, deep)


class _FastLoader(_PlainLoader):
    """The same, of what the C library finds in the text where PyYAML has it: four times as fast."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        if library := getattr(yaml, "cyaml", None):
            events = library.CParser(stream)
            for name in ("check_event", "peek_event", "get_event"):
                setattr(self, name, getattr(events, name))


for _tag in ("int", "float"):
    _PlainLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", _PlainLoader.construct_plain_number)
