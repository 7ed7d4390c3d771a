from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import NONE_FOUND, WHOLE, Card
from smartcity_survey.report.contents import Contents, Entry, load_contents
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import Table, card_line, render_table
from smartcity_survey.report.wording import load_wording
from smartcity_survey.study.config import Language
from tests.report.conftest import CARD, HOSTILE, MakeSetting

CONTENTS = load_contents()
ENTRIES = {entry.name: entry for entry in CONTENTS.entries("table")}


@pytest.fixture
def render(tables: dict[str, pd.DataFrame], setting: MakeSetting) -> Callable[..., Table]:
    def rendered(name: str, language: Language = "en") -> Table:
        return render_table(tables[name], ENTRIES[name], CONTENTS, setting(language))

    return rendered


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in line] for group in table.groups for line in group.lines]


def test_descriptives_by_label_with_the_decimals_of_the_paper(render: Callable[..., Table]) -> None:
    table = render("descriptives")
    assert table.headings[:5] == ("Score", "n", "Min", "Max", "Mean")
    assert texts(table)[0] == [
        "Trust",
        "40",
        "1.00",
        "4.00",
        "3.1416",
        "0.10000",
        "0.63246",
        "−0.500",
        "0.374",
        "0.250",
        "0.733",
    ]
    assert texts(render("descriptives", "kk"))[1][:5] == ["Қолдану жеңілдігі", "40", "1,00", "4,00", "3,1416"]


def test_loadings_below_the_limit_are_blank(render: Callable[..., Table]) -> None:
    table = render("rotated_loadings")
    assert table.headings == ("Item", "1", "2", "3")
    assert texts(table)[0] == ["T1", ".850", "", ""]
    assert "Loadings below .50 are left blank." in table.notes


def test_loading_at_the_limit_is_shown_even_if_negative(setting: MakeSetting) -> None:
    frame = pd.DataFrame({"item": ["T1", "T2"], "component_1": [-0.5, 0.4999]})
    table = render_table(frame, ENTRIES["rotated_loadings"], CONTENTS, setting("en"))
    assert texts(table) == [["T1", "−.500"], ["T2", ""]]


def test_items_carry_their_wording(render: Callable[..., Table]) -> None:
    first, second = (line[0] for line in render("item_msa", "ru").groups[0].lines[:2])
    assert (first.text, first.aside) == ("T1", HOSTILE)
    assert (second.text, second.aside) == ("T2", "Пункт T2")


def test_recoded_items_are_marked(render: Callable[..., Table]) -> None:
    asides = [line[0].aside for line in render("item_msa").groups[0].lines]
    assert [aside for aside in asides if aside.endswith(" (R)")] == ["Item E3 (R)"]


def test_demographics_are_grouped_by_question_with_valid_n(render: Callable[..., Table]) -> None:
    table = render("demographics", "kk")
    assert [group.heading for group in table.groups] == ["Қала (жауап берген: 40)", "Жасы (жауап берген: 39)"]
    assert texts(table)[0] == ["Солтүстік", "30", "75,0", "75,0"]


def test_statistics_take_the_format_of_their_line(render: Callable[..., Table]) -> None:
    assert [line[1] for line in texts(render("adequacy"))] == [
        ".979", "46,310.317", "1,275", "< .001", "2.50 × 10⁻³¹", "−70.470", "0.0266", "1,073.4", "40",
    ]  # fmt: skip


def test_corrected_statistics_say_so_and_look_like_the_plain_ones(render: Callable[..., Table]) -> None:
    lines = {line[0]: line[1] for line in texts(render("cfa_fit"))}
    assert lines["RMSEA"].startswith(".")
    assert lines["Satorra-Bentler: RMSEA"].startswith(".")
    assert len(lines["Satorra-Bentler: RMSEA"]) == 4


