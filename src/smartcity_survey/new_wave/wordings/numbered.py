"""Answers that carry their code: `4 - Agree`, `5 (strongly agree)`, `Agree (4)`, `A4`, `4/5`, stars."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FRONT = re.compile(r"^[(\[]?(?P<code>\d{1,2})\s*(?:[-–—.)\]:=(|/]+|\s)\s*\(?\D")
_BACK = re.compile(r"^\D+[\s(–—-]+(?P<code>\d{1,2})\s*[)]?$")
_LETTER = re.compile(r"^(?P<letter>[A-Za-zА-Яа-я]{1,3})[\s_]?0*(?P<code>\d{1,2})$")
_OUT_OF = re.compile(r"^(?P<code>\d{1,2})\s*(?:/|out of|of|из)\s*(?P<highest>\d{1,2})$", re.I)
_STARS = re.compile(r"^[★⭐]️?[★⭐️]*[☆✩]*$")
LIMIT = 20


def numbered_answers(words: Iterable[str], numbers: Iterable[float]) -> dict[str, int]:
    """Code of every word, where all carry one of their own; numbers beside them stand for themselves."""
    every = list(words)
    for code_of in (_front, _back, _letter, _out_of, _stars):
        codes = {word: code for word in every if (code := code_of(word)) is not None}
        if len(codes) != len(every) or max(codes.values(), default=0) > LIMIT:
            continue
        if code_of is _letter and len({re.sub(r"\d", "", word) for word in every}) > 1:
            continue
        if code_of is _letter and list(numbers):
            continue
        if code_of is _out_of and len({re.split(r"\D+", word)[-1] for word in every}) > 1:
            continue
        if len(set(codes.values())) == len(every):
            return codes
    return {}


def is_wording(word: str) -> bool:
    """Whether a word that carries its code words it: `5 - agree`, and neither `3 or 4` nor `5 (?)`."""
    return len(re.findall(r"\d+", word)) == 1 and any(letter.isalpha() for letter in word)


def _front(word: str) -> int | None:
    found = _FRONT.match(word)
    return int(found["code"]) if found else None


def _back(word: str) -> int | None:
    found = _BACK.match(word)
    return int(found["code"]) if found else None


def _letter(word: str) -> int | None:
    found = _LETTER.match(word)
    return int(found["code"]) if found else None


def _out_of(word: str) -> int | None:
    found = _OUT_OF.match(word)
    return int(found["code"]) if found and int(found["code"]) <= int(found["highest"]) else None


def _stars(word: str) -> int | None:
    return sum(character in "★⭐" for character in word) if _STARS.match(word) else None
