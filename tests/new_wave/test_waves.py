"""Files that once were refused: each leads to its three constructs, and the reversed item is asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from smartcity_survey.check import check_study
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.study.codebook import read_codebook

WAVES = Path(__file__).parent / "waves"
THREE = [4, 4, 3]
FILES = {
    "1ka.csv": (THREE, 0, 169),
    "excel_title.xlsx": (THREE, 0, 169),
    "kobo.xlsx": (THREE, 1, 169),
    "lime_codes.csv": (THREE, 1, 152),
    "linear_ru.csv": (THREE, 0, 220),
    "miss5.csv": ([10, 10, 10], 0, 47),
    "na_text.csv": ([4, 4], 0, 191),
    "plain.ods": (THREE, 0, 220),
    "plain.xls": ([4, 4], 0, 191),
    "plain_real.ods": ([4, 4], 0, 191),
    "qualtrics_num.csv": (THREE, 1, 160),
    "redcap.csv": (THREE, 1, 169),
    "seven_en.csv": (THREE, 0, 220),
    "stata.dta": (THREE, 0, 169),
}


def test_every_file_is_tried() -> None:
    assert {path.name for path in WAVES.iterdir()} == {*FILES, "README.md"}


@pytest.mark.parametrize("name", FILES)
def test_a_wave_leads_to_its_constructs(name: str, tmp_path: Path) -> None:
    sizes, n_choices, n_kept = FILES[name]
    folder = tmp_path / "wave"
    start_new_wave(folder, WAVES / name)
    codebook = read_codebook(folder / "codebook.yaml")
    assert [len(codebook.items_of(construct)) for construct in codebook.constructs] == sizes
    assert len(codebook.multiple_choice) == n_choices
    checked = check_study(folder)
    assert f"keep {n_kept}." in checked.summary[2]
    if name != "miss5.csv":
        fourth = list(codebook.items)[3]
        opposed = [w.found for w in checked.warnings if "against" in w.found]
        assert [found.split(" runs against ")[0] for found in opposed] == [fourth]
