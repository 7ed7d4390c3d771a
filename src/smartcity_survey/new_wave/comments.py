"""Comments of config files and the schema for editors, both from the descriptions in `study/config.py`."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

import yaml

from smartcity_survey.messages import translated
from smartcity_survey.study.config import Config, Language

SCHEMA = "config.schema.json"
"""Name of the schema: beside this module, and beside the config of a drafted study."""
WIDTH = 118

Schema = Mapping[str, Any]
Words = Callable[[str], str]
"""What puts an English text into a language."""


@cache
def schema() -> Schema:
    """JSON schema of a `config.yaml`, by which editors complete keys, explain them and mark mistakes."""
    return Config.model_json_schema()


def schema_text() -> str:
    """The schema as it is written to a file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def commented(text: str, language: Language = "en") -> str:
    """A config file with a comment above each key that says what it is for.

    Comments directly above a line of yaml are replaced; notes with an empty line below stay, in the language
    where the catalogue of messages has them.

    Parameters
    ----------
    text : a valid config; comments at the ends of lines stay as they are.
    """
    words = partial(translated, language=language)
    bare = re.sub(r"^(?:[ ]*#.*\n)+(?=[ ]*[^#\s])", "", text, flags=re.MULTILINE)
    lines = bare.splitlines()
    lines = [f"# {words(line[2:])}" if line.startswith("# ") else line for line in lines]
    comments = dict(_comments(yaml.compose(bare, Loader=yaml.SafeLoader), schema(), words))
    for number in sorted(comments, reverse=True):
        lines[number:number] = comments[number]
    return "\n".join(lines) + "\n"


def _comments(node: Any, section: Schema, words: Words) -> Iterator[tuple[int, list[str]]]:
    """Number of a key's line -> the lines to stand above it, for a section's keys and all below."""
    options = section["properties"]
    for key, value in node.value:
        option = options.get(key.value)
        if option is None:
            continue
        below = _resolved(option)
        if "properties" in below and isinstance(value, yaml.MappingNode):
            texts = [_of_section(below, {name.value for name, _ in value.value}, words)]
            if not value.flow_style:
                yield from _comments(value, below, words)
        else:
            texts = [_sentence(option, words), *_details(option, words)]
        margin = " " * key.start_mark.column + "# "
        wrapped = (_wrapped(line, margin) for line in texts)
        yield key.start_mark.line, [line for part in wrapped for line in part]


def _wrapped(text: str, margin: str) -> list[str]:
    further = margin + ("    " if text.startswith(" ") else "")
    return textwrap.wrap(
        margin + text, WIDTH, subsequent_indent=further, break_long_words=False, break_on_hyphens=False
    )


def _of_section(section: Schema, given: set[str], words: Words) -> str:
    """What a section is about, and its options that are not given."""
    others = [name for name in section["properties"] if name not in given]
    told, further = words(str(section["description"])), f"Also: {', '.join(others)}."
    return f"{told} {words(further)}" if others else told


def _sentence(option: Schema, words: Words) -> str:
    """`inner weighting (path, factorial or centroid; default: path)`."""
    choices, default = _choices(option), option.get("default")
    notes = [_listed(choices, words("or"))] if choices else []
    notes += [] if default in (None, [], {}) else [words(f"default: {_as_yaml(default)}")]
    told = words(str(option["description"]))
    return f"{told} ({'; '.join(notes)})" if notes else told


def _choices(option: Schema) -> Sequence[str]:
    """The words an option, or a key of it, may be; none where it may be something else."""
    kinds = [kind for kind in option.get("anyOf", [option]) if kind.get("type") != "null"]
    keys = option.get("propertyNames", {})
    choices: Sequence[str] = keys.get("enum", ()) or (kinds[0].get("enum", ()) if len(kinds) == 1 else ())
    return choices


def _listed(choices: Sequence[str], between: str) -> str:
    named = [choice if choice.isidentifier() else f"`{choice}`" for choice in choices]
    return f"{', '.join(named[:-1])} {between} {named[-1]}"


def _details(option: Schema, words: Words) -> Iterator[str]:
    """Lines on what a list or a mapping consists of: the keys of its sections, or its words."""
    elements = option.get("items") or option.get("additionalProperties")
    if isinstance(elements, Mapping):
        meanings = zip(elements.get("enum", ()), elements.get("enumDescriptions", ()), strict=False)
        yield from (f"  {word}: {words(meaning)}" for word, meaning in meanings)
        for name, part in _resolved(elements).get("properties", {}).items():
            yield f"  {name}: {_sentence(part, words)}"


def _resolved(option: Schema) -> Schema:
    """The section an option refers to, or the option itself."""
    section: Schema = schema()["$defs"].get(option.get("$ref", "").rpartition("/")[2], option)
    return section


def _as_yaml(value: Any) -> str:
    return yaml.safe_dump([value], default_flow_style=True).strip()[1:-1]
