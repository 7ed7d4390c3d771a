"""What the print leaves open of each path, beside its coefficient in the file in use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from smartcity_survey.data.bounds import READINGS
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.verdicts import set_of
from smartcity_survey.stages.lines import line_of

METHODS = {"pls_paths": "pls", "plsc_paths": "plsc", "sem_paths": "sem"}
"""Tables of paths with tests, and the method that their coefficients are of."""
AFTER = ("consistent", "estimate")
"""The column stands after the first of these that a table has."""
COLUMN = "possible"


def beside(name: str, tables: Mapping[str, pd.DataFrame], setting: Setting) -> pd.DataFrame:
    """The stage file `name`; of paths that the print may leave open, with the column `possible`.

    It has in words what data with the same print can give: the set that the verdict on the path rests on,
    else the strictest one; `open` where no set was sought. Of people's answers the file is as it was.

    Parameters
    ----------
    tables : stage files, by name; without `decisions` the answers are people's.
    """
    frame = tables[name]
    if name not in METHODS or "decisions" not in tables or "source" not in frame:
        return frame
    words = [
        _possible(METHODS[name], str(source), str(target), tables, setting)
        for source, target in zip(frame["source"], frame["target"], strict=True)
    ]
    place = next(1 + frame.columns.get_loc(column) for column in AFTER if column in frame)
    frame = frame.copy()
    frame.insert(place, COLUMN, words)
    return frame


def _possible(
    method: str, source: str, target: str, tables: Mapping[str, pd.DataFrame], setting: Setting
) -> str:
    keys = {"method": method, "predictor": source, "outcome": target}
    line: Mapping[str, Any] = line_of(tables["decisions"], **keys)
    sets = tables.get("identified_sets", pd.DataFrame())
    if line["low"] != line["low"] and len(sets):
        own = (line_of(sets, **keys, reading=reading) for reading in READINGS)
        line = next((one for one in own if one["low"] == one["low"]), line)
    words = set_of(line, setting)
    if not words:
        return setting.wording.value("state", "open")
    ends, reading = words
    return f"{ends} ({reading})"
