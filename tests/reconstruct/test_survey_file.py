from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from smartcity_survey.reconstruct.flaws import RETAINED
from smartcity_survey.reconstruct.survey_file import FILE_LABEL, write_csv, write_sav
from smartcity_survey.study.codebook import Codebook

BOOK = Codebook.model_validate(
    {
        "scale": {"minimum": 1, "maximum": 5, "answers": {1: {"kk": "Мүлде келіспеймін", "en": "No"}}},
        "constructs": {"c": {"score": "total", "label": {"kk": "Ақылды өмір", "en": "Living"}}},
        "items": {"Q1": {"construct": "c", "label": {"kk": "Үйде қолдану", "en": "At home"}}},
        "demographics": {"sex": {"label": {"kk": "Жынысы", "en": "Sex"}, "categories": {1: "Әйел"}}},
    }
)


@pytest.fixture
def survey():
    return pd.DataFrame(
        {
            "respondent": ["R0001", "R0002", "R0003"],
            "sex": [1.0, np.nan, 1.0],
            "Q1": [5.0, 9.0, np.nan],
            RETAINED: [1, 0, 0],
            "total": [4.123456789012345, np.nan, np.nan],
        }
    )


def test_sav_carries_values_labels_and_missing_codes(survey, tmp_path: Path):
    path = tmp_path / "survey.sav"
    write_sav(survey, BOOK, path, "kk")
    frame, meta = pyreadstat.read_sav(path, user_missing=True)
    pd.testing.assert_frame_equal(frame, survey, check_dtype=False, rtol=0, atol=0)
    assert meta.file_label == FILE_LABEL
    assert "NOT" in FILE_LABEL
    assert len(FILE_LABEL.encode()) <= 60
    assert meta.column_names_to_labels["Q1"] == "Үйде қолдану"
    assert meta.variable_value_labels["Q1"][1.0] == "Мүлде келіспеймін"
    assert meta.missing_ranges == {"sex": [{"lo": 99.0, "hi": 99.0}], "Q1": [{"lo": 9.0, "hi": 9.0}]}
    assert meta.variable_measure["Q1"] == "ordinal"
    assert pd.isna(pyreadstat.read_sav(path)[0]["Q1"]).tolist() == [False, True, True]


def test_the_same_survey_gives_the_same_bytes(survey, tmp_path: Path):
    first, second = tmp_path / "first.sav", tmp_path / "second.sav"
    write_sav(survey, BOOK, first)
    write_sav(survey, BOOK, second)
    assert first.read_bytes() == second.read_bytes()
    assert b"28 Nov 2200:00:00" in first.read_bytes()[:128]


def test_csv_has_whole_codes_and_empty_cells(survey, tmp_path: Path):
    path = tmp_path / "survey.csv"
    write_csv(survey.drop(columns="total"), path)
    assert path.read_text(encoding="utf-8") == (
        "respondent,sex,Q1,retained\nR0001,1,5,1\nR0002,,9,0\nR0003,1,,0\n"
    )
