"""Words for the codes in stage files: what a column's values and its heading are called in a language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from string import Formatter

from smartcity_survey.data.bounds import SIDES
from smartcity_survey.io import AT_FAULT, join_names, split_names
from smartcity_survey.report.labels import Labels
from smartcity_survey.report.refusal_names import LISTED, reason_text
from smartcity_survey.report.respondent_names import (
    Line,
    answer_to,
    answers_together,
    category,
    choices_and_count,
    moderator_value,
    of_question,
    pair,
    question_and_count,
    questions,
    several_groups,
)
from smartcity_survey.report.setting import Setting

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

OF = ("of",)
"""Columns whose construct alone says too little: the rest of the line says what of it is meant."""

PREFIXES = ("component_", "factor_", "variance_proportion_")
"""Before the number or name that heads a column of its own."""

ROBUST = ("satorra_bentler_", "yuan_bentler_")
"""What statistics corrected for answers that are not normal begin with: whose correction it is."""


def statistic_parts(value: str) -> tuple[str, str]:
    """Whose correction a statistic has (empty: nobody's), and what it is without."""
    prefix = next((prefix for prefix in ROBUST if value.startswith(prefix)), "")
    return prefix.removesuffix("_"), value.removeprefix(prefix)


def heading(column: str, setting: Setting, table: str = "", kind: str = "construct") -> str:
    """Heading of a column: its wording, a component's number, or words for the `kind` of thing it names."""
    for key in (f"values.{kind}.{column}", f"columns.{table}.{column}", f"columns.{column}"):
        if key in setting.wording:
            return setting.wording.noted(key)
    for prefix in PREFIXES:
        column = column.removeprefix(prefix)
    if kind in NAMES:
        return NAMES[kind](column, {}, setting)
    return name_text("term" if column not in setting.labels.constructs else kind, column, {}, setting)


MADE: Mapping[str, tuple[str, ...]] = {
    "path": ("source", "via_1", "target"),
    "moderated_path": ("source", "moderator", "target"),
    "slope_at": ("moderator_at", "moderator", "category"),
    "product_path": ("factors", "target"),
    "groups": ("demographic", "first", "second"),
    "waves": ("earlier", "later"),
    "quantity_of": ("quantity", "outcome"),
    "pivoted_of": ("pivoted", "outcome"),
    "set_of": ("method", "outcome", "predictor"),
    "method_of": ("hypothesis", "method"),
    "printed_object": ("object", "number"),
    "cell": ("group", "line", "column", "n_blank"),
}
"""Column of the page -> columns of the stage file that it is made of; `via_1` stands for `via_2` ... too."""


def parts(column: str, columns: Collection[str]) -> tuple[str, ...]:
    """Those of a stage file's columns that a column of the page is made of: itself, or those of `MADE`."""
    if column in columns or column not in MADE:
        return (column,) if column in columns else ()
    via = [name for name in columns if name.startswith("via_")]
    found = [via if part == "via_1" else [part] for part in MADE[column]]
    return tuple(name for names in found for name in names if name in columns)


def name_text(column: str, value: str, line: Line, setting: Setting) -> str:
    """Words for a code in a column of text; `line` is the rest of its line.

    `{columns}` in the words take that line's numbers; columns of `MADE` are made of the line alone.
    """
    if column in CONSTRUCTS or (value in setting.labels.constructs and column not in OF):
        return factor(value, setting.labels) if column == "moderator" else _construct(column, value, setting)
    if column in NAMES:
        return NAMES[column](value, line, setting)
    if column.startswith("verdict_"):
        kind = "verdict" if setting.wording.knows("verdict", value) else "state"
        return setting.wording.value(kind, value)
    if column.startswith("reading_"):
        return setting.wording.value("reading", value)
    return _worded(column, value, line, setting)


def _construct(column: str, value: str, setting: Setting) -> str:
    return setting.labels.constructs.get(value) or setting.wording.value(column, value)


def factor(name: str, labels: Labels) -> str:
    """A construct or a demographic variable."""
    return labels.constructs.get(name) or labels.demographics.get(name, name)


def _through(value: str, line: Line, setting: Setting) -> str:
    """The mediators of an effect, in their order."""
    return setting.labels.path(*split_names(value))


def _worded(column: str, value: str, line: Line, setting: Setting) -> str:
    words = setting.wording.value(column, value)
    names = [name for _, name, _, _ in Formatter().parse(words) if name] if "{" in words else []
    numbers = {name: setting.wording.numbers.compact(float(line[name])) for name in names if name in line}
    return words.format(**numbers) if numbers else words


def _beside_the_path(line: Line) -> list[str]:
    """What a hypothesis is about beside a path: mediators, moderator and groups, each empty where none."""
    cells = (line.get(key) for key in ("via", "moderator", "groups"))
    return [cell if isinstance(cell, str) else "" for cell in cells]


def of_several_paths(line: Line) -> bool:
    """Whether a hypothesis claims more than a path: through mediators, by a moderator, or between groups."""
    return any(_beside_the_path(line))


def claimed_path(line: Line, setting: Setting) -> str:
    """The arrow of a hypothesis, with its mediators on it, or its moderator beside the construct."""
    return f"{claimed_source(line, setting.labels)} → {setting.labels.construct(line['outcome'])}"


def claimed_source(line: Line, labels: Labels) -> str:
    """What a hypothesis says to matter: a predictor, with its mediators behind it or its moderator beside."""
    via, moderator, _ = _beside_the_path(line)
    if moderator:
        return f"{labels.construct(line['predictor'])} × {factor(moderator, labels)}"
    return labels.path(line["predictor"], *split_names(via))


def claim(line: Line, setting: Setting) -> str:
    """A hypothesis as an arrow with the sign that is claimed, from `predictor, outcome, expected_sign`.

    Mediators stand on the arrow, a moderator beside the construct it is multiplied by, and the variable whose
    groups are said to differ behind it: from `via, moderator, groups`, where there are any.
    """
    sign = setting.wording.numbers.minus if line["expected_sign"] == "negative" else "+"
    groups, arrow = _beside_the_path(line)[2], claimed_path(line, setting)
    return f"{arrow} ({factor(groups, setting.labels)}: ≠)" if groups else f"{arrow} ({sign})"


def _status(value: str, line: Line, setting: Setting) -> str:
    """How an estimation ended; the reason where it has no solution."""
    if setting.wording.knows("status", value):
        return setting.wording.value("status", value)
    return _reason(value, line, setting)


def _reason(value: str, line: Line, setting: Setting) -> str:
    group, names = line.get("group_at_fault"), line.get(AT_FAULT)
    if not isinstance(group, str) or not group:
        return reason_text(value, names, setting)
    if "demographic" in line:
        return reason_text(value, names, setting, [(str(line["demographic"]), group)])
    return reason_text(value, join_names([group, *split_names(names)]), setting)  # a wave has its own name


def option_text(choice: str, option: str, setting: Setting) -> str:
    """An option of a choice of the specification curve; controls are demographic questions."""
    if choice == "controls":
        found = (setting.labels.demographics.get(name) for name in split_names(option))
        names = [name for name in found if name]
        return " + ".join(names) if names else setting.wording.value(choice, option)
    return setting.wording.value(choice, option)


def _options(value: str, line: Line, setting: Setting) -> str:
    """Options of the choice that a split hinges on."""
    return " / ".join(option_text(str(line["hinges_on"]), one, setting) for one in split_names(value))


def _hypothesis(value: str, line: Line, setting: Setting) -> str:
    if "predictor" not in line:
        return value
    about = claim(line, setting) if "expected_sign" in line else setting.labels.construct(line["predictor"])
    return pair(value, about, setting)


def _term(value: str, line: Line, setting: Setting) -> str:
    """A term of a regression: a construct, the constant, or an answer to a demographic question."""
    answer = line.get("answer")
    return (
        answer_to(value, answer, setting)
        if isinstance(answer, str) and answer
        else setting.wording.value("term", value)
    )


def _groups(value: str, line: Line, setting: Setting) -> str:
    """The two groups of a line."""
    return " / ".join(NAMES[which](str(line[which]), line, setting) for which in ("first", "second"))


def _pair(value: str, line: Line, setting: Setting) -> str:
    """The two groups, by their codes, between which a path of the claim differs most."""
    known = {
        str(code): label for (of, code), label in setting.labels.categories.items() if of == line["groups"]
    }
    return " / ".join(known.get(code, code) for code in split_names(value))


def _path(value: str, line: Line, setting: Setting) -> str:
    """The constructs along a path, those it runs through in their order."""
    along = [line[column] for column in parts("path", line)]
    return setting.labels.path(*(name for name in along if isinstance(name, str) and name))


def _moderated_path(value: str, line: Line, setting: Setting) -> str:
    """A path; the source times its moderator where there is one."""
    factors = [line[column] for column in ("source", "moderator")]
    names = [factor(name, setting.labels) for name in factors if isinstance(name, str) and name]
    return f"{' × '.join(names)} → {setting.labels.construct(line['target'])}"


def _quantity_of(value: str, line: Line, setting: Setting) -> str:
    """A quantity that was computed twice, with the outcome whose regression it belongs to."""
    words, outcome = setting.wording.value("quantity", line["quantity"]), line.get("outcome")
    return (
        pair(words, setting.labels.construct(outcome), setting)
        if isinstance(outcome, str) and outcome
        else words
    )


def _pivoted_of(value: str, line: Line, setting: Setting) -> str:
    """What lines made wide are the values of, with their outcome."""
    words = heading(str(line["pivoted"]), setting)
    return pair(setting.labels.construct(line["outcome"]), words, setting) if "outcome" in line else words


def _cell(value: str, line: Line, setting: Setting) -> str:
    """A printed cell by its line (in its group) and column; all blank cells together have no line."""
    column = str(line["column"])
    if not isinstance(line["line"], str):
        return _worded("cell", column, line, setting)
    name, labels = str(line["line"]), setting.labels
    if isinstance(line["group"], str) and line["group"]:
        words = pair(
            labels.demographics.get(line["group"], line["group"]),
            labels.categories.get((line["group"], _code(name)), name),
            setting,
        )
    elif name in labels.constructs or name in labels.items:
        words = labels.constructs.get(name, name)
    else:
        known = next((key for key in ("statistic", "source", "term") if setting.wording.knows(key, name)), "")
        words = setting.wording.value(known, name) if known else name
    if column == "value":
        return words
    if column.startswith(PREFIXES):
        return f"{words}, {setting.wording.fill('answer.component', number=column.rpartition('_')[2])}"
    return f"{words}, {heading(column, setting)}"


def _code(name: str) -> int:
    return int(name) if name.isdigit() else -1


def _statistic(value: str, line: Line, setting: Setting) -> str:
    whose, statistic = statistic_parts(value)
    words = setting.wording.value("statistic", statistic)
    return pair(setting.wording.value("statistic", whose), words, setting) if whose else words


def _unanswered(value: str, line: Line, setting: Setting) -> str:
    """The items left out, as many as there is room for; a word where there are none."""
    names = split_names(value)
    if names == ["none"]:
        return setting.wording.value("unanswered", "none")
    more = [f"+ {len(names) - LISTED}"] if len(names) > LISTED else []
    return ", ".join([*names[:LISTED], *more])


def _constructs(value: str, line: Line, setting: Setting) -> str:
    return ", ".join(setting.labels.construct(name) for name in split_names(value))


def _of(value: str, line: Line, setting: Setting) -> str:
    """What a quantity is one of, by the quantity in the same line: an item, a path, two groups."""
    match line["quantity"]:
        case "cfa_fit":
            return _statistic(value, line, setting)
        case "pls_path":
            return setting.labels.path(value, line["other"])
        case "htmt" | "construct_correlation":
            return ", ".join(map(setting.labels.construct, (value, line["other"])))
        case _ if value in setting.labels.constructs:
            return setting.labels.construct(value)
        case _:
            label = setting.labels.items.get(value)
            return pair(value, label, setting) if label else value


def _set_of(value: str, line: Line, setting: Setting) -> str:
    """Whose set of values it is: a method's path, or its R2."""
    method, predictor = setting.wording.value("method", line["method"]), line.get("predictor")
    if isinstance(predictor, str) and predictor:
        return pair(method, setting.labels.path(predictor, line["outcome"]), setting)
    return pair(method, setting.wording["columns.r2"], setting)


def _method_of(value: str, line: Line, setting: Setting) -> str:
    return pair(line["hypothesis"], setting.wording.value("method", line["method"]), setting)


def _witness(value: str, line: Line, setting: Setting) -> str:
    """A witness by what it was made for; the answers in use in words."""
    return setting.labels.witnesses.get(value) or setting.wording.value("witness", value)


def witness_labels(witnesses: Iterable[Line], setting: Setting) -> dict[str, str]:
    """Name of each witness -> the end it stands near, from lines with `witness, predictor, side`.

    Several at the same place are told apart by a number.
    """
    labels: dict[str, str] = {}
    for line in witnesses:
        side = line["side"] if line["side"] in SIDES else "inside"
        label = setting.wording.fill(
            f"values.witness_at.{side}", predictor=setting.labels.construct(line["predictor"])
        )
        before = sum(1 for other in labels.values() if other.startswith(label))
        labels[str(line["witness"])] = f"{label} {before + 1}" if before else label
    return labels


NAMES: Mapping[str, Callable[[str, Line, Setting], str]] = {
    "path": _path,
    "moderated_path": _moderated_path,
    "product_path": lambda value, line, setting: setting.labels.product(line["factors"], line["target"]),
    "waves": lambda value, line, setting: f"{line['earlier']} → {line['later']}",
    "via": _through,
    "variable": question_and_count,
    "code": category,
    "slope_at": moderator_value,
    "question": choices_and_count,
    "chosen": lambda value, line, setting: setting.labels.choices[str(line["question"]), str(value)],
    "demographics": questions,
    "answers": answers_together,
    "term": _term,
    "reference": of_question("term"),
    "first": of_question("demographic"),
    "second": of_question("demographic"),
    "groups": _groups,
    "groups_apart": several_groups,
    "pair": _pair,
    "demographic": lambda value, line, setting: setting.labels.demographics.get(value, value),
    "status": _status,
    "reason": _reason,
    "quantity_of": _quantity_of,
    "pivoted_of": _pivoted_of,
    "printed_object": lambda value, line, setting: _worded("object", line["object"], line, setting),
    "cell": _cell,
    "of": _of,
    "set_of": _set_of,
    "method_of": _method_of,
    "witness": _witness,
    "lowest_verdict": lambda value, line, setting: setting.wording.value("verdict", value),
    "highest_verdict": lambda value, line, setting: setting.wording.value("verdict", value),
    "confirmed_by": _witness,
    "not_confirmed_by": _witness,
    "statistic": _statistic,
    "unanswered": _unanswered,
    "hypothesis": _hypothesis,
    "dominates_completely": _constructs,
    "dominates_generally": _constructs,
    "instruments": _constructs,
    "choice": lambda value, line, setting: setting.wording.value("choice", value),
    "highest_option": _options,
    "lowest_option": _options,
    "option": lambda value, line, setting: option_text(str(line["choice"]), value, setting),
}
"""Column -> how its codes are put into words, where its wording alone does not do."""
