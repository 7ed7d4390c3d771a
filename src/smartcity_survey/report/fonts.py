"""The figures' typeface: DejaVu Sans as matplotlib brings it, whatever else is installed.

It is free (Bitstream Vera licence, text beside the font files) and has every Kazakh letter. It is found by
path and known by a name of our own, so that another version on the system cannot take its place.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import matplotlib
from matplotlib.font_manager import FontEntry, fontManager
from matplotlib.ft2font import FT2Font

FAMILY = "Survey Sans"
_FILES = {400: "DejaVuSans.ttf", 700: "DejaVuSans-Bold.ttf"}


def font_file(weight: int = 400) -> Path:
    """The font file of a weight, 400 or 700."""
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / _FILES[weight]


@cache
def register_fonts() -> None:
    """Make the typeface known to matplotlib as `Survey Sans`; later calls do nothing."""
    fontManager.ttflist.extend(
        FontEntry(fname=str(font_file(weight)), name=FAMILY, weight=weight, size="scalable")
        for weight in _FILES
    )


@cache
def _characters(weight: int) -> frozenset[int]:
    return frozenset(FT2Font(str(font_file(weight))).get_charmap())


def missing_glyphs(text: str) -> set[str]:
    """Characters of a text that one of the weights cannot show."""
    printable = {character for character in text if character not in "\n\t"}
    return {c for c in printable if any(ord(c) not in _characters(weight) for weight in _FILES)}
