"""Disclosure control of groups that a method finds among the respondents."""

from __future__ import annotations

import pandas as pd

from smartcity_survey.data.left_out import Context, LeavesOut, leave_out


def segment_shares(of: str, share: str) -> LeavesOut:
    """Shares of segments as small as a few respondents, and others that would tell them.

    of : column with the number of segments; each number has its own shares.
    """

    def apply(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
        small = frame[share] / 100 * context.n < context.smallest - 0.5
        leave_out(frame, frame[of].isin(frame[of][small]).to_numpy(bool), share)
        return frame

    return apply


def deviant_groups(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Lines of groups of a few respondents: rules tell who they are, paths without them what they answer.

    The groups that are left are numbered anew, so that no number is missing where one was.
    """
    key, groups = ["outcome", "deviant_group"], context.tables["deviant_groups"]
    kept = groups.loc[groups["n"] >= context.smallest, key]
    numbers = dict(
        zip(
            zip(*(kept[name] for name in key), strict=True),
            kept.groupby("outcome").cumcount() + 1,
            strict=True,
        )
    )
    own = list(zip(*(frame[name] for name in key), strict=True))
    shown = frame.assign(deviant_group=[numbers.get(group, 0) for group in own])
    return shown[shown["deviant_group"] > 0].reset_index(drop=True)


def numbers_of_groups(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """How many groups an outcome has, where some are of a few: less those shown, it would tell of them."""
    groups = context.tables["deviant_groups"]
    hidden = groups.loc[groups["n"] < context.smallest, "outcome"]
    leave_out(frame, frame["outcome"].isin(hidden).to_numpy(bool), "n_groups")
    return frame
