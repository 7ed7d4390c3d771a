"""Printed numbers: a text, its value, and what the true value could have been before rounding."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from smartcity_survey.audit.interval import ANYTHING, Interval

_NUMBER = re.compile(
    r"""(?P<bound>[<>≤≥]?)\s*
        (?P<sign>[-+−–]?)\s*
        (?P<whole>\d*)(?:\.(?P<fraction>\d+))?
        (?:[eE](?P<exponent>[-+−]?\d+))?
        \s*(?P<percent>%?)\s*(?P<marks>[*†‡§#]*|[a-z])""",
    re.VERBOSE,
)
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


@lru_cache(maxsize=65536)
def read_number(text: str, decimal: str = ".") -> Reported:
    """Read a printed number: `0.70`, `,70`, `-.030`, `<0.001`, `57.8%`, `.017*`, `.760a`, `389 495`, `1E-5`.

    Parameters
    ----------
    text : as printed.
    decimal : the paper's decimal mark. The other mark separates thousands where three digits follow
        (`1,234.5`), and is a decimal mark where they do not (`0,05`).

    Returns
    -------
    Reported
        whose interval is half a unit of the last digit to either side; `<x` lies between 0 and x, `>x` above
        x. Text that is no number comes back as words.
    """
    match = _NUMBER.fullmatch(_with_decimal_point(_SPACES_IN_NUMBER.sub("", text.strip()), decimal))
    if match is None or not (match["whole"] or match["fraction"]):
        return Reported(text)
    digits = f"{match['whole'] or '0'}.{match['fraction'] or '0'}"
    exponent = int((match["exponent"] or "0").replace("−", "-")) - (2 if match["percent"] else 0)
    sign = -1.0 if match["sign"] in {"-", "−", "–"} else 1.0
    value = sign * float(f"{digits}e{exponent}")
    decimals = len(match["fraction"] or "") - exponent
    half = 0.5 * 10.0**-decimals
    if match["bound"] in {"<", "≤"}:
        interval = Interval(min(0.0, value), value)
    elif match["bound"] in {">", "≥"}:
        interval = Interval.at_least(value)
    else:
        interval = Interval(value - half, value + half)
    return Reported(text, value, decimals, interval, match["marks"], bool(match["percent"]))


def _with_decimal_point(text: str, decimal: str) -> str:
    thousands = "," if decimal == "." else "."
    if re.search(rf"(?<!\d)[1-9]\d{{0,2}}(?:{re.escape(thousands)}\d{{3}})+(?!\d)", text):
        text = text.replace(thousands, "")
    return text.replace(",", ".")
