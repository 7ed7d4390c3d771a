"""What `new-wave` says is in the language of the study, to the last counted noun."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from smartcity_survey.check import check_study
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.messages import problem_in, translated
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.study.config import Language
from tests.new_wave.test_waves import WAVES

QUOTED = re.compile(r"`[^`]*`|'[^']*'|“[^”]*”|«[^»]*»|\"[^\"]*\"|\([^()]*[=:/][^()]*\)")
"""Names, values and paths, which are the file's own words."""
LATIN = re.compile(r"[A-Za-z]{3,}")
NAMES = {
    *("KoBoToolbox", "ODK", "LimeSurvey", "Qualtrics", "REDCap", "Google", "Forms", "SurveyMonkey"),
    *("config", "codebook", "yaml", "IRV"),
}
SLIPS = "id,T1,T2,T3,U1,U2,U3,Bus,Tram,city\n" + "".join(
    f"{n},{1 + n % 5},{1 + n * 3 % 5},{1 + n // 3 % 5},{1 + n // 2 % 5},{1 + n * 2 % 5},{1 + n // 5 % 5},"
    f"{n % 2},{n // 2 % 2},{'AB'[n % 2]}\n"
    for n in range(60)
).replace("\n7,3,", "\n7,trois,").replace("\n9,5,", "\n9,99,")
ONE_PREDICTOR = "na_text.csv"


def foreign(lines: Iterable[str], names: set[str]) -> set[str]:
    """Latin words that are neither names nor quoted."""
    return {word for line in lines for word in LATIN.findall(QUOTED.sub("", line))} - NAMES - names


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize("name", ["kobo.xlsx", "qualtrics_num.csv", "stata.dta", ONE_PREDICTOR, "slips.csv"])
def test_no_english_is_left_in_what_is_said(
    name: str, language: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    survey = WAVES / name
    if name == "slips.csv":
        survey = Path(name)
        survey.write_text(SLIPS, encoding="utf-8")
    draft = start_new_wave(Path("study"), survey)
    own = {
        word
        for name in (*draft.codebook["items"], *draft.config["constructs"])
        for word in LATIN.findall(name)
    }
    assert foreign((translated(line, language) for line in (*draft.guesses, *draft.to_do)), own) == set()
    files = {"study", "data", survey.suffix[1:], *LATIN.findall(survey.stem)}
    if name == "slips.csv":
        with pytest.raises(SurveyError) as raised:
            check_study(Path("study"))
        told = [problem_in(problem, language) for problem in raised.value.problems]
        assert foreign(told, own | files) == set()
        return
    checked = check_study(Path("study"))
    left_out = "|".join(re.escape(column) for column in draft.left_out) or "$"
    summary = (
        re.sub(left_out, "", translated(line, language)) for line in (*checked.summary, checked.verdict)
    )
    assert foreign(summary, own | files) == set()
    assert foreign((problem_in(warning, language) for warning in checked.warnings), own | files) == set()


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_places_and_remainders_of_long_lists_are_translated(language: Language) -> None:
    problem = Problem(
        "survey.xlsx, rows 3, 4, 5, ... (79 in all), column visit",
        "'2026-01-02' is neither a number nor an answer the codebook knows (and 27 other dates or times).",
        "Export the survey again.",
    )
    assert foreign([problem_in(problem, language)], {"survey", "xlsx", "visit"}) == set()


def test_a_draft_names_what_the_file_does_not_in_its_language(tmp_path: Path) -> None:
    draft = start_new_wave(tmp_path / "study", WAVES / "linear_ru.csv")
    assert draft.config["title"] == "Новая волна: linear_ru"
    labels = [construct["label"] for construct in draft.codebook["constructs"].values()]
    assert labels == ["Утверждения 1", "Утверждения 2", "Утверждения 3"]
    lines = (tmp_path / "study/codebook.yaml").read_text(encoding="utf-8").splitlines()
    comments = [line.partition("#")[2] for line in lines if "#" in line]
    assert len(comments) > 6
    assert foreign(comments, set()) == set()


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize("rows", ["rows 1 and 2", "rows 1, 2 and 3", "row 2"])
def test_rows_of_names_are_listed_in_the_language(rows: str, language: Language) -> None:
    told = translated(f"The names of the columns stand in {rows}.", language)
    assert foreign([told], set()) == set()
