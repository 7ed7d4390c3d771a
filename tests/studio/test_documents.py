"""Config and codebook are changed in places, by whichever page, and never by halves."""

from __future__ import annotations

import pytest
from ruamel.yaml.comments import TaggedScalar
from yaml import safe_dump as dump_yaml
from yaml import safe_load as parse_yaml

from smartcity_survey.errors import SurveyError
from smartcity_survey.studio.documents import Study
from smartcity_survey.studio.edits import edit_of
from smartcity_survey.studio.steps import DRAWN
from smartcity_survey.studio.view import View
from tests.conftest import REPOSITORY


def change(study: Study, do: str, **sent: object) -> list[str]:
    return study.change(edit_of({"do": do, **sent}).apply)


def test_an_edit_that_changes_nothing_leaves_every_byte(drafted):
    before = [path.read_text(encoding="utf-8") for path in drafted._paths()]
    drafted.change(lambda _: None)
    assert [path.read_text(encoding="utf-8") for path in drafted._paths()] == before


def test_the_bundled_study_keeps_its_comments(tmp_path):
    for name in ("config.yaml", "data/codebook.yaml"):
        place = tmp_path / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes((REPOSITORY / name).read_bytes())
    study = Study(tmp_path)
    change(study, "option", key="pls.bootstrap_draws", value="500")
    old = (REPOSITORY / "config.yaml").read_text(encoding="utf-8").splitlines()
    new = (tmp_path / "config.yaml").read_text(encoding="utf-8").splitlines()
    assert sum(line.strip().startswith("#") for line in new) == sum(
        line.strip().startswith("#") for line in old
    )
    changed = set(new) - set(old)
    assert len([line for line in changed if "bootstrap_draws: 500" in line]) == 1
    assert study.config().pls.bootstrap_draws == 500


def test_two_pages_change_the_same_study_one_after_the_other(drafted):
    other = Study(drafted.folder)
    change(drafted, "name_construct", name="c1", value="Trust")
    change(other, "name_construct", name="c2", value="Usefulness")
    constructs = drafted.read().codebook["constructs"]
    assert [constructs[name]["label"] for name in ("c1", "c2")] == ["Trust", "Usefulness"]


def test_a_refused_edit_changes_nothing(drafted):
    before = drafted.version()
    with pytest.raises(SurveyError, match="a construct cannot explain itself"):
        change(drafted, "path", source="c1", target="c1", value=True)
    with pytest.raises(SurveyError, match="a change that there is not"):
        change(drafted, "path", source="c1", target="c1", value=True, further=1)
    assert drafted.version() == before


def test_what_stands_in_the_way_is_told_without_reading_the_survey(drafted):
    assert drafted.problems() == ()
    (drafted.folder / drafted.config().data.file).unlink()
    change(drafted, "add_construct", value="Habit")
    assert any("habit" in str(problem) for problem in drafted.problems())


@pytest.mark.parametrize("left", ["model: 5", "model:", "model: [a]"])
def test_what_an_editor_left_halfway_is_refused_in_words(drafted, left):
    config = drafted.folder / "config.yaml"
    head = config.read_text(encoding="utf-8").partition("model:")[0]
    config.write_text(f"{head}{left}\nseed: 1\n", encoding="utf-8")
    with pytest.raises(SurveyError, match="it holds no keys"):
        change(drafted, "add_construct", value="Habit")


def test_an_edit_after_which_nobody_could_read_the_file_is_not_written(drafted):
    before = drafted.version()
    with pytest.raises(SurveyError, match="no valid yaml"):
        drafted.change(lambda documents: documents.codebook.update(scale=TaggedScalar("x", tag="!x")))
    assert drafted.version() == before


HALFWAY = {
    "a path without its end": ("config.yaml", "paths:\n  - from: [c1]\n"),
    "paths as text": ("config.yaml", "paths:\n  - c1 -> c2\n"),
    "paths by name": ("config.yaml", "paths: {a: b}\n"),
    "a claim as text": ("config.yaml", "hypotheses:\n  H3: c1 to c2\n"),
    "a claim of nothing": ("config.yaml", "hypotheses:\n  H3:\n"),
    "claims as a list": ("config.yaml", "hypotheses: [a]\n"),
    "constructs as a list": ("codebook", "constructs: [c1, c2]\n"),
    "a number for a scale": ("codebook", "scale: 5\n"),
}
EDITS = (
    {"do": "path", "source": "c1", "target": "c2", "value": True},
    {"do": "path", "source": "c1", "target": "c2", "value": False},
    {"do": "name_construct", "name": "c1", "value": "Trust"},
    {"do": "add_construct", "value": "New"},
    {"do": "option", "key": "pls.bootstrap_draws", "value": "500"},
)


@pytest.mark.parametrize("left", HALFWAY)
def test_a_block_that_an_editor_left_halfway_is_told_and_not_raised(drafted, left):
    """Every edit and every step works or is refused in words; nothing else leaves it."""
    file, block = HALFWAY[left]
    path = drafted.folder / ("config.yaml" if file == "config.yaml" else drafted.config().data.codebook)
    name = block.split(":")[0]
    content = parse_yaml(path.read_text(encoding="utf-8"))
    holder = content["model"] if file == "config.yaml" else content
    holder[name] = parse_yaml(block)[name]
    path.write_text(dump_yaml(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    assert drafted.problems()
    failed = 0
    for edit in EDITS:
        try:
            drafted.change(edit_of(edit).apply)
        except SurveyError as error:
            failed += bool(error.problems)
        path.write_text(dump_yaml(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    for step in DRAWN:
        try:
            with drafted.telling():
                step.draw(View(drafted, "en"))
        except SurveyError as error:
            failed += bool(error.problems)
    assert failed


def test_a_fault_of_ours_stays_one(drafted):
    assert drafted.problems() == ()
    with pytest.raises(KeyError), drafted.telling():
        raise KeyError("ours")
