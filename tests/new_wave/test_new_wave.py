"""A drafted study passes the check; what was guessed is said, and nothing is guessed that cannot be."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import yaml

from smartcity_survey import cli
from smartcity_survey.check import check_study
from smartcity_survey.errors import SurveyError
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.new_wave.columns import Column
from smartcity_survey.new_wave.guesses import bands
from smartcity_survey.study.codebook import Codebook, read_codebook
from smartcity_survey.study.config import Config, read_config
from tests.conftest import REPOSITORY

KAZAKH = ["Мүлде келіспеймін", "Келіспеймін", "Айта алмаймын", "Келісемін", "Толық келісемін"]
RUSSIAN = ["Совсем не согласен", "Не согласен", "Затрудняюсь ответить", "Согласен", "Полностью согласен"]


def drafted(folder: Path) -> tuple[Config, Codebook]:
    config = read_config(folder / "config.yaml")
    return config, read_codebook(folder / config.data.codebook)


def write(frame: pd.DataFrame, path: Path) -> Path:
    {".csv": frame.to_csv, ".xlsx": frame.to_excel}[path.suffix](path, index=False)
    return path


def form(wordings: list[str], n: int = 80) -> pd.DataFrame:
    """An exported form: headers are questions, answers are words, with a time stamp and free text."""
    rng = np.random.default_rng(2)
    columns: dict[str, object] = {"Отметка времени": [f"2024/05/01 10:{i:02d}" for i in range(n)]}
    for block in ("Ақылды экономика", "Ақылды басқару"):
        common = rng.normal(size=n)
        for statement in ("ыңғайлы", "қолжетімді", "сенімді"):
            codes = np.clip(np.round(3 + common + rng.normal(scale=0.6, size=n)), 1, 5).astype(int)
            columns[f"{block} [{statement}]"] = [wordings[code - 1] for code in codes]
    columns["Жынысыңыз?"] = rng.choice(["Әйел", "Ер"], n)
    columns["Жасыңыз"] = rng.integers(18, 70, n)
    columns["E-mail"] = [f"a{i}@b.kz" for i in range(n)]
    return pd.DataFrame(columns)


def test_the_reconstructed_sav_drafts_a_study_that_keeps_the_usable_rows(tmp_path: Path) -> None:
    survey = REPOSITORY / "data/reconstructed/survey_reconstructed.sav"
    draft = start_new_wave(tmp_path / "wave", survey)
    config, codebook = drafted(tmp_path / "wave")
    assert config.scores.method == "mean"
    assert "  method: mean\n" in (tmp_path / "wave/config.yaml").read_text(encoding="utf-8")
    bundled = read_codebook(REPOSITORY / "data/codebook.yaml")
    assert list(codebook.items) == list(bundled.items)
    assert (codebook.scale.minimum, codebook.scale.maximum) == (1, 5)
    assert list(codebook.scale.answers.values()) == KAZAKH
    assert set(bundled.demographics) <= set(codebook.demographics)
    assert codebook.demographics["city"].categories == {1: "Түркістан", 2: "Алматы", 3: "Басқа"}
    assert (config.data.respondent, config.study.language) == ("respondent", "kk")
    assert "keep 676." in check_study(tmp_path / "wave").summary[2]
    assert "Column 'respondent' identifies the respondents: 27 rows repeat another." in draft.guesses
    assert any("the code 55 stands in" in line for line in draft.to_do)
    assert (tmp_path / "wave/data/survey_reconstructed.sav").read_bytes() == survey.read_bytes()


@pytest.mark.parametrize(
    "wordings", [KAZAKH, RUSSIAN, [f"{k} - {w}" for k, w in enumerate(RUSSIAN, start=1)]]
)
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_an_exported_form_gets_short_names_and_codes_for_its_words(
    tmp_path: Path, wordings: list[str], ending: str
) -> None:
    start_new_wave(tmp_path / "wave", write(form(wordings), tmp_path / f"form{ending}"))
    config, codebook = drafted(tmp_path / "wave")
    assert list(codebook.items) == ["C1_1", "C1_2", "C1_3", "C2_1", "C2_2", "C2_3"]
    assert codebook.items["C2_1"].column == "Ақылды басқару [ыңғайлы]"
    assert codebook.items["C2_1"].label == "ыңғайлы"
    assert codebook.constructs["c2"].label == "Ақылды басқару"
    assert codebook.scale.answers == dict(enumerate(wordings, start=1))
    assert config.data.respondent is None
    assert config.study.language == "kk"
    assert check_study(tmp_path / "wave").warnings == ()


def test_addresses_are_left_out_and_said_to_be_personal(tmp_path: Path) -> None:
    draft = start_new_wave(tmp_path / "wave", write(form(KAZAKH), tmp_path / "form.csv"))
    assert "Column 'E-mail' is left out: addresses; delete the column from the file." in draft.guesses
    _, codebook = drafted(tmp_path / "wave")
    assert "E-mail" not in codebook.columns().values()


def test_words_of_an_order_nobody_knows_get_no_codes(tmp_path: Path, survey: pd.DataFrame) -> None:
    frame = survey.replace({item: {1: "blue", 2: "red", 3: "green"} for item in ("T1", "T2", "T3")})
    start_new_wave(tmp_path / "wave", write(frame, tmp_path / "survey.csv"))
    _, codebook = drafted(tmp_path / "wave")
    assert list(codebook.constructs) == ["u"]


@pytest.mark.parametrize(
    ("encoding", "options", "expected"),
    [
        ("utf-8", {}, {}),
        ("utf-8-sig", {"sep": ";"}, {}),
        ("utf-16", {"sep": "\t"}, {}),
        ("utf-16-le", {}, {"encoding": "utf-16-le"}),
        ("utf-16-be", {}, {"encoding": "utf-16-be"}),
        ("cp1251", {}, {"encoding": "cp1251"}),
        ("utf-8", {"sep": ";", "decimal": ","}, {"decimal": ","}),
    ],
)
def test_how_a_csv_is_written_is_guessed_and_said(
    tmp_path: Path, survey: pd.DataFrame, encoding: str, options: dict[str, str], expected: dict[str, str]
) -> None:
    frame = survey.assign(Город=np.where(survey["city"] == 1, "Алматы", "Шымкент"), height=1.5)
    path = tmp_path / "survey.csv"
    path.write_bytes(frame.to_csv(index=False, **options).encode(encoding))
    draft = start_new_wave(tmp_path / "wave", path)
    config, codebook = drafted(tmp_path / "wave")
    assert {key: getattr(config.data, key) for key in expected} == expected
    assert all(any(f"`{value}`" in line for line in draft.guesses) for value in expected.values())
    assert codebook.demographics["d2"].categories == {1: "Алматы", 2: "Шымкент"}
    assert "keep 40." in check_study(tmp_path / "wave").summary[2]


def test_labels_and_missing_values_of_a_sav_are_used(tmp_path: Path, survey: pd.DataFrame) -> None:
    survey.loc[[3, 4], ["T1", "U2"]] = 9
    path = tmp_path / "survey.sav"
    answers = {1: "no", 5: "yes", 9: "no answer"}
    pyreadstat.write_sav(
        survey,
        path,
        column_labels={"T1": "I trust the city"},
        variable_value_labels=dict.fromkeys(("T1", "T2", "T3", "U1", "U2", "U3"), answers),
        missing_ranges={item: [9] for item in ("T1", "U2")},
    )
    draft = start_new_wave(tmp_path / "wave", path)
    _, codebook = drafted(tmp_path / "wave")
    assert codebook.items["T1"].label == "I trust the city"
    assert codebook.scale.answers == {1: "no", 5: "yes"}
    assert codebook.scale.maximum == 5
    assert not any("code 9" in line for line in draft.to_do)
    assert "keep 38." in check_study(tmp_path / "wave").summary[2]


def test_a_code_beside_the_scale_is_left_to_a_person(tmp_path: Path, survey: pd.DataFrame) -> None:
    survey.loc[[3, 4], "T1"] = 99
    draft = start_new_wave(tmp_path / "wave", write(survey, tmp_path / "survey.csv"))
    config, codebook = drafted(tmp_path / "wave")
    assert codebook.scale.maximum == 5
    assert config.data.missing_codes == ()
    assert any(line.startswith("config.yaml: the code 99 stands in 2 cells") for line in draft.to_do)


def test_a_yes_no_question_among_numbered_ones_is_about_the_respondent(
    tmp_path: Path, survey: pd.DataFrame
) -> None:
    frame = survey.rename(columns={"city": "T4"})
    start_new_wave(tmp_path / "wave", write(frame, tmp_path / "survey.csv"))
    _, codebook = drafted(tmp_path / "wave")
    assert codebook.items_of("t") == ("T1", "T2", "T3")
    assert list(codebook.demographics) == ["T4"]


def test_names_that_yaml_reads_as_something_else_are_kept(tmp_path: Path, survey: pd.DataFrame) -> None:
    frame = survey.rename(columns={"T1": "No1", "T2": "No2", "T3": "No3", "city": "yes"})
    start_new_wave(tmp_path / "wave", write(frame, tmp_path / "survey.csv"))
    _, codebook = drafted(tmp_path / "wave")
    assert list(codebook.constructs) == ["no", "u"]
    assert list(codebook.demographics) == ["yes"]


@pytest.mark.parametrize(
    ("lowest", "highest", "expected"),
    [
        (18, 69, ((18, 19), (20, 39), (40, 59), (60, 69))),
        (19, 69, ((19, 39), (40, 59), (60, 69))),
        (18, 60, ((18, 19), (20, 29), (30, 39), (40, 49), (50, 60))),
        (0, 4, ((0, 0), (1, 1), (2, 2), (3, 3), (4, 4))),
        (-3, 1200, ((-3, -1), (0, 499), (500, 999), (1000, 1200))),
    ],
)
def test_bands_hold_every_number_once(lowest: int, highest: int, expected: object) -> None:
    counts = {float(lowest): 1, float(highest): 1}
    column = Column("age", "age", 2, counts, {}, {}, codes_in_words=False, repeats=None, is_plain=True)
    assert bands(column) == expected


def test_a_survey_inside_the_folder_is_not_copied(tmp_path: Path, survey: pd.DataFrame) -> None:
    start_new_wave(tmp_path, write(survey, tmp_path / "survey.csv"))
    config, _ = drafted(tmp_path)
    assert config.data.file == "survey.csv"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("codebook.yaml", "config.schema.json", "config.yaml", "survey.csv")
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"T1,T2,T3\n", "a header but no row of answers"),
        (b"%PDF-1.7 and more", "it is a PDF"),
    ],
)
def test_a_file_that_drafts_nothing_leaves_nothing_behind(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes(content)
    with pytest.raises(SurveyError, match=message):
        start_new_wave(tmp_path / "wave", path)
    assert not (tmp_path / "wave").exists()


@pytest.mark.parametrize(
    ("content", "to_do", "then"),
    [
        (b"id,a,b\n1,x,2\n", "no column looks like an item", "there are no items"),
        (b"name\nx\ny\n", "it has one column, 'name'", "there are no items"),
        (b"1,2,3\n" * 9, "is the row of names missing?", "there are no items"),
        (b"T1,T2,T3\n1,2,3\n3\n2,3,1\n", "line 3: 1 cell, but the header has 3", "line 3: 1 cell"),
        (
            b"T1,T2\n1,2\n2,ab\n" + b"3,4\n1,5\n2,2\n" * 10,
            "column 'T2', row 3: 'ab' (1 cell)",
            "row 3, column T2: 'ab' is",
        ),
    ],
)
def test_what_is_not_understood_is_marked_in_the_files_and_listed(
    tmp_path: Path, content: bytes, to_do: str, then: str
) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes(content)
    draft = start_new_wave(tmp_path / "wave", path)
    assert any(to_do in line for line in draft.to_do)
    assert to_do in (tmp_path / "wave/codebook.yaml").read_text(encoding="utf-8")
    with pytest.raises(SurveyError, match=re.escape(then)):
        check_study(tmp_path / "wave")


def test_a_line_that_is_no_row_can_be_left_out(tmp_path: Path, survey: pd.DataFrame) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(
        "\n".join(
            [
                *survey.to_csv(index=False).splitlines()[:10],
                "3",
                *survey.to_csv(index=False).splitlines()[10:],
            ]
        )
    )
    draft = start_new_wave(tmp_path / "wave", path)
    assert any("add 11 to `data.skip_rows`" in line for line in draft.to_do)
    config = tmp_path / "wave/config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace("  codebook: codebook.yaml\n", "  codebook: codebook.yaml\n  skip_rows: [11]\n"),
        encoding="utf-8",
    )
    assert "keep 40." in check_study(tmp_path / "wave").summary[2]


def test_columns_of_one_name_are_told_apart(tmp_path: Path, survey: pd.DataFrame) -> None:
    frame = survey.rename(columns={"U1": "T1"})
    start_new_wave(tmp_path / "wave", write(frame, tmp_path / "survey.csv"))
    _, codebook = drafted(tmp_path / "wave")
    assert {"T1 (1)", "T1 (2)"} <= set(codebook.columns().values())
    assert "keep 40." in check_study(tmp_path / "wave").summary[2]


def test_words_of_an_unknown_order_are_asked_about(tmp_path: Path, survey: pd.DataFrame) -> None:
    words = {1: "bronze", 2: "silver", 3: "gold", 4: "titan", 5: "platinum"}
    frame = survey.replace(dict.fromkeys(("T1", "T2", "T3"), words))
    draft = start_new_wave(tmp_path / "wave", write(frame, tmp_path / "survey.csv"))
    assert any(
        "hold these 5 words: bronze, gold, platinum, silver, titan. Which order?" in line
        for line in draft.to_do
    )
    with pytest.raises(SurveyError, match=r"hold these words: bronze, .* Which order\?"):
        check_study(tmp_path / "wave")
    path = tmp_path / "wave/codebook.yaml"
    text = path.read_text(encoding="utf-8").replace("ordered: false, ", "")
    text = text.replace(
        "  ordered: false  # put the answers in order, lowest first; then take this line out\n", ""
    )
    path.write_text(text, encoding="utf-8")
    assert "keep 40." in check_study(tmp_path / "wave").summary[2]


def test_a_study_is_never_overwritten(tmp_path: Path, survey: pd.DataFrame) -> None:
    path = write(survey, tmp_path / "survey.csv")
    start_new_wave(tmp_path / "wave", path)
    with pytest.raises(SurveyError, match="it exists already"):
        start_new_wave(tmp_path / "wave", path)
    with pytest.raises(SurveyError, match="it is a file"):
        start_new_wave(path, path)


def test_the_command_says_what_it_guessed_and_what_is_left(
    tmp_path: Path, survey: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(survey, tmp_path / "survey.csv")
    folder = tmp_path / "жаңа толқын"
    monkeypatch.setattr("sys.argv", ["smartcity-survey", "new-wave", str(folder), "--from", str(path)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Guessed:"
    assert "To fill in or decide:" in said
    assert said[-1] == f"Next: smartcity-survey check '{folder.as_posix()}'"
    assert list(yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))["model"]) == [
        *("constructs", "paths", "hypotheses", "alpha")
    ]


def test_a_missing_file_is_told_of_the_command_and_not_of_a_config(tmp_path: Path) -> None:
    (tmp_path / "survey.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SurveyError) as caught:
        start_new_wave(tmp_path / "wave", tmp_path / "survye.csv")
    assert str(caught.value) == (
        f"{tmp_path / 'survye.csv'}: no such file. Did you mean survey.csv? Check the path behind `--from`."
    )
    assert not (tmp_path / "wave").exists()
