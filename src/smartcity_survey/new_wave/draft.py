"""Guesses as the content of a config and a codebook."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from smartcity_survey.data.read.cells import Missing
from smartcity_survey.messages import translated
from smartcity_survey.new_wave.columns import AnswerCodes, Column
from smartcity_survey.new_wave.groups import GRID
from smartcity_survey.new_wave.guesses import Group, Roles, bands
from smartcity_survey.new_wave.marks import Mark
from smartcity_survey.new_wave.multiple import Choice, common_question
from smartcity_survey.new_wave.poles import runs_down, turned_round, wording_of
from smartcity_survey.new_wave.said import Said, said
from smartcity_survey.study.codebook import HEADINGS, KEPT
from smartcity_survey.study.config import Language
from smartcity_survey.study.spelling import printable

LONGEST_LABEL = 80
KAZAKH_SHARE = 0.3
"""Share of the texts in Cyrillic letters with a letter that Russian lacks, from which all are Kazakh."""
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,15}")
_CODE = re.compile(r"[A-Za-z]{0,3}\d+")
_KAZAKH = re.compile(r"[әғқңөұүһі]", re.I)
_RUSSIAN = re.compile(r"[а-яё]", re.I)


@dataclass(frozen=True, slots=True)
class Draft:
    """A study to be written, as yaml content with the keys of config and codebook.

    Attributes
    ----------
    guesses : what was guessed, a sentence each.
    to_do : what a person must fill in or decide.
    left_out : column -> why it is not used, for the end of the codebook.
    """

    config: Mapping[str, Any]
    codebook: Mapping[str, Any]
    guesses: tuple[str, ...]
    to_do: tuple[str, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)


def draft_study(
    roles: Roles,
    data: Mapping[str, Any],
    title: str,
    found: Sequence[str] = (),
    missing: Mapping[float | str, int] | None = None,
    doubtful: Sequence[str] = (),
    lines: Sequence[str] = (),
    marks: Sequence[Mark] = (),
    declared: Missing | None = None,
    language: Language = "en",
) -> Draft:
    """Draft a study from the columns' roles, in the language of its questions.

    Parameters
    ----------
    data : the config's section of that name, but for the identifier and the codes of no answer.
    found : how the file was read. missing : codes and words that mean no answer, with their cells.
    doubtful : words taken for the middle of a scale. lines : rows of the file that are none.
    marks : what the survey tool marks as no answers of a respondent.
    declared : codes that the file itself declares as no answer, in whichever column.
    language : of the study, where no question and no answer has words.
    """
    scale = _common_scale(roles.groups)
    names, folders = _construct_names(roles), _paths(roles)
    language = _language(roles, language)
    constructs = {
        name: {"label": _heading(group, number, language)}
        for number, (name, group) in enumerate(names.items(), 1)
    }
    taken = set(names)
    items: dict[str, Any] = {}
    for name, group in names.items():
        _, statements = common_question([column.label for column in group.columns])
        # `SQ001` says nothing, and stands in every question.
        statements = [] if all(map(_CODE.fullmatch, statements)) else statements
        own = {c.name: label for c, label in zip(group.columns, statements, strict=False)}
        turned = turned_round(group)
        for item, column in _item_names(name, group, taken | items.keys()):
            items[item] = _without_defaults(
                construct=name,
                label=_short(own[column.name]) if own else _label(column, folders),
                column=column.name if item != column.name else None,
                reverse=True if column.name in turned else None,
                scale=_scale(run) if (run := _codes_of(column, group, turned)) != scale else None,
            )
    demographics = _demographics(roles, taken | items.keys(), language)
    codebook = {
        "scale": _scale(scale),
        "constructs": constructs,
        "items": items,
        "demographics": demographics,
        "multiple_choice": _choices(
            roles.choices, taken | items.keys() | demographics.keys(), language, folders
        ),
    }
    respondent = {"respondent": roles.respondent.name} if roles.respondent else {}
    codes = sorted(missing or {}, key=lambda code: (isinstance(code, str), str(code)))
    none = (
        {"missing_codes": [code if isinstance(code, str) else int(code) for code in codes]} if codes else {}
    )
    marked = {mark.column: [_code(text) for text in mark.values] for mark in marks if mark.applied}
    *sources, target = names or ("",)
    paths = [{"from": sources, "to": target}] if sources else []
    config = {
        "title": translated(title, language),
        "language": language,
        "data": {**data, **respondent, **none, **({"marked": marked} if marked else {})},
        "marked": bool(marked),
        "duplicates": roles.respondent is not None,
        "constructs": list(names),
        "paths": paths,
        "hypotheses": {
            f"H{number}": {"from": source, "to": target, "sign": "positive"}
            for number, source in enumerate(sources, start=1)
        },
    }
    none_of_file = declared or Missing()
    told = Said(
        roles, names, scale, data, found, dict(missing or {}), doubtful, lines, marks, language, none_of_file
    )
    guesses, to_do = said(told)
    return Draft(config, codebook, guesses, to_do, roles.left_out)


def _common_scale(groups: Sequence[Group]) -> AnswerCodes:
    """The scale most items share; 1 to 5 where there are none."""
    items = [group.codes for group in groups for _ in group.columns]
    return max(items, key=items.count) if items else AnswerCodes(1, 5, {})


def _codes_of(column: Column, group: Group, turned: Container[str]) -> AnswerCodes:
    """The scale of its group, with the words of its own where they run the other way."""
    if runs_down(group.codes.answers) == (column.name in turned):
        return group.codes
    return replace(group.codes, answers=dict(wording_of(column, group)))


def _scale(codes: AnswerCodes) -> dict[str, Any]:
    return _without_defaults(
        minimum=codes.lowest,
        maximum=codes.highest,
        continuous=codes.continuous or None,
        ordered=False if not codes.ordered else None,
        answers=dict(codes.answers) or None,
        spellings=dict(codes.spellings) or None,
    )


def _heading(group: Group, number: int, language: Language) -> str:
    """Label of a construct: what its columns have in common, else a number in the study's language."""
    if group.guessed or not group.prefix:
        plain = number == 1 and not group.guessed
        return translated("Statements" if plain else f"Statements {number}", language)
    return group.prefix


