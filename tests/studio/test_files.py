"""What the page hands out of a study's folder."""

from __future__ import annotations

import io
import zipfile

import pytest

from smartcity_survey.studio.files import archive_of, readable


@pytest.fixture
def folder(tmp_path):
    study = tmp_path / "study"
    for name in ("config.yaml", "reports/report.html", "reports/private/answers.csv", ".snakemake/log"):
        (study / name).parent.mkdir(parents=True, exist_ok=True)
        (study / name).write_text(name, encoding="utf-8")
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (study / "reports" / "link").symlink_to(tmp_path / "secret")
    return study


def test_readers_files_are_handed_out(folder):
    assert readable(folder, "report.html") == (folder / "reports" / "report.html").resolve()


NOT_HANDED_OUT = (
    *("private/answers.csv", "../config.yaml", "../../secret", "/etc/passwd", "link", "", "no", "a\0b"),
    "x/../private/answers.csv",
)


@pytest.mark.parametrize("asked", NOT_HANDED_OUT)
def test_nothing_else_is(folder, asked):
    assert readable(folder, asked) is None


def test_the_archive_is_the_study_without_what_is_private(folder):
    names = zipfile.ZipFile(io.BytesIO(archive_of(folder))).namelist()
    assert names == ["study/config.yaml", "study/reports/report.html"]
