"""The head of the page follows the tables: what was checked, what was found, each hypothesis in a line."""

from __future__ import annotations

import pandas as pd
import pytest

from smartcity_survey.report.answer import answer
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.config import Language
from tests.report.conftest import MakeSetting

Tables = dict[str, pd.DataFrame]
STATES = ["hypothesis", "method", "state", "reading", "low", "high"]
CITATION = {
    "kind": {"en": "doctoral thesis", "ru": "диссертация", "kk": "диссертация жұмысы"},
    "year": "2031",
    "place": "Utopia",
    "fieldwork": "May 2030",
}


@pytest.fixture
def reconstructed(tables: Tables) -> Tables:
    """The small study with what the print decides beside each method."""
    hypotheses = tables["hypotheses"].merge(tables["decisions"][STATES], how="left")
    return tables | {"hypotheses": hypotheses}


def found(tables: Tables, setting: MakeSetting) -> str:
    return " ".join(answer(tables, setting("en")).found)


def test_what_was_checked_is_cited(tables: Tables, setting: MakeSetting) -> None:
    checked = answer(tables, setting("en"), CITATION).checked
    assert checked == (
        "Checked: doctoral thesis, Utopia, 2031.",
        "Survey: May 2030.",
        "1,040 of 1,060 questionnaires analysed.",
    )
    assert "диссертация, Utopia, 2031" in answer(tables, setting("ru"), CITATION).checked[0]


def test_a_study_without_a_paper_tells_of_its_own_model(tables: Tables, setting: MakeSetting) -> None:
    own = tables["hypotheses"].query("method != 'published'")
    head = answer(tables | {"hypotheses": own}, setting("en"))
    assert head.checked[0] == "Checked: the study's own model with 2 hypotheses."
    assert head.found[0] == (
        "All methods agree (OLS regression and PLS-SEM) – confirmed: H1 (Trust → Use); "
        "not confirmed: H2 (Ease of use → Use)."
    )
    assert not any(sentence.startswith(("OLS", "PLS")) for sentence in head.found)
    assert head.lines[0].bottom_line.startswith("Confirmed (OLS regression, PLS-SEM). In sum")
    own.loc[(own["method"] == "pls") & (own["hypothesis"] == "H2"), "verdict"] = "confirmed"
    assert answer(tables | {"hypotheses": own}, setting("en")).found[:2] == (
        "OLS regression – confirmed: H1; not confirmed: H2.",
        "PLS-SEM – confirmed: H1 and H2; not confirmed: none.",
    )


@pytest.mark.parametrize(
    ("language", "yes", "no"),
    [
        ("en", "All methods (OLS regression and PLS-SEM) confirm every hypothesis: H1", "No method ("),
        ("ru", "Все методы (Регрессия МНК и PLS-SEM) подтверждают все гипотезы: H1", "Ни один метод ("),
        ("kk", "Барлық әдіс (", "Бірде-бір әдіс ("),
    ],
)
def test_methods_that_agree_are_told_once(
    tables: Tables, setting: MakeSetting, language: Language, yes: str, no: str
) -> None:
    own = tables["hypotheses"].query("method != 'published'")
    for verdict, start in (("confirmed", yes), ("not_confirmed", no)):
        told = answer(tables | {"hypotheses": own.assign(verdict=verdict)}, setting(language)).found
        assert told[0].startswith(start)
        assert "H1 (" in told[0]
        assert "H2 (" in told[0]
    one = answer(tables | {"hypotheses": own.query("method == 'ols'")}, setting(language)).found
    assert not one[0].startswith((yes, no))


def test_a_method_without_a_solution_refutes_nothing(tables: Tables, setting: MakeSetting) -> None:
    own = tables["hypotheses"].query("method != 'published'").copy()
    own.loc[own["method"] == "pls", "verdict"] = ["no_solution", "confirmed"]
    told = answer(tables | {"hypotheses": own}, setting("en")).found
    assert told[0] == "OLS regression – confirmed: H1; not confirmed: H2."
    assert told[1] == "PLS-SEM – confirmed: H2; not confirmed: none; no solution: H1."


def test_the_paragraph_follows_the_tables(reconstructed: Tables, setting: MakeSetting) -> None:
    tables = reconstructed
    before = found(tables, setting)
    assert "The work counts H1 and H2 as confirmed; not none." in before
    assert "agrees on 1 of 2" in before
    assert "opposite of the printed one for H1." in before
    assert "1 of 3 checks of the printed numbers change a conclusion" in before
    assert "PLS-SEM – H2" in before
    changed = tables["hypotheses"].copy()
    changed.loc[changed["method"] == "published", "verdict"] = "not_confirmed"
    changed.loc[changed["method"] == "published", "estimate"] = 0.2
    changed.loc[changed["method"] == "pls", "state"] = "open"
    summary = tables["audit_summary"].assign(n_checks=[10, 7, 3])
    sheet = tables["verdict_sheet"].assign(answer="effect", caveats="lost_after_holm")
    after = found(tables | {"hypotheses": changed, "audit_summary": summary, "verdict_sheet": sheet}, setting)
    assert "The work counts none as confirmed; not H1 and H2." in after
    assert "opposite of the printed one for H2." in after
    assert "7 of 20 checks" in after
    assert "PLS-SEM – none" in after
    assert "an effect as claimed for H1 and H2" in after
    assert "leaves H1 and H2 not significant" in after


def test_each_hypothesis_has_a_line_with_what_is_open_and_what_is_decided(
    reconstructed: Tables, setting: MakeSetting
) -> None:
    first, second = answer(reconstructed, setting("en")).lines
    assert (
        first.bottom_line == "Confirmed in print (β = −.105); open: PLS-SEM from −.35 to .71 (claimed fit)."
    )
    assert second.bottom_line == (
        "Confirmed in print (β = −.300); decided: PLS-SEM not confirmed from −.33 to −.21 (strict fit)."
    )
    moved = reconstructed["hypotheses"].replace({"low": {-0.35: -0.12}})
    changed = answer(reconstructed | {"hypotheses": moved}, setting("en")).lines[0]
    assert "from −.12 to .71" in changed.bottom_line


def test_findings_of_the_audit_stand_beside_the_hypotheses_they_name(
    tables: Tables, setting: MakeSetting
) -> None:
    head = answer(tables, setting("en"))
    assert [line.address for line in head.lines[0].findings] == ["table-audit-1"]
    assert head.lines[1].findings == ()
    assert [(line.address, line.place) for line in head.changes] == [("table-audit-1", "Table 17, H1")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_said_of_what_is_not_there(setting: MakeSetting, language: Language) -> None:
    head = answer({}, setting(language))
    assert (head.checked, head.found, head.lines, head.changes) == ((), (), (), ())
