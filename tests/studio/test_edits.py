"""Each edit of the page, by what the files say after it."""

from __future__ import annotations

import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.studio.columns import uses
from smartcity_survey.studio.documents import ASIDE, Study
from smartcity_survey.studio.edits.base import paths_of
from smartcity_survey.study.codebook import read_codebook
from tests.studio.test_documents import change


def codebook_of(study):
    return read_codebook(study.folder / "codebook.yaml")


def test_an_item_goes_to_another_construct_and_is_turned(drafted):
    change(drafted, "assign", item="C1_1", value="c3")
    change(drafted, "turn", item="C1_4", value=True)
    codebook = codebook_of(drafted)
    assert codebook.items["C1_1"].construct_name == "c3"
    assert codebook.items["C1_4"].reverse
    change(drafted, "turn", item="C1_4", value=False)
    assert not codebook_of(drafted).items["C1_4"].reverse


def test_items_that_the_model_lists_go_with_it(drafted):
    def listed(documents):
        documents.config["model"]["constructs"]["c1"]["items"] = ["C1_1", "C1_2", "C1_3", "C1_4"]
        documents.config["model"]["constructs"]["c3"]["items"] = ["C3_1", "C3_2", "C3_3"]

    drafted.change(listed)
    change(drafted, "assign", item="C1_1", value="c3")
    constructs = drafted.config().model.constructs
    assert constructs["c1"].items == ("C1_2", "C1_3", "C1_4")
    assert constructs["c3"].items == ("C3_1", "C3_2", "C3_3", "C1_1")


def test_a_construct_is_added_to_codebook_and_model_and_taken_out_again(drafted):
    change(drafted, "add_construct", value="Habit")
    change(drafted, "path", source="habit", target="c3", value=True)
    assert ("habit", "c3") in paths_of(drafted.read())
    assert drafted.config().model.constructs["habit"].mode == "reflective"
    with pytest.raises(SurveyError, match="items measure it"):
        change(drafted, "remove_construct", name="c1")
    change(drafted, "remove_construct", name="habit")
    assert "habit" not in codebook_of(drafted).constructs
    assert paths_of(drafted.read()) == [("c1", "c3"), ("c2", "c3")]


def test_paths_and_hypotheses(drafted):
    change(drafted, "path", source="c1", target="c2", value=True)
    change(drafted, "claim", source="c1", target="c2", value="negative")
    model = drafted.config().model
    assert (model.hypotheses["H3"].source, model.hypotheses["H3"].sign) == ("c1", "negative")
    change(drafted, "name_claim", claim="H3", value="H3a")
    assert list(drafted.config().model.hypotheses) == ["H1", "H2", "H3a"]
    change(drafted, "path", source="c1", target="c2", value=False)
    model = drafted.config().model
    assert list(model.hypotheses) == ["H1", "H2"]
    assert ("c1", "c2") not in paths_of(drafted.read())
    change(drafted, "claim", source="c1", target="c3", value="")
    assert list(drafted.config().model.hypotheses) == ["H2"]


def test_names_of_hypotheses_stay_different(drafted):
    with pytest.raises(SurveyError, match="is in use"):
        change(drafted, "name_claim", claim="H1", value="H2")


def test_options_are_those_of_the_config(drafted):
    change(drafted, "option", key="cleaning.missing_items_at_most", value="2")
    change(drafted, "option", key="missing.pls", value="mean_replacement")
    assert drafted.config().missing.pls == "mean_replacement"
    change(drafted, "option", key="missing.pls", value="")
    assert drafted.config().missing.pls == "complete"
    change(drafted, "option", key="study.title", value="Habits")
    assert drafted.config().study.title == "Habits"
    for key, value in (
        ("pls.bootstrap_draws", "5"),
        ("pls.interval", "none"),
        ("pls.nothing", "1"),
        ("data.file", "x"),
    ):
        with pytest.raises(SurveyError):
            change(drafted, "option", key=key, value=value)


def test_a_title_in_several_languages_is_changed_in_the_studys_own(drafted):
    drafted.change(lambda documents: documents.config["study"].update(title={"en": "A", "kk": "Б"}))
    change(drafted, "option", key="study.title", value="C")
    assert drafted.config().study.title == {"en": "C", "kk": "Б"}


def test_every_column_says_what_it_is_used_as(drafted):
    found = {one.column.name: one.use for one in uses(drafted)}
    assert found["Timestamp"] == found["Email Address"] == "unused"
    assert found["I believe that my data are safe."] == "items"
    assert found["What is your gender?"] == "demographics"
    assert found["Which services do you use?"] == "multiple_choice"


