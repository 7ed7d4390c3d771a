"""Every table of the report as files of tables have it: all lines, nothing left blank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from smartcity_survey.io import Card
from smartcity_survey.report.contents import Entry, load_contents
from smartcity_survey.report.parts import with_bounds
from smartcity_survey.report.path_sets import beside
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import Table, render_table

Whole = Sequence[tuple[Entry, Table]]
"""Tables with what `contents.yaml` says of them, in its order."""


def whole_tables(tables: Mapping[str, pd.DataFrame], cards: Mapping[str, Card], setting: Setting) -> Whole:
    """Those that have lines; groups of a reconstruction, whose demographics are random, are left out.

    Parameters
    ----------
    tables, cards : stage files and their estimator cards, by name.
    """
    contents, setting = load_contents(), with_bounds(setting, tables)

    def rendered(entry: Entry) -> Table:
        whole = replace(entry, first=0, suppress=False, scores=False)
        frame = beside(entry.name, tables, setting)
        return render_table(frame, whole, contents, setting, cards.get(entry.name))

    return [
        (entry, rendered(entry))
        for entry in contents.entries("table")
        if len(tables.get(entry.name, ())) and not (entry.people and "decisions" in tables)
    ]
