"""One wording in several spellings: case, blanks, quotation marks, letters that look alike."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CYRILLIC = "аеорсухіәАЕОРСУХІӘВКМНТ"
_LATIN = "aeopcyxiəAEOPCYXIƏBKMHT"
"""Letters that look like the Cyrillic ones in their places."""
_TO_LATIN = str.maketrans(_CYRILLIC, _LATIN)
_TO_CYRILLIC = str.maketrans(_LATIN, _CYRILLIC)
_SMALL_ALIKE = {letter for letter in _CYRILLIC + _LATIN if letter.islower()}
_ALIKE = {*_CYRILLIC, *_LATIN}
_WORD = re.compile(r"[^\W\d_]+")
_UNSEEN = str.maketrans("", "", "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that steer a machine, or that XML cannot hold: no page, figure or document shows them."""
_QUOTED = re.compile(r"([\"'«“„‘`]+)(?P<inner>[^\"«»“”„]*[^\"'«»“”„’`])([\"'»”“’`]+)")


def printable(text: str) -> str:
    """A text with blanks in place of control characters, as forms in SPSS and Excel leave them in labels."""
    return " ".join(_CONTROL.sub(" ", text).split()) if _CONTROL.search(text) else text


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """A wording without what people do not see, or do not mean, when they compare two.

    Case, kinds and number of blanks, control characters, letters composed of two characters, quotation marks
    around the whole, and single letters of the other script that look the same: a Cyrillic `е` in `Agrеe`. A
    word whose letters are all of that kind is taken for one of the script that the rest of the wording is in.
    """
    text = printable(text)
    if not text.isascii():
        text = _one_script(unicodedata.normalize("NFC", text).translate(_UNSEEN)).replace("’", "'")
    text = " ".join(text.split())
    quoted = _QUOTED.fullmatch(text)
    return (quoted["inner"].strip() if quoted else text).casefold()


def unlike(name: str, other: str) -> str:
    """What makes two of two names that look the same, in words; nothing where they do not look so.

    Letters of the other script, which are those of `other`; accented letters of two characters, in one of
    them; characters that nobody sees.
    """
    if name == other or _look(name) != _look(other):
        return ""
    one, two = (unicodedata.normalize("NFC", text).translate(_UNSEEN) for text in (name, other))
    strays = tuple(dict.fromkeys(b for a, b in zip(one, two, strict=True) if a != b))
    if strays:
        kind = "Cyrillic" if _of(strays[0]) == "CYRILLIC" else "Latin"
        return f"{kind} letters: {', '.join(strays)}"
    if unicodedata.is_normalized("NFC", name) != unicodedata.is_normalized("NFC", other):
        return "accented letters of another make"
    return "characters that nobody sees"


def _look(text: str) -> str:
    """How a name looks, whatever characters it is made of."""
    return unicodedata.normalize("NFC", text).translate(_UNSEEN).translate(_TO_LATIN)


def _one_script(text: str) -> str:
    """The text with letters that stray from the other script put into that of their word."""
    script = _script(text)
    return _WORD.sub(lambda word: _in_script(word[0], _script(word[0]) or script), text)


def _in_script(word: str, script: str) -> str:
    if script:
        return word.translate(_TO_CYRILLIC if script == "CYRILLIC" else _TO_LATIN)
    if len({_of(letter) for letter in word}) > 1:
        # Of a word that might be either, the script of the questionnaire's languages.
        return word.translate(_TO_CYRILLIC)
    small = word.casefold()
    return small.translate(_TO_LATIN) if _SMALL_ALIKE.issuperset(small) else word


def _script(text: str) -> str:
    """The script of most letters that exist in one script alone; nothing where there are none."""
    told = [_of(letter) for letter in text if letter.isalpha() and letter not in _ALIKE]
    return max(("CYRILLIC", "LATIN"), key=told.count) if {"CYRILLIC", "LATIN"} & {*told} else ""


def _of(letter: str) -> str:
    """`CYRILLIC`, `LATIN` or the name of another script."""
    return unicodedata.name(letter, "").split(" ")[0]
