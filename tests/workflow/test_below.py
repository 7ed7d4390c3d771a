"""Which studies lie below a folder: each real folder once, nothing outside of it but by a link to it."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Any

import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import write_text
from smartcity_survey.messages import LANGUAGES, translated
from smartcity_survey.workflow.many.below import studies_below

links = pytest.mark.skipif(sys.platform == "win32", reason="links need leave on Windows")


def study(*parts: Path | str) -> Path:
    folder = Path(*parts)
    write_text("", folder / "config.yaml")
    return folder


def found(folder: Path) -> tuple[dict[str, str], list[str]]:
    """Studies by name, with where they really are, below the folder's parent; and what is told."""
    below = studies_below(folder)
    top = folder.parent.resolve()
    return {one.name: one.folder.resolve().relative_to(top).as_posix() for one in below.studies}, [
        *below.left_out
    ]


def test_studies_are_folders_with_a_config_and_nothing_below_one_counts_but_is_told(tmp_path: Path):
    top = tmp_path / "top"
    for name in ("b/study", "a", "a/sub/copy", "a/data/copy", "a/.hidden", "reports/x", ".hidden", "data"):
        study(top, name)
    (top / "b/none").mkdir()
    studies, told = found(top)
    assert list(studies) == ["a", "b/study"]
    assert told == [
        "Not run: a/data/copy, which lies within the study a",
        "Not run: a/sub/copy, which lies within the study a",
        "Not run: data, as no studies are looked for in data",
        "Not run: reports/x, as no studies are looked for in reports",
    ]
    with pytest.raises(SurveyError, match=r"no folder in it holds a config\.yaml"):
        studies_below(top / "b/none")


def test_a_folder_that_is_a_study_is_called_by_its_own_name(tmp_path: Path):
    study(tmp_path, "top", "within")
    assert found(study(tmp_path, "top")) == (
        {"top": "top"},
        ["Not run: within, which lies within the study top"],
    )


@links
def test_a_link_upwards_is_not_followed(tmp_path: Path):
    top = tmp_path / "top"
    study(tmp_path, "outside")
    study(top, "x#1")
    (top / "east").mkdir()
    (top / "loop").symlink_to("..")
    (top / "east/itself").symlink_to("../../top")
    assert found(top) == (
        {"x#1": "top/x#1"},
        [
            "Not followed: east/itself, a link to the folder itself or to one above it",
            "Not followed: loop, a link to the folder itself or to one above it",
        ],
    )


@links
def test_a_study_is_met_once_by_its_own_name(tmp_path: Path):
    top = tmp_path / "top"
    study(top, "x")
    (top / "alias").symlink_to("x")
    (top / "all").symlink_to("east")
    study(top, "east/y")
    assert found(top) == (
        {"east/y": "top/east/y", "x": "top/x"},
        ["Not followed: alias, a link to x, which is run by that name"],
    )


@links
def test_a_link_to_a_study_elsewhere_is_that_study_once_and_one_to_other_folders_is_told(tmp_path: Path):
    top = tmp_path / "top"
    study(top, "x")
    study(tmp_path, "store/far")
    study(top, "x/kept")
    (top / "b").symlink_to(tmp_path / "store/far")
    (top / "c").symlink_to(tmp_path / "store/far")
    (top / "d").symlink_to(tmp_path / "store")
    (top / "e").symlink_to("x/kept")
    (top / "f").symlink_to("nowhere")
    (top / "g").symlink_to("g")
    assert found(top) == (
        {"b": "store/far", "e": "top/x/kept", "x": "top/x"},
        [
            "Not followed: c, a link to b, which is run by that name",
            "Not followed: d, a link to a folder that is no study itself",
            "Not run: f, which cannot be read: it leads to what is not there",
            "Not run: g, which cannot be read: it leads to what is not there",
        ],
    )


@links
def test_the_folder_itself_may_be_a_link(tmp_path: Path):
    study(tmp_path, "top", "x")
    (tmp_path / "named").symlink_to("top")
    assert found(tmp_path / "named") == ({"x": "top/x"}, [])


@pytest.mark.parametrize(
    "line",
    [
        "Not run: x/sub, which lies within the study x",
        "Not run: data/x, as no studies are looked for in data",
        "Not followed: x, a link to the folder itself or to one above it",
        "Not followed: x, a link to y, which is run by that name",
        "Not followed: x, a link to a folder that is no study itself",
    ],
)
def test_what_is_left_out_is_told_in_every_language(line: str):
    assert len({translated(line, language) for language in LANGUAGES}) == len(LANGUAGES)


@links
def test_what_cannot_be_read_is_told_and_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    top = tmp_path / "top"
    for name in ("a", "closed", "shut"):
        study(top, name)
    (top / "city").symlink_to(tmp_path / "unmounted")
    (top / "b").mkdir()
    (top / "b/config.yaml").symlink_to(tmp_path / "gone.yaml")
    (top / "c/config.yaml").mkdir(parents=True)
    (top / "shut/config.yaml").unlink()

    def refusing(of: str, folder: str) -> None:
        own = getattr(Path, of)

        def refuse(path: Path, *args: Any, **named: Any) -> Any:
            if path == top / folder:
                raise PermissionError(errno.EACCES, "Permission denied")
            return own(path, *args, **named)

        monkeypatch.setattr(Path, of, refuse)

    refusing("stat", "closed/config.yaml")
    refusing("iterdir", "shut")
    studies, told = found(top)
    assert list(studies) == ["a"]
    assert sorted(told) == [
        "Not run: b/config.yaml, which cannot be read: it leads to what is not there",
        "Not run: c/config.yaml, which cannot be read: it is a folder",
        "Not run: city, which cannot be read: it leads to what is not there",
        "Not run: closed/config.yaml, which cannot be read: permission denied",
        "Not run: shut, which cannot be read: permission denied",
    ]
    for line in told:
        assert translated(line, "ru") != line != translated(line, "kk")


def test_a_folder_that_is_not_there_is_told_as_that(tmp_path: Path):
    with pytest.raises(SurveyError, match="there is no such folder"):
        studies_below(tmp_path / "nowhere")
