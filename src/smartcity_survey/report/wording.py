"""Every word of the report in one language, read from the files in `locale/<language>`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from smartcity_survey.locales import LANGUAGES as LANGUAGES
from smartcity_survey.locales import read_locale
from smartcity_survey.report.formats import NumberStyle
from smartcity_survey.study.config import Language
from smartcity_survey.study.limits import limit

LOCALES = Path(__file__).parent / "locale"
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")


@dataclass(frozen=True, slots=True)
class Wording:
    """The report's wording and number style in one language.

    Attributes
    ----------
    language : kk, ru or en.
    numbers : how numbers are written.
    texts : dotted key (`tables.descriptives.title`) -> text.
    """

    language: Language
    numbers: NumberStyle
    texts: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        """The text of a key; KeyError where a locale lacks it."""
        return self.texts[key]

    def __contains__(self, key: str) -> bool:
        return key in self.texts

    def fill(self, key: str, **values: str) -> str:
        """The text of a key with its `{names}` filled in."""
        return self[key].format(**values)

    def noted(self, key: str) -> str:
        """The text of a key, names of limits (`{htmt_distinct}`) filled in from `study/limits`."""
        text = self[key]
        names = [name for _, name, _, _ in Formatter().parse(text) if name]
        asked = {name: limit(name) for name in names}
        written = {
            name: self.numbers.fixed(one.value, one.decimals, bounded=True) for name, one in asked.items()
        }
        return text.format(**written) if written else text

    def value(self, column: str, code: str) -> str:
        """Wording of a code found in a column of a stage file; a code without wording stands for itself.

        Names of packages, sources and files are such codes, and so are rules of a later wave. Numbers in a
        phrase are set in the language's style: "7 of 51 items" has its wording under `{} of {} items`.
        """
        exact, pattern = self._keys(column, code)
        if exact in self:
            return self[exact]
        numbers = [self.numbers.compact(float(number)) for number in _NUMBER.findall(code)]
        return self[pattern].format(*numbers) if pattern in self else code

    def knows(self, column: str, code: str) -> bool:
        """Whether a code has its own wording."""
        return any(key in self for key in self._keys(column, code))

    def _keys(self, column: str, code: str) -> tuple[str, str]:
        return f"values.{column}.{code}", f"values.{column}.{_NUMBER.sub('{}', code)}"


BY_ML = {
    "values.method.ols": "by_ml.method",
    "columns.verdict_ols": "by_ml.method",
    "facts.r2_ols": "by_ml.r2",
}
"""Text that names least squares -> what stands for it where the regression takes answers with gaps."""


def by_maximum_likelihood(wording: Wording) -> Wording:
    """The wording of a study whose regression is by maximum likelihood: no least squares, no *t*."""
    other = {key: wording[own] for key, own in BY_ML.items()}
    return replace(wording, texts={**wording.texts, **other, "columns.coefficients.t": "z"})


@cache
def load_wording(language: Language) -> Wording:
    """Read one language's locale files."""
    content = read_locale(LOCALES, language)
    style = content.pop("numbers")
    return Wording(
        language=language,
        numbers=NumberStyle(**{field.name: style[field.name] for field in fields(NumberStyle)}),
        texts=dict(_flatten(content)),
    )


def _flatten(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
