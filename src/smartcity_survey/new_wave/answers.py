"""Words of columns as codes of scales, and what of them means no answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from smartcity_survey.data.read.cells import folded
from smartcity_survey.data.read.units import number_with_unit
from smartcity_survey.new_wave.columns import MOST_SLIPS, AnswerCodes, Column
from smartcity_survey.new_wave.legends import with_legend
from smartcity_survey.new_wave.metadata import Tool, asks_for_age, gaps
from smartcity_survey.new_wave.wordings import (
    WordScale,
    is_no_answer,
    is_wording,
    languages_of,
    numbered_answers,
    scale_of_languages,
    word_scale,
)
from smartcity_survey.new_wave.wordings.scales import family_of

FEWEST_ALIKE = 3
"""Columns with the same words whose order nobody knows before they count as a scale."""
FEWEST_WORDS = 3
"""Words of a scale beside codes before both are taken for its answers."""
WORDS_OF_A_SCALE = range(3, 12)
MOST_WORDS = 20
LARGEST_CODE = 20


@dataclass(frozen=True, slots=True)
class Understood:
    """Columns whose words have codes.

    missing : codes and words that mean no answer, with the cells that hold them.
    doubtful : words taken for the middle of a scale that may mean no answer.
    mixed : columns in which words of a scale and its codes stand side by side.
    by_file : columns whose words no scale is known for, in the order that the file has of them.
    """

    columns: tuple[Column, ...]
    missing: dict[float | str, int]
    doubtful: tuple[str, ...]
    mixed: tuple[str, ...] = ()
    by_file: tuple[Column, ...] = ()


def understand(columns: Sequence[Column], tool: Tool | None, decimal: str = ".") -> Understood:
    """Give codes to words, column by column and then over columns with the same words.

    decimal : mark of numbers written as text.
    """
    missing: Counter[float | str] = Counter()
    known = [with_legend(_without_gaps(_one_spelling(column), tool, missing)) for column in columns]
    known = [_without_units(column, decimal) for column in known]
    known = [_numbered(column) for column in known]
    doubtful: dict[str, None] = {}
    mixed: dict[str, None] = {}
    for members, scale in _word_scales([column for column in known if _may_be_worded(column)]):
        doubtful |= dict.fromkeys(scale.doubtful)
        for column in members:
            column = _without_strays(column, scale.n_points)
            if not all(1 <= code <= scale.n_points for code in column.counts):
                continue
            mixed |= {column.name: None} if column.counts else {}
            for word in scale.no_answer:
                missing[word] += column.words.get(word, 0)
            position = next(i for i, one in enumerate(known) if one.name == column.name)
            known[position] = _coded(column, scale)
    by_file = {column.name: own for column in known if (own := _ordered_by_file(column, missing))}
    known = [_told_slips(by_file.get(column.name, column), missing) for column in known]
    told = {code: n for code, n in missing.items() if n}
    return Understood(tuple(known), told, tuple(doubtful), tuple(mixed), tuple(by_file.values()))


def _ordered_by_file(column: Column, missing: Counter[float | str]) -> Column | None:
    """A column in codes by the order that the file has of its words; none where it has no such order."""
    none = [word for word in column.order if is_no_answer(word)]
    levels = [word for word in column.order if word not in none]
    if (
        not column.words
        or column.counts
        or len(levels) < FEWEST_WORDS
        or not {*column.words} <= {*column.order}
    ):
        return None
    for word in none:
        missing[word] += column.words.get(word, 0)
    codes = {word: code for code, word in enumerate(levels, start=1)}
    return _coded(column, WordScale("", codes, len(levels), tuple(none), ()))


def _without_strays(column: Column, highest: int) -> Column:
    """A column of words without a few numbers that are no codes of theirs: they are slips to be looked at."""
    strays = {number: n for number, n in column.counts.items() if number not in range(1, highest + 1)}
    if not strays or sum(strays.values()) > MOST_SLIPS * column.n_answered:
        return column
    slips = {**column.slips, **{f"{number:g}": n for number, n in strays.items()}}
    rows = {**column.rows, **{f"{number:g}": column.number_rows.get(number, 0) for number in strays}}
    counts = {number: n for number, n in column.counts.items() if number not in strays}
    ends = (min(counts), max(counts)) if counts else None
    whole = all(number == int(number) for number in counts)
    return replace(column, counts=counts, slips=slips, rows=rows, ends=ends, is_whole=whole)


def _may_be_worded(column: Column) -> bool:
    """Whether a column may be on a scale in words, some of them typed as their codes."""
    return bool(column.words) and (
        not column.counts
        or (
            len(column.words) >= FEWEST_WORDS
            and (column.is_whole or sum(column.counts.values()) <= MOST_SLIPS * column.n_answered)
        )
    )


def _one_spelling(column: Column) -> Column:
    """A column whose words differ by more than case and blanks, each in its commonest spelling."""
    spellings: dict[str, Counter[str]] = {}
    for word, n in column.words.items():
        spellings.setdefault(folded(word), Counter())[word] += n
    if len(spellings) == len(column.words):
        return column
    commonest = {fold: own.most_common(1)[0][0] for fold, own in spellings.items()}
    words = {commonest[fold]: own.total() for fold, own in spellings.items()}
    seen = {
        text: commonest[fold]
        for fold, own in spellings.items()
        for text in own
        if " ".join(text.split()).casefold() != " ".join(commonest[fold].split()).casefold()
    }
    return replace(column, words=words, spellings=seen)


def _without_units(column: Column, decimal: str) -> Column:
    """A column of numbers behind some of which stands a unit, as `25 years`, in numbers alone.

    Few different ones that all have a unit, as `1 year` and `2 years`, are answers to choose from.
    """
    found = {word: own for word in column.words if (own := number_with_unit(word, decimal))}
    if not found or column.is_dates:
        return column
    counts: Counter[float] = Counter(dict(column.counts))
    rows = dict(column.number_rows)
    units: Counter[str] = Counter()
    for word, (number, unit) in found.items():
        counts[number] += column.words[word]
        units[unit] += column.words[word]
        rows[number] = min(rows.get(number, column.rows[word]), column.rows[word])
    rest = {word: n for word, n in column.words.items() if word not in found}
    few = len(counts) <= LARGEST_CODE and not column.counts and not asks_for_age(column.label)
    if few or sum(rest.values()) > MOST_SLIPS * column.n_answered:
        return column
    return replace(
        column,
        counts=counts,
        words=rest,
        ends=(min(counts), max(counts)),
        is_whole=column.is_whole and all(number == int(number) for number in counts),
        number_rows=rows,
        units=dict(units),
        with_unit={word: column.words[word] for word in found},
    )


def _without_gaps(column: Column, tool: Tool | None, missing: Counter[float | str]) -> Column:
    """Without texts that stand for an empty cell, and codes that tool or labels call no answer."""
    if column.is_dates or (len(column.words) > 200 and not column.counts):
        return column
    texts = [word for word in column.words if word.casefold() in gaps()]
    if len(texts) == len(column.words) and not column.counts and len(texts) > 0:
        texts = [word for word in texts if word.casefold() not in ("missing", "none")]
    codes = [code for code in (tool.missing_codes if tool else ()) if code in column.counts]
    codes += [code for code, label in column.answers.items() if is_no_answer(label) and code not in codes]
    for text in texts:
        missing[text] += column.words[text]
    for code in codes:
        missing[float(code)] += column.counts.get(code, 0)
    return replace(
        column.without([float(code) for code in codes], texts),
        answers={code: label for code, label in column.answers.items() if code not in codes},
    )


def _numbered(column: Column) -> Column:
    """A column whose words carry their code."""
    if not column.words or not column.is_whole or len(column.words) > LARGEST_CODE:
        return column
    answered = [word for word in column.words if not is_no_answer(word)]
    codes = numbered_answers(answered, column.counts) if answered else {}
    if not codes or len(answered) < len(column.words):
        return column
    if any(code < 0 or code > LARGEST_CODE for code in column.counts):
        return column
    alone = [word for word, code in codes.items() if code in column.counts]
    if alone and (len(codes) == 1 or not all(map(is_wording, alone))):
        return column  # "3 or 4" beside a 3: what it means is not for us to say
    counts: Counter[float] = Counter(dict(column.counts))
    counts.update({float(code): column.words[word] for word, code in codes.items()})
    answers = {code: word for word, code in sorted(codes.items(), key=lambda pair: pair[1])}
    return replace(
        column,
        counts=counts,
        words={},
        answers=answers,
        codes_in_words=True,
        coded={folded(word): code for word, code in codes.items()},
        ends=(min(counts), max(counts)),
    )


def _word_scales(columns: Sequence[Column]) -> Iterable[tuple[list[Column], WordScale]]:
    """Columns on one scale in words, with it: of several sets of words those that one scale has."""
    families: dict[tuple[str, str], list[Column]] = {}
    for column in columns:
        found = _family(column) if len(column.words) <= MOST_WORDS else None
        if found:
            family, strange = found
            slips = {word: column.words[word] for word in strange}
            kept = {word: n for word, n in column.words.items() if word not in slips}
            families.setdefault(family, []).append(replace(column, words=kept, slips=slips))
    for members in _with_languages(families):
        pools = _pools(members)
        for pool in pools:
            words = [word for column in pool for word in column.words]
            scale = word_scale(dict.fromkeys(words)) or scale_of_languages(dict.fromkeys(words))
            if scale:
                yield pool, scale
                continue
            for column in pool:
                own = word_scale(column.words) or scale_of_languages(column.words)
                if own:
                    yield [column], own


def _family(column: Column) -> tuple[tuple[str, str], tuple[str, ...]] | None:
    """Language and family of a column's words, and its slips; several languages come before slips."""
    found = family_of(column.words)
    if not found and (languages := languages_of(column.words)):
        return languages, ()
    return found or family_of(column.words, MOST_SLIPS)


