"""Each edit of the page, by what the files say after it."""

from __future__ import annotations

import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.studio.columns import uses
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
    with pytest.raises(SurveyError, match="is empty or in use"):
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
