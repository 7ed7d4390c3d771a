"""A sentence cites the table its numbers come from, and says of whom they are where that is not everybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import write_json
from smartcity_survey.report.chapter.compose import compose
from smartcity_survey.report.chapter.document import FigureBlock
from smartcity_survey.report.chapter.facts import Facts
from smartcity_survey.report.chapter.sentences.regression import beta_interval
from smartcity_survey.report.chapter.write import read_run
from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.stages.manifest import build_machine
from smartcity_survey.study.config import Language
from smartcity_survey.workflow.dependencies import versions
from tests.report.chapter.conftest import DECIDED, Compose, Tables, words
from tests.report.chapter.variants import on_the_better_side, on_the_worse_side
from tests.report.conftest import REPORTS, MakeSetting

CITED = re.compile(r"\[#table-(\w+)\]")
NUMBER = re.compile(
    r"(?<![\w.₀-₉])(?P<sign>[−-]?)(?P<digits>\d[\d,]*(?:\.\d+)?|\.\d+)(?P<percent>%?)(?![\w+])"
)
LIMITS = {"limit", "ideal", "critical", "alpha", "bound", "power", "small", "medium", "large", "distance"}
"""Places of a sentence that a limit, a level or an option fills."""

Rule = Callable[[Tables], Iterator[float]]


def kept_of_received(tables: Tables) -> Iterator[float]:
    log = tables["cleaning_log"]["n_remaining"]
    yield 100 * log.iloc[-1] / log.iloc[0]


def lines_of(*names: str) -> Rule:
    """How many lines a table has, and any part of them."""

    def counted(tables: Tables) -> Iterator[float]:
        yield from range(max(len(tables[name]) for name in names) + 1)

    return counted


def intervals_of_beta(tables: Tables) -> Iterator[float]:
    for line in tables["coefficients"].dropna(subset=["beta"]).to_dict("records"):
        yield from beta_interval(line)


def residual_degrees(tables: Tables) -> Iterator[float]:
    yield from tables["anova"]["df"]


def shares_of_variance(tables: Tables) -> Iterator[float]:
    """R² and adjusted R² by the sums of squares of their outcome."""
    for _, lines in tables["anova"].groupby("outcome"):
        of = lines.set_index("source")
        parts, total = of["sum_of_squares"], of["sum_of_squares"][["regression", "residual"]].sum()
        df = of["df"]["residual"]
        yield parts["regression"] / total
        yield 1 - parts["residual"] / df / (total / (df + of["df"]["regression"]))


RULES: Mapping[str, tuple[Rule, ...]] = {
    "sample.kept": (kept_of_received,),
    "groups.micom": (lines_of("micom"),),
    "factors.kept": (lines_of("variance_explained"),),
    "factors.items": (lines_of("item_retention"),),
    "factors.all_items": (lines_of("item_retention"),),
    "structural.predicted": (lines_of("pls_predict"),),
    "regression.whole": (shares_of_variance,),
    "regression.coefficients": (intervals_of_beta, residual_degrees),
    "groups.paths_alike": (lines_of("multigroup"),),
    "groups.paths_differ": (lines_of("multigroup"),),
    "waves.paths_alike": (lines_of("wave_path_differences"),),
    "waves.paths_differ": (lines_of("wave_path_differences"),),
    "limitations.decided": (lines_of("decisions"),),
}
"""Sentence -> rules by which a number in it follows from tables, and stands in none."""


def said(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Mapping[str, str]]]:
    """Sentences of the chapters that are composed from now on: key and what fills their places."""
    kept: list[tuple[str, Mapping[str, str]]] = []
    say = Facts.say

    def noted(self: Facts, key: str, **values: str) -> str:
        kept.append((key, values))
        return say(self, key, **values)

    monkeypatch.setattr(Facts, "say", noted)
    return kept


def unfounded(
    sentences: list[tuple[str, Mapping[str, str]]], tables: Tables, labels: list[str]
) -> Iterator[str]:
    """Numbers of sentences that stand neither in a table they cite nor follow from a rule of theirs."""
    for key, values in sentences:
        cited = CITED.findall(values.get("see", ""))
        if not cited:
            continue
        known = [cells(tables[name]) for name in cited]
        known += [np.array(list(rule(tables)), dtype=float) for rule in RULES.get(key, ())]
        there = np.concatenate(known)
        for place, text in values.items():
            if place not in LIMITS | {"see"}:
                yield from (f"{key}, {place}: {told}" for told in foreign(text, there, labels))


def names_with_digits(setting: Setting) -> list[str]:
    """Labels and words in which a digit is no result."""
    rules = [text for key, text in setting.wording.texts.items() if key.startswith("values.rule.")]
    return [name for name in (*setting.labels.categories.values(), *rules) if re.search(r"\d", name)]


def cells(frame: pd.DataFrame) -> np.ndarray:
    numbers = frame.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float).ravel()
    return np.asarray(numbers[~np.isnan(numbers)])


def foreign(text: str, there: np.ndarray, labels: list[str]) -> Iterator[str]:
    text = re.sub(r"\d+%\u00a0CI", "", text)
    for label in sorted(labels, key=len, reverse=True):
        text = text.replace(label, "")
    for found in NUMBER.finditer(text):
        digits = found["digits"].replace(",", "")
        value = float(digits) * (-1 if found["sign"] else 1)
        decimals = len(digits.partition(".")[2])
        whole = not decimals and not found["percent"]
        slack = 0.0 if whole else 0.5000001 * 10**-decimals
        shown = np.concatenate([there, np.abs(there), 100 * there if found["percent"] else there[:0]])
        below = "<" in text[max(0, found.start() - 3) : found.start()] and (there < value).any()
        if not below and not (np.abs(shown - value) <= slack + 1e-12).any():
            yield found[0]


VARIANTS: Mapping[str, Callable[[Tables], Mapping[str, Any]]] = {
    "known": lambda tables: {"without": DECIDED},
    "open": lambda tables: {},
    "better": lambda tables: {"without": DECIDED, "changed": on_the_better_side(tables)},
    "worse": lambda tables: {"without": DECIDED, "changed": on_the_worse_side(tables)},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_sentence_that_cites_a_table_has_its_numbers_from_there(
    compose_study: Compose,
    tables: Tables,
    setting: MakeSetting,
    monkeypatch: pytest.MonkeyPatch,
    variant: str,
) -> None:
    sentences = said(monkeypatch)
    how = VARIANTS[variant](tables)
    compose_study("en", **how)
    own = {name: frame for name, frame in tables.items() if name not in how.get("without", ())}
    labels = names_with_digits(setting("en"))
    assert sum(bool(CITED.search(values.get("see", ""))) for _, values in sentences) > 15
    assert list(unfounded(sentences, own | dict(how.get("changed", {})), labels)) == []


@pytest.mark.parametrize("people", [True, False], ids=["people", "reconstruction"])
def test_every_figure_is_cited(compose_study: Compose, monkeypatch: pytest.MonkeyPatch, people: bool) -> None:
    sentences = said(monkeypatch)
    chapter = compose_study("en", **({"without": DECIDED, "reconstruction": False} if people else {}))
    placed = {block.id.removeprefix("figure-") for block in chapter.blocks if isinstance(block, FigureBlock)}
    assert {"scree", "path", "johnson_neyman" if people else "bounds"} <= placed
    cited = re.compile(r"\[#figure-(\w+)\]")
    assert {name for _, values in sentences for name in cited.findall(values.get("see", ""))} == placed


def test_the_bundled_chapter_has_its_numbers_from_the_tables_it_cites(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not (REPORTS / "manifest.json").is_file():
        pytest.skip("no tables yet: run make")
    for name in ("tables", "cards"):
        (tmp_path / name).symlink_to(REPORTS / name)
    (tmp_path / "manifest.json").symlink_to(REPORTS / "manifest.json")
    write_json(build_machine(versions()), tmp_path / "machine.json")  # which is of each run, and not in git
    run = read_run(tmp_path)
    setting = run.setting("en")
    sentences = said(monkeypatch)
    compose(run.tables, run.cards, run.manifest, {}, load_contents(), setting, "apa")
    assert list(unfounded(sentences, run.tables, names_with_digits(setting))) == []


def test_every_rule_is_of_a_sentence(setting: MakeSetting) -> None:
    assert {f"chapter.{key}" for key in RULES} <= set(setting("en").wording.texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_results_of_other_respondents_say_of_how_many(
    compose_study: Compose, tables: Tables, language: Language
) -> None:
    everybody = int(tables["cleaning_log"]["n_remaining"].iloc[-1])
    cards = {name: {"n": everybody} for name in tables}
    fewer = ("anova", "regression_diagnostics", "hierarchical_blocks", "htmt")
    complete = {name: {"n": 154} for name in fewer}
    alike = words(compose_study(language, without=DECIDED, cards=cards))
    apart = words(compose_study(language, without=DECIDED, cards=cards | complete))
    assert "n = 154" not in alike
    assert "(n = " not in alike
    for name in ("anova", "hierarchical_blocks", "htmt"):
        assert re.search(rf"<table-{name}>[^()]*, n = 154\)", apart), name
    assert "(n = 154)" in apart  # regression_diagnostics, which the chapter does not show


def test_r2_of_all_and_f_of_complete_questionnaires_stand_apart(
    compose_study: Compose, tables: Tables
) -> None:
    cards = {name: {"n": 1040} for name in tables} | {"anova": {"n": 154}}
    text = words(compose_study("en", without=DECIDED, cards=cards))
    whole, _, rest = text.partition("The F test takes complete questionnaires alone: ")
    assert rest.startswith("F(")
    assert "F(" not in whole.rpartition("The predictors explain the score")[2]
    # z, for degrees of freedom are of complete questionnaires and the coefficients of all
    assert re.search(r"Trust: β = \.420, 95% CI \[[^]]*\], z = 9\.10, p < \.001", text)
    assert re.search(r"OLS regression: β = \.420, [^,]*, [^,]*, z = 9\.10, p < \.001", text)


CLAIMS = {
    "via": ({"via": "ease"}, "mediation", {"source": "trust", "target": "use", "effect": "specific"}),
    "moderator": ({"moderator": "ease"}, "moderation", {"source": "trust", "target": "use"}),
}


@pytest.mark.parametrize("kind", CLAIMS)
def test_a_claim_about_several_paths_has_the_test_of_its_own_estimate(
    compose_study: Compose, tables: Tables, kind: str
) -> None:
    about, table, keys = CLAIMS[kind]
    frame = tables[table].assign(t=[77.5 + number for number in range(len(tables[table]))])
    own = frame
    for column, value in {**keys, **about}.items():
        own = own[own[column] == value]
    line = tables["hypotheses"].query("hypothesis == 'H1' and method == 'pls'").assign(**about)
    text = words(compose_study("en", without=DECIDED, changed={"hypotheses": line, table: frame}, cards={}))
    told = next(one for one in text.splitlines() if one.startswith("H1 "))
    assert f"t = {own['t'].item():.2f}" in told
    arrow = "Trust → Ease of use → Use" if kind == "via" else "Trust × Ease of use → Use"
    assert f"({arrow}, claimed positive)" in told
