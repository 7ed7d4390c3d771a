"""Notes below a table: of whom it is, what its intervals are, and what single columns and cells mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from smartcity_survey.data.disclosure import HIDDEN_BELOW
from smartcity_survey.data.left_out import LINES_LEFT_OUT
from smartcity_survey.io import Card
from smartcity_survey.report.contents import Entry
from smartcity_survey.report.setting import Setting
from smartcity_survey.stages.large_samples import UNTESTED_BEYOND

OF_CONSTRUCTS = {"construct", "construct_1", "source", "target", "predictor", "outcome", "path"}
"""Columns whose lines are of constructs."""


def basis(columns: tuple[str, ...], card: Card, setting: Setting) -> Iterator[str]:
    """What the numbers rest on: how many respondents, tests left out for that, what an interval is."""
    wording = setting.wording
    if "n" in card:
        yield wording.fill("page.basis", n=wording.numbers.count(float(str(card["n"]))))
    if card.get("higher_order") == "by_components" and not OF_CONSTRUCTS.isdisjoint(columns):
        yield wording["page.by_components"]
    if UNTESTED_BEYOND in card:
        limit = wording.numbers.count(float(str(card[UNTESTED_BEYOND])))
        yield wording.fill("page.untested", limit=limit)
    if "confidence_level" not in card:
        return
    level = wording.numbers.percentage(float(str(card["confidence_level"])) * 100, 0)
    kind = wording.value("card", str(card["interval"])) if "interval" in card else ""
    if any(column.endswith("_low") for column in columns):
        key = "page.intervals_by" if kind else "page.intervals"
        yield wording.fill(key, level=level, **({"kind": kind} if kind else {}))
    if kind and "upper_bound" in columns:
        yield wording.fill("page.bounds", level=level, kind=kind)


def hidden(frame: pd.DataFrame, hides: tuple[str, ...], card: Card, setting: Setting) -> Iterator[str]:
    """What the mark of cells left out means, where there are such cells, and why lines are not there."""
    if LINES_LEFT_OUT in card:
        yield setting.wording.fill(
            "page.hidden_lines", limit=setting.wording.numbers.count(float(str(card[HIDDEN_BELOW])))
        )
    if frame[[column for column in hides if column in frame]].isna().any(axis=None):
        limit = setting.wording.numbers.count(float(str(card[HIDDEN_BELOW])))
        yield setting.wording.fill("page.hidden", limit=limit)


def of_unworded_items(frame: pd.DataFrame, entry: Entry, setting: Setting) -> Iterator[str]:
    """Why some items have a number for a label, where a table introduces the items."""
    key = f"tables.{entry.name}.unworded"
    if key in setting.wording and not setting.labels.unworded.isdisjoint(frame["item"]):
        yield setting.wording[key]


NOTED = ("single_items", "raked_from", "moderator_bands", "free_reference")
"""Entries of a card that a note below the table explains, where the table has words for it."""


def of_card(entry: Entry, card: Card | None, setting: Setting) -> Iterator[str]:
    """What some entries of a card mean for the table: constructs of a single item, weights, bands ..."""
    for name in NOTED:
        key = f"tables.{entry.name}.{name}"
        if card and name in card and key in setting.wording:
            yield setting.wording[key]


def of_columns(columns: Sequence[str], entry: Entry, setting: Setting) -> Iterator[str]:
    """What is said of single columns, of those that are shown."""
    keys = (f"tables.{entry.name}.of_columns.{column}" for column in columns)
    yield from (setting.wording.noted(key) for key in keys if key in setting.wording)


def reading(entry: Entry, setting: Setting) -> Iterator[str]:
    """How a table is to be read, where that is more than a note has room for."""
    key = setting.told(f"tables.{entry.name}.reading")
    if key in setting.wording:
        yield setting.wording.noted(key)
