"""The encoding of text that names none: by how well its words look in each."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from smartcity_survey.data.read.csv_file import broken_lines, foreign_lines, marked_encoding

CANDIDATES = ("cp1251", "mac_cyrillic", "koi8-r", "cp866", "kz1048", "cp1252", "mac_roman", "cp1250")
"""Encodings of one byte a letter that programs of the region write, the likelier first."""
BYTES_LOOKED_AT = 2**20
BYTES_DECODED = 2**17
"""Of the lines with letters beyond ASCII, what the encodings are tried on."""
_PUNCTUATION = "«»„“”‘’–—…№°•€£©®½¼¾ \u00a0"
_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_COMMON = "оеаинтсрвлыі"
_KAZAKH = "әғқңөұүһі"
_WORDS = re.compile(r"[^\W\d_]+")
_LATIN = set("abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿœßšžčćđ")


def detect_encoding(path: Path) -> str | None:
    """The encoding of a text file; nothing where most lines are UTF-8, or its first bytes name it."""
    if marked_encoding(path) != "utf-8":
        return None
    with path.open("rb") as file:
        start = file.read(BYTES_LOOKED_AT)
    if b"\0" in start[:4096]:
        # Latin letters and digits, which every header has, carry their zero byte first or second.
        return "utf-16-be" if start[:4096:2].count(0) > start[1:4096:2].count(0) else "utf-16-le"
    if _is_utf8(path) or broken_lines(path) or foreign_lines(path):
        return None
    told = b"\n".join(line for line in path.read_bytes().splitlines() if not line.isascii())[:BYTES_DECODED]
    return max(CANDIDATES, key=lambda encoding: likeness(told.decode(encoding, "replace")))


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while part := file.read(BYTES_LOOKED_AT):
                decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def likeness(text: str) -> float:
    """How much the letters beyond ASCII look like words: of one script, small after the first letter.

    Every word counts once: else what stands in each row, as a letter for the gender, outweighs the header.
    """
    points = 0.0
    for character in "".join(dict.fromkeys(text.split())):
        if ord(character) > 127 and not character.isalpha():
            points += 0.5 if character in _PUNCTUATION else -3
    for word in dict.fromkeys(_WORDS.findall(text)):
        if word.isascii():
            continue
        small = word.lower()
        known = sum(letter in _CYRILLIC for letter in small) + 0.9 * sum(
            letter in _KAZAKH for letter in small
        )
        latin = sum(letter in _LATIN for letter in small)
        beyond = sum(not letter.isascii() for letter in word)
        if known and latin:
            points -= 2 * beyond
        else:
            points += beyond if known >= 0.9 * len(word) or latin == len(word) else -2 * beyond
        # Of two encodings that turn the cases round, the one with the letters that words are made of.
        points += 0.3 * sum(letter in _COMMON for letter in small)
        # A capital in the middle of a word that is not all capitals.
        points -= 0 if word.isupper() else 3 * sum(letter.isupper() for letter in word[1:])
    return points
