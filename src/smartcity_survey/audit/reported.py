"""Printed numbers: a text, its value, and what the true value could have been before rounding."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from smartcity_survey.audit.interval import ANYTHING, Interval

_NUMBER = re.compile(
    r"""(?P<bound>[<>≤≥]?)\s*
        (?P<sign>[-+−–]?)\s*
        (?P<whole>\d*)(?:\.(?P<fraction>\d+))?
        (?:[eE](?P<exponent>[-+−]?\d{1,4}))?
        \s*(?P<percent>%?)\s*(?P<marks>[*†‡§#^]*\s*\(?[a-zа-яәіңғүұқөһ]?\)?|\([*†‡§#]+\))""",
    re.VERBOSE,
)
NEAREST, HALF_EVEN, TRUNCATED = "nearest", "half_even", "truncated"
ROUNDING = (NEAREST, HALF_EVEN, TRUNCATED)
"""How print rounds: to the nearest (a half away from zero, or to the even digit), or digits cut off."""
ANY_RULE = "any"
"""Whatever the rule, and rounded once more: within a unit of the last digit to either side."""

# `p < .001`, `p = .03` in a cell, as in the text; the letter may be Cyrillic.
_P_OF = re.compile(r"^[pр]\s*(?:=\s*|(?=[<>≤≥]))", re.IGNORECASE)

# Letters that stand for a digit where a page was read by machine.
_MISREAD = str.maketrans(
    {"O": "0", "o": "0", "О": "0", "о": "0", "l": "1", "I": "1", "|": "1", "S": "5", "З": "3"}
)
_BLANK = frozenset(
    [
        "-",
        "–",
        "—",
        "−",
        "―",
        ".",
        "..",
        "...",
        "…",
        "/",
        "n/a",
        "na",
        "n.a.",
        "nan",
        "none",
        "null",
        "н/д",
        "нд",
        "н.д.",
        "жоқ",
    ]
)
# A float has no more digits than these, before the point or after it.
_DIGITS = 300
_SPACES_IN_NUMBER = re.compile(r"(?<=\d)[\s\u00a0\u2009\u202f](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Reported:
    """One printed cell.

    Attributes
    ----------
    text : as printed.
    value : the number, None where the cell holds words; 57.8% is 0.578.
    decimals : printed decimals of `value`, so 57.8% has three; negative for 1e6.
    interval : what the true value could have been; everything where the cell holds words.
    marks : what is attached to the number: stars, daggers, a footnote letter.
    percent : it was printed in percent.
    """

    text: str
    value: float | None = None
    decimals: int = 0
    interval: Interval = ANYTHING
    marks: str = ""
    percent: bool = False

    @property
    def is_number(self) -> bool:
        """Whether the cell holds a number."""
        return self.value is not None

    @property
    def unit(self) -> float:
        """One unit of the last printed digit."""
        return float(10.0**-self.decimals)


def exactly(value: float) -> Reported:
    """A constant that was never rounded."""
    return Reported(f"{value:g}", float(value), 0, Interval.exactly(float(value)))


def is_blank(text: str) -> bool:
    """Whether a cell says that nothing is there: empty, a dash, `n/a`, the point of SPSS."""
    return not text.strip() or text.strip().casefold() in _BLANK


def repaired(text: str) -> str | None:
    """What a cell was meant to be where a letter stands for a digit or a mark is doubled: `O.50`, `3..47`.

    None where this does not make it a number, and where it is one already.
    """
    if not any(letter.isdigit() for letter in text):
        return None
    meant = re.sub(r"([.,])[.,]+", r"\1", text.strip().translate(_MISREAD))
    return meant if meant != text.strip() and read_number(meant).is_number else None


@lru_cache(maxsize=65536)
def read_number(text: str, decimal: str = ".", rounding: str = NEAREST) -> Reported:
    """Read a printed number: `0.70`, `,70`, `-.030`, `<0.001`, `57.8%`, `.017*`, `.760a`, `389 495`, `1E-5`.

    Parameters
    ----------
    text : as printed.
    decimal : the paper's decimal mark. The other mark separates thousands where three digits follow
        (`1,234.5`), and is a decimal mark where they do not (`0,05`).
    rounding : one of `ROUNDING`, or `ANY_RULE`.

    Returns
    -------
    Reported
        whose interval is half a unit of the last digit to either side (truncated: a whole unit away from
        zero); `<x` lies between 0 and x, `>x` above x. Text that is no number comes back as words. Brackets
        around a number, as around standard errors, are left out.
    """
    plain = text.strip()
    if plain.startswith(("(", "[")) and plain.endswith((")", "]")):
        plain = plain[1:-1].strip()
    plain = _P_OF.sub("", plain)
    match = _NUMBER.fullmatch(_with_decimal_point(_SPACES_IN_NUMBER.sub("", plain), decimal))
    if match is None or not (match["whole"] or match["fraction"]):
        return Reported(text)
    digits = f"{match['whole'] or '0'}.{match['fraction'] or '0'}"
    exponent = int((match["exponent"] or "0").replace("−", "-")) - (2 if match["percent"] else 0)
    sign = -1.0 if match["sign"] in {"-", "−", "–"} else 1.0
    value = sign * float(f"{digits}e{exponent}")
    decimals = len(match["fraction"] or "") - exponent
    if not (math.isfinite(value) and abs(decimals) < _DIGITS):
        return Reported(text)
    if match["bound"] in {"<", "≤"}:
        interval = Interval(min(0.0, value), value)
    elif match["bound"] in {">", "≥"}:
        interval = Interval.at_least(value)
    else:
        interval = _rounded(value, 10.0**-decimals, rounding, negative=sign < 0)
    return Reported(text, value, decimals, interval, match["marks"], bool(match["percent"]))


def _rounded(value: float, unit: float, rounding: str, *, negative: bool) -> Interval:
    """What is printed as `value`; both ends are included, so halves may have gone either way."""
    if rounding == ANY_RULE:
        return Interval(value - unit, value + unit)
    if rounding == TRUNCATED:
        away = Interval(value - unit, value) if negative else Interval(value, value + unit)
        return Interval(-unit, unit) if value == 0 else away
    return Interval(value - 0.5 * unit, value + 0.5 * unit)


def _with_decimal_point(text: str, decimal: str) -> str:
    thousands = "," if decimal == "." else "."
    if re.search(rf"(?<!\d)[1-9]\d{{0,2}}(?:{re.escape(thousands)}\d{{3}})+(?!\d)", text):
        text = text.replace(thousands, "")
    return text.replace(",", ".")
