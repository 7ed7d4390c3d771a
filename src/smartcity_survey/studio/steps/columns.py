"""Step 2: what was understood of the survey file, column by column, to be corrected."""

from __future__ import annotations

from htmltools import Tag, TagChild, tags

from smartcity_survey.studio.columns import Used, uses
from smartcity_survey.studio.view import View, choice_field, field_id, sends, text_field

_USES = {
    "items": "Item of the questionnaire",
    "demographics": "About the respondent",
    "unused": "Not used",
}
_SEVERAL = "Several answers possible"
_MOST_SHOWN = 7


def columns_step(view: View) -> Tag:
    """A line for every column: what it is used as, its label, its answers."""
    found = uses(view.study)
    ordered: set[str] = set()
    rows = [tags.tr(*(_cells(view, one, ordered))) for one in found]
    heads = ("Column of the file", "Used as", "Label", "Answers")
    return tags.div(
        tags.p(view.words("Correct what was understood wrongly. Every change is saved at once.")),
        tags.table(
            tags.caption(view.words("Columns of the survey file"), {"class": "visually-hidden"}),
            tags.thead(tags.tr(*(tags.th(view.words(head), {"scope": "col"}) for head in heads))),
            tags.tbody(*rows),
            {"class": "table align-middle cards"},
        ),
    )


def _cells(view: View, one: Used, ordered: set[str]) -> list[Tag]:
    column = one.column.name
    named = f"{view.words('Used as')}: {column}"
    options = {key: view.words(text) for key, text in _USES.items()}
    if one.several:
        options = {"multiple_choice": view.words(_SEVERAL), "unused": options["unused"]}
    use = choice_field(field_id("use", column), options, one.use, named, sends("use", column=column))
    label: TagChild = tags.span(one.asked, {"class": "text-body-secondary"})
    if one.use in ("items", "demographics"):
        about = f"{view.words('Label')}: {column}"
        edit = sends("name_question", question=one.name)
        label = text_field(field_id("label", one.name), one.asked, about, edit)
    cells = (tags.code(column), use, label, _answers(view, one, ordered))
    heads = ("Column of the file", "Used as", "Label", "Answers")
    return [tags.td(cell, {"data-head": view.words(head)}) for head, cell in zip(heads, cells, strict=True)]


def _answers(view: View, one: Used, ordered: set[str]) -> TagChild:
    """What the column holds, or the order of its answers to be given, once for items with the same ones."""
    column = one.column
    if one.unordered and one.answers:
        words = list(one.answers.values())
        if str(words) not in ordered:
            ordered.add(str(words))
            return _order(view, one, words)
    if one.answers:
        shown = [f"{code} = {text}" if text != str(code) else text for code, text in one.answers.items()]
    elif column.counts:
        shown = [f"{code:g}" for code in sorted(column.counts)]
    else:
        shown = sorted(column.words, key=lambda word: -column.words[word])
    more = ["…"] if len(shown) > _MOST_SHOWN else []
    return tags.span(", ".join([*shown[:_MOST_SHOWN], *more]), {"class": "small"})


def _order(view: View, one: Used, words: list[str]) -> Tag:
    """The answers as a list whose lines are moved up, lowest first."""
    lines = []
    for place, word in enumerate(words):
        moved = [*words]
        if place:
            moved[place - 1 : place + 1] = [words[place], words[place - 1]]
        name = field_id("up", one.name, word)
        up = tags.button(
            "↑",
            {
                "type": "button",
                "id": name,
                "class": "btn btn-sm btn-outline-secondary",
                "aria-label": f"{view.words('Move up')}: {word}",
                "data-move": "",
                **({"disabled": ""} if not place else {}),
            },
        )
        lines.append(tags.li(up, " ", tags.span(word, {"data-word": word})))
    return tags.div(
        tags.p(view.words("Put the answers in order, lowest first."), {"class": "fw-bold mb-1"}),
        tags.ol(*lines, {"class": "order"}),
        tags.button(
            view.words("This is the order"),
            {
                "type": "button",
                "class": "btn btn-sm btn-primary",
                "data-order": "",
                **sends("order", question=one.name),
            },
        ),
    )
