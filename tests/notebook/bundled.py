"""The bundled study as a notebook has it, and the tables that its run wrote."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
import yaml

import smartcity_survey as ss
from smartcity_survey.io import StageResult, read_table
from smartcity_survey.stages.comparison.groups import compare_respondents
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import read_config
from smartcity_survey.study.model import build_model
from tests.conftest import REPOSITORY

TABLES = REPOSITORY / "reports/tables"
CONFIG = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))
SEED = CONFIG["seed"]
ROUNDING = 1e-5  # of the digits that are written, of results and of what they are computed from
"""Relative, beside sums in another order; full digits otherwise."""
NOTHING = 1e-8
"""Numbers that are 0 but for rounding."""


@cache
def items_of(kept: bool) -> dict[str, list[str]]:
    """Items of each construct: all, or those that the factor analysis kept."""
    retention = read_table(TABLES / "item_retention.csv")
    rows = retention[retention["retained"]] if kept else retention
    return {str(name): list(part["item"]) for name, part in rows.groupby("construct", sort=False)}


@cache
def model(kept: bool = True) -> ss.Model:
    """The model of config.yaml."""
    (arrow,) = CONFIG["model"]["paths"]
    return ss.Model(items_of(kept), f"{', '.join(arrow['from'])} -> {arrow['to']}")


@cache
def answers() -> pd.DataFrame:
    """The 676 questionnaires that cleaning keeps: all items within the scale, nobody twice."""
    survey = ss.read_survey(REPOSITORY / "data/reconstructed/survey_reconstructed.sav")
    usable = survey[survey[list(model(kept=False).items)].isin(range(1, 6)).all(axis=1)]
    return usable.drop_duplicates("respondent")


@cache
def groups() -> StageResult:
    """Groups as the run compares them; its files have no lines, as the reconstruction drew them at random."""
    config = read_config(REPOSITORY / "config.yaml")
    codebook = read_codebook(REPOSITORY / config.data.codebook)
    kept = tuple(model(kept=True).items)
    claims = build_model(config.model, codebook).keeping(kept)
    alpha, section = config.model.alpha, config.groups
    return compare_respondents(answers(), claims, codebook, section, config.pls, alpha, config.seed)


INVARIANCE = {"full": "full", "partial": "partial", "not_shown": "not shown"}
KINDS = {"cross_loading": "cross-loading", "residual_covariance": "residual covariance"}


def in_one_cell(committed: pd.DataFrame) -> pd.DataFrame:
    """A table of the run, its paths and kinds as a notebook's reader sees them."""
    if {"source", "target"} <= set(committed):
        path = committed["source"] + " -> " + committed["target"]
        committed = committed.drop(columns=["source", "target"]).assign(path=path)
    if "kind" in committed:
        committed = committed.assign(kind=committed["kind"].map(KINDS))
    if "invariance" in committed:
        committed = committed.assign(invariance=committed["invariance"].map(INVARIANCE))
    return committed


def require_close(found: object, written: object) -> None:
    """Numbers as they are written."""
    np.testing.assert_allclose(found, written, rtol=ROUNDING)  # type: ignore[arg-type]


def require_same(
    view: pd.DataFrame, table: str | pd.DataFrame, key: str, *, without: Sequence[str] = (), **only: object
) -> None:
    """A view's table is the one of the run: same names in the same order, every column, all digits.

    Parameters
    ----------
    table : of the committed run, or one that a stage gives.
    key : column of the run's table that names the rows. without : columns that the view does not have.
    only : column=value, the rows of the run's table to compare with.
    """
    given = read_table(TABLES / f"{table}.csv") if isinstance(table, str) else table
    committed = in_one_cell(given)
    for column, value in only.items():
        committed = committed[committed[column] == value]
    committed = committed.set_index(key).drop(columns=[*without, *only])
    assert len(committed)
    assert list(map(str, committed.index)) == [str(name).removeprefix("component_") for name in view.index]
    assert set(committed.columns) <= set(view.columns)
    for column, expected in committed.items():
        found = view[column]
        if pd.api.types.is_numeric_dtype(expected) and expected.dtype != bool:
            np.testing.assert_allclose(
                found.to_numpy(dtype=float),
                expected.to_numpy(dtype=float),
                rtol=ROUNDING,
                atol=NOTHING,
                err_msg=str(column),
            )
        else:
            assert list(found) == list(expected), column