def test_two_ends_become_one_interval(render: Callable[..., Table]) -> None:
    table = render("coefficients", "ru")
    assert table.headings.count("Интервал") == 1
    column = table.headings.index("Интервал")
    assert [line[column] for line in texts(table)] == ["[0,120; 0,620]", "[1,010; 1,760]", "[−0,150; 0,090]"]
    assert texts(render("reliability"))[0][2:4] == [".910", "[.870, .940]"]


def test_constant_has_no_beta(render: Callable[..., Table]) -> None:
    table = render("coefficients")
    assert texts(table)[0][:5] == ["Constant", "0.374", "0.127", "", "2.939"]
    assert all(table.numeric[1:])


def test_long_table_made_wide(render: Callable[..., Table]) -> None:
    weights = render("score_weights")
    assert weights.headings == ("Item", "Trust", "Ease of use", "Use")
    assert texts(weights)[0] == ["T1", "0.300", "0.000", "0.000"]
    assert texts(weights)[-1][0] == "Total"
    agreement = render("score_agreement")
    assert agreement.headings == ("Score", "Mean", "CFA, regression", "PLS-SEM")
    assert texts(agreement)[0] == ["Trust", ".988", ".988", ".988"]


def test_sizes_of_a_new_wave_are_a_matrix(
    tables: dict[str, pd.DataFrame], render: Callable[..., Table]
) -> None:
    """A line for each predictor and a column for each coefficient: the respondents, then their power."""
    table = render("new_wave_size")
    assert table.headings == ("Predictor", "β = .05", "β = .10", "β = .15", "β = .20")
    assert [group.heading for group in table.groups] == ["Use: Respondents", "Use: Simulated power"]
    assert texts(table) == [
        ["Trust", "4,110", "1,029", "459", "259"],
        ["Ease of use", "6,478", "1,621", "722", "407"],
        ["Trust", ".81", ".79", ".80", ".83"],
        ["Ease of use", ".76", ".78", ".80", ".80"],
    ]
    numbers = [cell.values[0] for group in table.groups for line in group.lines for cell in line[1:]]
    frame = tables["new_wave_size"]
    assert numbers == [*frame["n_needed"], *frame["simulated_power"]]
    assert render("new_wave_size", language="ru").headings[1] == "β = 0,05"


def test_columns_that_say_yes_throughout_are_a_sentence(
    tables: dict[str, pd.DataFrame], setting: MakeSetting, render: Callable[..., Table]
) -> None:
    entry = ENTRIES["htmt_bounds"]
    mixed = render("htmt_bounds")
    assert mixed.headings[3:6] == ("p, .85 or more", "< .85", "< .90")
    assert not any("without a column" in note for note in mixed.notes)
    met = tables["htmt_bounds"].assign(below_similar=True, htmt2_below_similar=True)
    shown = render_table(met, entry, CONTENTS, setting("en"))
    assert [heading for heading in mixed.headings if heading not in shown.headings] == [
        "< .90",
        "HTMT2 < .90",
    ]
    assert "Met in every line, and so without a column: < .90; HTMT2 < .90." in shown.notes
    assert render_table(met.head(0), entry, CONTENTS, setting("en")).headings == mixed.headings


def test_columns_named_after_constructs_and_terms(render: Callable[..., Table]) -> None:
    assert render("htmt").headings == ("Construct", "Trust", "Ease of use", "Use")
    assert render("collinearity").headings[-3:] == ("Constant", "Trust", "Ease of use")


def test_demographic_terms_are_their_answers(render: Callable[..., Table]) -> None:
    lines = [cells[:2] for cells in texts(render("hierarchical_coefficients"))]
    assert lines[:4] == [
        ["Constant", ""],
        ["City: Оңтүстік", "City: North"],
        ["City: no answer", "City: North"],
        ["Age: 18–30", "Age: 31+"],
    ]
    assert lines[-1] == ["Ease of use", ""]
    assert texts(render("hierarchical_coefficients", "ru"))[2][:2] == ["Город: нет ответа", "Город: Север"]


