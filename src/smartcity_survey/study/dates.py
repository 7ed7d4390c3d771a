"""Dates as numbers of days, so that a band of dates is a band like any other, and as people read them."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta

EXAMPLE = "2026-11-28 (year-month-day; with a time, 2026-11-28 14:30)"
"""How a date is to be written, for messages."""
_SECONDS_PER_DAY = 86_400
_ISO = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[ T](?P<minute>(?:[01][0-9]|2[0-3]):[0-9]{2})(?P<second>:[0-9]{2})?(?P<fraction>\.[0-9]+)?)?"
)
_DOTTED = re.compile(
    r"(?P<day>[0-9]{2})\.(?P<month>[0-9]{2})\.(?P<year>[0-9]{4})(?: (?P<time>[0-9]{1,2}:[0-9:.]+))?"
)


class DayNumber(float):
    """A moment as days of the proleptic Gregorian calendar: 1.5 is noon of 1 January of the year 1.

    A microsecond is less than the last bit of such a number: moments are told apart to 10 microseconds.

    Attributes
    ----------
    written : the text it was read from.
    """

    written: str


def day_number(text: str, *, last: bool = False) -> DayNumber | None:
    """The moment that an ISO 8601 text names (2026-11-28, 2026-11-28 14:30, 2026-11-28T14:30:05); else None.

    Parameters
    ----------
    last : the last moment of the day, minute or second that is named, not the first.
    """
    match = _ISO.fullmatch(text)
    if match is None or (match["fraction"] and not match["second"]):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:  # the 30th of February
        return None
    length = 0
    if last and not match["fraction"]:
        length = 1 if match["second"] else 60 if match["minute"] else _SECONDS_PER_DAY
    day = moment.toordinal()
    midnight = datetime(moment.year, moment.month, moment.day)
    seconds = (moment - midnight).total_seconds() + length
    number = day + seconds / _SECONDS_PER_DAY
    if length:
        number = math.nextafter(number, 0)
    # Rounding must not carry the last microseconds of a day into the next.
    result = DayNumber(min(number, math.nextafter(day + 1, 0)))
    result.written = text
    return result


def dotted_number(text: str) -> DayNumber | None:
    """The moment that a text such as 28.11.2026 or 28.11.2026 9:05 names, the day first; else None."""
    match = _DOTTED.fullmatch(text)
    if match is None:
        return None
    time = f" {match['time'].zfill(len(match['time'].partition(':')[2]) + 3)}" if match["time"] else ""
    return day_number(f"{match['year']}-{match['month']}-{match['day']}{time}")


def is_spelt_as_date(text: str) -> bool:
    """Whether a text has the form of one that can be read; a 30th of February has it, too."""
    return bool(_ISO.fullmatch(text) or _DOTTED.fullmatch(text))


def date_text(number: float) -> str:
    """A number of days as ISO 8601 has it, to the second; a date at midnight is a date."""
    day, part = divmod(number, 1)
    seconds = min(int(round(part * _SECONDS_PER_DAY, 3)), _SECONDS_PER_DAY - 1)
    moment = datetime.fromordinal(int(day)) + timedelta(seconds=seconds)
    return moment.isoformat(sep=" ").removesuffix(" 00:00:00")