def test_a_column_is_used_otherwise(drafted):
    item = "I believe that my data are safe."
    change(drafted, "use", column=item, value="unused")
    codebook = codebook_of(drafted)
    assert item not in codebook.columns().values()
    change(drafted, "use", column=item, value="demographics")
    labels = list(codebook_of(drafted).demographics.values())[-1].categories.values()
    assert "Strongly agree" in labels
    change(drafted, "use", column=item, value="items")
    codebook = codebook_of(drafted)
    [name] = [name for name, own in codebook.items.items() if own.column == item]
    assert codebook.scale_of(name).maximum == 5
    assert drafted.problems() == ()


def test_a_column_of_many_texts_is_no_group(drafted):
    with pytest.raises(SurveyError, match="different texts"):
        change(drafted, "use", column="Email Address", value="demographics")


def test_answers_are_put_in_order(drafted):
    item = "What is your gender?"
    change(drafted, "use", column=item, value="items")
    one = next(one for one in uses(drafted) if one.column.name == item)
    assert one.unordered
    words = list(one.answers.values())[::-1]
    change(drafted, "order", question=one.name, value=words)
    one = next(one for one in uses(drafted) if one.column.name == item)
    assert not one.unordered
    assert list(one.answers.values()) == words
    with pytest.raises(SurveyError, match="its answers are others"):
        change(drafted, "order", question=one.name, value=["x", "y"])


@pytest.mark.parametrize(
    "label",
    ["Yes", "no", "1", "a: b", "what?", "{x}", "# none", "'", '"', "-", "~", "10:30", "қала, ауыл", "a\\b"],
)
def test_whatever_is_written_is_read_again(drafted, label):
    change(drafted, "name_construct", name="c1", value=label)
    change(drafted, "name_question", question="C1_1", value=label)
    change(drafted, "add_construct", value=label)
    codebook = codebook_of(drafted)
    assert codebook.constructs["c1"].label == codebook.items["C1_1"].label == label
    assert list(codebook.constructs.values())[-1].label == label


def test_the_last_item_stays_and_the_files_can_be_read(drafted):
    columns = [one.column.name for one in uses(drafted) if one.use == "items"]
    for column in columns[:-1]:
        change(drafted, "use", column=column, value="unused")
    with pytest.raises(SurveyError, match="it is the last item"):
        change(drafted, "use", column=columns[-1], value="unused")
    change(drafted, "use", column=columns[0], value="items")
    assert len(codebook_of(drafted).items) == 2


def test_an_option_that_is_emptied_and_filled_in_keeps_the_comments_around_it(drafted):
    config = drafted.folder / "config.yaml"
    before = config.read_text(encoding="utf-8")
    old = drafted.config().pls.bootstrap_draws
    for value in ("", "500", str(old)):
        change(drafted, "option", key="pls.bootstrap_draws", value=value)
    assert config.read_text(encoding="utf-8") == before
    with pytest.raises(SurveyError, match="it is empty"):
        change(drafted, "option", key="study.title", value="  ")


def listed_of(study):
    return {name: own.items for name, own in study.config().model.constructs.items()}


def test_an_item_that_is_left_out_comes_back_as_it_was(drafted):
    drafted.change(lambda documents: documents.config["model"]["constructs"]["c3"].update(
        items=["C3_1", "C3_2", "C3_3"]
    ))  # fmt: skip
    item = codebook_of(drafted).items["C3_2"].column
    change(drafted, "turn", item="C3_2", value=True)
    change(drafted, "name_question", question="C3_2", value="Shortened")
    before, order = codebook_of(drafted).items["C3_2"], list(codebook_of(drafted).items)
    for between in ("unused", "demographics"):
        change(drafted, "use", column=item, value=between)
        assert "C3_2" not in codebook_of(drafted).items
        assert "C3_2" not in listed_of(drafted)["c3"]
        again = Study(drafted.folder)  # a page that is closed and opened in between
        assert change(again, "use", column=item, value="items") == []
        assert codebook_of(drafted).items["C3_2"] == before
        assert list(codebook_of(drafted).items) == order
        assert "C3_2" in listed_of(drafted)["c3"]


def test_a_construct_that_nobody_chose_is_told(drafted):
    item = codebook_of(drafted).items["C3_2"].column
    change(drafted, "use", column=item, value="unused")
    (drafted.folder / ASIDE).unlink()
    [note] = change(drafted, "use", column=item, value="items")
    assert item in note
    assert "Statements 1" in note
    [note] = change(drafted, "use", column="What is your gender?", value="items")
    assert "Put it into another construct" in note


