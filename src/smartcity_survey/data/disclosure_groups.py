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
    """Lines of groups of a few respondents: rules tell who they are, paths without them what they answer."""
    key, groups = ["outcome", "deviant_group"], context.tables["deviant_groups"]
    small = pd.MultiIndex.from_frame(groups.loc[groups["n"] < context.smallest, key])
    return frame[~pd.MultiIndex.from_frame(frame[key]).isin(small)].reset_index(drop=True)
