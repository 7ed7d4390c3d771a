"""Numbers as people type them into a form: with a unit behind them, or with spaces between thousands."""

from __future__ import annotations

import re

_TYPED = re.compile(
    r"(?P<number>[-+]?(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?:[.,]\d+)?)\s*(?P<unit>\D*)", re.DOTALL
)
_COMMAS = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?(?![\d,.])")
"""Commas between thousands, where the comma is no decimal mark."""
_UNITS = """
year years yr yrs yo old of age month months mo week weeks day days hour hours hr hrs h minute minutes min
mins people persons children km kg tenge kzt tg usd eur rub $ € ₽ ₸
год года лет полных исполнилось г месяц месяца месяцев мес неделя недели недель день дня дней час часа часов ч
минута минуты минут мин человек человека чел ребенок ребёнок ребенка ребёнка детей км кг тенге тг руб рубль
рубля рублей жас жаста жасқа толық жыл ай апта күн сағат адам бала теңге
"""
_UNIT_WORDS = frozenset(_UNITS.split())


def number_with_unit(text: str, decimal: str = ".") -> tuple[float, str] | None:
    """The number and the unit of `25 лет`, `18 y.o.` or `150 000 тг`; nothing where it is none of these.

    Thousands are no unit, for they would change the number: `150 тыс` is not read. A number alone is read
    elsewhere, unless spaces stand between its thousands: its unit is empty then, and a comma behind them is
    its decimal mark in whatever file, for `150 000,50` can be nothing else. So it is where commas stand
    between thousands, `150,000`, in a file with decimal points.
    """
    text = text.strip()
    commas = _COMMAS.match(text) if decimal == "." else None
    if commas:
        text = commas[0].replace(",", "") + text[commas.end() :]
    found = _TYPED.fullmatch(text)
    if not found:
        return None
    number = re.sub(r"\s", "", found["number"])
    other = "," if decimal == "." else "."
    unit = found["unit"].strip()
    words = unit.casefold().replace(".", "").split()
    spaced = bool(re.search(r"\s", found["number"]))
    if (other in number and not spaced) or (not words and number == found["number"] and not commas):
        return None
    return (float(number.replace(",", ".")), unit) if _UNIT_WORDS.issuperset(words) else None