def test_an_answer_of_several_comes_back_to_its_question(drafted):
    column = "Which services do you use?"
    before = codebook_of(drafted).multiple_choice
    change(drafted, "use", column=column, value="unused")
    assert not codebook_of(drafted).multiple_choice
    change(drafted, "use", column=column, value="multiple_choice")
    assert codebook_of(drafted).multiple_choice == before
    with pytest.raises(SurveyError, match="no question is known"):
        change(drafted, "use", column="Email Address", value="multiple_choice")


def test_a_path_that_is_drawn_again_has_its_hypothesis_again(drafted):
    change(drafted, "claim", source="c2", target="c3", value="negative")
    change(drafted, "name_claim", claim="H2", value="H2b")
    before = drafted.config().model.hypotheses
    [note] = change(drafted, "path", source="c2", target="c3", value=False)
    assert "H2b" in note
    assert "H2b" not in drafted.config().model.hypotheses
    assert change(Study(drafted.folder), "path", source="c2", target="c3", value=True) == []
    assert list(drafted.config().model.hypotheses.items()) == list(before.items())
    change(drafted, "path", source="c1", target="c3", value=False)
    change(drafted, "path", source="c1", target="c3", value=True)
    assert list(drafted.config().model.hypotheses.items()) == list(before.items())
    change(drafted, "path", source="c2", target="c3", value=False)
    change(drafted, "name_claim", claim="H1", value="H2b")
    [note] = change(drafted, "path", source="c2", target="c3", value=True)
    assert note == "Another hypothesis is called H2b now: this one is H1."
    assert drafted.config().model.hypotheses["H1"].sign == "negative"


def comments_of(path):
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip().startswith("#")]


def test_comments_stay_above_what_they_stood_above(drafted):
    codebook = drafted.folder / "codebook.yaml"
    above = codebook.read_text(encoding="utf-8").replace(
        "multiple_choice:", "# Several answers.\n\n# Of all.\nmultiple_choice:"
    )
    codebook.write_text(above, encoding="utf-8")
    before = comments_of(codebook)
    groups = [one.column.name for one in uses(drafted) if one.use == "demographics"]
    for column in reversed(groups):
        change(drafted, "use", column=column, value="unused")
        assert comments_of(codebook) == before
        assert "# Of all.\nmultiple_choice:" in codebook.read_text(encoding="utf-8")
    assert codebook_of(drafted).demographics == {}
    for column in groups:
        change(drafted, "use", column=column, value="demographics")
    assert comments_of(codebook) == before
    assert "# Of all.\nmultiple_choice:" in codebook.read_text(encoding="utf-8")


SENT = (
    ("name_construct", {"name": "c1"}),
    ("name_question", {"question": "C1_1"}),
    ("add_construct", {}),
    ("name_claim", {"claim": "H1"}),
    ("option", {"key": "study.title"}),
)


@pytest.mark.parametrize(("do", "about"), SENT)
def test_a_text_of_which_nothing_is_seen_is_empty_and_a_long_one_is_called_so(drafted, do, about):
    before = drafted.version()
    for value in ("", "  ", "\u200b", "\u200b \u2060", "\a"):
        with pytest.raises(SurveyError, match="it is empty"):
            change(drafted, do, **about, value=value)
    with pytest.raises(SurveyError, match=r"cannot be shown \(U\+0007\)"):
        change(drafted, do, **about, value="Tr\aust")
    with pytest.raises(SurveyError, match=r"it has 1001 letters, more than (1000|30)\. Write it shorter"):
        change(drafted, do, **about, value="x" * 1001)
    assert drafted.version() == before
    change(drafted, do, **about, value="Ә\u0301 👩\u200d🔬")
    assert "👩\u200d🔬" in "".join(path.read_text(encoding="utf-8") for path in drafted._paths())


@pytest.mark.parametrize("first", [0, 1])
def test_paths_that_are_ticked_again_stand_where_they_stood(drafted, first):
    """Whichever comes back first: else the report would be out of date though nothing has changed."""
    for source, target in (("c2", "c1"), ("c1", "c2")):
        change(drafted, "path", source=source, target=target, value=True)
    config = drafted.folder / "config.yaml"
    before = config.read_text(encoding="utf-8")
    paths = paths_of(drafted.read())
    for gone in ((("c1", "c3"), ("c2", "c3")), (("c2", "c1"), ("c1", "c2")), (("c1", "c3"), ("c2", "c1"))):
        for source, target in gone:
            change(drafted, "path", source=source, target=target, value=False)
        assert paths_of(drafted.read()) == [path for path in paths if path not in gone]
        for source, target in (gone[first], gone[1 - first]):
            change(drafted, "path", source=source, target=target, value=True)
        assert paths_of(drafted.read()) == paths
        assert config.read_text(encoding="utf-8") == before