def _with_languages(families: Mapping[tuple[str, str], list[Column]]) -> Iterable[list[Column]]:
    """Columns of one family; those of all languages together where one column has several."""
    mixed = {name for language, name in families if "+" in language}
    for (_, name), members in families.items():
        if name not in mixed:
            yield members
    for name in mixed:
        yield [column for (_, own), members in families.items() if own == name for column in members]


def _pools(columns: Sequence[Column]) -> list[list[Column]]:
    """Columns whose words may be of one scale; a set that many columns share is a scale of its own."""
    sets = {column.name: frozenset(folded(word) for word in column.words) for column in columns}
    shared = Counter(sets.values())
    pools: list[tuple[set[str], list[Column]]] = []
    for column in sorted(columns, key=lambda c: -len(sets[c.name])):
        own = sets[column.name]
        for words, members in pools:
            whole = word_scale(words)
            ends = {word for word in words if whole and whole.codes.get(word) in (1, whole.n_points)}
            if own < words and shared[own] >= FEWEST_ALIKE and len(own) >= 4 and ends and ends <= own:
                continue
            common = len(own & words)
            if own <= words or common >= 0.5 * min(len(own), len(words)):
                words |= own
                members.append(column)
                break
        else:
            pools.append((set(own), [column]))
    return [sorted(members, key=columns.index) for _, members in pools]


