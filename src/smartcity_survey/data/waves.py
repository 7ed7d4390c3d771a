"""Waves of a survey: what they have in common, and their answers side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.data.clean import clean_responses
from smartcity_survey.data.read import read_survey
from smartcity_survey.errors import SurveyError
from smartcity_survey.stats.core.types import Array
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import CleaningSection, DataSection
from smartcity_survey.study.model import Construct, Model

FEWEST_ITEMS = 2
"""Common items a construct of several needs: of one nobody can tell whether it is understood alike."""


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave of a survey.

    Attributes
    ----------
    answers : questionnaires that cleaning kept, reverse items recoded.
    n_read : questionnaires in the file.
    """

    name: str
    codebook: Codebook
    answers: pd.DataFrame
    n_read: int

    def items(self, names: Sequence[str]) -> Array:
        """(n, p): answers to some items."""
        return self.answers[list(names)].to_numpy(dtype=np.float64)


def read_wave(name: str, codebook: Codebook, data: DataSection, cleaning: CleaningSection) -> Wave:
    """Read a wave's survey file and clean it by the study's rules.

    Raises
    ------
    SurveyError
        as `read_survey` and `clean_responses` do.
    """
    responses = read_survey(Path(data.file), codebook, data)
    cleaned = clean_responses(responses.answers, codebook, cleaning)
    return Wave(name, codebook, cleaned.answers, len(responses.answers))


def common_items(model: Model, own: Codebook, others: Mapping[str, Codebook]) -> pd.DataFrame:
    """Which of the model's items the other waves asked alike: `item, construct, wave, not_common`.

    An item is common to a wave whose codebook has it under the same name, of the same construct, on a scale
    with the same ends; else `not_common` is `not_asked`, `other_construct` or `other_scale`.
    """
    rows = [
        {
            "item": item,
            "construct": model.construct_of(item),
            "wave": wave,
            "not_common": _difference(item, own, codebook),
        }
        for wave, codebook in others.items()
        for item in model.items
    ]
    return pd.DataFrame(rows, columns=["item", "construct", "wave", "not_common"])


def common_to_all(items: pd.DataFrame) -> list[str]:
    """Items that `common_items` found common to every wave."""
    common = (items["not_common"] == "").groupby(items["item"], sort=False).all()
    return [str(item) for item in common.index[common]]


def common_model(model: Model, items: Sequence[str]) -> Model:
    """The part of the model that the items measure: constructs with two of them or more, their paths.

    A construct of a single item stays where that item is among them.
    """
    kept = set(items)
    measured = tuple(
        Construct(c.name, tuple(item for item in c.items if item in kept), c.mode) for c in model.constructs
    )
    constructs = tuple(c for c in measured if len(c.items) >= (1 if c.name in model.single else FEWEST_ITEMS))
    names = {construct.name for construct in constructs}
    paths = tuple(path for path in model.paths if names.issuperset(path))
    hypotheses = tuple(h for h in model.hypotheses if (h.source, h.target) in paths)
    return Model(constructs, paths, hypotheses, model.alpha)


def shared_model(model: Model, items: pd.DataFrame) -> Model:
    """The part of the model that all waves can be compared by.

    Parameters
    ----------
    items : as `common_items` gives them.

    Raises
    ------
    SurveyError
        where no construct has two common items, or no path is left between such constructs.
    """
    shared = common_model(model, common_to_all(items))
    if not shared.paths:
        raise SurveyError(
            "config.yaml, waves",
            f"no two constructs on a path have {FEWEST_ITEMS} items each, or their only one, that all waves "
            "asked alike.",
            "Give an item the same name, construct and scale in every wave's codebook.",
        )
    return shared


def _difference(item: str, own: Codebook, other: Codebook) -> str:
    """Why an item is not the same question in two codebooks; nothing where it is."""
    if item not in other.items:
        return "not_asked"
    if other.items[item].construct_name != own.items[item].construct_name:
        return "other_construct"
    ours, theirs = own.scale_of(item), other.scale_of(item)
    same = (ours.minimum, ours.maximum) == (theirs.minimum, theirs.maximum)
    return "" if same else "other_scale"
