"""A file drafted and checked, for tests of what a student meets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smartcity_survey.check import Checked, check_study
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.new_wave.draft import Draft
from smartcity_survey.study.codebook import Codebook, read_codebook
from smartcity_survey.study.config import Config, read_config
from tests.new_wave.answers.answers_of import BLOCKS, ITEMS, answers
from tests.new_wave.tools.writers import Cells, codes, rows_of, text


@dataclass(frozen=True)
class Drafted:
    draft: Draft
    config: Config
    codebook: Codebook
    checked: Checked

    def kept(self) -> int:
        return int(self.checked.summary[2].split("keep ")[1].split(".")[0])

    def sizes(self) -> list[int]:
        return [len(self.codebook.items_of(name)) for name in self.codebook.constructs]


WHOLE = answers(gaps=0)
"""Answers without a gap, so that nobody is excluded but for what a test puts in."""
SIZES = [len(items) for items in BLOCKS.values()]


def file_of(further: dict[str, Sequence[object]], items: dict[str, Sequence[object]] | None = None) -> Cells:
    """Eleven items and some further columns."""
    own = items or {item: codes(WHOLE, item) for item in ITEMS}
    return rows_of({**own, **further})


def drafted(folder: Path, content: bytes | Cells, name: str = "survey.csv") -> Drafted:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else text(content))
    draft = start_new_wave(folder / "wave", path)
    wave = folder / "wave"
    config, codebook = read_config(wave / "config.yaml"), read_codebook(wave / "codebook.yaml")
    return Drafted(draft, config, codebook, check_study(wave))
