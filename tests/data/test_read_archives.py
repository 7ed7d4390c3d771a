"""A .zip with one survey file is read as that file; nothing of it is written where the user would find it."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smartcity_survey import read_survey as read_in_notebook
from smartcity_survey.check import check_study
from smartcity_survey.data.detect import detect
from smartcity_survey.data.read import archives, read_survey
from smartcity_survey.data.read.archives import unpacked
from smartcity_survey.data.read.kinds import kind_of
from smartcity_survey.errors import SurveyError
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import DataSection
from tests.conftest import REPOSITORY
from tests.workflow.in_process import run_steps
from tests.workflow.studies.degenerate_studies import PLAIN

from .test_read_formats import ITEMS, WRITERS

WAVES = REPOSITORY / "tests/new_wave/waves"
BESIDE = {
    "README.txt": b"Thank you for using our tool, which is free.\nYours, the team.\n",
    "LICENSE": b"All rights reserved.",
    "empty.csv": b"",
    "__MACOSX/._survey.csv": b"a,b\n1,2\n3,4\n",
    ".DS_Store": b"a,b\n1,2\n3,4\n",
    "media/photo.jpg": b"\xff\xd8\xff" + bytes(40),
    "questions.pdf": b"%PDF-1.7",
    "meta.json": b'{"version": 1}',
}
"""What tools and computers put beside the answers."""


def zipped(path: Path, parts: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def names_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.parametrize("format_", [name for name in WRITERS if name != "por"])
def test_the_survey_is_found_by_its_content(
    format_: str, tmp_path: Path, survey: pd.DataFrame, codebook: Codebook
) -> None:
    kind, write = WRITERS[format_]
    own = tmp_path / {"xlsx": "survey.xlsx"}.get(format_, "survey.dat")
    write(survey, own)
    path = zipped(tmp_path / "export.zip", {"All data/survey": own.read_bytes()} | BESIDE)
    own.unlink()
    assert kind_of(path) == "zip"
    detected = detect(path)
    assert detected.found[0] == "The answers are in the file 'All data/survey' of the archive."
    section = DataSection.model_validate({"file": "x", "codebook": "y", "respondent": "id", **detected.keys})
    responses = read_survey(path, codebook, section)
    np.testing.assert_array_equal(responses.answers[ITEMS], survey[ITEMS])
    assert responses.how["format"] == kind
    assert names_in(tmp_path) == {"export.zip"}


def test_several_surveys_are_listed_and_none_is_read(tmp_path: Path) -> None:
    table = b"a;b\n1;2\n3;4\n5;6\n7;8\n"
    path = zipped(tmp_path / "two.zip", {"one.csv": table, "page/two.csv": table} | BESIDE)
    with pytest.raises(SurveyError) as refused:
        detect(path)
    (problem,) = refused.value.problems
    assert problem.place == str(path)
    assert problem.found == "it is an archive (.zip) that holds several tables: one.csv, page/two.csv."


def test_an_archive_in_an_archive_is_not_opened(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"one.csv": b"a;b\n1;2\n3;4\n"}).read_bytes()
    path = zipped(tmp_path / "outer.zip", {"inner.zip": inner})
    with pytest.raises(SurveyError, match=r"an archive .* that holds inner\.zip"):
        detect(path)


@pytest.mark.parametrize("name", ["../../evil.csv", "/etc/evil.csv", "C:\\evil.csv", "a" * 240 + ".csv"])
def test_a_name_that_leads_elsewhere_leads_nowhere(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "a/b"
    folder.mkdir(parents=True)
    path = zipped(folder / "evil.zip", {name: b"a,b\n1,2\n3,4\n"})
    frame = read_in_notebook(path)
    assert frame["b"].tolist() == [2, 4]
    assert names_in(tmp_path) == {"a", "a/b", "a/b/evil.zip"}
    assert unpacked(path).path.parent == Path(unpacked(path).folder.name)


def test_what_is_unpacked_goes_with_the_program(tmp_path: Path) -> None:
    path = zipped(tmp_path / "survey.zip", {"one.csv": b"a,b\n1,2\n3,4\n"})
    code = (
        "import sys; from pathlib import Path; from smartcity_survey.data.read.archives import unpacked; "
        "file = unpacked(Path(sys.argv[1])); print(file.path.read_text(), file.folder.name)"
    )
    told = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    folder = told.stdout.split()[-1]
    assert told.stdout.startswith("a,b")
    assert not Path(folder).exists()


def test_more_than_a_survey_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "bomb.zip", {"one.csv": b"a,b\n" + b"1,2\n" * 100_000})
    assert path.stat().st_size < 10_000
    monkeypatch.setattr(archives, "MOST_UNPACKED_BYTES", 300_000)
    with pytest.raises(SurveyError, match=r"it unpacks to 0\.0 GB"):
        detect(path)


def test_a_file_that_has_changed_is_unpacked_again(tmp_path: Path) -> None:
    path = zipped(tmp_path / "survey.zip", {"one.csv": b"a,b\n1,2\n3,4\n"})
    assert read_in_notebook(path)["b"].tolist() == [2, 4]
    zipped(path, {"one.csv": b"a,b\n1,2\n3,4\n5,6\n"})
    assert read_in_notebook(path)["b"].tolist() == [2, 4, 6]


def test_names_written_by_windows_of_the_region_are_read(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("опрос.csv", b"a,b\n1,2\n3,4\n")
    whole = content.getvalue().replace("опрос".encode(), "опрос".encode("cp866") + b"12345")
    # Without the flag that says UTF-8, as Windows writes it.
    marked = bytearray(whole)
    marked[7] &= ~8
    marked[whole.rindex(b"PK\1\2") + 9] &= ~8
    (tmp_path / "a.zip").write_bytes(bytes(marked))
    assert unpacked(tmp_path / "a.zip").member == "опрос12345.csv"


def test_a_text_that_begins_like_an_archive_is_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("PK1,PK2\n1,2\n", encoding="utf-8")
    assert kind_of(tmp_path / "a.csv") == "csv"


@pytest.mark.parametrize("wave", ["qualtrics_num.csv", "kobo.xlsx", "stata.dta"])
def test_a_new_wave_begins_with_the_archive_as_it_came(wave: str, tmp_path: Path) -> None:
    """Two studies, from the file and from an archive with it, are the same but for the file's name."""
    path = zipped(tmp_path / f"{Path(wave).stem}.zip", {wave: (WAVES / wave).read_bytes()} | BESIDE)
    drafts = [start_new_wave(tmp_path / name, file) for name, file in (("a", path), ("b", WAVES / wave))]
    assert drafts[0].codebook == drafts[1].codebook
    assert drafts[0].config["data"] == drafts[1].config["data"] | {"file": f"data/{path.name}"}
    checked = [check_study(tmp_path / name) for name in ("a", "b")]
    assert checked[0].summary[2].replace(path.name, wave) == checked[1].summary[2]
    assert [w.found for w in checked[0].warnings] == [w.found for w in checked[1].warnings]


def test_a_run_reads_the_archive_that_the_config_names(tmp_path: Path) -> None:
    replace(PLAIN, n=60).write(tmp_path)
    survey = tmp_path / "survey.csv"
    plain = survey.read_bytes()
    zipped(tmp_path / "survey.zip", {"survey.csv": plain} | BESIDE)
    survey.unlink()
    config = tmp_path / "config.yaml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("survey.csv", "survey.zip"), encoding="utf-8"
    )
    run_steps(tmp_path, "clean")
    answers = pd.read_csv(tmp_path / "reports/private/answers.csv")
    assert answers["c1_1"].tolist() == pd.read_csv(io.BytesIO(plain))["c1_1"].tolist()
    assert not survey.exists()
