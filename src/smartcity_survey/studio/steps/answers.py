"""The answers of the columns, in step 2: their order, and which words of the file mean no answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from htmltools import Tag, TagChild, tags

from smartcity_survey.data.read.cells import Missing, missing_codes
from smartcity_survey.errors import SurveyError
from smartcity_survey.studio.columns import Used
from smartcity_survey.studio.documents import Documents
from smartcity_survey.studio.edits.answers import Worded, alike
from smartcity_survey.studio.view import View, button, field_id, sends
from smartcity_survey.study.spelling import folded

MEANS_NONE = "Means no answer"
IS_ANSWER = "Is an answer"
_MOST_SHOWN = 7
_MOST_OTHERS = 12


def answers_cells(view: View, found: Sequence[Used]) -> list[TagChild]:
    """What each column holds; its answers in words can be changed where they are met first."""
    documents = view.study.read()
    none = missing_codes(view.study.config().data)
    alike_ones: dict[tuple[str, str], list[Used]] = {}
    for one in found:
        if one.answers:
            alike_ones.setdefault((one.use, str(one.answers)), []).append(one)
    first = {
        ones[0].column.name: ones
        for ones in alike_ones.values()
        if ones[0].unordered or all(_in_words(one, none) for one in ones)
    }
    return [_cell(view, documents, one, first.get(one.column.name, ()), none) for one in found]


def _in_words(one: Used, none: Missing) -> bool:
    """Whether the cells are words alone, so that their codes may be given anew."""
    column = one.column
    return bool(column.words) and "" not in column.words and not {*column.counts} - {*none.codes}


def _cell(view: View, documents: Documents, one: Used, same: Sequence[Used], none: Missing) -> TagChild:
    if not same:
        return _shown(one)
    try:
        own, *_ = alike(documents, one.name)
    except SurveyError:  # their codes stand elsewhere too: nothing here may change them
        return _shown(one)
    known = {folded(word) for code in own.shown(documents) for word in own.wordings(code)}
    counts = sum((Counter(other.column.words) for other in same), Counter[str]())
    others = [word for word, _ in counts.most_common() if folded(word) not in known]
    unread = [word for word in others if folded(word) not in none.texts]
    lists = (
        tags.p(view.words("Put the answers in order, lowest first."), {"class": "mb-1"}),
        _ordered(view, documents, one, own),
        _others(view, one, others[:_MOST_OTHERS], none) if others else None,
    )
    if one.unordered:
        confirm = button(
            view.words("This is the order"),
            {"data-order": "", **sends("order", question=one.name)},
            "btn-primary",
        )
        return tags.div(*lists, confirm)
    told = view.words("Change the answers")
    summary = tags.summary(_shown(one), " ", tags.span(told, {"class": "change"}))
    return tags.details(
        summary, *lists, {"id": field_id("answers", one.name)}, {"open": ""} if unread else {}
    )


def _shown(one: Used) -> Tag:
    """What the column holds, in a line."""
    column = one.column
    if one.answers:
        shown = [f"{code} = {text}" if text != str(code) else text for code, text in one.answers.items()]
    elif column.counts:
        shown = [f"{code:g}" for code in sorted(column.counts)]
    else:
        shown = sorted(column.words, key=lambda word: -column.words[word])
    more = ["…"] if len(shown) > _MOST_SHOWN else []
    return tags.span(", ".join([*shown[:_MOST_SHOWN], *more]), {"class": "small"})


def _ordered(view: View, documents: Documents, one: Used, own: Worded) -> Tag:
    """The answers as a list whose lines are moved, lowest first; each move is saved."""
    words = own.shown(documents)
    places = range(min(words), max(words) + 1) if own.key == "answers" else [*words]
    lines = [
        _line(view, one, words, code) if code in words else _free_place(view, one, code) for code in places
    ]
    edit = sends("order", question=one.name, settled=not one.unordered)
    return tags.ol(*lines, {"class": "order", **edit})


def _line(view: View, one: Used, words: Mapping[int, str], code: int) -> Tag:
    word = words[code]
    ends = {"-1": code == min(words), "1": code == max(words)}
    moves = [
        button(
            sign,
            {"data-move": by, "id": field_id(f"move{by}", one.name, word)},
            **{"aria-label": f"{view.words(told)}: {word}", **({"disabled": ""} if ends[by] else {})},
        )
        for by, sign, told in (("-1", "↑", "Move up"), ("1", "↓", "Move down"))
    ]
    return tags.li(
        *moves, tags.span(word, {"data-word": word}), _button(view, one, "no_answer", MEANS_NONE, word)
    )


def _free_place(view: View, one: Used, code: int) -> Tag:
    """A place of the scale that is nobody's answer."""
    told = view.words(f"{code}: nobody's answer")
    name = {"id": field_id("no_place", one.name, str(code))}
    edit = sends("no_place", question=one.name, value=code)
    return tags.li(tags.span(told), button(view.words("Take the place out"), {**edit, **name}))


def _others(view: View, one: Used, words: Sequence[str], none: Missing) -> Tag:
    """Words of the file that are no answers: those that mean none, and those of which nothing is said yet."""
    lines = []
    for word in words:
        if folded(word) in none.texts:
            told, buttons = "means no answer", [("answer", IS_ANSWER)]
        else:
            told, buttons = "no answer yet", [("answer", IS_ANSWER), ("no_answer", MEANS_NONE)]
        said = tags.span(f"{word} — {view.words(told)}")
        lines.append(tags.li(said, *(_button(view, one, do, text, word) for do, text in buttons)))
    return tags.div(
        tags.p(view.words("Also in the file:"), {"class": "mb-1"}), tags.ul(*lines, {"class": "order"})
    )


def _button(view: View, one: Used, do: str, text: str, word: str) -> Tag:
    edit = sends(do, question=one.name, value=word)
    name = {"id": field_id(do, one.name, word), "aria-label": f"{view.words(text)}: {word}"}
    return button(view.words(text), {**edit, **name})
