"""A run with small cells left out: no number below the limit stands in its files or follows from them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import chdir
from copy import deepcopy
from pathlib import Path
from shutil import copy, copytree, ignore_patterns
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from smartcity_survey.io import read_json, read_table, write_json
from smartcity_survey.report.chapter.write import write_chapter
from smartcity_survey.report.editions import write_editions
from smartcity_survey.study.config import read_config
from tests.workflow.attack import attack
from tests.workflow.studies.test_small_study import QUICK, run

SMALLEST = 5
OWNERS = {"T": "trust", "U": "use", "V": "view", "W": "vote"}
# Columns that count respondents, and those that count something else.
RESPONDENTS = {
    *("n", "n_answered", "n_empty", "n_declared_missing", "n_labels", "n_rows", "n_excluded", "n_remaining"),
    *(
        "n_valid",
        "n_flagged",
        "n_missing",
        "valid_n",
        "n_first",
        "n_second",
        "n_read",
        "n_cases",
        "n_without",
    ),
}
OTHERS = {
    *("n_items", "n_components", "n_factors", "n_draws", "n_inadmissible", "n_checks", "n_items_moved"),
    *("n_specifications", "n_needed", "n_for_fit", "n_omitted", "n_blank", "n_unanswered"),
}
RESAMPLES = {"pls_inadmissible"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reports_of(tmp_path_factory.mktemp("sharing") / "study")


def reports_of(folder: Path, moved: int = 0) -> Path:
    """The small study with four cities, one of them of two people, answers missing here and there.

    moved : respondents of the third city who live in the fourth; the counts of both are left out.
    """
    rng = np.random.default_rng(4)
    n = 60
    common = rng.normal(size=(n, 2)) @ np.array([[1.0, 0.5], [0.0, 1.0]])
    answers = np.clip(np.round(3 + np.repeat(common, 3, axis=1) + rng.normal(scale=0.6, size=(n, 6))), 1, 5)
    survey = pd.DataFrame(answers, columns=["T1", "T2", "T3", "U1", "U2", "U3"])
    survey.insert(0, "id", [f"P{number:02d}" for number in range(n)])
    survey["city"] = [1] * 30 + [2] * 20 + [3] * (8 - moved) + [4] * (2 + moved)
    survey["gender"] = ([1] * 31 + [2] * 29)[::-1]
    # Two constructs of a single item: of the second, mean and deviation tell the answers.
    order = (common[:, 0] + rng.normal(size=n)).argsort().argsort()
    survey["V1"] = 1.0 + np.searchsorted([3, 18, 38, 52], order, side="right")
    survey["W1"] = [2.0, 3.0] * 30
    survey.loc[[0, 7, 33], "W1"] = 1
    survey.loc[[5, 40], "gender"] = np.nan
    survey.loc[55, "U2"] = 9
    survey.loc[[1, 2, 3, 4, 10, 11, 12], "T2"] = np.nan
    labels = {"label": "City", "categories": {1: "North", 2: "South", 3: "West", 4: "East"}}
    codebook = {
        "scale": {"minimum": 1, "maximum": 5},
        "constructs": {name: {"label": name.title()} for name in OWNERS.values()},
        "items": {
            item: {"construct": OWNERS[item[0]], "label": item} for item in survey if item[0] in OWNERS
        },
        "demographics": {"city": labels, "gender": {"label": "Gender", "categories": {1: "w", 2: "m"}}},
    }
    config: dict[str, Any] = {
        "study": {"title": "A study to share"},
        "data": {"file": "survey.csv", "codebook": "codebook.yaml", "respondent": "id"},
        "cleaning": {"rules": ["blank_form", "out_of_range", "missing_items"]},
        "model": {
            "constructs": {name: {} for name in OWNERS.values()},
            "paths": [{"from": ["trust", "view", "vote"], "to": "use"}],
            "controls": ["city"],
            "hypotheses": {"H1": {"from": "trust", "to": "use"}},
        },
        "regression": {"controls": ["city", "gender"]},
        "robustness": {"controls": ["city"], "null_draws": 100, "power_draws": 20},
        "groups": {"variables": ["city", "gender"], "smallest": 10, "permutations": 20},
        "disclosure": {"suppress_small_cells": True},
        "seed": 7,
        **deepcopy(QUICK),
    }
    folder.mkdir()
    survey.to_csv(folder / "survey.csv", index=False, encoding="utf-8")
    for name, content in (("codebook.yaml", codebook), ("config.yaml", config)):
        (folder / name).write_text(yaml.safe_dump(content), encoding="utf-8")
    finished = run(folder)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return folder / "reports"


def tables(reports: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    for path in sorted((reports / "tables").glob("*.csv")):
        yield path.stem, read_table(path)


def test_no_count_of_respondents_is_below_the_limit(shared: Path) -> None:
    n_tables = 0
    for name, frame in tables(shared):
        counting = {c for c in frame.columns if c == "n" or c.startswith("n_") or c.endswith("_n")}
        assert counting <= RESPONDENTS | OTHERS, name
        for column in counting & RESPONDENTS:
            if name not in RESAMPLES:
                n_tables += 1
                small = frame[column].between(1, SMALLEST - 1)
                assert not small.any(), f"{name}, {column}"
    assert n_tables > 15


def test_demographics_leave_two_cells_open_or_none(shared: Path) -> None:
    frame = read_table(shared / "tables/demographics.csv")
    n = read_json(shared / "cards/describe.json")["demographics"]["n"]
    hidden = frame["n"].isna()
    assert frame["percent"].isna().equals(hidden)
    assert frame["valid_percent"][hidden].isna().all()
    for variable, own in frame.groupby("variable"):
        unanswered = bool(own["n_missing"].isna().any())
        known = own["n"].sum() + (0 if unanswered else own["n_missing"].iloc[0])
        n_hidden = own["n"].isna().sum() + unanswered
        assert (n_hidden == 0) == (known == n), variable
        assert n_hidden == 0 or (n_hidden >= 2 and n - known >= SMALLEST), variable
        if unanswered:
            assert own[["valid_n", "valid_percent"]].isna().all(axis=None)
    sizes = dict(zip(zip(frame["variable"], frame["code"].astype(str), strict=True), frame["n"], strict=True))
    assert np.isnan([sizes["city", "4"], sizes["city", "3"], sizes["gender", "2"]]).all()
    groups = read_table(shared / "tables/group_comparisons.csv")
    for which in ("first", "second"):
        shown = groups[groups[f"n_{which}"].notna()]
        named = zip(shown["demographic"], shown[which], strict=True)
        assert not np.isnan([sizes[group] for group in named]).any()


def test_exclusions_do_not_follow_from_what_remained(shared: Path) -> None:
    log = read_table(shared / "tables/cleaning_log.csv")
    steps = log.iloc[1:]
    excluded, remaining = steps["n_excluded"].to_numpy(), steps["n_remaining"].to_numpy()
    start = log["n_remaining"].iloc[0]
    # Every way of excluding so many by three rules that agrees with what is shown.
    total = int(start - remaining[-1])
    ways = np.array([(a, b, total - a - b) for a in range(total + 1) for b in range(total + 1 - a)])
    after = start - ways.cumsum(axis=1)
    agree = np.all((ways == excluded) | np.isnan(excluded), axis=1)
    agree &= np.all((after == remaining) | np.isnan(remaining), axis=1)
    private = read_table(shared / "private/exclusions.csv")["rule"].value_counts()
    assert private["out_of_range"] == 1
    assert len(set(ways[agree, 1])) > 2


def test_answers_to_an_item_do_not_follow_from_its_moments(shared: Path) -> None:
    answers = read_table(shared / "private/answers.csv")
    moments = read_table(shared / "tables/item_descriptives.csv").set_index("item")
    frequencies = read_table(shared / "tables/item_frequencies.csv")
    n, codes = len(answers), np.arange(1, 6)
    cuts = np.array(np.meshgrid(*[np.arange(n + 1)] * 4, indexing="ij", sparse=False)).reshape(4, -1).T
    ways = np.column_stack([cuts, n - cuts.sum(axis=1)])
    ways = ways[ways[:, 4] >= 0]
    means = ways @ codes / n
    sds = np.sqrt(np.maximum(ways @ codes**2 - n * means**2, 0) / (n - 1))
    n_hidden = 0
    for item, own in frequencies[frequencies["item"].str[0].isin(["T", "U"])].groupby("item"):
        truth = np.array([(answers[item] == code).sum() for code in codes])
        small = (truth > 0) & (truth < SMALLEST)
        assert own["n"].isna().all() == small.any() == np.isnan(moments.loc[item, "kurtosis"]), item
        if small.any():
            n_hidden += 1
            same = (abs(means - moments.loc[item, "mean"]) < 1e-6) & (
                abs(sds - moments.loc[item, "sd"]) < 1e-6
            )
            assert all(len(set(ways[same, code])) > 1 for code in np.flatnonzero(small)), item
    assert 0 < n_hidden < 6


def test_no_small_count_can_be_solved_for_by_all_that_is_told(shared: Path, tmp_path: Path) -> None:
    """By whole numbers: of totals, percentages, moments, sizes of groups, chi2 beside RMSEA."""
    assert len(attack(shared).rows) > 50
    assert attack(shared).determined(SMALLEST) == {}
    # How many all rules but one keep would tell what that one excludes.
    spoilt = copytree(shared, tmp_path / "reports")
    cards = read_json(spoilt / "cards/missing.json")
    log = read_table(shared / "private/exclusions.csv")["rule"]
    cards["missing_items"]["n"] = 60 - int((log == "out_of_range").sum())
    write_json(cards, spoilt / "cards/missing.json")
    assert attack(spoilt).determined(SMALLEST)["rule", "out_of_range"] == 1


def test_pages_figures_and_chapters_are_made_of_what_is_told(shared: Path, tmp_path: Path) -> None:
    """Without the survey and the private files they are the same: what they tell, tables and cards tell."""
    folder = tmp_path / "study"
    folder.mkdir()
    for name in ("config.yaml", "codebook.yaml"):
        copy(shared.parent / name, folder)
    copytree(shared, folder / "reports", ignore=ignore_patterns("private", "figures", "*.html"))
    with chdir(folder):
        config = read_config(folder / "config.yaml")
        write_editions(config, "reports", read_json(folder / "reports/manifest.json"))
        made = [path.relative_to(folder / "reports") for path in (folder / "reports").rglob("*.*")]
        write_chapter(Path("reports"), [name for name, _ in tables(shared)], ["docx", "xlsx"], 1)
    drawn = [path for path in made if path.suffix in {".svg", ".html"}]
    assert len(drawn) > 30
    assert [
        str(path)
        for path in drawn
        if (folder / "reports" / path).read_bytes() != (shared / path).read_bytes()
    ] == []
    assert (folder / "reports/tables.xlsx").is_file()


def test_no_respondent_leaves_the_private_folder(shared: Path) -> None:
    names = set(read_table(shared / "private/responses.csv")["respondent"])
    own = {}
    for path in (shared / "private").glob("*.csv"):
        for column, values in read_table(path).select_dtypes("number").items():
            if values.nunique() > 10:
                own[path.stem, column] = np.sort(values.dropna().to_numpy())
    assert len(own) > 5
    for name, frame in tables(shared):
        assert not names & set(frame.to_numpy().ravel()), name
        for column, values in frame.select_dtypes("number").items():
            for private, numbers in own.items():
                found = np.isin(np.round(numbers, 9), np.round(values.dropna().to_numpy(), 9)).mean()
                assert found < 0.5, f"{name}, {column} holds {private}"
    page = (shared / "report.html").read_text(encoding="utf-8")
    assert not any(name in page for name in names)
    assert not (shared / "figures/diagnostics.svg").exists()


def test_the_page_marks_what_is_left_out(shared: Path) -> None:
    page = (shared / "report.html").read_text(encoding="utf-8")
    assert "x: fewer than 5 respondents" in page
    assert '<td class="number">x</td>' in page


def test_no_byte_tells_who_is_in_which_of_the_categories_left_out(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people move from one hidden category to another: every table, figure, card and page is the same.

    So nothing that is computed from them, no degrees of freedom, R2, coordinate or count, can tell how many
    are in each. The manifest alone names the survey file by its digest.
    """
    # The second run is that of a user without a home, which changes no byte either.
    monkeypatch.setenv("HOME", os.devnull)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    twin = reports_of(tmp_path / "study", moved=2)
    for folder in (shared, twin):
        before = read_table(folder / "private" / "answers.csv")["city"].value_counts()
        assert sorted(before[[3, 4]]) == ([2, 7] if folder == shared else [4, 5])
    told = [
        {
            path.relative_to(folder): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
            and "private" not in path.relative_to(folder).parts
            and path.name not in ("manifest.json", "machine.json")
        }
        for folder in (shared, twin)
    ]
    assert told[0].keys() == told[1].keys()
    assert len(told[0]) > 100
    plain = [{path: _without_digests(content) for path, content in each.items()} for each in told]
    assert [str(path) for path in plain[0] if plain[0][path] != plain[1][path]] == []


def _without_digests(content: bytes) -> bytes:
    return re.sub(rb"[0-9a-f]{64}", b"", content)
