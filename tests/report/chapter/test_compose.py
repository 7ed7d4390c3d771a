"""The composed chapter: sentences filled from tables, in three languages, and only of what there is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from smartcity_survey.report.chapter.citations import library
from smartcity_survey.report.chapter.compose import compose, decided_only, sections
from smartcity_survey.report.chapter.document import (
    FigureBlock,
    Heading,
    ListOf,
    Paragraph,
    Run,
    TableBlock,
    runs_of,
    unmarked,
)
from smartcity_survey.report.chapter.sentences import SECTIONS
from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.wording import LANGUAGES, load_wording
from smartcity_survey.study.config import Language
from tests.report.chapter.conftest import DECIDED, MANIFEST_OF_CHAPTER, Compose, Tables, config, words
from tests.report.chapter.variants import (
    ASKED_OTHERWISE,
    of_another_design,
    of_doubtful_measures,
    on_the_better_side,
    on_the_worse_side,
    square,
    with_all,
)
from tests.report.conftest import CARD, MakeSetting
from tests.report.words.test_wording import Recorder


def table(frame: pd.DataFrame, line: int, **values: object) -> pd.DataFrame:
    """A stage file with other values in one line."""
    changed = frame.copy()
    for column, value in values.items():
        changed[column] = changed[column].astype(object)
        changed.loc[changed.index[line], column] = value
    return changed


# Table, line, what is changed; what the chapter then says, and said before.
CHANGES = [
    ("cleaning_log", -1, {"n_remaining": 987}, "987", "1,040"),
    ("pls_paths", 0, {"estimate": 0.777}, "β = .777", "β = .420"),
    ("pls_paths", 0, {"vif": 6.5}, "6.50", "2.10"),
    ("coefficients", 1, {"t": 8.25}, "= 8.25", "= 9.10"),
    ("pls_quality", 0, {"r2": 0.123}, "R² = .123", ""),
    ("hypothesis_tests", 0, {"p_holm": 0.044}, "p = .044", ""),
    ("reliability", 0, {"cronbach_alpha": 0.612}, ".612", ""),
    ("htmt", 1, {"trust": 0.951}, "HTMT ratio is .951", "HTMT ratio is .700"),
    ("htmt_bounds", 0, {"upper_bound": 0.973}, "bound of the bootstrap is .973", ""),
    ("adequacy", 0, {"value": 0.551}, ".551 and misses", ""),
    ("specification_summary", 0, {"share_confirmed": 0.31}, "31% confirm", ""),
    ("power", 0, {"detectable_beta": 0.888}, ".888", ""),
]


@pytest.mark.parametrize(("name", "line", "values", "after", "before"), CHANGES, ids=lambda x: str(x)[:24])
def test_a_changed_table_changes_the_sentence(
    compose_study: Compose,
    tables: Tables,
    name: str,
    line: int,
    values: Mapping[str, object],
    after: str,
    before: str,
) -> None:
    old = words(compose_study(without=DECIDED))
    new = words(compose_study(without=DECIDED, changed={name: table(tables[name], line, **values)}))
    assert after in new
    assert after not in old
    assert before in old


def test_what_has_no_solution_is_neither_confirmed_nor_refuted(
    compose_study: Compose, tables: Tables
) -> None:
    own = tables["hypotheses"].assign(verdict="confirmed")
    unsolved = own.assign(verdict=own["verdict"].where(own["method"] != "pls", "no_solution"))
    assert "Confirmed by every method: H1, H2" in words(
        compose_study(without=DECIDED, changed={"hypotheses": own})
    )
    cards = dict.fromkeys(tables, CARD) | {
        "pls_paths": CARD | {"refused": [{"part": "table", "reason": "dependent", "at_fault": "trust"}]}
    }
    said = words(compose_study(without=DECIDED, changed={"hypotheses": unsolved}, cards=cards))
    assert "Confirmed by every method:" not in said
    assert "Confirmed by every method that has a solution: H1, H2" in said
    assert "Without a verdict by PLS-SEM: H1, H2. Not computed: items or constructs that determine" in said


def test_an_inadmissible_or_missing_factor_model_is_told_as_such(
    compose_study: Compose, tables: Tables
) -> None:
    plain = dict.fromkeys(tables, CARD)
    improper = plain | {"cfa_fit": CARD | {"inadmissible": [{"name": "trust", "with": "use"}]}}
    assert "inadmissible" not in words(compose_study(without=DECIDED, cards=plain))
    assert "This solution is inadmissible" in words(compose_study(without=DECIDED, cards=improper))
    gone = plain | {"cfa_fit": {"refused": [{"part": "table", "reason": "not_converged", "at_fault": ""}]}}
    empty = {"cfa_fit": tables["cfa_fit"].iloc[:0]}
    said = words(compose_study(without=DECIDED, changed=empty, cards=gone))
    assert "confirmatory factor model of the same constructs has no solution. Not computed: no conv" in said


def test_a_claimed_interaction_is_told_as_one(compose_study: Compose, tables: Tables) -> None:
    said = words(
        compose_study(without=DECIDED, changed={"hypotheses": tables["hypotheses"].assign(moderator="city")})
    )
    label = words(compose_study(without=DECIDED)).split("H1 (", 1)[1].split(",", 1)[0]
    source, target = label.split(" → ")
    assert f"H1 ({source} × City → {target}, claimed" in said


def test_without_components_no_item_was_kept_by_them(compose_study: Compose, tables: Tables) -> None:
    refused = {"refused": [{"part": "table", "reason": "constant", "at_fault": "trust1"}]}
    cards = dict.fromkeys(tables, CARD) | {"item_retention": refused}
    said = words(compose_study(without=DECIDED, cards=cards))
    assert "so all items stay. Not computed: the same answer by everybody (trust1)." in said
    assert "items were kept" not in said


def test_what_predicts_no_better_than_the_mean_is_not_praised(compose_study: Compose, tables: Tables) -> None:
    worse = tables["pls_predict"].assign(q2_predict=-0.031, rmse=1.0, rmse_lm=1.1)
    said = words(compose_study(without=DECIDED, changed={"pls_predict": worse}))
    assert "from −.031 to −.031: not all lie above 0" in said
    assert "below that of the linear model" not in said


def test_a_screen_that_screened_nobody_is_left_out(compose_study: Compose, tables: Tables) -> None:
    nobody = table(tables["careless"], 0, n_valid=0, n_flagged=0)
    assert "0 of 0" not in words(compose_study(without=DECIDED, changed={"careless": nobody}))


def test_constructs_that_are_hardly_distinct_lack_discriminant_validity(
    compose_study: Compose, tables: Tables
) -> None:
    alike = square(tables["htmt"], 1.05)
    said = words(compose_study(without=DECIDED, changed={"htmt": alike}))
    assert "discriminant validity is not supported there" in said


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_all_items_together_have_their_word(
    compose_study: Compose, tables: Tables, language: Language
) -> None:
    frame = table(tables["cvpat"], 0, subject="all")
    text = words(compose_study(language, without=DECIDED, changed={"cvpat": frame}))
    assert f"{load_wording(language)['chapter.structural.all_items']}: " in text
    assert "all:" not in text


def test_statistics_read_as_they_are_pasted(compose_study: Compose) -> None:
    document = compose_study(without=DECIDED)
    assert "Trust: β = .420, 95% CI [.30, .52], t(37) = 9.10, p < .001" in words(document).replace(
        "t(669)", "t(37)"
    )
    italic = {
        run.text
        for block in document.blocks
        if isinstance(block, Paragraph)
        for run in block.runs
        if run.italic
    }
    assert {"β", "t", "p", "R²", "χ²"} <= italic


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("without", [DECIDED, ()], ids=["known", "open"])
def test_no_place_is_left_unfilled(
    compose_study: Compose, language: Language, without: tuple[str, ...]
) -> None:
    document = compose_study(language, without=without)
    text = words(document)
    assert not re.search(r"[{}]|\[[@#]|\bnan\b|= None|NaN", text)
    placed = {block.id for block in document.numbered()}
    assert {run.to for block in document.blocks if isinstance(block, Paragraph) for run in block.runs} - {
        ""
    } <= placed


LATIN = re.compile(r"[A-Za-z]{3,}")
NAMES = {
    *(
        "PLS",
        "SEM",
        "CFA",
        "HTMT",
        "AVE",
        "VIF",
        "RMSE",
        "RMSEA",
        "SRMR",
        "CFI",
        "TLI",
        "PLSpredict",
        "lavaan",
    ),
    *(
        "CVPAT",
        "KMO",
        "SPSS",
        "Python",
        "NumPy",
        "SciPy",
        "pandas",
        "smartcity",
        "survey",
        "BF",
        "lnBF",
        "PLSc",
    ),
    *("blindfolding", "predict", "LMG", "IRV", "JZS", "OLS", "HC3", "DWLS", "MICOM", "factor", "analyzer"),
    *("statsmodels", "semopy", "snakemake"),
}
"""Names of methods, coefficients and programs, which no language translates."""


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize("without", [DECIDED, ()], ids=["known", "open"])
def test_russian_and_kazakh_have_no_english_words_and_decimal_commas(
    compose_study: Compose, language: Language, without: tuple[str, ...]
) -> None:
    document = compose_study(language, without=without, cards={})
    sources = {
        name for one in library().values() for author in one["author"] for name in _parts(author["family"])
    }
    text = "\n".join(
        block.text
        for block in document.blocks
        if isinstance(block, Paragraph) and block.role != "reference" and "Python" not in block.text
    )
    foreign = {word for word in LATIN.findall(text) if word not in NAMES | sources}
    assert foreign == set()
    assert not re.search(r"\d\.\d", text)
    assert not re.search(r"(?<![\w.,])\.\d", text)


def _parts(name: str) -> list[str]:
    return LATIN.findall(name)


def test_every_sentence_of_the_chapter_is_used(
    tables: Tables, setting: MakeSetting, figures: dict[str, Path]
) -> None:
    """By the small study, and by others whose numbers are on the other side of each limit."""
    there = setting("en")
    recorder = Recorder(there.wording.texts)
    recording = replace(there, wording=replace(there.wording, texts=recorder))

    def read(own: Tables, cards: Mapping[str, object] | None = None, **manifest: object) -> None:
        compose(
            own,
            dict.fromkeys(own, CARD) if cards is None else cards,  # type: ignore[arg-type]
            MANIFEST_OF_CHAPTER | manifest,
            figures,
            load_contents(),
            recording,
            "apa",
        )

    own = {name: frame for name, frame in tables.items() if name not in DECIDED}
    frame = tables["hypotheses"]
    states = [*("open", "open", "decided"), *["printed"] * (len(frame) - 3)]
    known = frame.assign(
        state=states, reading="claimed", low=[float("nan"), *[-0.1] * (len(frame) - 1)], high=0.3
    )
    read({**tables, "hypotheses": known})
    collinear = {
        "hypotheses": frame.assign(verdict="no_solution"),
        "pls_paths": with_all(own["pls_paths"], vif=9.0),
    }
    partly = frame.assign(verdict=frame["method"].map({"pls": "no_solution"}).fillna("confirmed"))
    refused = {"refused": [{"part": "table", "reason": "not_converged", "at_fault": ""}]}
    unsolved = ("cfa_fit", "coefficients", "item_retention", "pls_paths")
    why = dict.fromkeys(own, CARD) | dict.fromkeys(unsolved, refused)
    read({**own, "hypotheses": partly, "cfa_fit": own["cfa_fit"].iloc[:0]}, why)
    nobody = {"refused": [{"part": "none_found", "reason": "no_deviant_group", "at_fault": ""}]}
    read({**own, "deviant_groups": own["deviant_groups"].iloc[:0]}, {"deviant_groups": nobody})
    read({**own, **collinear})
    read({**own, "hypotheses": frame.assign(expected_sign="differs", groups="city")})
    read({**own, "model_summary": own["model_summary"].assign(adj_r2=float("nan"))})
    read(own, {"anova": {"n": 154}, "coefficients": {"method": "ml_of_saturated_items"}})
    read(own | {"group_comparisons": own["group_comparisons"].assign(status="no_solution")})
    read(own | {"missing_summary": own["missing_summary"].query("statistic == 'n_complete'")})
    missing = own["missing_summary"]
    rejected = missing["value"].where(missing["statistic"] != "mcar_p", 0.001)
    read(own | {"missing_summary": missing.assign(value=rejected)})
    read(own, {"coefficients": {"scores": "cfa_regression"}}, reconstruction=False)
    read({**own, **on_the_better_side(own)}, {"coefficients": {"scores": "cfa_bartlett"}})
    read({**own, **on_the_worse_side(own)})
    read({**own, **of_doubtful_measures(own)}, of_another_design(own), config=config(**ASKED_OTHERWISE))
    raked = MANIFEST_OF_CHAPTER["config"] | {"weighting": {"margins": {"city": {}}}}  # type: ignore[operator]
    designed = {"coefficients": {"standard_errors": "linearised_by_design"}}
    kept = {"controlled_paths": own["controlled_paths"].assign(p=0.4, method="ols")}
    read({**own, **kept}, designed, config=raked)
    hidden = {
        key: {"hidden_below": 5, "lines_left_out": True} for key in ("model_summary", "group_comparisons")
    }
    few = {
        "model_summary": own["model_summary"].iloc[:0],
        "group_comparisons": own["group_comparisons"].head(1),
    }
    read({**own, **few}, dict.fromkeys(own, CARD) | hidden)
    unread = {key for key in recorder if key.startswith("chapter.") and key not in recorder.read}
    by_renderers = ("caption", "sequence", "note", "lower", "upper", "group", "sheet_contents")
    assert {key for key in unread if key.split(".")[1] not in by_renderers} == set()


def test_a_reconstruction_says_so_at_its_head_and_below_everything_shown(compose_study: Compose) -> None:
    document = compose_study()
    wording = load_wording("en")
    first = document.blocks[0]
    assert isinstance(first, Paragraph)
    assert first.text.startswith("Reconstructed data.")
    assert all(block.notes[-1] == wording["chapter.reconstructed"] for block in document.numbered())
    others = compose_study(reconstruction=False, without=DECIDED)
    assert not any(wording["chapter.reconstructed"] in block.notes for block in others.numbered())
    assert isinstance(others.blocks[0], ListOf)


def test_what_the_print_leaves_open_is_told_by_its_ends_and_by_no_estimate(
    compose_study: Compose, tables: Tables
) -> None:
    states = tables["hypotheses"].merge(
        tables["decisions"][["hypothesis", "method", "state", "reading", "low", "high"]], how="left"
    )
    document = compose_study(changed={"hypotheses": states})
    text = words(document)
    line = next(one for one in text.splitlines() if one.startswith("H1 "))
    assert (
        "left open by the printed tables; with the same tables values of β from −.35 to .71 were found"
        in line
    )
    assert "β = .400" not in line
    assert "The path coefficients are as follows" not in text
    assert "large" not in text.partition("By Cohen")[2][:80]
    assert "confirm, median" not in text
    curve = next(block for block in document.numbered() if block.id == "table-specification_summary")
    assert isinstance(curve, TableBlock)
    assert load_wording("en")["columns.share_confirmed"] not in curve.table.headings
    shown = decided_only(states)
    assert shown.loc[states["state"] == "open", ["estimate", "p", "verdict"]].isna().all(axis=None)
    assert shown.loc[states["state"] != "open", "estimate"].equals(
        states.loc[states["state"] != "open", "estimate"]
    )


def test_what_a_run_has_not_made_is_not_told(compose_study: Compose, tables: Tables) -> None:
    few = ("cleaning_log", "descriptives", "pls_paths", "pls_quality", "hypotheses")
    document = compose_study(without=tuple(name for name in tables if name not in few), reconstruction=False)
    headings = [block.id for block in document.blocks if isinstance(block, Heading)]
    assert headings == [
        *("section-methods", "section-sample", "section-answers", "section-structural"),
        *("section-hypotheses", "section-limitations", "section-references"),
    ]
    assert {block.id for block in document.numbered() if isinstance(block, TableBlock)} == {
        f"table-{name}" for name in few if len(tables[name]) > 1
    }
    assert "printed" not in words(document).lower().replace("printed work", "")
    nothing = compose_study(without=tuple(tables), reconstruction=False)
    assert next(block.id for block in nothing.blocks if isinstance(block, Heading)) == "section-methods"


def test_tables_and_figures_count_from_one_in_their_order(compose_study: Compose) -> None:
    document = compose_study()
    for kind in (TableBlock, FigureBlock):
        numbers = [block.number for block in document.blocks if isinstance(block, kind)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert numbers


def test_sections_of_the_plan_have_sentences_and_titles() -> None:
    plan = sections(load_contents())
    assert {section.id for section in plan} == set(SECTIONS)
    for language in LANGUAGES:
        assert all(f"chapter.{section.id}.title" in load_wording(language) for section in plan)


def test_labels_cannot_be_taken_for_marks() -> None:
    assert runs_of(unmarked("a *b* [#c] [@d]")) == (Run("a ∗b∗ [ #c] [ @d]"),)
    assert runs_of("*β* = 1, **H1** [#table-x]") == (
        Run("β", italic=True),
        Run(" = 1, "),
        Run("H1", bold=True),
        Run(" "),
        Run(to="table-x"),
    )