def test_codes_and_truths_are_put_into_words(render: Callable[..., Table]) -> None:
    assert texts(render("cleaning_log"))[1] == ["Blank questionnaire", "3", "1,057"]
    assert texts(render("item_retention"))[-1][-2:] == ["no", "Largest loading below 0.5"]
    assert texts(render("item_retention", "ru"))[-1][-2:] == ["нет", "Наибольшая нагрузка меньше 0,5"]
    assert texts(render("crosscheck"))[1][:2] == ["Coefficients: Use", "statsmodels"]


def test_only_findings_of_the_audit_are_shown_by_severity(render: Callable[..., Table]) -> None:
    table = render("audit")
    assert [group.heading for group in table.groups] == ["Changes a conclusion", "Probable typing error"]
    assert texts(table) == [
        ["Table 17, H1", "It is another number.", "0.105", "0.106 - 0.107"],
        ["Table 11", "A slip.", "676", "675"],
    ]


def test_recomputed_numbers_have_the_printed_decimals_and_misses_are_flagged(
    render: Callable[..., Table],
) -> None:
    table, words = render("reproduction", "kk"), load_wording("kk").texts
    assert [group.heading for group in table.groups] == ["12-кесте", "14-кесте"]
    assert texts(table) == [
        [f"Пайдалану һәм өсу, {words['columns.mean']}", "3,5595", "3,5595", "иә", ""],
        [f"Пайдалану һәм өсу, {words['columns.sd']}", "0,76482", "0,76499", "жоқ", "A slip of one digit."],
        ["бос ұяшық: 6, ең үлкені", "< 0,5", "0,4", "иә", ""],
    ]
    assert [[cell.flagged for cell in line] for line in table.groups[0].lines][1] == [False] * 3 + [
        True,
        False,
    ]


def test_hypotheses_are_grouped_under_their_claim(render: Callable[..., Table]) -> None:
    table = render("hypotheses")
    assert [group.heading for group in table.groups] == ["H1: Trust → Use (+)", "H2: Ease of use → Use (−)"]
    assert texts(table)[0] == ["Printed", "−.105", "", ".017", "confirmed"]


def test_long_table_says_how_much_is_shown(setting: MakeSetting) -> None:
    frame = pd.DataFrame({"component": np.arange(1, 51), "eigenvalue": np.linspace(9, 0.1, 50)})
    table = render_table(frame, ENTRIES["eigenvalues"], CONTENTS, setting("en"))
    assert len(texts(table)) == 15
    assert table.notes[-1] == "The first 15 of 50 lines are shown."


def test_card_in_the_language_of_the_report(setting: MakeSetting) -> None:
    assert card_line(CARD, setting("en")) == (
        "method: Pearson correlations; n: 40; components: 7 (eigenvalue above 1); tolerance: 1 × 10⁻¹²; "
        "seed: 20221128"
    )
    assert card_line({"admissible": "true"}, setting("kk")) == "шешім жарамды: иә"
    excluding = card_line({"excludes": "careless, out_of_range"}, setting("ru"))
    assert excluding == "исключает: Небрежные ответы, Ответ вне шкалы"


def test_a_table_of_a_later_wave_needs_no_more_than_an_entry(setting: MakeSetting) -> None:
    """Unknown columns keep their names, unknown numbers four digits, and nothing fails."""
    frame = pd.DataFrame({"turn": ["2022", "2025"], "gain": [0.123456, np.nan], "remark": ["first", None]})
    entry = Entry("table", "anova", row="turn")
    table = render_table(frame, entry, Contents((), (), {}, {}), setting("en"))
    assert table.headings == ("turn", "gain", "remark")
    assert texts(table) == [["2022", "0.1235", "first"], ["2025", "", ""]]


