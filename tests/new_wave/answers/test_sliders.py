"""Sliders from 0 to 100 are items; ages and other numbers about the respondent are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from smartcity_survey.data.read import read_survey
from tests.new_wave.answers.answers_of import BLOCKS, ITEMS, SENTENCES, N
from tests.new_wave.drafting import SIZES, WHOLE, drafted
from tests.new_wave.tools.writers import rows_of


def test_sliders_are_items_and_ages_are_bands(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    answers = {
        item: np.clip(22 * (WHOLE.codes[item] - 1) + rng.integers(-9, 20, N), 0, 100) for item in ITEMS
    }
    cells = dict(zip(SENTENCES["en"], (answers[item].tolist() for item in ITEMS), strict=True))
    study = drafted(tmp_path, rows_of({**cells, "How old are you?": WHOLE.age.tolist()}))
    assert study.sizes() == SIZES == [len(items) for items in BLOCKS.values()]
    assert study.kept() == N
    assert (study.codebook.scale.minimum, study.codebook.scale.maximum) == (0, 100)
    assert study.codebook.scale.continuous
    assert len(study.codebook.demographics) == 1
    read = read_survey(tmp_path / "wave" / study.config.data.file, study.codebook, study.config.data).answers
    for name, item in zip(study.codebook.items, ITEMS, strict=True):
        np.testing.assert_array_equal(read[name], answers[item])