def _construct_names(roles: Roles) -> dict[str, Group]:
    taken = {column.name for column in (*roles.categories, *roles.numbers)}
    taken |= {column.name for group in roles.groups for column in group.columns}
    names: dict[str, Group] = {}
    for position, group in enumerate(roles.groups, start=1):
        name = group.prefix.lower()
        if not _PLAIN_NAME.fullmatch(name) or name in (*HEADINGS, *KEPT):
            name = f"c{position}"
        while name in taken or name in names:
            name += "_scale"
        names[name] = group
    return names


def _paths(roles: Roles) -> frozenset[str]:
    """Paths before the names of columns: those that several share, or that the tool writes."""
    columns = [*(c for group in roles.groups for c in group.columns), *roles.categories, *roles.numbers]
    columns += [column for choice in roles.choices for column in choice.members]
    n = Counter(path for column in columns if (path := column.name.rpartition("/")[0]))
    writes_paths = roles.tool is not None and any("/" in one for one in roles.tool.columns)
    return frozenset(path for path in n if n[path] > 1 or (writes_paths and " " not in path))


def _after_path(name: str, paths: Container[str]) -> str:
    """`trust/tr1` without its path; in any other name a slash parts two words."""
    path, _, own = name.rpartition("/")
    return own if path in paths else name


def _item_names(construct: str, group: Group, taken: set[str]) -> Iterator[tuple[str, Column]]:
    for position, column in enumerate(group.columns, start=1):
        own = _after_path(column.name, (group.prefix,))
        free = own not in taken and own not in (*HEADINGS, *KEPT)
        name = own if _PLAIN_NAME.fullmatch(own) and free else f"{construct.upper()}_{position}"
        taken = taken | {name}
        yield name, column


