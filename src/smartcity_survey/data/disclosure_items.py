"""Disclosure control of items, and of constructs whose scores tell of an item."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smartcity_survey.data.left_out import Context, LeavesOut, leave_out
from smartcity_survey.stats.core.types import BoolArray
from smartcity_survey.stats.quality.small_cells import hidden_cells, moments_leave_open

MOMENTS = ("min", "max", "mean", "se_mean", "sd", "skewness", "kurtosis")
NO_WEIGHT = 1e-9


def item_frequencies(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """All codes of an item with a small one: fewer would be told by the item's mean and deviation."""
    counts = frame["n"].to_numpy()
    hidden = np.zeros(len(frame), dtype=bool)
    for rows in frame.groupby("item").indices.values():
        hidden[rows] = hidden_cells(counts[rows], context.smallest).any()
    leave_out(frame, hidden, "n", "percent")
    return frame


def item_descriptives(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Higher moments of such items; where mean and deviation tell the counts too, those of the construct.

    An item's mean could else be computed from its construct's and the other items'.
    """
    frequencies = context.tables["item_frequencies"].groupby("item", sort=False)["n"]
    # Answers on a continuous scale have no counts.
    counts = dict.fromkeys(frame["item"], np.zeros(0, dtype=np.int64))
    counts |= {item: own.to_numpy() for item, own in frequencies}
    small = frame["item"].map(lambda item: hidden_cells(counts[item], context.smallest).any()).to_numpy(bool)
    told = frame["item"].map(lambda item: not moments_leave_open(counts[item], context.smallest))
    constructs = set(frame["construct"][told.to_numpy(bool)])
    owned = frame["construct"].isin(constructs).to_numpy()
    leave_out(frame, small | owned, "skewness", "kurtosis")
    leave_out(frame, owned, "mean", "se_mean", "sd")
    return frame


def hidden_constructs(context: Context) -> set[str]:
    """Constructs whose items' means are left out."""
    items = context.tables["item_descriptives"]
    return set(items["construct"][items["mean"].isna()])


def of_hidden_constructs(*columns: str) -> LeavesOut:
    """Columns of constructs whose items' means are left out."""

    def apply(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
        leave_out(frame, frame["construct"].isin(hidden_constructs(context)).to_numpy(), *columns)
        return frame

    return apply


def without_hidden_constructs(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Lines that tell another sum of such items' means, or by the unit of an effect their deviation."""
    columns = [column for column in ("construct", "outcome") if column in frame]
    hidden = frame[columns].isin(hidden_constructs(context)).any(axis=1)
    return frame[~hidden].reset_index(drop=True)


def without_small_answers(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Lines of constructs with an item whose higher moments are left out: few gave one of its answers.

    A threshold tells how many gave the answers above it.
    """
    items = context.tables["item_descriptives"]
    few = set(items["construct"][items["skewness"].isna()])
    return frame[~frame["construct"].isin(few)].reset_index(drop=True)


def of_rare_answers(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Lines of ordinal outcomes one of whose answers few gave: thresholds and likelihoods tell how many."""
    models = context.tables["ordinal_models"]
    rare = set(models["outcome"][models["rarest_answer"] < context.smallest])
    return frame[~frame["outcome"].isin(rare)].reset_index(drop=True)


def of_hidden_measures(*columns: str) -> LeavesOut:
    """Unstandardised columns of lines that name such an item or construct.

    Beside the standardised ones they tell its deviation, which is that of few sets of three answers.
    """

    def apply(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
        items = context.tables["item_descriptives"]
        hidden = hidden_constructs(context) | set(items["item"][items["mean"].isna()])
        named = [name for name in ("item", "other", "source", "target") if name in frame]
        rows = frame[named].isin(hidden).any(axis=1).to_numpy()
        leave_out(frame, rows, *(column for column in columns if column in frame))
        return frame

    return apply


def scale_statistics(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Mean and deviation of a single item that are left out of the items' own table."""
    hidden = frame["construct"].isin(hidden_constructs(context)) & (frame["n_items"] == 1)
    leave_out(frame, hidden.to_numpy(), "mean", "variance", "sd")
    return frame


def descriptives(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Moments of a score that is a single item, as of the item.

    Where the means of items are left out, moments stay of scores that weight items alike: `scale_statistics`
    has the same. Others would be a second equation of the same means; ends of a standardised score are one.
    """
    items = context.tables["item_descriptives"].set_index("item")
    weights = context.tables["score_weights"]
    used = (weights["weight"].abs() > NO_WEIGHT) & weights["item"].isin(items.index)  # beside their total
    for score, own in weights[used].groupby("score"):
        line, lowest, highest = (frame["score"] == score).to_numpy(), own["weight"].min(), own["weight"].max()
        single, alike = len(own) == 1, highest - lowest < NO_WEIGHT
        told = items.loc[own["item"]]
        if single and told[["skewness", "kurtosis"]].isna().any(axis=None):
            leave_out(frame, line, "skewness", "kurtosis")
        if told["mean"].isna().any() and (single or not alike):
            leave_out(frame, line, *MOMENTS)
    return frame


def _hidden_scores(context: Context) -> set[str]:
    scores = context.tables["descriptives"]
    return set(scores["score"][scores["mean"].isna()])


def of_hidden_outcomes(*columns: str) -> LeavesOut:
    """Columns of outcomes whose mean and deviation are left out, and follow from these columns."""

    def apply(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
        leave_out(frame, frame["outcome"].isin(_hidden_scores(context)).to_numpy(), *columns)
        return frame

    return apply


def of_hidden_predictors(*columns: str) -> LeavesOut:
    """Columns of outcomes that are such a score, or have one among their predictors.

    b over beta tells the score's deviation, and the constant its mean.
    """

    def apply(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
        shown = [column for column in columns if column in frame]
        leave_out(frame, _touched(frame, context), *shown)
        return frame

    return apply


def collinearity(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Eigenvalues beside a constant tell the ratio of such a predictor's mean to its deviation."""
    rows = _touched(frame, context)
    leave_out(frame, rows, *frame.columns.difference(["outcome", "dimension"]))
    return frame


def _touched(frame: pd.DataFrame, context: Context) -> BoolArray:
    """Lines of outcomes whose regression has such a score."""
    scores, terms = _hidden_scores(context), context.tables["coefficients"]
    outcomes = scores | set(terms["outcome"][terms["term"].isin(scores)])
    return frame["outcome"].isin(outcomes).to_numpy(bool)
