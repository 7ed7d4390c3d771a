"""The inputs of the fuzzer, and what it found, are read or told by every run of the tests."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest

from tests.fuzzing.seeds import seeds
from tests.fuzzing.targets import CORPUS, TARGETS, tried

INPUTS = sorted((path.parent.name, path.name) for path in CORPUS.glob("*/*"))


def test_every_target_has_an_input_and_every_input_a_target() -> None:
    assert {target for target, _ in INPUTS} == set(TARGETS)
    assert sum(path.stat().st_size for path in CORPUS.glob("*/*")) < 200_000


@pytest.mark.parametrize(("target", "name"), INPUTS)
def test_an_input_is_read_or_told(target: str, name: str) -> None:
    tried(target, (CORPUS / target / name).read_bytes())


def sections(sav: bytes) -> Iterator[int]:
    """Where a record of an SPSS file begins: the header, then variables, labels and extensions, the data."""
    at = 176
    yield at
    while True:
        (kind,) = struct.unpack_from("<i", sav, at)
        if kind == 2:
            _, labelled, missing, *_ = struct.unpack_from("<5i", sav, at + 4)
            at += 32
            if labelled:
                (length,) = struct.unpack_from("<i", sav, at)
                at += 4 + -(-length // 4) * 4
            at += 8 * abs(missing)
        elif kind == 3:
            (n,) = struct.unpack_from("<i", sav, at + 4)
            at += 8
            for _ in range(n):
                at += 8 + (sav[at + 8] + 8) // 8 * 8
        elif kind == 4:
            (n,) = struct.unpack_from("<i", sav, at + 4)
            at += 8 + 4 * n
        elif kind == 7:
            size, n = struct.unpack_from("<2i", sav, at + 8)
            at += 16 + size * n
        else:
            assert kind == 999
            yield at + 8
            return
        yield at


def test_an_spss_file_cut_at_any_section_is_told() -> None:
    """At each boundary, and a byte before and after it."""
    whole = seeds()["sav"]
    ends = [0, 4, *sections(whole)]
    assert len(ends) > 8
    for end in ends:
        for cut in {max(0, end - 1), end, end + 1} - {len(whole)}:
            tried("sav", whole[:cut])