@pytest.mark.parametrize(
    ("language", "mark", "note"),
    [
        ("en", "x", "x: fewer than 5 respondents"),
        ("ru", "х", "х — меньше 5 респондентов"),
        ("kk", "х", "х — 5 респонденттен аз"),
    ],
)
def test_cells_left_out_before_sharing_have_a_mark_and_a_note(
    tables: dict[str, pd.DataFrame], setting: MakeSetting, language: Language, mark: str, note: str
) -> None:
    frame = tables["demographics"].copy()
    whole = render_table(frame, ENTRIES["demographics"], CONTENTS, setting(language), CARD)
    frame.loc[[0, 1], ["n", "percent", "valid_percent"]] = np.nan
    frame.loc[frame["variable"] == frame["variable"][0], ["valid_n", "n_missing"]] = np.nan
    card = CARD | {"hidden_below": 5}
    table = render_table(frame, ENTRIES["demographics"], CONTENTS, setting(language), card)
    assert [line[1:] for line in texts(table)[:2]] == [[mark] * 3] * 2
    assert texts(table)[2:] == texts(whole)[2:]
    assert table.numeric == whole.numeric
    assert f"= {mark})" in table.groups[0].heading or f": {mark})" in table.groups[0].heading
    assert any(line.startswith(note) for line in table.notes)
    assert not any(line.startswith(note) for line in whole.notes)


def test_a_construct_may_be_called_as_a_column_of_numbers_is(setting: MakeSetting) -> None:
    """`b` heads regression coefficients; as a construct it has its label and is written as a correlation."""
    there = setting("en")
    named = replace(there, labels=replace(there.labels, constructs={"b": "Belief", "p": "Price"}))
    frame = pd.DataFrame({"construct": ["b", "p"], "b": [1.0, 0.5], "p": [0.5, 1.0]})
    table = render_table(frame, ENTRIES["score_correlations"], CONTENTS, named)
    assert table.headings == ("Construct", "Belief", "Price")
    assert texts(table) == [["Belief", "", ""], ["Price", ".500", ""]]


def test_a_symmetric_matrix_shows_its_lower_triangle(render: Callable[..., Table]) -> None:
    """HTMT and correlations without the diagonal; Fornell and Larcker's diagonal, the yardstick, is bold."""
    for name, diagonal in (("htmt", False), ("fornell_larcker", True), ("cfa_factor_correlations", False)):
        lines = [line[1:] for group in render(name).groups for line in group.lines]
        shown = [[bool(cell.text) for cell in line] for line in lines]
        assert shown == [
            [column < row or (diagonal and column == row) for column in range(len(line))]
            for row, line in enumerate(lines)
        ]
        bold = [
            (row, column) for row, line in enumerate(lines) for column, cell in enumerate(line) if cell.strong
        ]
        assert bold == ([(row, row) for row in range(len(lines))] if diagonal else [])


