"""Places where long words of a heading may break: browsers know no Kazakh hyphenation, and few Russian."""

from __future__ import annotations

import re
from itertools import pairwise

SOFT_HYPHEN = "\u00ad"
LONG = 9
"""Letters from which a word may break."""

_VOWELS = "аеёиоуыэюяәіөүұ"
_CONSONANTS = "бвгджзйклмнпрстфхцчшщғқңһ"
_WORD = re.compile(rf"[{_VOWELS}{_CONSONANTS}ьъ]{{{LONG},}}", re.IGNORECASE)
_SYLLABLE = re.compile(rf"(?<=[{_VOWELS}{_CONSONANTS}ьъ])(?=[{_CONSONANTS}][{_VOWELS}])", re.IGNORECASE)


def breakable(text: str) -> str:
    """A heading with soft hyphens between the syllables of its long words, three letters from their ends."""

    def broken(match: re.Match[str]) -> str:
        word = match[0]
        places = [place.start() for place in _SYLLABLE.finditer(word) if 3 <= place.start() <= len(word) - 3]
        ends = [0, *places, len(word)]
        return SOFT_HYPHEN.join(word[a:b] for a, b in pairwise(ends))

    return _WORD.sub(broken, text)
