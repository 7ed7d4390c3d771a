"""Answers to one question in several languages: forms that ask in two, or exports of two put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from smartcity_survey.new_wave.wordings.phrases import LANGUAGES, phrases, plain
from smartcity_survey.new_wave.wordings.scales import WordScale, is_placed, scale_in


def scale_of_languages(words: Iterable[str]) -> WordScale | None:
    """The scale of words in two or three languages; nothing where theirs have not the same number of points.

    The words of each language are put in order by themselves, and those of one rank have one code. Those of
    the language that comes first stand first.
    """
    every = list(words)
    for name in _families():
        by_language = _by_language(every, name)
        if len(by_language) < 2:
            continue
        scales = [scale_in(own, language, name) for language, own in by_language.items()]
        found = [scale for scale in scales if scale]
        n_points = max((scale.n_points for scale in found), default=0)
        found = [_with_free_middle(scale, n_points) for scale in found]
        if len(found) < len(scales) or len({scale.n_points for scale in found}) > 1:
            continue
        codes: dict[str, int] = {}
        if any(codes.setdefault(word, code) != code for scale in found for word, code in scale.codes.items()):
            continue
        no_answer = tuple(dict.fromkeys(word for scale in found for word in scale.no_answer))
        doubtful = tuple(dict.fromkeys(word for scale in found for word in scale.doubtful))
        return WordScale(name, codes, found[0].n_points, no_answer, doubtful, n_languages=len(found))
    return None


def _with_free_middle(scale: WordScale, n_points: int) -> WordScale:
    """A scale of an even number of words on one with a middle: nobody stands there who said `don't know`."""
    if not scale.no_answer or scale.n_points % 2 or scale.n_points != n_points - 1:
        return scale
    codes = {word: code + (code > scale.n_points // 2) for word, code in scale.codes.items()}
    return replace(scale, codes=codes, n_points=n_points)


def languages_of(words: Iterable[str]) -> tuple[str, str] | None:
    """Languages, as `ru+kk`, and family of words of several languages; nothing where one belongs to none."""
    every = list(words)
    for name in _families():
        by_language = _by_language(every, name)
        placed = [word for word in every if any(is_placed(word, language, name) for language in LANGUAGES)]
        if len(by_language) > 1 and len(placed) > 1:
            return "+".join(by_language), name
    return None


def _families() -> list[str]:
    return [family.name for family in phrases(LANGUAGES[0]).families]


def _by_language(words: list[str], name: str) -> dict[str, list[str]]:
    """Language -> its words, in the order of their first; nothing where a word belongs to none."""
    found: dict[str, list[str]] = {}
    for word in words:
        own = [language for language in LANGUAGES if is_placed(word, language, name)]
        own = own or [language for language in LANGUAGES if _means_none(word, language)]
        if not own:
            return {}
        for language in own:
            found.setdefault(language, []).append(word)
    placed = {
        language: own for language, own in found.items() if any(is_placed(w, language, name) for w in own)
    }
    return placed


def _means_none(word: str, language: str) -> bool:
    return plain(word) in phrases(language).unsure | phrases(language).no_answer
