"""What is wrong with an entered paper is said with its place."""

import pytest
import yaml

from smartcity_survey import audit
from smartcity_survey.audit.address import resolve, resolve_one
from smartcity_survey.audit.paper import read_paper
from smartcity_survey.errors import SurveyError

SMALL = {
    "n": "text:people",
    "text": "row,place,printed,same_as\npeople,methods,40,\nyear_first,methods,2019,\n",
    "text_counts": ["year_*"],
    "objects": {
        "table_1": {
            "number": 1,
            "text_columns": ["kind"],
            "apart": ["total"],
            "csv": "group,row,kind,n,percent\nsex,woman,a,30,75.0\nsex,man,b,10,25.0\n",
        },
        "table_2": {"number": 2, "apart": ["total"], "csv": "row,money\n2020,1.5\n2021,\ntotal,1.5\n"},
    },
    "relations": [{"kind": "sum", "of": "table_2:*:money", "is": "table_2:total:money"}],
}


@pytest.fixture
def written(tmp_path):
    def write(**changes):
        file = tmp_path / "paper.yaml"
        file.write_text(yaml.safe_dump(SMALL | changes, sort_keys=False), encoding="utf-8")
        return file

    return write


def message(action, *arguments):
    with pytest.raises(SurveyError) as caught:
        action(*arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    ("address", "terms"),
    [
        ("table_1:sex/woman:n", ["table_1:sex/woman:n"]),
        ("table_1:sex/*:n", ["table_1:sex/woman:n", "table_1:sex/man:n"]),
        ("table_1:*[kind=b]:percent", ["table_1:sex/man:percent"]),
        ("table_1:sex/woman:*", ["table_1:sex/woman:n", "table_1:sex/woman:percent"]),
        ("table_2:*:money", ["table_2:2020:money"]),
        ("table_2:2020,total:money", ["table_2:2020:money", "table_2:total:money"]),
        ("table_2:*", ["table_2:2020", "table_2:2021"]),
        ("text:people", ["text:people"]),
        (["text:people", 3], ["text:people", 3.0]),
    ],
)
def test_addresses_stand_for_printed_cells_in_order(written, address, terms):
    assert list(resolve(read_paper(written()), address, "here")) == terms


def test_counts_were_never_rounded_and_percents_need_no_sign(written):
    paper = read_paper(written())
    for address, value in (("table_1:sex/woman:n", 30), ("text:people", 40), ("text:year_first", 2019)):
        assert paper.read(address).interval.width == 0
        assert paper.read(address).value == value
    assert paper.read("table_1:sex/woman:percent").interval.low == pytest.approx(0.7495)
    assert paper.read("table_2:2020:money").interval.width == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("table_9:*:n", "`table_9:*:n` names no table, figure or text. Known are table_1, table_2, text."),
        ("table_2:2022:money", "table_2 has no line `2022`. Known are 2020, 2021, total."),
        ("table_2:2020:many", "table_2 has no column `many`. Known are money."),
        ("table_2:2021:money", "nothing is printed at `table_2:2021:money`."),
        (None, "`None` is no address."),
    ],
)
def test_an_address_that_leads_nowhere_is_named_with_its_relation(written, address, said):
    text = message(resolve, read_paper(written()), address, "relations, no. 1 (sum)")
    assert text.startswith("relations, no. 1 (sum): ")
    assert said in text


def test_one_number_is_asked_for_and_several_are_there(written):
    said = message(resolve_one, read_paper(written()), "table_1:sex/*:n", "here")
    assert said == "here: `table_1:sex/*:n` stands for 2 numbers. Name a single one."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"objects": None}, "it has no `objects`"),
        ({"sclae": 5}, "sclae: unknown key"),
        (
            {"objects": {"t": {"number": 1, "csv": "row,n\na,1\na,2\n"}}},
            "objects.t, line a: it stands there twice",
        ),
        ({"objects": {"t": {"number": 1, "csv": "row,n\na,1,2\n"}}}, "3 cells, not 2"),
        ({"objects": {"t": {"number": 1, "colour": "red"}}}, "objects.t.colour: unknown key"),
        ({"objects": {"t": {"file": "none.csv"}}}, "none.csv: there is no such file"),
        ({"files": {"text": "gone.csv"}}, "gone.csv: there is no such file"),
        ({"text": "row,place,printed\na,here,1\na,there,2\n"}, "a stands there twice"),
        ({"relations": [{"kind": "summ"}]}, "relations, no. 1 (summ): this kind is unknown"),
        ({"relations": [{"kind": "sum", "of": "text:people"}]}, "Known are of, is"),
        ({"relations": [{"kind": "count", "of": "table_1:*"}]}, "needs one of `is` and `at_most`"),
        ({"relations": [{"kind": "descriptives", "table": "table_7"}]}, "there is no table `table_7`"),
        ({"relations": [{"kind": "test", "t": "text:people", "p": 0.1}]}, "no test has just t, p"),
        ({"claims": [{"kind": "every", "of": "text:people", "over": 3}]}, "one bound is needed, found over"),
        (
            {"claims": [{"kind": "every", "of": "text:people", "between": [1]}]},
            "`between` has 1 number. Give the lower limit and the upper one.",
        ),
        ({"claims": [{"kind": "trend", "of": "text:people", "direction": "up"}]}, "`up` is unknown"),
        ({"claims": [{"kind": "highest", "of": "table_2:*:money", "rows": [1999]}]}, "is in line 1999"),
    ],
)
def test_what_is_wrong_is_said(written, changes, said):
    assert said in message(audit.run, written(**changes))


def test_a_missing_paper_and_broken_yaml_are_said(tmp_path):
    assert "there is no such file" in message(audit.run, tmp_path / "nothing.yaml")
    broken = tmp_path / "paper.yaml"
    broken.write_text("objects: [", encoding="utf-8")
    assert "line 1: not valid yaml" in message(audit.run, tmp_path)


def test_an_unknown_language_is_said(written):
    assert "`de` is unknown. Use one of en, ru, kk." in message(audit.run, written(), "de")
