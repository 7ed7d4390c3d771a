"""Objects of R as `saveRDS` and `save` write them: the binary serialization of versions 2 and 3, big-endian.

Source: R Internals, section 1.8, Serialization Formats. Functions and environments are read over; byte code
is refused.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from smartcity_survey.stats.core.types import Array

NA_INTEGER = -(2**31)
_SAVED = (b"RDX2\n", b"RDX3\n")
_NOTHING = {254, 253, 252, 251, 242, 241, 247}
_PAIRS = {2, 3, 5, 6, 17}
_UNPACKED: tuple[tuple[bytes, Callable[[bytes], bytes]], ...] = (
    (b"\x1f\x8b", gzip.decompress),
    (b"BZh", bz2.decompress),
    (b"\xfd7zXZ", lzma.decompress),
)
MOST_NESTED = 200
_FAILURES = (
    *(struct.error, lzma.LZMAError, zlib.error, OSError, EOFError, ArithmeticError, MemoryError),
    *(IndexError, ValueError, TypeError, AttributeError),
)
"""What a damaged file does to the unpacking and to the reading."""


class NotReadable(Exception):
    """What the file holds is no serialization, or one of a kind that no data frame has."""


@dataclass(slots=True)
class Vector:
    """A vector of R: numbers with NaN for NA, texts and truths with None, or a list of vectors."""

    values: Any
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def texts(self, attribute: str) -> list[str]:
        """An attribute that is a vector of texts; none where it is not there."""
        own = self.attributes.get(attribute)
        return [str(text) for text in own.values] if isinstance(own, Vector) else []


def read_objects(content: bytes) -> dict[str, Any]:
    """Name -> object of a file of `save`; of one of `saveRDS`, the object under the name `answers`.

    Raises
    ------
    NotReadable
    """
    try:
        for mark, unpack in _UNPACKED:
            if content.startswith(mark):
                content = unpack(content)
                break
        saved = content.startswith(_SAVED)
        reader = _Reader(content[5:] if saved else content)
        found = reader.whole()
    except _FAILURES as error:
        raise NotReadable(str(error) or type(error).__name__) from None
    if saved:
        return {str(name): value for name, value in found} if isinstance(found, list) else {}
    return {"answers": found}


class _Reader:
    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0
        self.references: list[Any] = []
        self.encoding = "utf-8"
        self.depth = 0

    def whole(self) -> Any:
        if self.content[:2] != b"X\n":
            raise NotReadable(
                "it is written as text or in the machine's own order: saveRDS(x, ascii = FALSE)"
            )
        self.at = 2
        version = self.integer()
        self.integer(), self.integer()
        if version == 3:
            self.encoding = self.raw(self.integer()).decode("ascii")
        elif version != 2:
            raise NotReadable("its version is not known")
        return self.item()

    def raw(self, n: int) -> bytes:
        if n < 0 or self.at + n > len(self.content):
            raise NotReadable("it ends too early")
        self.at += n
        return self.content[self.at - n : self.at]

    def integer(self) -> int:
        return int(struct.unpack(">i", self.raw(4))[0])

    def length(self) -> int:
        n = self.integer()
        return n if n != -1 else (self.integer() << 32) + (self.integer() & 0xFFFFFFFF)

    def item(self) -> Any:
        self.depth += 1
        if self.depth > MOST_NESTED:
            raise NotReadable("it is nested too deeply")
        try:
            return self._item()
        finally:
            self.depth -= 1

    def _item(self) -> Any:
        flags = self.integer()
        kind, has_attributes = flags & 0xFF, bool(flags & 0x200)
        if kind in _NOTHING:
            return None
        if kind == 255:
            return self.references[((flags >> 8) or self.integer()) - 1]
        if kind == 1:
            self.references.append(self.item())
            return self.references[-1]
        if kind == 9:
            return self._text(flags)
        if kind in _PAIRS:
            return self._pairs(flags)
        if kind in (4, 249, 250):
            return self._environment(kind)
        if kind == 238:
            return self._compact()
        vector = Vector(self._values(kind))
        if has_attributes:
            vector.attributes = dict(self.item() or [])
        return vector

    def _text(self, flags: int) -> str | None:
        n = self.integer()
        if n == -1:
            return None
        own = "latin-1" if flags >> 12 & 4 else "utf-8" if flags >> 12 & 8 else self.encoding
        return self.raw(n).decode(own, "replace")

    def _pairs(self, flags: int) -> list[tuple[str | None, Any]]:
        """A list of pairs, as attributes are; its links are followed one by one, for it may be long."""
        pairs: list[tuple[str | None, Any]] = []
        while flags & 0xFF in _PAIRS:
            if flags & 0x200:
                self.item()
            tag = self.item() if flags & 0x400 else None
            pairs.append((tag if isinstance(tag, str) else None, self.item()))
            flags = self.integer()
        if flags & 0xFF not in _NOTHING:  # the body of a function
            self.at -= 4
            self.item()
        return pairs

    def _environment(self, kind: int) -> None:
        position = len(self.references)
        self.references.append(None)
        if kind == 4:
            self.integer()
            for _ in range(4):
                self.item()
        else:
            self.integer()
            for _ in range(self.integer()):
                self.item()
            self.references[position] = None

    def _compact(self) -> Vector:
        """A vector that R keeps in short, as 1:100 by its ends."""
        info, state, attributes = self.item(), self.item(), self.item()
        name = str(info[0][1]) if info else ""
        if name in ("compact_intseq", "compact_realseq"):
            n, start, step = state.values
            vector = Vector(start + step * np.arange(int(n)))
        elif name == "deferred_string":
            numbers = state[0][1].values
            vector = Vector([None if np.isnan(number) else f"{number:.15g}" for number in numbers])
        elif name.startswith("wrap_"):
            whole = state.values[0] if isinstance(state, Vector) else state[0][1]
            vector = Vector(whole.values, whole.attributes)
        else:
            raise NotReadable(f"it holds a vector of the kind {name!r}")
        if attributes:
            vector.attributes = dict(attributes)
        return vector

    def _values(self, kind: int) -> Any:
        if kind == 25:
            return []
        n = self.length() if kind not in (7, 8) else self.integer()
        if kind in (10, 13):
            whole = np.frombuffer(self.raw(4 * n), dtype=">i4")
            values: Array = np.where(whole == NA_INTEGER, np.nan, whole.astype(np.float64))
            truths = [None if np.isnan(one) else bool(one) for one in values]
            return values if kind == 13 else truths
        if kind == 14:
            return np.frombuffer(self.raw(8 * n), dtype=">f8").astype(np.float64)
        if kind in (16, 19, 20):
            return [self.item() for _ in range(n)]
        if kind in (7, 8, 24):
            return self.raw(n)
        if kind == 15:
            return self.raw(16 * n)
        raise NotReadable(f"it holds an object of the kind {kind}")
