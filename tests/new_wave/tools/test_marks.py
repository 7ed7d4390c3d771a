"""Previews, tests, spam and unfinished questionnaires: left out by a rule that is stated, or asked about."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

from smartcity_survey.check import check_study
from smartcity_survey.data.clean import clean_responses
from smartcity_survey.data.read import read_survey
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import read_table, write_table
from smartcity_survey.messages import translated
from smartcity_survey.study.codebook import MARKED, read_codebook
from smartcity_survey.study.config import read_config
from tests.new_wave.answers.answers_of import N
from tests.new_wave.drafting import Drafted, drafted
from tests.new_wave.tools.tools_of_forms import qualtrics
from tests.new_wave.tools.tools_of_research import limesurvey, one_ka, redcap
from tests.new_wave.tools.writers import Cells, book, text


def grid(content: bytes, separator: str = ",") -> Cells:
    return [list(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=separator)]


def put(rows: Cells, column: str, values: dict[int, object]) -> Cells:
    """Rows with other values in some cells of a column."""
    place = rows[0].index(column)
    for row, value in values.items():
        rows[row][place] = value
    return rows


def qualtrics_with_tests(*, words: bool) -> Cells:
    rows = qualtrics(words=words, split=False)
    put(
        rows, "Status", {3: "Survey Preview", 4: "Survey Preview", 5: "Spam"} if words else {3: 1, 4: 1, 5: 8}
    )
    put(rows, "DistributionChannel", {3: "preview", 4: "preview"})
    return put(rows, "Finished", {20: "False", 21: "False"} if words else {20: 0, 21: 0})


FILES = {
    "qualtrics_words": (
        lambda: text(qualtrics_with_tests(words=True)),
        {"Status": ("Survey Preview", "Spam"), "DistributionChannel": ("preview",), "Finished": ("False",)},
        5,
    ),
    "qualtrics_codes": (
        lambda: text(qualtrics_with_tests(words=False)),
        {"Status": (1, 8), "DistributionChannel": ("preview",), "Finished": (0,)},
        5,
    ),
    "qualtrics_xlsx": (
        lambda: book({"Sheet0": qualtrics_with_tests(words=False)}),
        {"Status": (1, 8), "DistributionChannel": ("preview",), "Finished": (0,)},
        5,
    ),
    "limesurvey": (
        lambda: text(put(grid(limesurvey(full=False), ";"), "submitdate", {4: "", 9: ""})),
        {"submitdate": ("",)},
        2,
    ),
    "redcap": (
        lambda: text(put(grid(redcap()), "survey_complete", {5: 0, 6: 1, 7: 0})),
        {"survey_complete": (0,)},
        2,
    ),
}


def marked_in(study: Drafted) -> int:
    found = [line for line in study.checked.summary if "`marked` " in line]
    return int(found[0].split("`marked` ")[1].split(",")[0].split(" ")[0]) if found else 0


@pytest.mark.parametrize("name", FILES)
def test_what_the_tool_marks_is_left_out_by_a_rule_that_is_stated(name: str, tmp_path: Path) -> None:
    make, expected, n = FILES[name]
    ending = "xlsx" if name.endswith("xlsx") else "csv"
    study = drafted(tmp_path, make(), f"survey.{ending}")
    assert {column: tuple(values) for column, values in study.config.data.marked.items()} == expected
    assert study.config.cleaning.rules[0] == "marked"
    assert marked_in(study) == n
    for column in expected:
        (told,) = [line for line in study.draft.guesses if line.startswith(f"Column {column!r} marks ")]
        assert "the cleaning rule `marked` excludes them" in told
        assert "excludes them" not in translated(told, "kk")


def test_a_file_without_marks_has_no_such_rule(tmp_path: Path) -> None:
    for content in (limesurvey(full=False), redcap(), one_ka(), text(qualtrics(words=True, split=False))):
        folder = tmp_path / f"f{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        study = drafted(folder, content)
        assert not study.config.data.marked
        assert "marked" not in study.config.cleaning.rules


def test_a_preview_is_known_where_nothing_else_tells_the_tool(tmp_path: Path) -> None:
    rows = qualtrics_with_tests(words=True)
    kept = [rows[0].index(name) for name in rows[0] if name == "Status" or name.startswith("Q")]
    study = drafted(tmp_path, text([[row[place] for place in kept] for row in rows]))
    assert study.config.data.marked == {"Status": ("Survey Preview", "Spam")}
    assert marked_in(study) == 3


def test_a_mark_of_most_rows_is_asked_about_and_nobody_is_left_out(tmp_path: Path) -> None:
    rows = put(grid(redcap()), "survey_complete", dict.fromkeys(range(1, N), 0))
    study = drafted(tmp_path, text(rows))
    assert not study.config.data.marked
    (asked,) = [line for line in study.draft.to_do if "So many are kept until you say" in line]
    assert f"marks {N - 1} of {N} rows as not finished" in asked
    assert "`marked: {survey_complete: ['0']}` under `data`" in asked
    assert "So many" not in translated(asked, "ru")


def test_who_is_left_out_is_on_record_and_the_rest_is_as_without_them(tmp_path: Path) -> None:
    drafted(tmp_path, text(qualtrics_with_tests(words=True)))
    config, codebook = (
        read_config(tmp_path / "wave/config.yaml"),
        read_codebook(tmp_path / "wave/codebook.yaml"),
    )
    responses = read_survey(tmp_path / "wave" / config.data.file, codebook, config.data)
    # As the steps of a run hand them on: by a file, in which an empty cell is a gap.
    write_table(responses.answers, tmp_path / "responses.csv")
    for answers in (responses.answers, read_table(tmp_path / "responses.csv")):
        cleaned = clean_responses(answers, codebook, config.cleaning)
        lost = cleaned.exclusions[cleaned.exclusions["rule"] == "marked"]
        assert lost["row"].tolist() == [1, 2, 3, 18, 19]
        assert lost["detail"].tolist() == [
            *["Status = Survey Preview"] * 2,
            "Status = Spam",
            *["Finished = False"] * 2,
        ]
        assert MARKED not in cleaned.answers
        unmarked = responses.answers.drop(index=[0, 1, 2, 17, 18]).drop(columns=MARKED)
        others = clean_responses(unmarked, codebook, config.cleaning)
        pd.testing.assert_frame_equal(
            cleaned.answers[list(codebook.items)], others.answers[list(codebook.items)]
        )


def test_marks_and_their_rule_go_together(tmp_path: Path) -> None:
    drafted(tmp_path, text(qualtrics_with_tests(words=True)))
    config = tmp_path / "wave/config.yaml"
    whole = config.read_text(encoding="utf-8")
    config.write_text(whole.replace("    - marked\n", ""), encoding="utf-8")
    with pytest.raises(SurveyError, match="`marked` under data says which rows are no answers"):
        check_study(tmp_path / "wave")
    config.write_text(whole.replace("Finished: ['False']", "Finishd: ['False']"), encoding="utf-8")
    with pytest.raises(SurveyError, match="column Finishd: the file has no such column"):
        check_study(tmp_path / "wave")


def test_forms_that_nobody_verified_are_kept_and_told(tmp_path: Path) -> None:
    """REDCap: 0 incomplete, 1 unverified, 2 complete."""
    rows = put(grid(redcap()), "survey_complete", {5: 0, 6: 1, 7: 1})
    study = drafted(tmp_path, text(rows))
    assert study.config.data.marked == {"survey_complete": (0,)}
    (asked,) = [line for line in study.draft.to_do if "not verified" in line]
    assert f"marks 2 of {N} rows" in asked
    assert "`marked: {survey_complete: ['0', '1']}` under `data`" in asked
    assert "not verified" not in translated(asked, "kk")
