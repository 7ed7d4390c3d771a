"""The questionnaire as an XLSForm, which KoBoToolbox and ODK make a form of."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from smartcity_survey.cell_text import as_text
from smartcity_survey.plan.names import is_form_name
from smartcity_survey.plan.questionnaire import Choice, Group, Question, Questionnaire, plain, words
from smartcity_survey.plan.words import plan_words
from smartcity_survey.report.chapter.archive import DATE, repeatable
from smartcity_survey.study.codebook import Label
from smartcity_survey.study.config import Language

NAMES: Mapping[Language, str] = {"kk": "Kazakh (kk)", "ru": "Russian (ru)", "en": "English (en)"}
"""How XLSForm names languages: in English, with the code of IANA."""
WIDTHS = {"type": 34, "label": 44, "constraint": 32}
"""Of columns, in letters."""
Row = dict[str, str]


def xlsform(
    form: Questionnaire,
    title: str,
    language: Language,
    respondent: str | None = None,
    cluster: str | None = None,
) -> bytes:
    """The content of an .xlsx with the sheets survey, choices and settings; the same form, the same bytes.

    Parameters
    ----------
    title : of the form. language : that it opens in. respondent : column of an identifier that each
        questionnaire is to be given; none, or one that the tool writes itself: nothing is added.
        cluster : column of the cluster, which whoever asks writes first; none: nothing is added.

    Source: the XLSForm specification (xlsform.org), as read by pyxform.
    """
    lists = _lists(form.questions)
    survey = [*_identifier(respondent), *_cluster(cluster, form.languages), *_survey(form, lists)]
    choices = [
        {"list_name": name, "name": choice.name, **_labels(choice.label, form.languages, name)}
        for name, own in lists.items()
        for choice in own
    ]
    version = hashlib.sha256(repr((survey, choices)).encode()).hexdigest()[:10]
    opens = language if language in form.languages else form.languages[0]
    settings = [
        {
            "form_title": title,
            "form_id": "questionnaire",
            "version": version,
            "default_language": NAMES[opens],
            "style": "pages",
        }
    ]
    book = Workbook()
    book.remove(book.active)
    labels = [f"label::{NAMES[one]}" for one in form.languages]
    asked = ["constraint", *(f"constraint_message::{NAMES[one]}" for one in form.languages)]
    heads = ["type", "name", *labels, "appearance", "required", "calculation", *asked]
    _sheet(book, "survey", heads, survey)
    _sheet(book, "choices", ["list_name", "name", *labels], choices)
    _sheet(book, "settings", list(settings[0]), settings)
    book.properties.creator, book.properties.title = "", title
    book.properties.created = book.properties.modified = DATE.replace(tzinfo=None)
    written = io.BytesIO()
    book.save(written)
    return repeatable(written.getvalue())


def is_given(respondent: str | None) -> bool:
    """Whether the form gives each questionnaire the identifier that a config asks for."""
    return respondent is not None and is_form_name(respondent)


def _identifier(respondent: str | None) -> Iterator[Row]:
    if respondent is not None and is_given(respondent):
        yield {"type": "calculate", "name": respondent, "calculation": "once(uuid())"}


def _cluster(cluster: str | None, languages: Sequence[Language]) -> Iterator[Row]:
    if cluster is not None and is_form_name(cluster):
        labels = {f"label::{NAMES[one]}": plan_words(one)["questionnaire.cluster"] for one in languages}
        yield {"type": "text", "name": cluster, **labels, "required": "yes"}


def _lists(questions: Sequence[Question]) -> dict[str, tuple[Choice, ...]]:
    """Name of each list of answers; questions with the same answers share one."""
    lists: dict[str, tuple[Choice, ...]] = {}
    for question in questions:
        if question.choices and question.choices not in lists.values():
            of_items = question.key.startswith("items.")
            scales = sum(name.startswith("scale_") for name in lists)
            lists[f"scale_{scales + 1}" if of_items else f"answers_{question.name}"] = question.choices
    return lists


def _survey(form: Questionnaire, lists: Mapping[str, tuple[Choice, ...]]) -> Iterator[Row]:
    open_now: tuple[str, ...] = ()
    for group in form.groups:
        shared = 0
        while shared < min(len(open_now), len(group.path)) and open_now[shared] == group.path[shared]:
            shared += 1
        yield from ({"type": "end_group"} for _ in open_now[shared:])
        yield from _begin(group, shared, form.languages)
        open_now = group.path
        for question in group.questions:
            yield _question(question, lists, form.languages)
    yield from ({"type": "end_group"} for _ in open_now)


def _begin(group: Group, shared: int, languages: Sequence[Language]) -> Iterator[Row]:
    """Rows that open groups; only the innermost, which holds the questions, has their heading."""
    for depth in range(shared, len(group.path)):
        last = depth == len(group.path) - 1
        own = {"type": "begin_group", "name": group.path[depth]}
        if last and group.label is not None:
            own |= _labels(group.label, languages, f"constructs.{group.path[-1]}")
        yield own | ({"appearance": "field-list"} if last else {})


def _question(
    question: Question, lists: Mapping[str, tuple[Choice, ...]], languages: Sequence[Language]
) -> Row:
    row = {"type": question.kind, "name": question.name, **_labels(question.label, languages, question.key)}
    if question.choices:
        name = next(name for name, own in lists.items() if own == question.choices)
        return row | {"type": f"{question.kind} {name}"}
    low, high = question.low, question.high
    ends = (f"date('{low}')", f"date('{high}')") if question.kind == "date" else (low, high)
    messages = {f"constraint_message::{NAMES[one]}": f"{low} – {high}" for one in languages}
    return row | {"constraint": f". >= {ends[0]} and . <= {ends[1]}", **messages}


def _labels(label: Label, languages: Sequence[Language], key: str) -> Row:
    return {f"label::{NAMES[one]}": plain(words(label, one, key)).replace("${", "$ {") for one in languages}


def _sheet(book: Any, name: str, heads: Sequence[str], rows: Sequence[Row]) -> None:
    sheet = book.create_sheet(name)
    kept = [head for head in heads if head in ("type", "name") or any(row.get(head) for row in rows)]
    for number, head in enumerate(kept, start=1):
        cell = as_text(sheet.cell(1, number, head))
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(head.partition("::")[0], 20)
    for line, row in enumerate(rows, start=2):
        for number, head in enumerate(kept, start=1):
            if row.get(head):
                cell = as_text(sheet.cell(line, number, row[head]))
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "C2" if name == "survey" else "A2"
