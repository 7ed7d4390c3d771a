from __future__ import annotations

import pandas as pd
import pytest

from smartcity_survey.data.bounds import READINGS
from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.figures.coefficients import plot_coefficients
from smartcity_survey.report.figures.path_texts import range_text
from smartcity_survey.report.tables import remarks
from smartcity_survey.report.verdicts import facts, verdicts
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.config import Language
from tests.report.conftest import MakeSetting


def test_hypotheses_by_method(tables: dict[str, pd.DataFrame], setting: MakeSetting) -> None:
    first, second = verdicts(tables["hypotheses"], setting("en"))
    assert (first.name, first.claim, first.agreed) == ("H1", "Trust → Use (+)", True)
    assert (second.name, second.claim, second.agreed) == ("H2", "Ease of use → Use (−)", False)
    printed, ols, pls = first.findings
    assert printed is not None
    assert ols is not None
    assert pls is not None
    assert [finding.method for finding in (printed, ols, pls)] == ["Printed", "OLS regression", "PLS-SEM"]
    assert printed.numbers == ("β = −.105", "p = .017")
    assert ols.numbers == ("β = .420", "[.30, .52]", "p < .001")


def test_a_confirmation_against_its_own_sign_is_marked(
    tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    """A printed coefficient may be negative while a positive effect counts as confirmed."""
    lines = verdicts(tables["hypotheses"], setting("kk"))
    marked = [[bool(finding and finding.contrary) for finding in line.findings] for line in lines]
    assert marked == [[True, False, False], [False, False, False]]


def test_a_method_may_lack_a_hypothesis(tables: dict[str, pd.DataFrame], setting: MakeSetting) -> None:
    hypotheses = tables["hypotheses"].query("not (hypothesis == 'H2' and method == 'published')")
    _, second = verdicts(hypotheses, setting("en"))
    assert second.findings[0] is None
    assert second.agreed


def test_facts(tables: dict[str, pd.DataFrame], setting: MakeSetting) -> None:
    shown = {what: (number, of) for what, number, of in facts(tables, setting("en"))}
    assert shown["Respondents analysed"] == ("1,040", "of 1,060")
    assert shown["Items retained"] == ("8", "of 9")
    assert shown["R², OLS regression"] == (".578", "")
    assert shown["Hypotheses confirmed, OLS regression"] == ("1", "of 2")
    assert shown["Printed numbers reproduced"] == ("2", "of 3")
    assert facts({}, setting("en")) == ()


def test_a_method_without_a_solution_says_so_and_disagrees_with_nobody(
    tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    hypotheses = tables["hypotheses"].copy()
    ols = hypotheses["method"] == "ols"
    hypotheses.loc[ols, ["estimate", "ci_low", "ci_high", "p"]] = float("nan")
    hypotheses.loc[ols, "verdict"] = "no_solution"
    first, second = verdicts(hypotheses, setting("en"))
    for line in (first, second):
        finding = line.findings[1]
        assert finding is not None
        assert (finding.verdict, finding.numbers, finding.confirmed, finding.contrary) == (
            "no solution",
            (),
            False,
            False,
        )
    assert not first.agreed
    assert not first.split
    assert ("Hypotheses confirmed, OLS regression", "0", "of 2") in facts(
        {"hypotheses": hypotheses}, setting("en")
    )


def test_a_claim_that_one_method_judges_is_compared_with_nothing(
    tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    """Though it stands first, the methods keep their order; it has an outcome of its own in the figure."""
    own = tables["hypotheses"].query("hypothesis == 'H1' and method == 'pls'")
    own = own.assign(hypothesis="H0", predictor="use", outcome="trust")
    every = pd.concat([own, tables["hypotheses"]], ignore_index=True)
    there = setting("en")
    first, second, _ = verdicts(every, there)
    assert [finding and finding.method for finding in first.findings] == [None, None, "PLS-SEM"]
    assert not first.compared
    assert second.compared
    assert None not in second.findings
    shown = {what: of for what, _, of in facts({"hypotheses": every}, there)}
    assert shown == {
        "Hypotheses confirmed, OLS regression": "of 2",
        "Hypotheses confirmed, PLS-SEM": "of 3",
    }
    assert list(facts({"hypotheses": own}, there)) == [("Hypotheses confirmed, PLS-SEM", "1", "of 1")]
    panels = plot_coefficients(every, there).axes
    assert [len(panel.get_yticks()) for panel in panels] == [1, 2]
    assert len(plot_coefficients(own, there).axes) == 1


STATES = ["hypothesis", "method", "state", "reading", "low", "high"]


def test_what_the_print_leaves_open_has_its_ends_in_place_of_a_verdict(
    tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    hypotheses = tables["hypotheses"].merge(tables["decisions"][STATES], how="left")
    first, second = verdicts(hypotheses, setting("en"))
    _, ols, pls = first.findings
    assert ols is not None
    assert pls is not None
    assert (pls.verdict, pls.open, pls.confirmed) == ("open", True, False)
    assert pls.numbers == ("from −.35 to .71", "claimed fit")
    assert (ols.verdict, ols.open) == ("confirmed", False)
    assert first.bottom_line == (
        "H1: confirmed in print (β = −.105); PLS-SEM could give anything from −.35 to .71 with the same "
        "printed tables (claimed fit)."
    )
    decided = second.findings[2]
    assert decided is not None
    assert (decided.verdict, decided.open, decided.confirmed) == ("not confirmed", False, False)
    assert decided.numbers == ("decided", "from −.33 to −.21", "strict fit")
    assert second.bottom_line == (
        "H2: confirmed in print (β = −.300); PLS-SEM gives −.33 to −.21: not confirmed wherever the factor "
        "model fits as a true one does, as far as was searched."
    )
    assert verdicts(tables["hypotheses"], setting("en"))[0].bottom_line == ""
    assert [line.compared for line in (first, second)] == [False, True]


def test_an_end_shows_its_sign(tables: dict[str, pd.DataFrame], setting: MakeSetting) -> None:
    """The two ends of an open verdict differ in sign: `-.002` is no `.00`."""
    known = tables["decisions"][STATES].assign(low=-0.00208917)
    first, _ = verdicts(tables["hypotheses"].merge(known, how="left"), setting("en"))
    pls = first.findings[2]
    assert pls is not None
    assert pls.numbers[0] == "from −.002 to .71"
    assert "from −.002 to .71" in first.bottom_line
    assert range_text(-0.00208917, 0.71, setting("en").wording) == "−.002 to .71"
    entry = next(one for one in load_contents().entries("table") if one.name == "verdict_sheet")
    line = {"low_sem": -0.00208917, "high_sem": 0.92, "reading_sem": "claimed", "caveats": "open_by_sem"}
    (told,) = remarks(line, entry, load_contents(), setting("en"))
    assert "anything from −.002 to .92" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_decided_is_so_under_its_reading_and_as_far_as_was_searched(
    tables: dict[str, pd.DataFrame], setting: MakeSetting, language: Language
) -> None:
    """Whatever the reading of the set, its words stand in the sentence and under the verdict."""
    wording = setting(language).wording
    searched = {"en": "as far as was searched", "ru": "насколько показал поиск", "kk": "іздеу жеткен шекте"}
    for reading in READINGS:
        known = tables["decisions"][STATES].assign(reading=reading)
        _, second = verdicts(tables["hypotheses"].merge(known, how="left"), setting(language))
        assert wording.value("wherever", reading) in second.bottom_line
        assert searched[language] in second.bottom_line
        decided = second.findings[2]
        assert decided is not None
        assert decided.numbers[-1] == wording.value("reading", reading)
        assert wording.value("wherever", reading) != reading != wording.value("reading", reading)


def test_no_count_of_confirmed_hypotheses_stands_where_the_print_leaves_them_open(
    tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    hypotheses = tables["hypotheses"].merge(tables["decisions"][STATES], how="left")
    shown = {
        what: (number, of) for what, number, of in facts({**tables, "hypotheses": hypotheses}, setting("en"))
    }
    assert shown["Verdicts the print decides, PLS-SEM"] == ("1", "of 2")
    assert "Hypotheses confirmed, PLS-SEM" not in shown
    assert "R², PLS-SEM" not in shown
    assert shown["Hypotheses confirmed, OLS regression"] == ("1", "of 2")
    other = hypotheses.assign(state="open", verdict="open")
    shown = {what: number for what, number, _ in facts({"hypotheses": other}, setting("en"))}
    assert shown == {f"Verdicts the print decides, {name}": "0" for name in ("OLS regression", "PLS-SEM")}


def test_the_coefficient_plot_draws_nothing_of_what_is_open(
    tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    hypotheses = tables["hypotheses"].merge(tables["decisions"][STATES], how="left")

    def drawn(frame: pd.DataFrame) -> list[int]:
        (panel,) = plot_coefficients(frame, setting("en")).axes
        return [len(points.get_offsets()) for points in panel.collections if len(points.get_offsets()) > 0]

    plain = sum(drawn(tables["hypotheses"]))
    assert sum(drawn(hypotheses)) == plain - (hypotheses["state"] == "open").sum() < plain
