"""Words of no known scale stand in the order that a file of R or Parquet has of them; else it is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.errors import SurveyError
from tests.data.test_read_r import frame, integers, strings
from tests.new_wave.drafting import drafted

STAGES = ("Seed", "Sprout", "Stem", "Bloom")
"""Words of no scale that anybody knows; by the alphabet they would be in another order."""
SCHOOLING = ("school", "college", "university")
ITEMS = ("grow1", "grow2", "grow3", "grow4")


def codes() -> dict[str, np.ndarray]:
    """Codes from 0 of four items that go together, and of a question about the respondent."""
    rng = np.random.default_rng(7)
    common = rng.normal(size=120)
    own = {
        name: np.clip(np.round(1.5 + common + rng.normal(scale=0.6, size=120)), 0, 3).astype(int)
        for name in ITEMS
    }
    return own | {"education": rng.integers(0, 3, 120)}


def parquet(ordered: bool) -> bytes:
    cells = {
        name: pd.Categorical.from_codes(own, SCHOOLING if name == "education" else STAGES, ordered=ordered)
        for name, own in codes().items()
    }
    return bytes(pd.DataFrame(cells).to_parquet())


def rds(ordered: bool) -> bytes:
    kind = strings("ordered", "factor") if ordered else strings("factor")
    columns = {
        name: integers(
            *(own + 1).tolist(),
            levels=strings(*(SCHOOLING if name == "education" else STAGES)),
            **{"class": kind},
        )
        for name, own in codes().items()
    }
    return frame(**columns)


@pytest.mark.parametrize("write", [parquet, rds])
def test_the_order_of_the_file_is_used_and_told(write: Callable[[bool], bytes], tmp_path: Path) -> None:
    study = drafted(tmp_path, write(True))
    draft, codebook = study.draft, study.codebook
    assert dict(codebook.scale.answers) == dict(enumerate(STAGES, start=1))
    assert codebook.scale.ordered
    assert set(codebook.items) == set(ITEMS)
    assert dict(codebook.demographics["education"].categories or {}) == dict(enumerate(SCHOOLING, start=1))
    told = (
        "The words of 4 columns ('grow1', 'grow2', 'grow3', ...) are in the order that the file has of them, "
    )
    assert f"{told}lowest first: Seed, Sprout, Stem, Bloom." in draft.guesses
    assert not any("Which order?" in line for line in draft.to_do)
    assert study.kept() == 120


@pytest.mark.parametrize("write", [parquet, rds])
def test_without_an_order_it_is_asked(write: Callable[[bool], bytes], tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match=r"hold these words: Bloom, Seed, Sprout, Stem\. Which order\?"):
        drafted(tmp_path, write(False))
    assert "ordered: false" in (tmp_path / "wave/codebook.yaml").read_text(encoding="utf-8")
