"""Answers that are words: their order, and which of them mean that nobody answered."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from smartcity_survey.check import check_study
from smartcity_survey.errors import SurveyError
from smartcity_survey.messages import LANGUAGES, translated
from smartcity_survey.new_wave.start import start_new_wave
from smartcity_survey.studio.columns import uses
from smartcity_survey.studio.documents import Study
from smartcity_survey.studio.steps import answers as step
from smartcity_survey.studio.steps.columns import columns_step
from smartcity_survey.studio.view import View
from smartcity_survey.study.codebook import Codebook, read_codebook
from tests.new_wave.tools.tools_of_forms import google_words
from tests.studio.test_documents import change

AGREE = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
FIRST = "I believe that my data are safe."


def codebook_of(study: Study) -> Codebook:
    return read_codebook(study.folder / "codebook.yaml")


def files_of(study: Study) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in study._paths()]


def item(study: Study) -> str:
    return next(one.name for one in uses(study) if one.column.name == FIRST)


def form(place: Path, change_cell) -> Study:
    """A study drafted from the export of a form whose cells are changed."""
    head, *rows = csv.reader(io.StringIO(google_words().decode("utf-8-sig")))
    survey = place / "form.csv"
    with survey.open("w", encoding="utf-8", newline="") as file:
        cells = [[change_cell(cell, number) for cell in row] for number, row in enumerate(rows)]
        csv.writer(file).writerows([head, *cells])
    start_new_wave(place / "study", survey)
    return Study(place / "study")


def test_a_guessed_order_is_corrected_with_the_comments_around_it(drafted):
    before = files_of(drafted)
    turned = [AGREE[1], AGREE[0], *AGREE[2:]]
    change(drafted, "order", question=item(drafted), value=turned)
    assert list(codebook_of(drafted).scale.answers.values()) == turned
    config, codebook = files_of(drafted)
    assert config == before[0]
    lines = zip(codebook.splitlines(), before[1].splitlines(), strict=True)
    assert len([one for one, other in lines if one != other]) == 2
    change(drafted, "order", question=item(drafted), value=AGREE)
    assert files_of(drafted) == before


def test_an_order_is_one_of_all_questions_with_the_same_answers(drafted):
    own = {"minimum": 1, "maximum": 5, "answers": dict(enumerate(AGREE, start=1))}
    drafted.change(lambda documents: documents.codebook["items"]["C3_1"].update(scale=own))
    change(drafted, "order", question="C3_1", value=AGREE[::-1])
    codebook = codebook_of(drafted)
    assert (
        [*codebook.scale.answers.values()] == [*codebook.scale_of("C3_1").answers.values()] == [*AGREE[::-1]]
    )


def test_a_word_that_means_no_answer_is_a_missing_code_and_comes_back_where_it_stood(drafted):
    before = files_of(drafted)
    change(drafted, "no_answer", question=item(drafted), value=AGREE[2])
    scale = codebook_of(drafted).scale
    assert (scale.minimum, scale.maximum) == (1, 4)
    assert list(scale.answers.items()) == list(enumerate((*AGREE[:2], *AGREE[3:]), start=1))
    assert drafted.config().data.missing_codes == (AGREE[2],)
    # Few left out nothing now; whatever else, the file is read, and no word is unknown.
    change(drafted, "option", key="cleaning.missing_items_at_most", value="20")
    change(drafted, "take_gaps")
    assert check_study(drafted.folder).verdict
    change(drafted, "option", key="missing.pls", value="")
    for family in ("components", "reliability", "factor_models", "regression"):
        change(drafted, "option", key=f"missing.{family}", value="")
    change(drafted, "option", key="cleaning.missing_items_at_most", value="0")
    change(Study(drafted.folder), "answer", question=item(drafted), value=AGREE[2])
    assert codebook_of(drafted).scale.answers == dict(enumerate(AGREE, start=1))
    assert drafted.config().data.missing_codes == ()
    assert files_of(drafted)[1] == before[1]


def test_a_word_that_means_no_answer_does_so_in_all_columns_which_is_told(drafted):
    gender = next(one for one in uses(drafted) if one.use == "demographics")
    word = next(iter(gender.answers.values()))
    drafted.change(lambda documents: documents.codebook["scale"]["answers"].update({3: word}))
    notes = change(drafted, "no_answer", question=item(drafted), value=word)
    assert word not in [*codebook_of(drafted).demographics[gender.name].categories.values()]
    assert [gender.name in note for note in notes] == [True]


def test_other_spellings_of_a_word_go_and_come_with_it(drafted):
    drafted.change(lambda documents: documents.codebook["scale"].update(spellings={"So-so": 3, "Yes!": 5}))
    change(drafted, "no_answer", question=item(drafted), value="So-so")
    assert codebook_of(drafted).scale.spellings == {"Yes!": 4}
    assert drafted.config().data.missing_codes == ("So-so", AGREE[2])
    change(drafted, "answer", question=item(drafted), value="So-so")
    assert codebook_of(drafted).scale.spellings == {"So-so": 3, "Yes!": 5}
    assert drafted.config().data.missing_codes == ()


def test_a_word_of_which_nothing_is_said_becomes_an_answer_above_all_others(drafted):
    study = drafted
    change(study, "answer", question=item(study), value="Absolutely")
    scale = codebook_of(study).scale
    assert (scale.maximum, scale.answers[6]) == (6, "Absolutely")


def test_a_place_that_is_nobodys_answer_is_taken_out(drafted):
    drafted.change(lambda documents: documents.codebook["scale"]["answers"].pop(3))
    assert "3: nobody's answer" in str(columns_step(View(drafted, "en"))).replace("&#x27;", "'")
    change(drafted, "no_place", question=item(drafted), value=3)
    scale = codebook_of(drafted).scale
    assert (scale.maximum, list(scale.answers.values())) == (4, [*AGREE[:2], *AGREE[3:]])
    with pytest.raises(SurveyError, match="its answers are others"):
        change(drafted, "no_place", question=item(drafted), value=3)


def test_what_would_leave_too_few_or_contradict_margins_is_refused(drafted):
    gender = next(one for one in uses(drafted) if one.use == "demographics")
    margin = {"of": [gender.name], "population": [[1, 0.5], [2, 0.5]]}
    drafted.change(lambda documents: documents.config.update(weighting={"margins": [margin]}))
    before = drafted.version()
    words = list(gender.answers.values())
    for do, value in (("order", words[::-1]), ("no_answer", words[0])):
        with pytest.raises(SurveyError, match=r"`weighting.margins` in config.yaml has its codes"):
            change(drafted, do, question=gender.name, value=value)
    assert drafted.version() == before
    for word in AGREE[:3]:
        change(drafted, "no_answer", question=item(drafted), value=word)
    with pytest.raises(SurveyError, match="too few answers would be left"):
        change(drafted, "no_answer", question=item(drafted), value=AGREE[3])


def test_codes_beside_words_are_not_numbered_anew(tmp_path):
    study = form(tmp_path, lambda cell, row: "4" if cell == AGREE[3] and row < 3 else cell)
    drawn = str(columns_step(View(study, "en")))
    assert "data-word" in drawn  # of the questions about the respondent
    assert f'data-word="{AGREE[0]}"' not in drawn


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_can_do_what_it_advises(tmp_path, language):
    """A word that was taken for the middle is told, with the button that takes it out."""
    doubtful = "Not sure"
    study = form(tmp_path, lambda cell, row: doubtful if cell == AGREE[2] else cell)
    draft = start_new_wave(tmp_path / "other", tmp_path / "form.csv")
    view = View(study, language)
    [told] = [str(view.line(line)) for line in draft.to_do if "is taken for the middle" in line]
    button, answers = translated(step.MEANS_NONE, language), translated("Answers", language)
    assert button in told
    assert answers in told
    assert not any(key in told for key in ("missing_codes", "config.yaml", "codebook.yaml"))
    drawn = str(columns_step(view))
    assert f'aria-label="{button}: {doubtful}"' in drawn
    change(study, "no_answer", question=item(study), value=doubtful)
    assert f'aria-label="{translated(step.IS_ANSWER, language)}: {doubtful}"' in str(columns_step(view))
