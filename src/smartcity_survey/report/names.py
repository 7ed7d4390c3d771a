"""Words for the codes in stage files: what a column's values and its heading are called in a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from smartcity_survey.io import AT_FAULT
from smartcity_survey.report.setting import Setting

Line = Mapping[str, Any]
"""One line of a stage file."""

CONSTRUCTS = (
    "construct",
    "construct_1",
    "construct_2",
    "score",
    "predictor",
    "outcome",
    "target",
    "moderator",
    "lower_order",
)
"""Columns that name constructs."""

PREFIXES = ("component_", "factor_", "variance_proportion_")
"""Before the number or name that heads a column of its own."""

ROBUST = "satorra_bentler_"
"""What statistics corrected by Satorra and Bentler begin with."""


def heading(column: str, setting: Setting, table: str = "", kind: str = "construct") -> str:
    """Heading of a column: its wording, a component's number, or words for the `kind` of thing it names."""
    for key in (f"values.{kind}.{column}", f"columns.{table}.{column}", f"columns.{column}"):
        if key in setting.wording:
            return setting.wording[key]
    for prefix in PREFIXES:
        column = column.removeprefix(prefix)
    if kind in NAMES:
        return NAMES[kind](column, {}, setting)
    return name_text("term" if column not in setting.labels.constructs else kind, column, {}, setting)


def name_text(column: str, value: str, line: Line, setting: Setting) -> str:
    """Words for a code in a column of text; `line` is the rest of its line."""
    if column in CONSTRUCTS or value in setting.labels.constructs:
        return setting.labels.constructs.get(value) or setting.wording.value(column, value)
    if column in NAMES:
        return NAMES[column](value, line, setting)
    if column.startswith("verdict_"):
        return setting.wording.value("verdict", value)
    return setting.wording.value(column, value)


def claim(line: Line, setting: Setting) -> str:
    """A hypothesis as an arrow with the sign that is claimed, from `predictor, outcome, expected_sign`."""
    sign = setting.wording.numbers.minus if line["expected_sign"] == "negative" else "+"
    arrow = setting.labels.path(f"{line['predictor']} -> {line['outcome']}")
    return f"{arrow} ({sign})"


def reason_text(reason: str, at_fault: str, setting: Setting) -> str:
    """Why something has no solution, with the names at fault in brackets."""
    words = setting.wording.value("reason", reason)
    return f"{words} ({_names(at_fault, setting)})" if at_fault else words


def _names(at_fault: str, setting: Setting) -> str:
    """Items by their names, constructs and categories of respondents by their labels."""
    labels = setting.labels
    return ", ".join(
        _term(name, {}, setting)
        if name.partition("=")[0] in labels.demographics
        else labels.constructs.get(name, name)
        for name in at_fault.split(", ")
    )


def _status(value: str, line: Line, setting: Setting) -> str:
    """How an estimation ended; the reason where it has no solution."""
    if setting.wording.knows("status", value):
        return setting.wording.value("status", value)
    return _reason(value, line, setting)


def _reason(value: str, line: Line, setting: Setting) -> str:
    at_fault = line.get(AT_FAULT)
    return reason_text(value, at_fault if isinstance(at_fault, str) else "", setting)


def option_text(choice: str, option: str, setting: Setting) -> str:
    """An option of a choice of the specification curve; controls are demographic questions."""
    if choice == "controls":
        parts = (setting.labels.demographics.get(part) for part in option.split("+"))
        names = [name for name in parts if name]
        return " + ".join(names) if names else setting.wording.value(choice, option)
    return setting.wording.value(choice, option)


def _hypothesis(value: str, line: Line, setting: Setting) -> str:
    if "predictor" not in line:
        return value
    about = claim(line, setting) if "expected_sign" in line else setting.labels.construct(line["predictor"])
    return _pair(value, about, setting)


def _variable(value: str, line: Line, setting: Setting) -> str:
    known = line["valid_n"] == line["valid_n"]
    valid = setting.wording.numbers.count(line["valid_n"]) if known else setting.wording["page.hidden_mark"]
    return setting.wording.fill("page.valid", name=setting.labels.demographics.get(value, value), n=valid)


def _category(value: str, line: Line, setting: Setting) -> str:
    return setting.labels.categories[str(line["variable"]), int(value)]


def _term(value: str, line: Line, setting: Setting) -> str:
    """A term of a regression; a demographic category is written `variable=code`."""
    variable, _, code = value.partition("=")
    if not code:
        return setting.wording.value("term", value)
    answer = (
        setting.labels.categories[variable, int(code)]
        if code.isdigit()
        else setting.wording.value("term", code)
    )
    return _pair(setting.labels.demographics[variable], answer, setting)


def _groups(value: str, line: Line, setting: Setting) -> str:
    """Two demographic categories, each written `variable=code`."""
    return " / ".join(_term(category, line, setting) for category in value.split(" / "))


def _quantity(value: str, line: Line, setting: Setting) -> str:
    """A quantity that was computed twice, `coefficients of use` where it belongs to a construct."""
    quantity, _, construct = value.partition(" of ")
    words = setting.wording.value("quantity", quantity)
    return _pair(words, setting.labels.construct(construct), setting) if construct else words


def _statistic(value: str, line: Line, setting: Setting) -> str:
    words = setting.wording.value("statistic", value.removeprefix(ROBUST))
    return (
        _pair(setting.wording.value("statistic", ROBUST[:-1]), words, setting)
        if value.startswith(ROBUST)
        else words
    )


def _constructs(value: str, line: Line, setting: Setting) -> str:
    return ", ".join(setting.labels.construct(name) for name in value.split(", "))


def _of(value: str, line: Line, setting: Setting) -> str:
    """What a quantity is one of, by the quantity in the same line: an item, a path, two groups."""
    match line["quantity"]:
        case "cfa_fit":
            return _statistic(value, line, setting)
        case "pls_path":
            return setting.labels.path(value)
        case "htmt":
            return _constructs(value, line, setting)
        case "subgroup_difference":
            outcome, _, groups = value.partition(": ")
            return _pair(setting.labels.construct(outcome), _groups(groups, line, setting), setting)
        case _:
            label = setting.labels.items.get(value)
            return _pair(value, label, setting) if label else value


def _pair(first: str, second: str, setting: Setting) -> str:
    return f"{first}{setting.wording['page.colon']}{second}"


NAMES: Mapping[str, Callable[[str, Line, Setting], str]] = {
    "path": lambda value, line, setting: setting.labels.path(value),
    "waves": lambda value, line, setting: value.replace("->", "→"),
    "variable": _variable,
    "code": _category,
    "term": _term,
    "reference": _term,
    "first": _term,
    "second": _term,
    "groups": _groups,
    "demographic": lambda value, line, setting: setting.labels.demographics.get(value, value),
    "status": _status,
    "reason": _reason,
    "quantity": _quantity,
    "of": _of,
    "largest_of": _of,
    "statistic": _statistic,
    "hypothesis": _hypothesis,
    "dominates_completely": _constructs,
    "dominates_generally": _constructs,
    "choice": lambda value, line, setting: setting.wording.value("choice", value),
    "option": lambda value, line, setting: option_text(str(line["choice"]), value, setting),
}
"""Column -> how its codes are put into words, where its wording alone does not do."""