def test_what_has_no_solution_is_told_below_the_table_with_the_names_at_fault(
    tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    refused = [
        {"part": WHOLE, "reason": "heywood", "at_fault": "T1, T2"},
        {"part": "omega", "reason": "not_converged", "at_fault": ""},
    ]
    card: Card = {"n": 40, "refused": refused}
    whole = render_table(pd.DataFrame(), ENTRIES["htmt"], CONTENTS, setting("en"), card)
    assert (whole.headings, whole.groups) == ((), ())
    assert whole.notes == (
        "Not computed: a factor that explains all of an item's variance or more (Heywood case) (T1, T2).",
        "Not computed (ω): no convergence.",
    )
    assert "refused" not in whole.card
    nobody: Card = {"refused": [{"part": NONE_FOUND, "reason": "no_deviant_group", "at_fault": ""}]}
    nothing = render_table(pd.DataFrame(), ENTRIES["deviant_groups"], CONTENTS, setting("en"), nobody)
    assert nothing.notes[-1] == "None: no group has a mean deviance beyond an end."
    beside = render_table(tables["htmt"], ENTRIES["htmt"], CONTENTS, setting("ru"), card)
    assert beside.groups
    assert beside.notes[-1] == "Не вычислено (ω): нет сходимости."


def test_a_status_that_is_a_reason_says_whom_it_concerns(setting: MakeSetting) -> None:
    frame = pd.DataFrame(
        {
            "demographic": "city",
            "first": ["1", "1"],
            "second": ["2", "2"],
            "n_first": [60, 60],
            "n_second": [70, 70],
            "status": ["compared", "constant"],
            "group_at_fault": [None, "2"],
            "at_fault": [None, "T1"],
        }
    )
    table = render_table(frame, ENTRIES["group_comparisons"], CONTENTS, setting("en"))
    column = table.headings.index("Outcome")
    assert [line[column] for line in texts(table)] == [
        "Compared",
        "the same answer by everybody (City: Оңтүстік, T1)",
    ]


def test_a_card_is_written_in_words_with_its_numbers(setting: MakeSetting) -> None:
    card: Card = {"groups": "large_enough", "smallest": 50, "divisor": "n_minus_1", "file": "odd {name.csv"}
    assert card_line(card, setting("en")) == (
        "groups: categories with 50 respondents or more; divisor: n − 1; file: odd {name.csv"
    )
    assert "респондентов не менее 50" in card_line(card, setting("ru"))


def test_pairs_that_a_card_lists_are_written_out(setting: MakeSetting) -> None:
    pairs = [{"name": "T1", "with": "U1"}, {"name": "T2", "with": "U1"}]
    card: Card = {"continuity_two_by_two": 0.5, "continuity_larger": 0.0, "corrected_pairs": pairs}
    assert card_line(card, setting("en")) == (
        "added to an empty cell of a two-by-two table: 0.5; added to an empty cell of a larger table: 0; "
        "these pairs: T1 – U1, T2 – U1"
    )


def test_an_inadmissible_solution_is_named_below_its_table(
    tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    card: Card = {"n": 40, "inadmissible": [{"name": "T1"}, {"name": "trust", "with": "use"}]}
    table = render_table(tables["htmt"], ENTRIES["htmt"], CONTENTS, setting("en"), card)
    assert "This solution is inadmissible" in table.notes[-1]
    assert "(T1, Trust – Use)" in table.notes[-1]
    assert "inadmissible" not in table.card


@pytest.mark.parametrize(
    ("language", "notes"),
    [
        ("en", ["n = 1,040.", "95% confidence intervals (percentile)."]),
        ("ru", ["n = 1040.", "Доверительные интервалы 95\u00a0% (процентильный)."]),
    ],
)
def test_a_note_begins_with_n_and_names_the_intervals(
    tables: dict[str, pd.DataFrame], setting: MakeSetting, language: Language, notes: list[str]
) -> None:
    card = {"n": 1040, "confidence_level": 0.95, "interval": "percentile"}
    paths = render_table(tables["pls_paths"], ENTRIES["pls_paths"], CONTENTS, setting(language), card)
    assert list(paths.notes[:2]) == notes
    without = render_table(
        tables["pls_weights"], ENTRIES["pls_weights"], CONTENTS, setting(language), {"n": 1040}
    )
    assert notes[1] not in without.notes


def test_numbers_of_a_card_that_cannot_exceed_one_are_written_as_in_the_tables(setting: MakeSetting) -> None:
    card = {"alpha": 0.05, "equivalence_bound": 0.1, "tolerance": 0.5, "seed": 0}
    assert card_line(card, setting("en")) == "level: .05; equivalence bound: .1; tolerance: 0.5; seed: 0"
    assert card_line(card, setting("ru")).startswith("уровень значимости: 0,05; граница эквивалентности: 0,1")


def test_items_without_a_known_wording_are_explained_once(
    tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    there = setting("en")
    nameless = replace(there, labels=replace(there.labels, unworded=frozenset({"T1"})))
    said = "Items with a number for a label: their wording is not available."

    def notes(name: str, one: Setting) -> tuple[str, ...]:
        return render_table(tables[name], ENTRIES[name], CONTENTS, one).notes

    assert said in notes("item_descriptives", nameless)
    assert said not in notes("item_descriptives", there)
    assert said not in notes("item_msa", nameless)
