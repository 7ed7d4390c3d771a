"""From a codebook to a form, from the form to an export, and back: the codebook fits without an edit."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from pyxform.xls2xform import convert

from smartcity_survey.data.read.survey import read_survey
from smartcity_survey.errors import SurveyError
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.plan.form import CODEBOOK, FORM, write_questionnaire
from smartcity_survey.study.codebook import Codebook, read_codebook
from smartcity_survey.study.config import DataSection, read_config
from smartcity_survey.study.dates import day_number
from smartcity_survey.study.multiple_choice import REST, column_of
from tests.conftest import REPOSITORY
from tests.new_wave.tools.tools_of_forms import google_words
from tests.new_wave.tools.tools_of_research import kobo as kobo_before
from tests.plan.exports import Field, answered, fields, kobo, odk_central
from tests.plan.studies import STUDIES, write_study

ENGLISH, RUSSIAN = "English (en)", "Russian (ru)"


def bundled(folder: Path) -> Path:
    (folder / "data").mkdir(parents=True)
    shutil.copy(REPOSITORY / "config.yaml", folder)
    shutil.copy(REPOSITORY / "data/codebook.yaml", folder / "data")
    return folder


def drafted(folder: Path, name: str, content: bytes) -> Path:
    """A study drafted from an earlier export: its columns are those of that tool."""
    (folder.parent / name).write_bytes(content)
    start_new_wave(folder, folder.parent / name)
    return folder


@pytest.fixture(scope="module", params=["bundled", *STUDIES, "kobo", "google"])
def study(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param) / "study"
    if request.param in STUDIES:
        return write_study(folder, STUDIES[request.param])
    if request.param == "kobo":
        return drafted(folder, "kobo.csv", kobo_before(";"))
    if request.param == "google":
        return drafted(folder, "google.csv", google_words())
    return bundled(folder)


def written(study: Path) -> tuple[Path, Codebook, DataSection]:
    """The form, the codebook that its answers must fit, and how to read them: as the config says."""
    out = study / "plan"
    files = write_questionnaire(study, out).files
    data = read_config(study / "config.yaml").data
    changed = out / CODEBOOK
    assert (changed in files) == changed.is_file()
    return out / FORM, read_codebook(changed if changed.is_file() else study / data.codebook), data


def labels_of(form: Path) -> str:
    return next(one for one in (ENGLISH, RUSSIAN) if one in _languages(form))


def _languages(form: Path) -> str:
    return str([cell.value for cell in openpyxl.load_workbook(form)["survey"][1]])


def expected(codebook: Codebook, entered: dict[Field, list[list[str]]], *, zeros: bool) -> pd.DataFrame:
    """What must be read: the code of each answer, by the names of the form alone.

    zeros : the tool writes 0 in all columns of a question that was left out: nothing was chosen.
    """
    by_end = {field.name: people for field, people in entered.items()}
    columns: dict[str, list[float]] = {}
    for name, head in codebook.columns().items():
        dates = name in codebook.demographics and codebook.demographics[name].of_dates
        people = by_end[head.rpartition("/")[2]]
        columns[name] = [
            float((day_number(one[0]) if dates else one[0]) or 0) if one else np.nan for one in people
        ]
    for name, question in codebook.multiple_choice.items():
        stem = question.column or next(iter(question.columns)).rpartition("/")[0]
        people = by_end[stem.rpartition("/")[2]]
        for option in question.labels:
            own = "other" if option == REST else option.rpartition("/")[2]
            none = 0.0 if zeros and question.columns else np.nan
            columns[column_of(name, option)] = [float(own in one) if one else none for one in people]
    return pd.DataFrame(columns)


@pytest.mark.parametrize("tool", ["kobo", "kobo_no_groups", "kobo_labels", "odk", "odk_split"])
def test_what_comes_back_fits_without_an_edit(study: Path, tool: str, tmp_path: Path) -> None:
    form, codebook, data = written(study)
    questions = fields(form, labels_of(form))
    rng = np.random.default_rng(len(tool))
    entered = {field: answered(field, rng) for field in questions}
    spread = [name for name, question in codebook.multiple_choice.items() if question.columns]
    several = bool(codebook.multiple_choice)
    if tool == "odk" and spread:
        pytest.skip("a codebook with a column for each answer needs ODK's option to split them")
    if tool == "kobo_labels" and several:
        pytest.skip("labels of several answers have spaces, as what stands between them")
    make = {
        "kobo": lambda: kobo(form, entered, groups=True),
        "kobo_no_groups": lambda: kobo(form, entered, groups=False),
        "kobo_labels": lambda: kobo(form, entered, groups=True, labels=True),
        "odk": lambda: odk_central(form, entered, split=False),
        "odk_split": lambda: odk_central(form, entered, split=True),
    }
    export = tmp_path / "export.csv"
    export.write_bytes(make[tool]())
    asked = {field.name for field in questions}
    section = data.model_copy(
        update={"file": "export.csv", "respondent": data.respondent if data.respondent in asked else None}
    )
    found = read_survey(export, codebook, section).answers
    wanted = expected(codebook, entered, zeros=tool == "odk_split")
    assert len(wanted.columns) >= 7
    pd.testing.assert_frame_equal(found[list(wanted)], wanted, check_like=True, rtol=0, atol=1e-9)
    assert set(found) == {"respondent", *wanted}
    # What comes back is on the scales of the codebook, and each code has its words there.
    for name in codebook.items:
        scale = codebook.scale_of(name)
        assert found[name].dropna().between(scale.minimum, scale.maximum).all()
        field = next(one for one in questions if one.name == codebook.columns()[name].rpartition("/")[2])
        for code, label in zip(field.names, field.labels, strict=True):
            worded = scale.answers.get(int(code), code)
            assert label in (worded if isinstance(worded, str) else worded.values())
    if data.respondent == "respondent":
        assert found["respondent"].tolist() == [f"uuid-{person}" for person in range(60)]


@pytest.mark.parametrize("language", ["Kazakh (kk)", "Russian (ru)", "English (en)"])
def test_answers_come_back_in_the_words_of_each_language(tmp_path: Path, language: str) -> None:
    """KoBo exports labels of the language that is chosen there: codes are the same whichever it is."""
    folder = bundled(tmp_path / "study")
    form, codebook, data = written(folder)
    # By names, whatever the language, each person enters the same.
    of_names = {field: answered(field, np.random.default_rng(5)) for field in fields(form, ENGLISH)}
    by_name = {field.name: people for field, people in of_names.items()}
    entered = {field: by_name[field.name] for field in fields(form, language)}
    content = kobo(form, entered, groups=True, labels=True)
    words = {"Kazakh (kk)": "Түркістан", "Russian (ru)": "Туркестан", "English (en)": "Turkistan"}
    assert words[language] in content.decode()
    # The file takes the survey's place; config and codebook are as they were.
    before = {name: (folder / name).read_bytes() for name in ("config.yaml", "data/codebook.yaml")}
    config = (folder / "config.yaml").read_text(encoding="utf-8")
    assert data.file in config
    export = tmp_path / "export.csv"
    export.write_bytes(content)
    section = data.model_copy(update={"file": "export.csv"})
    found = read_survey(export, codebook, section).answers
    wanted = expected(codebook, of_names, zeros=False)
    pd.testing.assert_frame_equal(found[list(wanted)], wanted, check_like=True, rtol=0, atol=1e-9)
    assert before == {name: (folder / name).read_bytes() for name in before}
    assert not (folder / "plan" / CODEBOOK).exists()


def test_pyxform_takes_the_form(study: Path) -> None:
    form, codebook, _ = written(study)
    made = convert(str(form))
    assert made.warnings == []
    for column in codebook.columns().values():
        assert f'/{column.rpartition("/")[2]}"' in made.xform


def test_the_drafted_codebook_of_the_export_has_the_same_items(tmp_path: Path) -> None:
    """`new-wave` reads the export of the form as it reads any other."""
    form, codebook, _ = written(bundled(tmp_path / "study"))
    rng = np.random.default_rng(3)
    entered = {field: answered(field, rng) for field in fields(form, ENGLISH)}
    (tmp_path / "export.csv").write_bytes(kobo(form, entered, groups=True))
    start_new_wave(tmp_path / "wave", tmp_path / "export.csv")
    drafted_items = read_codebook(tmp_path / "wave/codebook.yaml").items
    assert set(codebook.items) <= {
        (item.column or name).rpartition("/")[2] for name, item in drafted_items.items()
    }
    assert read_config(tmp_path / "wave/config.yaml").data.respondent == "_id"


def test_a_column_that_two_groups_have_is_not_guessed(tmp_path: Path) -> None:
    codebook = Codebook.model_validate(
        {
            "scale": {"minimum": 1, "maximum": 5},
            "constructs": {"a": {"label": "A"}},
            "items": {"T1": {"construct": "a", "label": "T"}},
        }
    )
    section = DataSection(file="x.csv", codebook="")
    path = tmp_path / "x.csv"
    path.write_text("one/T1,two/T1,_uuid\n1,2,u\n", encoding="utf-8")
    with pytest.raises(SurveyError, match="no such column"):
        read_survey(path, codebook, section)
    # An answer of a question with several is no question of its name.
    path.write_text("q,q/T1,_uuid\nT1,1,u\n", encoding="utf-8")
    with pytest.raises(SurveyError, match="no such column"):
        read_survey(path, codebook, section)
    # Nothing is known of groups in a file that no such tool has written.
    path.write_text("one/T1,x\n1,2\n", encoding="utf-8")
    with pytest.raises(SurveyError, match="no such column"):
        read_survey(path, codebook, section)
    path.write_text("one/T1,_uuid\n4,u\n", encoding="utf-8")
    read = read_survey(path, codebook, section)
    assert read.answers["T1"].tolist() == [4]
    assert read.how["groups"] == "1"
