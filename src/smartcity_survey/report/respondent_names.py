"""Words for questions about the respondent, and for their answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from smartcity_survey.io import split_names
from smartcity_survey.report.setting import Setting

Line = Mapping[str, Any]
"""One line of a stage file."""


def question_and_count(value: str, line: Line, setting: Setting) -> str:
    """A question, and how many answered it."""
    known = line["valid_n"] == line["valid_n"]
    valid = setting.wording.numbers.count(line["valid_n"]) if known else setting.wording["page.hidden_mark"]
    return setting.wording.fill("page.valid", name=setting.labels.demographics.get(value, value), n=valid)


def choices_and_count(value: str, line: Line, setting: Setting) -> str:
    """A question with several answers, and how many gave one."""
    known = line["n_cases"] == line["n_cases"]
    cases = setting.wording.numbers.count(line["n_cases"]) if known else setting.wording["page.hidden_mark"]
    return setting.wording.fill("page.valid", name=setting.labels.questions.get(value, value), n=cases)


def category(value: str, line: Line, setting: Setting) -> str:
    """An answer to a question about the respondent, by its code."""
    return setting.labels.categories[str(line["variable"]), int(value)]


def moderator_value(value: str, line: Line, setting: Setting) -> str:
    """Where a slope is told: a category of the moderator, or SD from its mean; nowhere: no text."""
    code = line.get("category")
    if code is not None and code == code:
        return category(str(int(code)), {"variable": line["moderator"]}, setting)
    at = float(line["moderator_at"])
    decimals = 1 if round(at, 1) == round(at, 6) else 2
    return "" if at != at else setting.wording.numbers.fixed(at, decimals)


def answer_to(variable: str, answer: str, setting: Setting) -> str:
    """A demographic question and one of its answers, by its code."""
    words = (
        setting.labels.categories[variable, int(answer)]
        if answer.isdigit()
        else setting.wording.value("term", answer)
    )
    return pair(setting.labels.demographics[variable], words, setting)


def questions(value: str, line: Line, setting: Setting) -> str:
    """Questions whose answers are counted together."""
    return " × ".join(setting.labels.demographics.get(name, name) for name in split_names(value))


def answers_together(value: str, line: Line, setting: Setting) -> str:
    """An answer to each of those questions, by their codes; one word for those who left one out."""
    names, codes = split_names(line["demographics"]), split_names(value)
    if len(names) != len(codes) or not all(code.isdigit() for code in codes):
        return setting.wording.value("term", value)
    return ", ".join(
        setting.labels.categories[name, int(code)] for name, code in zip(names, codes, strict=True)
    )


def of_question(question: str) -> Callable[[str, Line, Setting], str]:
    """The code of an answer to the question in a column of the line; without one it is a wave's name."""

    def words(value: str, line: Line, setting: Setting) -> str:
        return answer_to(str(line[question]), value, setting) if question in line else value

    return words


def several_groups(value: str, line: Line, setting: Setting) -> str:
    """Groups of the line's demographic question, by the codes of their answers."""
    return ", ".join(answer_to(line["demographic"], code, setting) for code in split_names(value))


def pair(first: str, second: str, setting: Setting) -> str:
    return f"{first}{setting.wording['page.colon']}{second}"
