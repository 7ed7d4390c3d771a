"""A newer export of the same survey takes the place of the first, which is kept."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.studio.documents import Study
from smartcity_survey.studio.sent import Newer, put_in_place, take_in
from tests.new_wave.tools.tools_of_forms import google_words


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """As the form of `drafted`, with a column more, one less that is not used, a row more, and a new word."""
    head, *rows = csv.reader(io.StringIO(google_words().decode("utf-8-sig")))
    mail = head.index("Email Address")
    rows[0][head.index("What is your gender?")] = "Rather not"
    lines = [[*row[:mail], *row[mail + 1 :], "new"] for row in (*rows, rows[-1])]
    path = tmp_path / "newer" / "form.csv"
    path.parent.mkdir()
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[*head[:mail], *head[mail + 1 :], "Mood"], *lines])
    return path


def written(study: Study) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in study._paths()]


def test_what_differs_is_told_and_nothing_is_changed_yet(drafted, newer):
    before, rows = written(drafted), len([*csv.reader(io.StringIO(google_words().decode("utf-8-sig")))]) - 1
    found = take_in(drafted, "form.csv", newer, "en")
    assert isinstance(found, Newer)
    count, more, gone, words = found.differs
    assert count == f"It has {rows + 1} rows; the one in use has {rows}."
    assert "'Mood'" in more
    assert "'Email Address'" in gone
    assert "'What is your gender?'" in words
    assert "'Rather not'" in words
    assert written(drafted) == before


def test_it_takes_the_place_and_the_first_is_kept(drafted, newer):
    before, first = written(drafted), (drafted.folder / "data" / "form.csv").read_bytes()
    found = take_in(drafted, "form.csv", newer, "en")
    told = put_in_place(drafted, found)
    assert (drafted.folder / drafted.config().data.file).read_bytes() == newer.read_bytes()
    [kept] = [path for path in (drafted.folder / "data").iterdir() if path.name != "form.csv"]
    assert kept.read_bytes() == first
    assert kept.name in told[1]
    assert written(drafted) == before  # codebook, model and options stay, and so does the name
    other = put_in_place(drafted, Newer("October.csv", newer, ()))
    assert drafted.config().data.file == "data/October.csv"
    assert other[1] == "The earlier file is kept: data/form.csv."
    assert written(drafted)[0].replace("October", "form") == before[0]


def test_a_file_without_a_column_that_is_used_is_refused_by_its_name(drafted, newer):
    text = newer.read_text(encoding="utf-8").replace("What is your gender?", "Sex")
    newer.write_text(text, encoding="utf-8")
    before = written(drafted)
    with pytest.raises(
        SurveyError, match=r"form.csv, column What is your gender\?: the file has no such"
    ) as no:
        take_in(drafted, "form.csv", newer, "en")
    assert str(newer.parent) not in str(no.value)
    newer.write_text(newer.read_text(encoding="utf-8").split("\n")[0] + "\n", encoding="utf-8")
    with pytest.raises(SurveyError):
        take_in(drafted, "form.csv", newer, "en")
    assert written(drafted) == before
    assert [path.name for path in (drafted.folder / "data").iterdir()] == ["form.csv"]


def test_the_same_file_is_told_to_be_the_same(drafted):
    found = take_in(drafted, "again.csv", drafted.folder / "data" / "form.csv", "en")
    assert isinstance(found, Newer)
    assert found.differs == ("It is the file that is in use, to the letter.",)
