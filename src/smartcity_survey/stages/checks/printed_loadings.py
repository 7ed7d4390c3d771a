"""The loadings of the study beside the printed ones, component by component."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from smartcity_survey.audit.paper import Paper, Printed
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.target_rotation import procrustes, tucker_congruence

COMPONENT = "component_"


def loading_congruence(
    paper: Paper, printed: Printed, lines: Mapping[str, Mapping[str, float]]
) -> pd.DataFrame:
    """A line for each printed component: its congruence with the study's, and what is left after rotation.

    Blank cells, of loadings that the paper leaves out as small, count as 0 in the target; so congruence ends
    below 1, at what the study's own loadings have with themselves after the same cells are blanked.

    lines : item -> its loadings by component.
    """
    columns = [column for column in printed.number_columns if column.startswith(COMPONENT)]
    items = [line for line in printed.body if paper.names.get(line, line) in lines]
    target = _target(paper, printed, items, columns)
    own = [name for name in next(iter(lines.values()), {}) if name.startswith(COMPONENT)]
    loadings = np.array([[lines[paper.names.get(line, line)][name] for name in own] for line in items])
    if not loadings.size or not columns:
        return pd.DataFrame()
    congruence = tucker_congruence(target, loadings)
    best = np.abs(np.nan_to_num(congruence)).argmax(axis=1)
    places = np.arange(len(columns))
    shown = target != 0
    # As many components as printed can be turned to them; of other numbers only the match is told.
    same = loadings.shape[1] == len(columns)
    turned = loadings @ procrustes(loadings, target) if same else np.full(target.shape, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        difference = np.sqrt((np.square(turned - target) * shown).sum(axis=0) / shown.sum(axis=0))
        attainable = np.linalg.norm(turned * shown, axis=0) / np.linalg.norm(turned, axis=0)
    return pd.DataFrame(
        {
            "object": printed.kind,
            "number": printed.number,
            "printed_component": [column.removeprefix(COMPONENT) for column in columns],
            "component": [own[place].removeprefix(COMPONENT) for place in best],
            "congruence": np.abs(congruence[places, best]),
            "turned_congruence": np.diagonal(tucker_congruence(target, turned)),
            "attainable_congruence": attainable,
            "n_printed": shown.sum(axis=0),
            "rms_difference": difference,
            "largest_blank": np.where(shown, 0.0, np.abs(turned)).max(axis=0),
        }
    )


def _target(paper: Paper, printed: Printed, items: list[str], columns: list[str]) -> Array:
    """Printed loadings (p, k), 0 where none is printed or the cell is no number."""

    def value(item: str, column: str) -> float:
        text = printed.cells.get((item, column))
        read = None if text is None else paper.read_text(printed.address(item, column), text).value
        return 0.0 if read is None else read

    return np.array([[value(item, column) for column in columns] for item in items])
