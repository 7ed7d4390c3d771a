"""Tables that disclosure control will leave without lines, as few gave one of the answers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from smartcity_survey.errors import Problem
from smartcity_survey.stages.regression.ordinal import asks_for_ordinal, whole_answers
from smartcity_survey.stats.core.types import Array
from smartcity_survey.study.config import Config
from smartcity_survey.study.model import Model


def hidden_lines(answers: pd.DataFrame, model: Model, config: Config, place: str) -> Iterator[Problem]:
    """Outcomes and constructs that the tables asked for will not have, with the fewest who gave an answer.

    Parameters
    ----------
    answers : complete, as cleaned. place : the config's file.
    """
    if not config.disclosure.suppress_small_cells:
        return
    items = {construct.name: list(construct.items) for construct in model.constructs}
    if asks_for_ordinal(config):
        rare = {
            outcome: _fewest(whole_answers(answers[items[outcome]].to_numpy(dtype=np.float64)))
            for outcome in model.outcomes
        }
        yield from _left_out(rare, config.disclosure.smallest_cell, f"{place}, regression.ordinal")
    if config.cfa.graded_response:
        rare = {
            name: min(_fewest(answers[item].to_numpy(dtype=np.float64)) for item in own)
            for name, own in items.items()
        }
        yield from _left_out(rare, config.disclosure.smallest_cell, f"{place}, cfa.graded_response")


def _fewest(values: Array) -> int:
    """Respondents with the rarest of the values."""
    return int(np.unique(values, return_counts=True)[1].min())


def _left_out(rare: dict[str, int], smallest: int, place: str) -> Iterator[Problem]:
    few = [f"{name} ({n})" for name, n in rare.items() if n < smallest]
    if few:
        yield Problem(
            place,
            "its tables leave out whose rarest answer fewer than `disclosure.smallest_cell` respondents "
            f"gave: {', '.join(few)}.",
            "Join answers in the codebook, lower `disclosure.smallest_cell`, or take the key out.",
        )