def _demographics(roles: Roles, taken: set[str], language: Language) -> dict[str, Any]:
    questions: dict[str, Any] = {}
    paths = _paths(roles)
    for position, column in enumerate((*roles.categories, *roles.numbers), start=1):
        name = _name_of(column.name, f"d{position}", taken | questions.keys(), paths)
        kind: dict[str, Any]
        if column in roles.numbers:
            kind = {"bands": [{"label": f"{a}–{b}", "from": a, "to": b} for a, b in bands(column)]}
        else:
            kind = {"categories": _categories(column, language)}
            codes = {word: code for code, word in kind["categories"].items()}
            same = {word: codes[other] for word, other in column.synonyms().items()}
            same |= column.scale.spellings if column.scale and not column.words else {}
            kind |= {"spellings": same} if same else {}
        head = column.name if name != column.name else None
        questions[name] = _without_defaults(label=_label(column, paths), column=head) | kind
    return questions


def _choices(
    choices: Sequence[Choice], taken: set[str], language: Language, paths: Container[str]
) -> dict[str, Any]:
    questions: dict[str, Any] = {}
    for position, choice in enumerate(choices, start=1):
        name = _name_of(choice.name, f"m{position}", taken | questions.keys(), paths)
        content: dict[str, Any] = {"label": _short(choice.label)}
        if choice.options:
            options = {_code(text): label for text, label in choice.options.items()}
            content |= {"column": choice.column}
            content |= {"further_columns": list(choice.further)} if choice.further else {}
            content |= {"separator": choice.separator} if choice.separator else {}
            content |= {"options": options}
            content |= {"rest": translated("Other answers", language)} if choice.has_rest else {}
        else:
            content |= {"columns": {head: _short(label) for head, label in (choice.columns or {}).items()}}
            content |= {"chosen": [_code(text) for text in choice.chosen]}
            content |= {"not_chosen": [_code(text) for text in choice.not_chosen]}
        questions[name] = content
    return questions


def _name_of(head: str, other: str, taken: set[str], paths: Container[str]) -> str:
    own = _after_path(head, paths)
    name = own if _PLAIN_NAME.fullmatch(own) and own not in (*HEADINGS, *KEPT) else other
    return name if name not in taken else other if other not in taken else f"{other}_"


def _code(text: str) -> int | str:
    return int(text) if re.fullmatch(r"[1-9]\d{0,3}|0", text) else text


def _categories(column: Column, language: Language) -> dict[int, str]:
    if column.words:
        same = column.synonyms()
        return dict(enumerate(sorted(word for word in column.words if word not in same), start=1))
    codes = sorted({int(code) for code in column.counts} | set(column.answers))
    return {code: column.answers.get(code) or translated(f"code {code}", language) for code in codes}


def _label(column: Column, paths: Container[str]) -> str:
    in_grid = GRID.match(column.label)
    text = in_grid["item"] if in_grid and not _CODE.fullmatch(in_grid["item"]) else column.label
    return _short(_after_path(text, paths) if column.label == column.name else text)


def _short(text: str) -> str:
    text = " ".join(printable(text).split())
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 3] + "..."


def _without_defaults(**content: Any) -> dict[str, Any]:
    return {key: value for key, value in content.items() if value is not None}


def _language(roles: Roles, otherwise: Language) -> Language:
    columns = [column for group in roles.groups for column in group.columns] + list(roles.categories)
    labels = [c.label for c in (*columns, *roles.numbers)] + [choice.label for choice in roles.choices]
    words = [*dict.fromkeys(word for c in columns for word in (*c.answers.values(), *c.words))]
    # Headers before answers, which a form may take in several languages; names in Latin letters say nothing.
    for texts in (labels, words):
        kazakh, russian = (sum(bool(own.search(one)) for one in texts) for own in (_KAZAKH, _RUSSIAN))
        if russian or kazakh:
            # Every third Kazakh text or so has none of the letters that Russian lacks.
            return "kk" if kazakh >= KAZAKH_SHARE * max(russian, kazakh) else "ru"
    return "en" if words or any(" " in label.strip() for label in labels) else otherwise
