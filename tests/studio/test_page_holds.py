"""What the page keeps, says and refuses while others change the study too."""

from __future__ import annotations

from pathlib import Path

import pytest

from smartcity_survey.studio.documents import Study
from smartcity_survey.study.codebook import read_codebook
from tests.report.test_browser import CHROMIUM
from tests.studio.conftest import go, open_studio, page_at
from tests.studio.test_documents import change

pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium (Debian: chromium)")

UNORDERED = ("Not at all", "Rather not", "What can I say", "Perhaps", "And how")
NAMES = "#constructs fieldset input[type=text]"


def labels_of(study: Study) -> list[str]:
    codebook = read_codebook(study.folder / "codebook.yaml")
    return [str(construct.label) for construct in codebook.constructs.values()]


def test_what_is_being_typed_stays_while_others_save(browser, drafted):
    with open_studio(drafted.folder) as address:
        page = page_at(browser, address)
        go(page, "constructs")
        field = page.locator(NAMES).nth(1)
        field.press("End")
        field.press_sequentially(" half")
        change(drafted, "name_construct", name="c1", value="Saved elsewhere")
        page.wait_for_selector("legend:text-is('Saved elsewhere')", state="attached")
        assert field.input_value() == "Statements 2 half"
        page.keyboard.type(" a name")
        field.press("Tab")
        page.wait_for_function("document.querySelectorAll('.is-invalid').length === 0")
        page.wait_for_timeout(1500)
    assert labels_of(drafted)[:2] == ["Saved elsewhere", "Statements 2 half a name"]


def test_a_typed_text_is_saved_where_the_field_was_drawn_again_and_is_left_as_it_is(browser, drafted):
    with open_studio(drafted.folder) as address:
        page = page_at(browser, address)
        go(page, "constructs")
        page.locator(NAMES).nth(1).fill("Whole")
        change(drafted, "name_construct", name="c1", value="Saved elsewhere")
        page.wait_for_selector("legend:text-is('Saved elsewhere')", state="attached")
        page.keyboard.press("Tab")
        page.wait_for_timeout(1500)
    assert labels_of(drafted)[:2] == ["Saved elsewhere", "Whole"]


def test_a_text_that_is_refused_stays_with_a_mark(browser, drafted):
    with open_studio(drafted.folder) as address:
        page = page_at(browser, address)
        go(page, "constructs")
        field = page.locator(NAMES).first
        assert field.get_attribute("maxlength") == page.get_attribute("#new-construct", "maxlength") == "1000"
        for text, told in (("x" * 1001, "1001 letters"), ("\u200b", "it is empty")):
            field.evaluate("field => field.removeAttribute('maxlength')")
            field.fill(text)
            field.press("Tab")
            page.wait_for_selector(f"#state >> text={told}")
            page.wait_for_selector(f"{NAMES}.is-invalid")
            change(drafted, "name_construct", name="c3", value=f"After {told}")
            page.wait_for_selector(f"legend:text-is('After {told}')", state="attached")
            assert field.input_value() == text
            assert field.get_attribute("aria-invalid") == "true"
        assert labels_of(drafted)[0] == "Statements 1"
        field.fill("Trust")
        field.press("Tab")
        page.wait_for_selector("#state >> text=it is empty", state="detached")
        page.wait_for_selector(f"{NAMES}.is-invalid", state="detached")
        page.evaluate("document.querySelector('#new-construct').removeAttribute('maxlength')")
        page.fill("#new-construct", "y" * 1001)
        page.click("button:text-is('Add')")
        page.wait_for_selector("#state >> text=1001 letters")
        assert len(page.input_value("#new-construct")) == 1001
        page.fill("#new-construct", "Habit")
        page.press("#new-construct", "Enter")
        page.wait_for_selector("legend:text-is('Habit')", state="attached")
        assert page.input_value("#new-construct") == ""
        page.wait_for_selector(
            "#state >> text=Construct “Habit”: it has no items. Put items into it in step 3"
        )
        assert page.locator("#state li").count() == 1
    assert labels_of(drafted)[0] == "Trust"


def test_answers_without_an_order_are_told_above_the_steps_until_they_have_one(browser, tmp_path):
    form = tmp_path / "form.csv"
    rows = [[UNORDERED[(row * step) % 5] for step in (1, 2, 3, 4)] for row in range(60)]
    heads = [f"Statement number {place}" for place in range(4)]
    form.write_text("\n".join(",".join(row) for row in (heads, *rows)), encoding="utf-8")
    with open_studio(tmp_path / "study") as address:
        page = page_at(browser, address)
        page.set_input_files("input[type=file]", str(form))
        page.wait_for_selector("#state >> text=Which order? Put the answers in order in step 2")
        assert page.is_disabled("#run")
        page.click("[data-order]")
        page.wait_for_selector("#state >> text=Which order?", state="detached")


def test_a_page_learns_that_another_one_has_begun_the_study(browser, tmp_path):
    form = tmp_path / "form.csv"
    form.write_text("q1,q2,q3\n" + "1,2,3\n3,4,5\n5,2,1\n" * 20, encoding="utf-8")
    folder = tmp_path / "study"
    with open_studio(folder) as address:
        one, other = page_at(browser, f"{address}&language=kk"), page_at(browser, address)
        one.goto(f"{address.split('?')[0]}?language=kk")
        other.wait_for_selector("input[type=file]", state="attached")
        assert other.is_disabled("#check")
        one.set_input_files("input[type=file]", str(form))
        one.wait_for_selector("#columns table")
        other.wait_for_selector("#begun >> text=This folder holds a study")
        other.wait_for_selector(".drop > p", state="hidden")
        form.write_text(form.read_text(encoding="utf-8") + "4,4,4\n", encoding="utf-8")
        other.set_input_files("input[type=file]", str(form))
        other.wait_for_selector("#understood >> text=It has 61 rows; the one in use has 60")
        other.click("#put_in_place")
        other.wait_for_selector("#understood >> text=The earlier file is kept")
        assert str(tmp_path) not in other.inner_text("#understood")
        assert (folder / "data" / "form.csv").read_bytes() == form.read_bytes()
    # A file without words says nothing of its language.
    assert Study(folder).config().study.language == "kk"


