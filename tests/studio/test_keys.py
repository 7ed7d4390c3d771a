"""Messages are written for the files; the page tells its own fields instead, in each language."""

from __future__ import annotations

import re
from html import unescape

import pytest

from smartcity_survey.check import check_study
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.messages import LANGUAGES, catalogue, translated
from smartcity_survey.new_wave.start import start_new_wave
from smartcity_survey.studio.documents import Study
from smartcity_survey.studio.options import CALLED, OPTIONS_STEP, in_capitals, offered
from smartcity_survey.studio.page import STEPS_IN_ORDER
from smartcity_survey.studio.steps.options import gaps_note
from smartcity_survey.studio.view import View
from smartcity_survey.studio.words.keys import STEPS_OF_KEYS, called, field_of
from smartcity_survey.studio.words.on_the_page import PARTS
from tests.studio.test_documents import change


def said(study: Study, language: str, found: str, remedy: str, place: str = "") -> str:
    place = place or f"{study.folder}/config.yaml, data"
    return View(study, language).problems([Problem(place, found, remedy)])[0]


KEYS = {
    "missing_codes": {
        "en": "“Codes and words that mean no answer, beside those the .sav declares” (step 5)",
        "ru": "(шаг 5)",
        "kk": "(5-қадам)",
    },
    "reverse: true": {
        "en": "“Worded the other way round” (step 3)",
        "ru": "«Обратная формулировка» (шаг 3)",
        "kk": "«Кері айтылған» (3-қадам)",
    },
    "model.paths": {
        "en": "“What explains what” (step 4)",
        "ru": "«Что чем объясняется» (шаг 4)",
        "kk": "«Не нені түсіндіреді» (4-қадам)",
    },
    "missing": {
        "en": "“Missing answers” (step 5)",
        "ru": "«Пропущенные ответы» (шаг 5)",
        "kk": "«Қалып қойған жауаптар» (5-қадам)",
    },
    "study: language": {
        "en": "“Language of the report” (step 5)",
        "ru": "«Язык отчёта» (шаг 5)",
        "kk": "(5-қадам)",
    },
    "pls.interval: percentile": {"en": "(step 5): percentiles", "ru": "процентильный", "kk": "процентильдік"},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_called_by_its_field(drafted, key, language):
    told = said(drafted, language, f"see `{key}`.", "")
    assert KEYS[key][language] in told
    assert "`" not in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_without_a_field_is_said_to_be_a_line_of_a_file(drafted, language):
    told = said(drafted, language, "see `spellings`.", "")
    ends = {"en": "There is no field for `spellings`", "ru": "Поля для `spellings`", "kk": "`spellings` үшін"}
    assert ends[language] in told


def test_what_is_wrong_with_several_is_told_once(drafted):
    for number in range(12):
        change(drafted, "add_construct", value=f"Habit number {number}")
    [told] = View(drafted, "en").problems(drafted.problems())
    assert told.count("it has no items") + told.count("It has no items") == 1
    assert all(f"Construct “Habit number {number}”" in told for number in range(12))
    assert "habit_number" not in told
    assert str(drafted.folder) not in told


def test_a_place_in_the_config_is_a_field_too(drafted):
    place = f"{drafted.folder}/config.yaml, data.missing_codes"
    assert said(drafted, "en", "x.", "", place).startswith("Codes and words that mean no answer")


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_key_in_a_message_of_any_language_is_the_key_of_the_english_one(language):
    """Else the page would not find it there."""
    fields = {code for code in _codes(" ".join(map(_english, catalogue()))) if field_of(*_parted(code))}
    assert len(fields) > 20
    for sentence in catalogue():
        keys = {_parted(code)[0] for code in fields & {*_codes(_english(sentence))}}
        words = sentence.translations.get(language, "")
        assert keys - {_parted(code)[0] for code in _codes(words)} == set(), words


def _english(sentence) -> str:
    return re.sub(r"\\(.)", r"\1", sentence.pattern.pattern)


def _codes(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def _parted(code: str) -> tuple[str, str]:
    key, _, value = code.partition(": ")
    return key, value


def test_steps_have_the_numbers_that_the_page_gives_them():
    numbers = {name: number for number, name in enumerate(STEPS_IN_ORDER, start=1)}
    assert numbers["options"] == OPTIONS_STEP
    own = {"answers": "columns", "constructs": "constructs", "paths": "model", "check": "analysis"}
    assert {key: STEPS_OF_KEYS[key][0] for key in own} == {key: numbers[name] for key, name in own.items()}
    for language in ("ru", "kk"):
        assert [name for _, name in STEPS_OF_KEYS.values() if translated(name, language) == name] == []


def test_what_the_config_says_of_the_file_is_written_on_the_page(drafted):
    assert {"data.missing_codes", "data.skip_rows", "data.weight"} <= {one.key for one in offered()}
    before = (drafted.folder / "config.yaml").read_text(encoding="utf-8")
    for written, codes in (("9, 99", (9, 99)), ("9; No, never", (9, "No, never")), ("-1", (-1,))):
        change(drafted, "option", key="data.missing_codes", value=written)
        assert drafted.config().data.missing_codes == codes
    change(drafted, "option", key="data.missing_codes", value="")
    assert drafted.config().data.missing_codes == ()
    change(drafted, "option", key="data.skip_rows", value="2 3")
    assert drafted.config().data.skip_rows == (2, 3)
    with pytest.raises(Exception, match="Write whole numbers"):
        change(drafted, "option", key="data.skip_rows", value="0")
    assert before != (drafted.folder / "config.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_file_says_is_told_to_the_letter_and_places_count_from_one(drafted, language):
    change(drafted, "name_construct", name="c3", value="Loyalty")
    config = drafted.folder / "config.yaml"
    written = config.read_text(encoding="utf-8")
    first, target = "    - {from: [c1, c2], to: c3}\n", "    - c3 to c1\n"
    assert first in written
    config.write_text(written.replace(first, first + target), encoding="utf-8")
    [told] = View(drafted, language).problems(drafted.problems())
    assert "'c3 to c1'" in told
    assert "Loyalty" not in told
    place = {"en": "Path 2:", "ru": "Путь 2:", "kk": "Модельдегі 2-жол:"}
    assert told.startswith(place[language])
    codes = f"{drafted.folder}/config.yaml, data.missing_codes.0"
    entry = {"en": ", entry 1:", "ru": ", значение 1:", "kk": ", 1-мән:"}
    assert entry[language] in said(drafted, language, "x.", "", codes)


def test_a_cut_off_quotation_is_left_alone_and_an_apostrophe_begins_none(drafted):
    change(drafted, "name_construct", name="c3", value="Loyalty")
    assert said(drafted, "en", "nobody's answer to c3 is the user's.", "").count("Loyalty") == 1
    assert "Loyalty" not in said(drafted, "en", "found 'c3 and so on...", "")
    assert "“Loyalty”" in said(drafted, "en", "found 'c2 c3', which is c3.", "")


OF_GAPS = {
    "en": ("the run is refused", "“Missing answers” (step 5)", "maximum likelihood (EM)"),
    "ru": ("расчёт не начнётся", "«Пропущенные ответы» (шаг 5)", "максимальное правдоподобие (EM)"),
    "kk": ("есептеу басталмайды", "«Қалып қойған жауаптар» (5-қадам)", "максималды шындыққа ұқсастық (EM)"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_gaps_that_no_method_takes_are_told_beside_their_number_with_the_fields_to_be_set(drafted, language):
    view = View(drafted, language)
    assert gaps_note(view) is None
    change(drafted, "option", key="cleaning.missing_items_at_most", value="3")
    told = unescape(str(gaps_note(view)))
    assert [words for words in OF_GAPS[language] if words not in told] == []
    fields = [one for one in offered() if one.key.startswith("missing.") and one.choices]
    names = [in_capitals(called(CALLED.get(one.key, one.description), view.words)) for one in fields]
    assert len(names) == 5
    assert [name for name in names if name not in told] == []
    assert "missing: {" not in told


def test_the_foretold_refusal_is_that_of_the_check_and_its_button_lifts_it(drafted):
    change(drafted, "option", key="cleaning.missing_items_at_most", value="3")
    with pytest.raises(SurveyError, match="lack an answer") as refused:
        check_study(drafted.folder)
    told = unescape(str(gaps_note(View(drafted, "en"))))
    assert View(drafted, "en").told(refused.value.problems[0].remedy) in told.replace("<code>", "`").replace(
        "</code>", "`"
    )
    change(drafted, "take_gaps")
    assert gaps_note(View(drafted, "en")) is None
    assert check_study(drafted.folder).verdict
    # What the rest of the config bars is not chosen.
    change(drafted, "option", key="missing.pls", value="")
    change(drafted, "option", key="pls.interval", value="bca")
    change(drafted, "take_gaps")
    assert drafted.config().missing.pls == "mean_replacement"


def test_every_part_that_the_page_says_otherwise_is_one_of_a_message():
    """Else the page would ask for a line of a file after the message has changed."""
    sentences = [re.sub(r"\{[^{}]*\}", "x", entry) for entry in map(_english, catalogue())]
    patterns = [sentence.pattern for sentence in catalogue()]
    parts = [part for part in PARTS if not any(part in one for one in sentences)]
    whole = [part for part in parts if not any(pattern.fullmatch(part) for pattern in patterns)]
    assert [part for part in whole if not part.endswith((":", "intention}`."))] == []


def test_every_to_do_of_a_draft_begins_with_what_to_do(drafted, tmp_path):
    """On the page no to-do is a noun: each is a sentence that asks for something."""
    draft = start_new_wave(tmp_path / "other", tmp_path / "form.csv")
    told = [unescape(str(View(drafted, "en").line(line))) for line in draft.to_do]
    asks = re.compile(r"\b(write|name|mark|look|put|correct|choose|say|change|leave)\b", re.I)
    assert len(told) > 2
    assert [line for line in told if not asks.search(line)] == []
