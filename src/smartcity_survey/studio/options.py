"""The options of the config that a page can offer: of one value or a list, derived from its own model."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from smartcity_survey.errors import SurveyError
from smartcity_survey.parsing import Section
from smartcity_survey.study.config import Config

OPTIONS_STEP = 5
"""The number of the step that offers them."""
SHOWN = (
    *("study.title", "study.language", "cleaning.missing_items_at_most", "missing.pls"),
    *("pls.bootstrap_draws", "report.style"),
)
"""The few that everybody chooses; the rest stands folded below them."""
CALLED = {"missing.pls": "PLS-SEM where answers are missing", "study.title": "Title of the report"}
"""Options whose description says too little without their section, or speaks of files -> in words."""
CHOICES = {
    **{"complete": "complete answers alone", "em": "maximum likelihood (EM)", "ml": "maximum likelihood"},
    "mlr": "maximum likelihood with robust errors (MLR)",
    **{"fiml": "full-information maximum likelihood (FIML)", "mean_replacement": "the item's mean"},
    **{"pairwise": "pairwise: those who answered both items", "multiple_imputation": "multiple imputation"},
    **{"mean": "mean of the items", "sum": "sum of the items", "component": "principal component"},
    **{"cfa_regression": "CFA, by regression", "cfa_bartlett": "CFA, by Bartlett", "pls": "PLS-SEM"},
    **{"cfa_skrondal_laake": "CFA, by Skrondal and Laake", "path": "paths", "factorial": "factors"},
    **{"centroid": "centroid", "pearson": "Pearson", "polychoric": "polychoric"},
    **{"percentile": "percentiles", "bca": "BCa", "studentised": "studentised", "apa": "APA 7"},
    **{"gost": "GOST 7.32", ".": "point", ",": "comma"},
}
"""What an option may be -> in words; languages are called by their own names."""
SECTIONS = {
    **{
        "study": "Study",
        "data": "Survey file",
        "cleaning": "Cleaning",
        "missing": "Missing answers",
        "factors": "Factors",
    },
    **{"cfa": "Confirmatory factor analysis", "scores": "Scores of the constructs"},
    **{"regression": "Regression", "common_method": "Common method bias", "pls": "PLS-SEM"},
    **{"groups": "Comparison of groups", "robustness": "Robustness", "report": "Report"},
    **{"disclosure": "Protection of respondents", "figures": "Figures"},
}
"""Section of the config -> in words."""
_ELSEWHERE = ("model", "weighting", "waves", "plan")
"""Sections that are not offered: steps of their own, or what a first study does without."""
_FIXED = ("data.file", "data.codebook", "data.published", "data.format")
"""What the page itself wrote, and what nothing there asks to change."""
_KINDS = (bool, int, float, str)
_BETWEEN = re.compile(r"\s*[;\n]\s*")
_BETWEEN_NUMBERS = re.compile(r"[;,\s]+")


@dataclass(frozen=True, slots=True)
class Offered:
    """An option: its key (`pls.folds`), what it does, and its default.

    choices : where it has to be one of several. kind : bool, int, float or str. optional : may be left empty.
    lowest, highest : of a number, where it has such. many : whether it is a list, parted by semicolons.
    """

    key: str
    description: str
    default: Any
    kind: type
    choices: tuple[str, ...] = ()
    optional: bool = False
    lowest: float | None = None
    highest: float | None = None
    many: bool = False


def offered() -> Iterator[Offered]:
    """All options that have a field, section by section."""
    for name, field in Config.model_fields.items():
        section = field.annotation
        if name in _ELSEWHERE or not (isinstance(section, type) and issubclass(section, Section)):
            continue
        for key, own in section.model_fields.items():
            if f"{name}.{key}" not in _FIXED and (found := _offered(f"{name}.{key}", own)):
                yield found


def as_written(key: str, value: str | bool) -> Any:
    """The value of an option as the config has it: where it is empty its default, which may be None.

    Raises
    ------
    SurveyError
        where there is no such option, or the option has no such value.
    """
    option = next((one for one in offered() if one.key == key), None)
    if option is None:
        raise SurveyError(f"config.yaml, {key}", "the page offers no such option.", "Open it anew.")
    if isinstance(value, str) and not value.strip():
        if option.default is None and not option.optional and not option.many:
            raise SurveyError(f"config.yaml, {key}", "it is empty.", "Write something.")
        return option.default
    if option.many:
        return _listed(option, str(value))
    section, name = key.split(".")
    field = Config.model_fields[section].annotation.model_fields[name]  # type: ignore[union-attr]
    kind: Any = Literal[option.choices] if option.choices else option.kind
    if field.metadata and not option.choices:
        kind = Annotated[option.kind, *field.metadata]
    try:
        return TypeAdapter(kind).validate_python(value.strip() if isinstance(value, str) else value)
    except ValidationError as error:
        remedy = _within(option)
        if option.choices:
            remedy = f"Choose one of: {', '.join(option.choices)}."
        raise SurveyError(f"config.yaml, {key}", f"`{value}` is not possible.", remedy) from error


def shown_list(values: Sequence[Any]) -> str:
    """A list as it is written in its field."""
    return "; ".join(f"{one:g}" if isinstance(one, float) else f"{one}" for one in values)


def _listed(option: Offered, written: str) -> list[Any]:
    """The parts of a list: numbers, which may stand apart in any way, or words between semicolons."""
    parts = [_number(part) for part in _BETWEEN_NUMBERS.split(written.strip()) if part]
    if option.kind is str:
        words = any(isinstance(part, str) for part in parts)
        return [_number(part) for part in _BETWEEN.split(written.strip()) if part] if words else parts
    if all(isinstance(part, int) and part >= (option.lowest or 0) for part in parts):
        return parts
    remedy = "Write whole numbers, 1 or more, with semicolons between them."
    raise SurveyError(f"config.yaml, {option.key}", f"`{written}` is not possible.", remedy)


def _number(written: str) -> float | str:
    """A number where a text is one."""
    for kind in (int, float):
        with suppress(ValueError):
            return kind(written)
    return written


def in_capitals(text: str) -> str:
    """A text whose first letter is a capital."""
    return text[:1].upper() + text[1:]


def _within(option: Offered) -> str:
    """What a number may be."""
    low, high = (None if end is None else digits(end) for end in (option.lowest, option.highest))
    kind = "a whole number" if option.kind is int else "a number"
    if low is not None and high is not None:
        return f"Write {kind} from {low} to {high}."
    if low is not None:
        return f"Write {kind}, {low} or more."
    return f"Write {kind}." if high is None else f"Write {kind}, {high} at most."


def digits(number: float) -> str:
    """A number with spaces between its thousands, which every language of the page reads."""
    return f"{number:,.10g}".replace(",", "\N{NO-BREAK SPACE}")


def _offered(key: str, field: FieldInfo) -> Offered | None:
    kinds = _parts(field.annotation)
    if get_origin(field.annotation) is tuple:
        return _list(key, field)
    optional = type(None) in kinds
    kinds = [kind for kind in kinds if kind is not type(None)]
    if not kinds:
        return None
    words = [word for kind in kinds if get_origin(kind) is Literal for word in get_args(kind)]
    plain = [kind for kind in kinds if kind in _KINDS]
    if key == "study.title":
        plain = [str]  # or a text per language, of which the page changes the study's own
    elif len(words) + len(plain) == 0 or len(kinds) != len(plain) + bool(words):
        return None
    if words and plain:
        return None
    limits = {
        name: getattr(one, name)
        for one in field.metadata
        for name in ("ge", "gt", "le", "lt")
        if hasattr(one, name)
    }
    return Offered(
        key=key,
        description=field.description or "",
        default=None if field.is_required() else field.get_default(call_default_factory=True),
        kind=str if words else plain[0],
        choices=tuple(map(str, words)),
        optional=optional,
        lowest=limits.get("ge", limits.get("gt")),
        highest=limits.get("le", limits.get("lt")),
    )


def _list(key: str, field: FieldInfo) -> Offered | None:
    """A list of any length, of whole numbers or of codes and words."""
    kind, *rest = get_args(field.annotation)
    kinds = _parts(kind)
    if rest != [...] or not key.startswith("data.") or any(one not in _KINDS for one in kinds):
        return None
    own, lowest = (int, 1) if kinds == [int] else (str, None)
    return Offered(key, field.description or "", (), own, optional=True, lowest=lowest, many=True)


def _parts(annotation: Any) -> list[Any]:
    """The members of a union; of anything else, itself."""
    if get_origin(annotation) in (Union, types.UnionType):
        return [part for one in get_args(annotation) for part in _parts(one)]
    if get_origin(annotation) is Annotated:
        return _parts(get_args(annotation)[0])
    return [annotation]
