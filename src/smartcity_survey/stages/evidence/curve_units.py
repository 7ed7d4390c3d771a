"""The specifications of each exclusion and coding as a unit, which another job may estimate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.stages.evidence.curve_choices import CurveChoices
from smartcity_survey.stages.evidence.curve_panel import COMPLETE
from smartcity_survey.stages.evidence.multiverse import Block, codings_of, estimate_blocks
from smartcity_survey.stages.parts import Made, Unit
from smartcity_survey.stages.progress import Progress, one_of, silent
from smartcity_survey.stats.core.draws import Made as Numbers
from smartcity_survey.stats.evidence.subset_regression import SubsetFits
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Model

_OF_BLOCK = 6
"""Arrays that a block is kept in."""

Failures = list[dict[str, str]]


class Units:
    """`estimate_blocks`, unit by unit. made : what parts have made."""

    def __init__(self, made: Made) -> None:
        self._made = made

    def estimate(
        self,
        answers: pd.DataFrame,
        model: Model,
        pls: PlsSection,
        choices: CurveChoices,
        weights: Any,
        failures: Failures,
        progress: Progress = silent,
        *,
        missing: str = COMPLETE,
        **sample: Any,
    ) -> Iterator[Block]:
        """The blocks of all units, in the order of `estimate_blocks`; its arguments."""
        places = list(product(choices.exclusions, codings_of(missing)))
        for number, (exclusion, coding) in enumerate(places):
            numbers = self._made(_name(missing, exclusion, coding))
            if numbers is None:
                yield from estimate_blocks(
                    *(answers, model, pls, _only(choices, exclusion), weights, failures),
                    one_of(progress, number, len(places)),
                    missing=missing,
                    codings=(coding,),
                    **sample,
                )
            else:
                yield from _decoded(numbers, failures)


def units(
    answers: pd.DataFrame,
    model: Model,
    pls: PlsSection,
    choices: CurveChoices,
    weights: Any,
    *_: object,
    missing: str = COMPLETE,
    **sample: Any,
) -> Iterator[Unit]:
    """The units of the same blocks."""

    def make(exclusion: str, coding: str) -> Numbers:
        failures: Failures = []
        blocks = estimate_blocks(
            *(answers, model, pls, _only(choices, exclusion), weights, failures),
            missing=missing,
            codings=(coding,),
            **sample,
        )
        return _encoded(list(blocks), failures)

    for place in product(choices.exclusions, codings_of(missing)):
        yield _name(missing, *place), partial(make, *place)


def _only(choices: CurveChoices, exclusion: str) -> CurveChoices:
    return replace(choices, exclusions={exclusion: choices.exclusions[exclusion]})


def _name(*place: str) -> str:
    return " ".join(place)


def _encoded(blocks: list[Block], failures: Failures) -> Numbers:
    arrays: list[Any] = [np.array([json.dumps(failure) for failure in failures], dtype=np.str_)]
    for block in blocks:
        names = np.array([block.outcome, *block.labels])
        arrays += [names, np.array(block.n), block.fits.coef, block.fits.std_err, block.fits.df, block.null]
    return tuple(arrays)


def _decoded(numbers: Numbers, failures: Failures) -> Iterator[Block]:
    failures += [json.loads(str(line)) for line in numbers[0]]
    for first in range(1, len(numbers), _OF_BLOCK):
        names, n, coef, std_err, df, null = numbers[first : first + _OF_BLOCK]
        outcome, *labels = map(str, names)
        fits = SubsetFits(coef, std_err, df, np.empty((0, *coef.shape)))
        yield Block(outcome, tuple(labels), int(n), fits, null)