BAD_FILES = {
    "photo.xlsx": (b"\x89PNG\r\n\x1a\n" + bytes(200), "it is a picture, not a table"),
    "empty.csv": (b"", "the file is empty"),
    "heads.csv": (b"a,b,c\n", "no row of answers"),
}


def test_a_bad_file_is_called_by_its_own_name_and_leaves_nothing(browser, tmp_path):
    with open_studio(tmp_path / "study") as address:
        page = page_at(browser, address)
        for name, (content, told) in BAD_FILES.items():
            (tmp_path / name).write_bytes(content)
            page.set_input_files("input[type=file]", str(tmp_path / name))
            page.wait_for_selector(f"#understood >> text={name}", state="attached")
            said = page.text_content("#understood")
            assert told.casefold() in said.casefold()
            assert "tmp" not in said
        assert not (tmp_path / "study" / "config.yaml").exists()
        # Some rows that are none are no reason to refuse the rest: they are to be mended.
        (tmp_path / "broken.csv").write_bytes(b"a,b,c\n1,2\n1,2,3,4,5\n")
        page.set_input_files("input[type=file]", str(tmp_path / "broken.csv"))
        page.wait_for_selector("#drafted-0 >> text=line 2: 2 cells")


SLOW = """
import time
import smartcity_survey.studio.server as server
check = server.check_study
server.check_study = lambda folder: (time.sleep(6), check(folder))[1]
"""


def test_a_check_keeps_nobody_waiting(browser, drafted):
    with open_studio(drafted.folder, SLOW) as address:
        page, other = page_at(browser, address), page_at(browser, address)
        go(page, "analysis")
        page.click("#check:enabled")
        page.wait_for_selector("#checked >> text=is read and checked")
        go(other, "constructs")
        for one, name in ((other, "Trust"), (page, "Habit")):
            go(one, "constructs")
            one.fill("#new-construct", name)
            one.click("button:text-is('Add')")
            one.wait_for_selector(f"legend:text-is('{name}')", state="attached", timeout=3000)
        go(page, "analysis")
        assert page.locator("#checked >> text=is read and checked").count() == 1
        page.wait_for_selector("#checked li")


def test_a_studio_that_is_gone_says_so(browser, drafted):
    with open_studio(drafted.folder) as address:
        page = page_at(browser, address)
    page.wait_for_selector("h1:text-is('The studio does not answer.')")
    assert page.locator("#shiny-disconnected-overlay").is_hidden()


def test_what_is_corrected_shows_at_once_wherever_it_stands(browser, drafted):
    with open_studio(drafted.folder) as address:
        page = page_at(browser, address)
        go(page, "model")
        page.wait_for_selector("#model svg")
        go(page, "constructs")
        page.locator(NAMES).nth(0).fill("Trust")
        page.locator(NAMES).nth(1).click()  # where nothing may be drawn anew under the hand
        page.locator(NAMES).nth(1).press_sequentially("half")
        first = page.locator("#constructs select").first
        page.wait_for_function("one => one.options[0].text === 'Trust'", arg=first.element_handle())
        assert page.locator("#constructs option", has_text="Statements 1").count() == 0
        assert "half" in page.locator(NAMES).nth(1).input_value()
        go(page, "model")
        page.wait_for_selector(".explains th:text-is('Trust')")

        go(page, "options")
        gaps = page.get_by_label("cleaning.missing_items_at_most")
        gaps.fill("3")
        gaps.press("Tab")
        page.wait_for_selector("#gaps >> text=the run is refused")
        page.click("summary:has-text('All other options')")
        page.click("#take_gaps")
        page.wait_for_selector("#gaps >> text=the run is refused", state="detached")
        page.wait_for_selector("#option-6d697373696e672e706c73 >> text=Multiple imputation", state="attached")
        assert page.evaluate("document.querySelector('#options details').open")  # as it was
    assert drafted.config().missing.pls == "multiple_imputation"


@pytest.fixture
def long_names(drafted: Study) -> Path:
    change(drafted, "name_construct", name="c1", value="Trust in " + "the city " * 90)
    for name in ("c2", "c3"):
        change(
            drafted, "name_construct", name=name, value=f"Satisfaction with the services of the city {name}"
        )
    change(drafted, "add_construct", value="Willingness to recommend the services to others")
    return drafted.folder


def test_long_labels_do_not_hide_the_grid_or_push_the_diagram_below_it(browser, long_names):
    with open_studio(long_names) as address:
        page = page_at(browser, address)
        go(page, "model")
        head = page.locator(".explains thead th").nth(1)
        head.wait_for()
        assert len(head.inner_text()) == 40
        assert len(head.get_attribute("title")) > 700
        assert page.locator(".explains tr").nth(1).bounding_box()["height"] < 150
        grid, diagram = (page.locator(own).bounding_box() for own in (".explains", "svg.diagram"))
        assert diagram["x"] >= grid["x"] + grid["width"]
        assert diagram["y"] < grid["y"] + grid["height"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
