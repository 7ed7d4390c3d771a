"""Guesses as the content of a config and a codebook, and as sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smartcity_survey.errors import counted
from smartcity_survey.new_wave.columns import Column
from smartcity_survey.new_wave.guesses import GRID, AnswerCodes, Group, Roles, bands
from smartcity_survey.study.codebook import HEADINGS

LONGEST_LABEL = 80
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,15}")
_KAZAKH = re.compile(r"[әғқңөұүһі]", re.I)
_RUSSIAN = re.compile(r"[а-яё]", re.I)


@dataclass(frozen=True, slots=True)
class Draft:
    """A study to be written, as yaml content with the keys of config and codebook.

    Attributes
    ----------
    guesses : what was guessed, a sentence each.
    to_do : what a person must fill in or decide.
    """

    config: Mapping[str, Any]
    codebook: Mapping[str, Any]
    guesses: tuple[str, ...]
    to_do: tuple[str, ...]


def draft_study(roles: Roles, data: Mapping[str, Any], title: str) -> Draft:
    """Draft a study from the columns' roles.

    Parameters
    ----------
    data : the config's section of that name, but for the identifier.
    """
    scale = _common_scale(roles.groups)
    names = _construct_names(roles)
    constructs = {name: {"label": group.prefix or "Statements"} for name, group in names.items()}
    items = {
        item: _without_defaults(
            construct=name,
            label=_label(column),
            column=column.name if item != column.name else None,
            scale=_scale(group.codes) if group.codes != scale else None,
        )
        for name, group in names.items()
        for item, column in _item_names(name, group)
    }
    codebook = {
        "scale": _scale(scale),
        "constructs": constructs,
        "items": items,
        "demographics": _demographics(roles),
    }
    respondent = {"respondent": roles.respondent.name} if roles.respondent else {}
    *sources, target = names
    paths = [{"from": sources, "to": target}] if sources else []
    config = {
        "title": title,
        "language": _language(roles),
        "data": {**data, **respondent},
        "duplicates": roles.respondent is not None,
        "constructs": list(names),
        "paths": paths,
        "hypotheses": {
            f"H{number}": {"from": source, "to": target, "sign": "positive"}
            for number, source in enumerate(sources, start=1)
        },
    }
    return Draft(config, codebook, tuple(_guesses(roles, names, scale, data)), tuple(_to_do(roles, names)))


def _common_scale(groups: Sequence[Group]) -> AnswerCodes:
    """The scale most items share."""
    items = [group.codes for group in groups for _ in group.columns]
    return max(items, key=items.count)


def _scale(codes: AnswerCodes) -> dict[str, Any]:
    return _without_defaults(minimum=codes.lowest, maximum=codes.highest, answers=dict(codes.answers) or None)


def _construct_names(roles: Roles) -> dict[str, Group]:
    taken = {column.name for column in (*roles.categories, *roles.numbers)}
    taken |= {column.name for group in roles.groups for column in group.columns}
    names: dict[str, Group] = {}
    for position, group in enumerate(roles.groups, start=1):
        name = group.prefix.lower()
        if not _PLAIN_NAME.fullmatch(name) or name in HEADINGS:
            name = f"c{position}"
        while name in taken or name in names:
            name += "_scale"
        names[name] = group
    return names


def _item_names(construct: str, group: Group) -> Iterator[tuple[str, Column]]:
    for position, column in enumerate(group.columns, start=1):
        plain = _PLAIN_NAME.fullmatch(column.name)
        yield column.name if plain else f"{construct.upper()}_{position}", column


def _demographics(roles: Roles) -> dict[str, Any]:
    questions: dict[str, Any] = {}
    for position, column in enumerate((*roles.categories, *roles.numbers), start=1):
        name = (
            column.name
            if _PLAIN_NAME.fullmatch(column.name) and column.name != "respondent"
            else f"d{position}"
        )
        kind: dict[str, Any]
        if column in roles.numbers:
            kind = {"bands": [{"label": f"{a}–{b}", "from": a, "to": b} for a, b in bands(column)]}
        else:
            kind = {"categories": _categories(column)}
        head = column.name if name != column.name else None
        questions[name] = _without_defaults(label=_label(column), column=head) | kind
    return questions


def _categories(column: Column) -> dict[int, str]:
    if column.words:
        return dict(enumerate(sorted(column.words), start=1))
    codes = sorted({int(code) for code in column.counts} | set(column.answers))
    return {code: column.answers.get(code, f"code {code}") for code in codes}


def _label(column: Column) -> str:
    in_grid = GRID.match(column.label)
    text = " ".join((in_grid["item"] if in_grid else column.label).split())
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 3] + "..."


def _without_defaults(**content: Any) -> dict[str, Any]:
    return {key: value for key, value in content.items() if value is not None}


def _language(roles: Roles) -> str:
    columns = [column for group in roles.groups for column in group.columns] + list(roles.categories)
    text = " ".join([*(c.label for c in columns), *(a for c in columns for a in c.answers.values())])
    return "kk" if _KAZAKH.search(text) else "ru" if _RUSSIAN.search(text) else "en"


def _guesses(
    roles: Roles, names: Mapping[str, Group], scale: AnswerCodes, data: Mapping[str, Any]
) -> Iterator[str]:
    for key in ("encoding", "decimal"):
        if key in data:
            yield f"The file's {key} is `{data[key]}`."
    if roles.respondent:
        n = roles.respondent.repeats
        repeats = counted(n, "row repeats", "rows repeat") if n else "no rows repeat"
        yield f"Column {roles.respondent.name!r} identifies the respondents: {repeats} another."
    else:
        yield "No column identifies the respondents, so rows are numbered."
    for name, group in names.items():
        first, last = group.columns[0].name, group.columns[-1].name
        why = "the prefix of their names" if group.prefix else "the same answers"
        own = "" if group.codes == scale else f", codes {group.codes.lowest} to {group.codes.highest}"
        items = counted(len(group.columns), "item")
        yield f"Construct `{name}`: {items} by {why}, {first!r} to {last!r}{own}."
    yield f"Answers run from {scale.lowest} to {scale.highest}" + (
        ", worded as in the file." if scale.answers else ", by the codes that occur."
    )
    if roles.categories:
        yield f"Questions about the respondent: {_listed(roles.categories)}."
    if roles.numbers:
        yield f"Numbers, put into bands: {_listed(roles.numbers)}."
    for name, why in roles.left_out.items():
        yield f"Column {name!r} is left out: {why}."
    *sources, target = names
    if sources:
        explained = ", ".join(f"`{name}`" for name in sources)
        yield f"`{target}` is explained by {explained}, each with a positive sign."


def _to_do(roles: Roles, names: Mapping[str, Group]) -> Iterator[str]:
    yield "config.yaml: the title, and in `model` what explains what, and which hypotheses are claimed."
    yield "codebook.yaml: labels of the constructs, and short labels of the items."
    yield "codebook.yaml: `reverse: true` at items worded the other way round; `check` names suspects."
    strange = sum((Counter(group.strange) for group in names.values()), Counter())
    for code, n in sorted(strange.items()):
        yield (
            f"config.yaml: the code {code} stands in {counted(n, 'cell')} outside its scale. If it means no "
            f"answer, write `missing_codes: [{code}]` into `data`; else such rows are excluded."
        )
    if any(column.counts and not column.answers for column in roles.categories):
        yield "codebook.yaml: what the codes of the questions about the respondent mean."


def _listed(columns: Sequence[Column]) -> str:
    return ", ".join(repr(column.name) for column in columns)
