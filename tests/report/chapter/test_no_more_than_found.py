"""The chapter claims no more than its tables show, and leaves out nothing that qualifies it."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from smartcity_survey.report.chapter.document import Paragraph, TableBlock
from smartcity_survey.report.wording import LANGUAGES, load_wording
from smartcity_survey.study.config import Language
from tests.report.chapter.conftest import (
    CARD_OF_ALL,
    DECIDED,
    MANIFEST_OF_CHAPTER,
    Compose,
    Tables,
    words,
)

CONFIG: dict[str, Any] = MANIFEST_OF_CHAPTER["config"]  # type: ignore[assignment]


def line(frame: pd.DataFrame, row: int, **values: object) -> pd.DataFrame:
    """A stage file with other values in one row."""
    changed = frame.astype(object)
    for column, value in values.items():
        changed.loc[changed.index[row], column] = value
    return changed


def cards(tables: Tables, **own: dict[str, Any]) -> dict[str, Any]:
    return dict.fromkeys(tables, CARD_OF_ALL) | {name: CARD_OF_ALL | card for name, card in own.items()}


def section(document: Any, name: str) -> str:
    """Running text of one section."""
    found, inside = [], False
    for block in document.blocks:
        if getattr(block, "id", "").startswith("section-"):
            inside = block.id == f"section-{name}"
        elif inside and isinstance(block, Paragraph):
            found.append(block.text)
    return "\n".join(found).replace("\u00a0", " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_alpha_and_rho_of_other_respondents_have_each_their_n(
    compose_study: Compose, tables: Tables, language: Language
) -> None:
    own = cards(tables, reliability={"n": 153, "n_covariances": 184})
    said = section(compose_study(language, without=DECIDED, cards=own), "measurement")
    start = said.split("\n")[0]
    first, _, rest = start.partition("α")
    assert "n = 153" not in first
    assert rest.index("n = 184") < rest.index("n = 153")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("table", "values"), [("pls_loadings", {"loading": -0.66}), ("reliability", {"cronbach_alpha": 0.32})]
)
def test_an_average_variance_of_badly_measured_constructs_supports_nothing(
    compose_study: Compose, tables: Tables, language: Language, table: str, values: dict[str, float]
) -> None:
    texts = load_wording(language)
    claim = texts["chapter.measurement.ave"].split("{limit}")[1].split("{see}")[0]
    good = {"reliability": tables["reliability"].assign(n_items=3, cronbach_alpha=0.8, ave=0.6)}
    good["pls_loadings"] = tables["pls_loadings"].assign(loading=0.8)
    before = section(compose_study(language, without=DECIDED, changed=good), "measurement")
    assert claim in before
    bad = good | {table: line(good[table], 0, **values)}
    after = section(compose_study(language, without=DECIDED, changed=bad), "measurement")
    assert claim not in after
    doubt = texts["chapter.measurement.ave_in_doubt"].split("{alpha}")[1].split("{names}")[0]
    assert f"{doubt}" in after
    if table == "pls_loadings":
        against = texts["chapter.measurement.loadings_against"].split("{names}")[0]
        assert f"{against}T1" in after
        assert against not in before


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("answer", ["effect", "effect_against_claim"])
def test_no_bayes_factor_agrees_where_there_is_none(
    compose_study: Compose, tables: Tables, language: Language, answer: str
) -> None:
    texts = load_wording(language)
    agreeing, without = (texts[f"values.answer.{answer}{end}"] for end in ("", "_without_bayes"))
    for evidence, said, unsaid in (("strong_for", agreeing, without), (float("nan"), without, agreeing)):
        sheet = tables["verdict_sheet"].assign(answer=answer, evidence=evidence)
        told = words(compose_study(language, without=DECIDED, changed={"verdict_sheet": sheet}))
        assert said.removesuffix(".") in told
        assert unsaid.removesuffix(".") not in told


def one_method(tables: Tables) -> dict[str, pd.DataFrame]:
    frame = tables["hypotheses"].query("method != 'published'").reset_index(drop=True)
    alone = frame[(frame["hypothesis"] != "H1") | (frame["method"] == "pls")]
    return {"hypotheses": alone.assign(verdict="confirmed")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_method_is_not_every_method(compose_study: Compose, tables: Tables, language: Language) -> None:
    texts = load_wording(language)
    said = section(compose_study(language, without=DECIDED, changed=one_method(tables)), "hypotheses")
    alone = texts["chapter.hypotheses.alone_confirmed"].split("{see}")[0]
    assert alone.format(method="PLS-SEM", names="H1") in said
    every = texts["chapter.hypotheses.altogether_all"].split("{see}")[0]
    assert every.format(names="H2") in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_difference_between_groups_is_no_beta(
    compose_study: Compose, tables: Tables, language: Language
) -> None:
    own = one_method(tables)["hypotheses"]
    own = own.assign(groups=["city" if name == "H1" else None for name in own["hypothesis"]])
    document = compose_study(language, without=DECIDED, changed={"hypotheses": own})
    of_groups, other = (
        next(one for one in section(document, "hypotheses").split("\n") if one.startswith(name))
        for name in ("H1", "H2")
    )
    assert "Δβ =" in of_groups
    assert "Δβ" not in other
    notes = {block.id: block.notes for block in document.blocks if isinstance(block, TableBlock)}
    assert load_wording(language)["chapter.difference_of_groups"] in notes["table-hypotheses"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_absence_is_only_doubted_where_an_effect_is_not_confirmed(
    compose_study: Compose, tables: Tables, language: Language
) -> None:
    start = load_wording(language)["chapter.robustness.absence_not_shown"].split("{bound}")[0]
    tests = tables["hypothesis_tests"].assign(negligible=False)
    for kept, doubted in ((True, False), (False, True)):
        changed = {"hypothesis_tests": tests.assign(confirmed_after_holm=kept)}
        said = section(compose_study(language, without=DECIDED, changed=changed), "robustness")
        assert (start in said) is doubted


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_has_no_solution_has_no_caption_and_its_reason_among_the_limitations(
    compose_study: Compose, tables: Tables, language: Language
) -> None:
    gone = ("pls_predict", "cvpat", "power")
    refused = {"refused": [{"part": "table", "reason": "no_weights", "at_fault": ""}]}
    own = dict.fromkeys(tables, CARD_OF_ALL) | dict.fromkeys(gone, CARD_OF_ALL | refused)
    empty = {name: tables[name].head(0) for name in gone}
    document = compose_study(language, without=DECIDED, changed=empty, cards=own)
    assert {f"table-{name}" for name in gone}.isdisjoint(
        block.id for block in document.blocks if isinstance(block, TableBlock)
    )
    told = [one for one in section(document, "limitations").split("\n") if "PLSpredict" in one]
    texts = load_wording(language)
    assert len(told) == 1
    assert all(texts[f"tables.{name}.title"] in told[0] for name in gone)
    assert texts["values.reason.no_weights"] in told[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_methods_that_were_not_run_are_not_described(compose_study: Compose, language: Language) -> None:
    every = section(compose_study(language, "gost", without=DECIDED), "methods")
    gone = (
        *("pls_predict", "cvpat", "regression_diagnostics", "specification_summary", "common_method_bias"),
        *("careless", "invariance", "micom"),
    )
    few = section(compose_study(language, "gost", without=(*DECIDED, *gone)), "methods")
    texts = load_wording(language)
    for key in ("prediction", "equal_variance", "curve", "common_method", "sample", "groups"):
        start = re.split(r" ?\[@", texts[f"chapter.methods.{key}"])[0]
        assert start in every
        assert start not in few
    assert texts["methods.robustness"].strip()[:60] not in few
    assert texts["methods.groups"].strip()[:60] not in few


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_weighted_regression_is_described_as_one(
    compose_study: Compose, tables: Tables, language: Language
) -> None:
    texts = load_wording(language)
    for card, key in (
        ({"standard_errors": "linearised_by_design"}, "regression_by_design"),
        ({"method": "ml_of_saturated_items"}, "regression_by_ml"),
    ):
        document = compose_study(language, without=DECIDED, cards=cards(tables, coefficients=card))
        said = section(document, "methods")
        assert texts[f"chapter.methods.{key}"].replace("*", "") in said
        assert texts["methods.regression"].strip()[:50] not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_weights_are_told(compose_study: Compose, tables: Tables, language: Language) -> None:
    texts, weighted = load_wording(language), {"weights": "sampling_weights"}
    own = cards(tables, demographics=weighted, score_correlations=weighted)
    options = {"data": CONFIG["data"] | {"weight": "w_total"}}
    document = compose_study(language, without=DECIDED, cards=own, options=options)
    said = section(document, "sample")
    assert "w_total" in said
    assert texts["chapter.sample.effective"] in said
    assert texts["chapter.sample.design_effect"] in said
    notes = {block.id: block.notes for block in document.blocks if isinstance(block, TableBlock)}
    assert texts["chapter.weighted_beside_counts"] in notes["table-demographics"]
    assert texts["chapter.weighted"] in notes["table-score_correlations"]
    assert texts["chapter.weighted"] not in notes["table-htmt"]
    raked = compose_study(language, without=DECIDED, options={"weighting": {"margins": {"city": {}}}})
    assert texts["chapter.sample.raked"].split("{")[0] in section(raked, "sample")
    assert texts["chapter.sample.effective"] not in section(
        compose_study(language, without=DECIDED), "sample"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_controls_are_told_with_what_they_change(
    compose_study: Compose, tables: Tables, language: Language
) -> None:
    texts = load_wording(language)
    options = {"model": CONFIG["model"] | {"controls": ["city"]}}
    keep, change = (texts[f"chapter.structural.controls_{key}"] for key in ("keep", "change"))
    hypotheses = tables["hypotheses"].assign(verdict="confirmed")
    kept = compose_study(language, without=DECIDED, changed={"hypotheses": hypotheses}, options=options)
    assert keep in section(kept, "structural")
    other = {"hypotheses": hypotheses, "controlled_paths": tables["controlled_paths"].assign(p=0.4)}
    changed = section(compose_study(language, without=DECIDED, changed=other, options=options), "structural")
    assert change.format(names="H1") in changed
    assert keep not in changed
    shown = {block.id for block in kept.blocks if isinstance(block, TableBlock)}
    assert "table-controlled_paths" in shown
    own = cards(tables, controlled_paths={"n_complete": 168})
    gaps = section(compose_study(language, without=DECIDED, cards=own, options=options), "structural")
    assert "(n = 168)" in gaps
    assert "(n = 168)" not in changed


@pytest.mark.parametrize("language", LANGUAGES)
def test_invariance_and_groups_too_small_are_told(
    compose_study: Compose, tables: Tables, language: Language
) -> None:
    texts = load_wording(language)
    labels = {"groups": {"variables": ["city"], "smallest": 50}}
    own = cards(tables, group_comparisons={"smallest": 50})
    compared = {"group_comparisons": line(tables["group_comparisons"], 0, second=1)}
    document = compose_study(language, without=DECIDED, cards=own, options=labels, changed=compared)
    said = section(document, "groups")
    assert "ΔCFI = −" in said
    start = texts["chapter.groups.micom_not"].split("{names}")[0]
    assert start in said
    assert "p = " in said.split(start)[1]
    assert texts["chapter.groups.too_small"].split("{smallest}")[0] in said
    every = section(compose_study(language, without=DECIDED, cards=own, options=labels), "groups")
    assert texts["chapter.groups.too_small"].split("{smallest}")[0] not in every
    assert {"table-invariance", "table-micom"} <= {
        block.id for block in document.blocks if isinstance(block, TableBlock)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_samples_have_their_reason(compose_study: Compose, tables: Tables, language: Language) -> None:
    start = load_wording(language)["chapter.methods.two_samples"].split("}")[-1].replace("*", "")
    missing = pd.DataFrame({"statistic": ["n_complete"], "value": [900.0]})
    own = cards(tables, pls_paths={"n": 900})
    said = section(
        compose_study(language, without=DECIDED, cards=own, changed={"missing_summary": missing}), "methods"
    )
    assert start in said
    assert start not in section(
        compose_study(language, without=DECIDED, changed={"missing_summary": missing}), "methods"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_screen_that_flags_a_share_by_definition_is_told_apart(
    compose_study: Compose, language: Language
) -> None:
    said = section(compose_study(language, without=DECIDED), "sample")
    texts = load_wording(language)
    screens = texts["chapter.sample.careless"].split("{found}")
    assert "IRV" not in said.split(screens[0])[1].split(screens[1])[0]
    assert re.search(r"IRV.*5\s?%", said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_components_that_are_not_the_constructs_are_told(
    compose_study: Compose, tables: Tables, language: Language
) -> None:
    texts = load_wording(language)
    start = texts["chapter.factors.not_one_each"].split("{")[0]
    assert start not in section(compose_study(language, without=DECIDED), "factors")
    fewer = {
        "variance_explained": tables["variance_explained"].head(2),
        "rotated_loadings": line(
            tables["rotated_loadings"].drop(columns="component_3"), 0, component_1=0.3, component_2=0.2
        ),
    }
    said = section(compose_study(language, without=DECIDED, changed=fewer), "factors")
    assert start in said
    nowhere = texts["chapter.factors.nowhere"].split("{limit}")[0]
    assert re.search(rf"{re.escape(nowhere)}.*T1", said)


def test_equally_frequent_answers_are_all_named(compose_study: Compose, tables: Tables) -> None:
    even = tables["demographics"].assign(n=20, percent=50.0, valid_percent=50.0)
    said = section(compose_study(without=DECIDED, changed={"demographics": even}), "sample")
    assert re.search(r"City – \w+, \S+ \(50\.0%\)", said)


def test_ends_that_are_the_same_number_are_one(compose_study: Compose, tables: Tables) -> None:
    same = {"pls_paths": tables["pls_paths"].assign(vif=1.09)}
    said = section(compose_study(without=DECIDED, changed=same), "structural")
    assert "VIF of the predictors is 1.09, below 3" in said


def test_all_constructs_compared_at_once_are_one_sentence(compose_study: Compose, tables: Tables) -> None:
    several = pd.concat([tables["cvpat"], tables["cvpat"].assign(subject="all")])
    said = section(compose_study(without=DECIDED, changed={"cvpat": several}), "structural")
    assert said.count("average loss minus") == 1
    assert "all items together: −0.270" in said


def test_a_regression_of_one_block_is_told_once(compose_study: Compose, tables: Tables) -> None:
    blocks = tables["hierarchical_blocks"]
    shown = {block.id for block in compose_study(without=DECIDED).numbered()}
    said = section(compose_study(without=DECIDED), "regression")
    assert "table-hierarchical_blocks" in shown
    assert "ΔR²" in said
    alone = compose_study(without=DECIDED, changed={"hierarchical_blocks": blocks.iloc[1:]})
    assert "ΔR²" not in section(alone, "regression")
    assert "table-hierarchical_blocks" not in {block.id for block in alone.numbered()}
    title = load_wording("en")["tables.hierarchical_blocks.title"]
    assert title not in section(alone, "regression")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Compared by “City”: North, n = 140; Оңтүстік, n = 110."),
        ("ru", "Сравниваются группы по вопросу «Город»: Север, n = 140; Оңтүстік, n = 110."),
        ("kk", "«Қала» сұрағы бойынша салыстырылған топтар: Солтүстік, n = 140; Оңтүстік, n = 110."),
    ],
)
def test_two_groups_are_named_in_a_sentence(
    compose_study: Compose, tables: Tables, language: Language, told: str
) -> None:
    """A single comparison is no row of headings and values."""
    said = section(compose_study(language, without=DECIDED), "groups")
    assert told in said
    assert load_wording(language)["tables.group_comparisons.title"] not in said
    several = pd.concat([tables["group_comparisons"]] * 2)
    more = compose_study(language, without=DECIDED, changed={"group_comparisons": several})
    assert told not in section(more, "groups")
