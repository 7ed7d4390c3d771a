"""Numbers as a reader sees them: the only place of the package where anything is rounded."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a language writes numbers.

    Attributes
    ----------
    decimal : decimal mark.
    thousands : put between groups of three digits.
    group_from : digits a whole part needs before it is grouped.
    minus : minus sign.
    leading_zero : False writes `.05` where a number cannot exceed one; True writes `0.05` throughout.
    percent : pattern of a percentage, `{value}` inside.
    interval : pattern of an interval, `{low}` and `{high}` inside.
    below : pattern of "smaller than the last digit shown", `{value}` inside.
    """

    decimal: str
    thousands: str
    group_from: int
    minus: str
    leading_zero: bool
    percent: str
    interval: str
    below: str

    def fixed(self, value: float, decimals: int, *, bounded: bool = False) -> str:
        """A number with that many decimals; `bounded`: its size cannot exceed one, as a correlation's."""
        if math.isnan(value):
            return ""
        if math.isinf(value):
            return f"{self.minus if value < 0 else ''}∞"
        digits = f"{abs(value):.{decimals}f}"
        whole, _, fraction = digits.partition(".")
        negative = value < 0 and digits.strip("0.") != ""
        if bounded and not self.leading_zero and whole == "0" and fraction:
            whole = ""
        if len(whole) >= self.group_from:
            whole = f"{int(whole):,}".replace(",", self.thousands)
        return f"{self.minus if negative else ''}{whole}{self.decimal if fraction else ''}{fraction}"

    def end(self, value: float, decimals: int = 2) -> str:
        """An end of a set of coefficients: with as many more decimals as its sign needs to be seen."""
        return self.fixed(value, decimals_of_end(value, decimals), bounded=True)

    def count(self, value: float) -> str:
        """A whole number; one that is not whole keeps its digits, so that nothing is hidden."""
        return self.fixed(value, 0) if math.isnan(value) or value == round(value) else self.compact(value)

    def p_value(self, value: float) -> str:
        """Three decimals, or the note that it is smaller still."""
        if value < 0.001:
            return self.below.format(value=self.fixed(0.001, 3, bounded=True))
        return self.fixed(value, 3, bounded=True)

    def percentage(self, value: float, decimals: int) -> str:
        """A percentage with its sign; `value` is in percent."""
        return "" if math.isnan(value) else self.percent.format(value=self.fixed(value, decimals))

    def scientific(self, value: float, decimals: int) -> str:
        """A power of ten, for numbers too small or too large to be written out."""
        if math.isnan(value) or math.isinf(value) or value == 0:
            return self.fixed(value, 0)
        mantissa, exponent = f"{value:.{decimals}e}".split("e")
        return f"{self.fixed(float(mantissa), decimals)} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}"

    def compact(self, value: float) -> str:
        """Up to four significant digits, without trailing zeros: limits, options, tolerances."""
        if math.isnan(value) or math.isinf(value):
            return self.fixed(value, 0)
        if value == round(value) and abs(value) < 1e15:
            return self.fixed(value, 0)
        if abs(value) < 1e-4:
            return self.scientific(value, 0 if float(f"{value:.0e}") == value else 1)
        decimals = max(0, 3 - math.floor(math.log10(abs(value))))
        return self.fixed(value, len(f"{abs(value):.{decimals}f}".rstrip("0").partition(".")[2]))

    def as_printed(self, text: str, *, bounded: bool = False) -> str:
        """A number with all its printed digits and marks, in this style: `-0.105*` as `−.105*`."""
        if bounded and not self.leading_zero:
            text = re.sub(r"(?<![\d.])0\.(?=\d)", ".", text)
        text = re.sub(r"^([<>≤≥]?\s*)[-−]", rf"\g<1>{self.minus}", text).replace(".", self.decimal)
        return self.percent.format(value=text[:-1].strip()) if text.endswith("%") else text

    def range(self, low: float, high: float, decimals: int, *, bounded: bool = False) -> str:
        """An interval from `low` to `high`."""
        return self.interval.format(
            low=self.fixed(low, decimals, bounded=bounded), high=self.fixed(high, decimals, bounded=bounded)
        )


def decimals_of_end(value: float, decimals: int) -> int:
    """The fewest decimals, at least these, with which an end's sign is seen: `-.002`, not `.00`.

    Beyond the seven digits of the stage files there is no sign.
    """
    enough = (more for more in range(decimals, 8) if float(f"{value:.{more}f}") != 0)
    return next(enough, decimals)


Formatter = Callable[[NumberStyle, float], str]


def formatter(name: str) -> Formatter:
    """The formatter of a name used in `contents.yaml`.

    `count`, `p`, `compact`; with decimals: `fixed:3`, `ratio:3` (cannot exceed one), `end:2` (likewise, with
    more where the sign needs them), `percent:1`, `share:1` (a share of one shown in percent), `power:2`.

    Raises
    ------
    ValueError
        for any other name.
    """
    kind, _, digits = name.partition(":")
    decimals = int(digits) if digits else 0
    known: dict[str, Formatter] = {
        "count": NumberStyle.count,
        "p": NumberStyle.p_value,
        "compact": NumberStyle.compact,
        "fixed": lambda style, value: style.fixed(value, decimals),
        "ratio": lambda style, value: style.fixed(value, decimals, bounded=True),
        "end": lambda style, value: style.end(value, decimals),
        "percent": lambda style, value: style.percentage(value, decimals),
        "share": lambda style, value: style.percentage(100 * value, decimals),
        "power": lambda style, value: style.scientific(value, decimals),
    }
    if kind not in known:
        raise ValueError(f"no number format is called {name!r}; known: {', '.join(known)}")
    return known[kind]
