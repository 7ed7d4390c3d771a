"""A folder of bounds is of the study's own print and model, and what of it is missing is told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from smartcity_survey.bounds.made_from import write_made_from
from smartcity_survey.check import check_study
from smartcity_survey.data.bounds_tables import END_LAYOUT, WITNESS_LAYOUT
from smartcity_survey.errors import SurveyError
from smartcity_survey.reconstruct.printed_study import read_study
from tests.conftest import REPOSITORY

LOW = "pls,use,trust,print,low,-0.1,0.04,,True,9,7"
HIGH = "pls,use,trust,print,high,0.2,0.04,,True,9,7"
PAPER = """
title: A small paper
n: 40
objects:
  table_1:
    kind: table
    number: 1
    csv: |
      row,mean,sd
      T1,3.15,0.50
    shows: [descriptives]
"""

Write = Callable[..., Path]


@pytest.fixture
def bounded(study: Write, config_content: dict[str, Any]) -> Write:
    """Writes the small study with bounds of these lines; `made_from` as given, else the study's own."""
    config_content["study"] |= {"reconstruction": True, "bounds": "bounds"}
    config_content["data"]["published"] = "published"

    def write(*lines: str, **made_from: str) -> Path:
        folder = study()
        for name in ("bounds", "published"):
            (folder / name).mkdir()
        (folder / "published" / "paper.yaml").write_text(PAPER, encoding="utf-8")
        text = "\n".join([",".join(END_LAYOUT.columns), *lines, ""])
        (folder / "bounds" / "ends.csv").write_text(text, encoding="utf-8")
        own = read_study(folder / "config.yaml").made_from | made_from
        (folder / "bounds" / "made_from.json").write_text(json.dumps(own), encoding="utf-8")
        return folder

    return write


def of_bounds(folder: Path) -> list[str]:
    return [str(warning) for warning in check_study(folder).warnings if "bounds" in warning.place]


def test_bounds_of_the_study_itself_pass_without_a_word(bounded: Write) -> None:
    assert of_bounds(bounded(LOW, HIGH)) == []


def test_an_end_without_its_other_side_is_told(bounded: Write) -> None:
    (told,) = of_bounds(bounded(HIGH))
    assert "ends.csv: `pls use trust print` has no low end, so its set is left out." in told


def test_ends_of_two_starts_are_a_set(bounded: Write) -> None:
    assert of_bounds(bounded(LOW, HIGH, HIGH.replace("0.2", "0.3").replace(",7", ",8"))) == []


def test_of_the_bundled_bounds_nothing_is_told() -> None:
    assert of_bounds(REPOSITORY) == []


@pytest.mark.parametrize("name", ["ends.csv", "witnesses.csv"])
def test_a_table_that_was_edited_is_refused(bounded: Write, name: str) -> None:
    folder = bounded(LOW, HIGH)
    listed = folder / "bounds" / "witnesses.csv"
    listed.write_text(",".join(WITNESS_LAYOUT.columns) + "\n", encoding="utf-8")
    write_made_from(folder / "bounds", read_study(folder / "config.yaml").made_from)
    check_study(folder)
    path = folder / "bounds" / name
    path.write_text(path.read_text(encoding="utf-8").replace("0.2", "9.9") + "\n", encoding="utf-8")
    with pytest.raises(SurveyError, match=rf"{name}: it was changed after it was made"):
        check_study(folder)


def test_ends_of_another_model_are_refused(bounded: Write) -> None:
    foreign = [line.replace("trust", "habit") for line in (LOW, HIGH)]
    with pytest.raises(SurveyError, match=r"ends\.csv: it has `habit -> use`, which is no path.*anew"):
        check_study(bounded(LOW, HIGH, *foreign))


@pytest.mark.parametrize(
    ("what", "found"), [("printed", "from other printed tables"), ("model", "for another model")]
)
def test_outdated_bounds_are_refused(bounded: Write, what: str, found: str) -> None:
    with pytest.raises(SurveyError, match=rf"made_from\.json: the folder was made {found}.*anew"):
        check_study(bounded(LOW, HIGH, **{what: "0"}))


def test_bounds_that_do_not_say_what_they_are_of_are_told(bounded: Write) -> None:
    folder = bounded(LOW, HIGH)
    (folder / "bounds" / "made_from.json").unlink()
    (told,) = of_bounds(folder)
    assert "nobody knows which printed tables" in told


@pytest.mark.parametrize("content", ["{", "[]", '{"tables": 1}'])
def test_damaged_fingerprints_are_refused(bounded: Write, content: str) -> None:
    folder = bounded(LOW, HIGH)
    (folder / "bounds" / "made_from.json").write_text(content, encoding="utf-8")
    with pytest.raises(SurveyError, match=r"made_from\.json: it is damaged"):
        check_study(folder)


@pytest.mark.parametrize(("reading", "most"), [("strict", "1059"), ("claimed", r"2846(\.\d+)?")])
def test_an_end_of_a_worse_fit_than_its_reading_allows_is_refused(
    tmp_path: Path, reading: str, most: str
) -> None:
    """Of the bundled study, whose paper prints a factor model."""
    for name in ("data/codebook.yaml", "data/published", "data/reconstructed", "data/bounds", "config.yaml"):
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        (shutil.copytree if (REPOSITORY / name).is_dir() else shutil.copyfile)(REPOSITORY / name, target)
    path = tmp_path / "data" / "bounds" / "ends.csv"
    ends = pd.read_csv(path, dtype=str, keep_default_na=False)
    place = ends.index[ends["reading"] == reading][3]
    ends.loc[place, "chi2"] = "2900"
    ends.to_csv(path, index=False)
    found = rf"ends\.csv, row {place + 2}, column chi2: `2\D?900`, .* `{reading}` has at most {most}\."
    with pytest.raises(SurveyError, match=found):
        check_study(tmp_path)