def _coded(column: Column, scale: WordScale) -> Column:
    """A column in codes; the commonest wording of a code is its label."""
    answers: dict[int, str] = {}
    spellings: dict[str, int] = {}
    for word, code in scale.codes.items():
        if code not in answers:
            answers[code] = word
        elif folded(word) != folded(answers[code]):
            spellings[word] = code
    counts: Counter[float] = Counter(dict(column.counts))
    for word, n in column.words.items():
        if word in scale.codes:
            counts[float(scale.codes[word])] += n
    answers = dict(sorted(answers.items()))
    codes = AnswerCodes(1, scale.n_points, answers, spellings, n_languages=scale.n_languages)
    return replace(
        column,
        counts=counts,
        words={},
        answers=codes.answers,
        codes_in_words=True,
        coded={folded(word): code for word, code in scale.codes.items()},
        ends=(min(counts), max(counts)) if counts else None,
        n_answered=sum(counts.values()),
        scale=codes,
    )


def _told_slips(column: Column, missing: Counter[float | str]) -> Column:
    """Codes with a few words among them: these mean no answer, or are slips that a person must look at."""
    if not column.words or not column.counts or column.is_dates:
        return column
    none = [word for word in column.words if is_no_answer(word)]
    for word in none:
        missing[word] += column.words[word]
    column = column.without([], none)
    n_words = sum(column.words.values())
    if not column.words or n_words > MOST_SLIPS * column.n_answered:
        return column
    return replace(column, words={}, slips=dict(column.words))


def unordered(columns: Sequence[Column]) -> list[tuple[list[Column], AnswerCodes]]:
    """Columns with the same words of unknown order; codes go by the alphabet until a person says."""
    pools: list[tuple[set[str], list[Column]]] = []
    candidates = [
        c for c in columns if c.words and not c.counts and not c.is_dates and _as_many_as_a_scale(c.words)
    ]
    for column in sorted(candidates, key=lambda c: -len(c.words)):
        own = {folded(word) for word in column.words}
        for words, members in pools:
            if own <= words:
                members.append(column)
                break
        else:
            pools.append((own, [column]))
    found = []
    for _, members in pools:
        if len(members) < FEWEST_ALIKE:
            continue
        spelt = sorted({word for column in members for word in column.words}, key=str.casefold)
        by_fold = {folded(word): word for word in reversed(spelt)}
        texts = [by_fold[fold] for fold in sorted(by_fold)]
        none = [word for word in texts if is_no_answer(word)]
        texts = [word for word in texts if word not in none]
        if len(texts) < WORDS_OF_A_SCALE.start:
            continue
        codes = AnswerCodes(1, len(texts), dict(enumerate(texts, start=1)), ordered=False)
        found.append((sorted(members, key=columns.index), codes))
    return found


def _as_many_as_a_scale(words: Mapping[str, int]) -> bool:
    """Whether words are as few as those of a scale, in one language or in several."""
    if len(words) in WORDS_OF_A_SCALE:
        return True
    n_languages = (languages_of(words) or ("",))[0].count("+") + 1
    return n_languages > 1 and WORDS_OF_A_SCALE.start <= len(words) < n_languages * WORDS_OF_A_SCALE.stop


def coded_by(column: Column, codes: AnswerCodes) -> Column:
    """A column in the codes of a list of words."""
    by_word = {folded(word): code for code, word in codes.answers.items()}
    counts: Counter[float] = Counter()
    for word, n in column.words.items():
        if folded(word) in by_word:
            counts[float(by_word[folded(word)])] += n
    return replace(
        column,
        counts=counts,
        words={},
        answers=codes.answers,
        codes_in_words=True,
        coded=by_word,
        scale=codes,
    )
