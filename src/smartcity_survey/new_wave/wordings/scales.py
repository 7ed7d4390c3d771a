"""The scale that the words of some columns make up together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from smartcity_survey.new_wave.wordings.phrases import LANGUAGES, Family, Phrases, phrases, plain

FEWEST_PLACES = 3
MOST_PLACES = 9
WEAK = 1.3
"""Degree up to which an answer without its opposite may stand in the middle."""
HALF = 0.5
"""Degree of a word that stands in the middle wherever the other side has one answer less: `possible`."""


@dataclass(frozen=True, slots=True)
class WordScale:
    """Words in order.

    Attributes
    ----------
    family : as `agreement`.
    codes : every word -> its code, from 1.
    n_points : of the scale; some may have no word, where nobody gave that answer.
    no_answer : words that mean none.
    doubtful : words taken for the middle that may mean no answer.
    n_languages : in how many languages the words are.
    """

    family: str
    codes: Mapping[str, int]
    n_points: int
    no_answer: tuple[str, ...]
    doubtful: tuple[str, ...]
    n_languages: int = 1


def is_no_answer(word: str) -> bool:
    """Whether a word means that there is no answer, in any language."""
    text = plain(word)
    return any(text in phrases(language).no_answer for language in LANGUAGES)


def is_unsure(word: str) -> bool:
    """Whether a word means `hard to say`: the middle of a scale, or no answer."""
    text = plain(word)
    return any(text in phrases(language).unsure for language in LANGUAGES)


def word_scale(words: Iterable[str]) -> WordScale | None:
    """The scale of some words, in whichever language they are; nothing where a word is not known."""
    every = list(words)
    for language in LANGUAGES:
        known = phrases(language)
        for family in known.families:
            found = _scale(every, known, family)
            if found:
                return found
    return None


def scale_in(words: list[str], language: str, name: str) -> WordScale | None:
    """The scale of some words of one language and family; nothing where a word is not known."""
    known = phrases(language)
    return next((_scale(words, known, family) for family in known.families if family.name == name), None)


def is_placed(word: str, language: str, name: str) -> bool:
    """Whether a word of a language has a place on the scales of a family."""
    known = phrases(language)
    return any(
        _is_placed(word, plain(word), known, family) for family in known.families if family.name == name
    )


def _scale(words: list[str], known: Phrases, family: Family) -> WordScale | None:
    places: dict[str, float] = {}
    no_answer, unsure = [], []
    for word in words:
        text = plain(word)
        place = known.place(text, family)
        if place is None and "/" in word:
            place = known.place(plain(word.split("/")[0]), family)
        if text in known.no_answer:
            no_answer.append(word)
        elif text in known.unsure and family.two_sided:
            unsure.append(word)
        elif place is not None:
            places[word] = place
        elif text in known.unsure:
            no_answer.append(word)
        else:
            return None
    if not places or (family.two_sided and not any(places.values())):
        return None
    # Without a word of its own for the middle, `hard to say` stands there.
    if unsure and 0.0 not in places.values():
        places |= dict.fromkeys(unsure, 0.0)
        doubtful = tuple(unsure)
    else:
        no_answer, doubtful = [*no_answer, *unsure], ()
    if family.two_sided and _runs_one_way(places, known):
        order = {place: rank for rank, place in enumerate(sorted(set(places.values())), start=1)}
        n_points = len(order)
    else:
        order, n_points = _order(sorted(set(places.values())), family)
    if not FEWEST_PLACES <= n_points <= MOST_PLACES or len(set(places.values())) < FEWEST_PLACES:
        return None
    codes = {word: order[place] for word, place in places.items()}
    return WordScale(family.name, codes, n_points, tuple(no_answer), doubtful)


def _runs_one_way(places: Mapping[str, float], known: Phrases) -> bool:
    """Whether answers run from `not at all satisfied` to `extremely satisfied`, with no opposite between.

    One side is a single denial then, and the other has three answers or more.
    """
    below = {word for word, place in places.items() if place < 0}
    above = {word for word, place in places.items() if place > 0}
    shorter, longer = sorted((below, above), key=lambda side: len({places[word] for word in side}))
    denied = all(known.denies(plain(word)) for word in shorter)
    several = len({places[word] for word in longer}) > 2
    return len({places[word] for word in shorter}) == 1 and denied and several and 0.0 not in places.values()


def _order(places: list[float], family: Family) -> tuple[dict[float, int], int]:
    """Place -> code, and how many codes: a side with answers that nobody gave is as long as the other."""
    if family.two_sided:
        below = [-place for place in places if place < 0][::-1]
        above = [place for place in places if place > 0]
        if 0.0 not in places and abs(len(below) - len(above)) == 1:
            # `partly agree` between `disagree` and `agree` stands in the middle.
            longer, sign = (below, -1) if len(below) > len(above) else (above, 1)
            if longer[0] <= WEAK < (above if sign < 0 else below)[0] or longer[0] <= HALF:
                moved = {place: 0.0 if place == sign * longer[0] else place for place in places}
                order, n_points = _order(sorted(moved.values()), family)
                return {place: order[moved[place]] for place in places}, n_points
        n = max(len(below), len(above))
        below_ranks, above_ranks = _ranks(below, above), _ranks(above, below)
        middle = 0.0 in places
        order = {-place: n - rank for place, rank in below_ranks.items()}
        order |= {0.0: n + 1} if middle else {}
        order |= {place: n + middle + rank + 1 for place, rank in above_ranks.items()}
        return order, 2 * n + middle
    full = next(
        (list(usual) for usual in family.usual if len(places) >= FEWEST_PLACES and set(places) <= set(usual)),
        places,
    )
    return {place: rank for rank, place in enumerate(full, start=1)}, len(full)


def _ranks(own: list[float], other: list[float]) -> dict[float, int]:
    """Rank from the middle outwards, from 0; a shorter side takes those that the other's places suggest."""
    if len(own) >= len(other):
        return {place: rank for rank, place in enumerate(own)}
    best = min(
        combinations(range(len(other)), len(own)),
        key=lambda ranks: sum(abs(place - other[rank]) for place, rank in zip(own, ranks, strict=True)),
    )
    return dict(zip(own, best, strict=True))


def family_of(words: Mapping[str, int], slips: float = 0.0) -> tuple[tuple[str, str], tuple[str, ...]] | None:
    """Language and family to which words belong, two at least with a place, and the words that do not.

    Parameters
    ----------
    words : how often each occurs. slips : largest share of words that belong to no scale.
    """
    n = sum(words.values())
    for language in LANGUAGES:
        known = phrases(language)
        for family in known.families:
            placed, strange = [], []
            for word in words:
                text = plain(word)
                if _is_placed(word, text, known, family):
                    placed.append(word)
                elif text not in known.unsure and text not in known.no_answer:
                    strange.append(word)
            lost = sum(words[word] for word in strange)
            enough = len(placed) > (FEWEST_PLACES - 1 if strange else 1)
            if lost <= slips * n and enough and not (family.name == "yes_no" and len(placed) == 2):
                return (language, family.name), tuple(strange)
    return None


def _is_placed(word: str, text: str, known: Phrases, family: Family) -> bool:
    if known.place(text, family) is not None:
        return True
    return "/" in word and known.place(plain(word.split("/")[0]), family) is not None
