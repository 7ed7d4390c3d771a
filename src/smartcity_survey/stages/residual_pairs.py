"""Pairs of items whose residuals a study declares to correlate: who frees them, who says it does not."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, ParamSpec

import numpy as np
import pandas as pd

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.needs import Files, Need
from smartcity_survey.stats.core.types import IntArray
from smartcity_survey.stats.measurement.identification import undetermined_pairs
from smartcity_survey.stats.measurement.residual_pairs import CorrelatedResiduals
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config
from smartcity_survey.study.model import Model, build_model

KEY = "cfa.residual_correlations"
P = ParamSpec("P")
Pairs = Sequence[Sequence[str]]


@dataclass(frozen=True)
class PairsDeclared(Need):
    """The pairs of the config, which have to be items of the model; none where the key is not there."""

    def options(self, config: Config, codebook: Codebook) -> Any:
        pairs = config.cfa.residual_correlations
        if not pairs:
            return None
        require_pairs(pairs, build_model(config.model, codebook.coded()), f"config.yaml, {KEY}")
        return [list(pair) for pair in pairs]

    def value(self, paths: Files, options: Any) -> tuple[tuple[str, str], ...]:
        return tuple((one, other) for one, other in options or ())


ResidualPairs = Annotated[tuple[tuple[str, str], ...], PairsDeclared()]


def declares_pairs(config: Config) -> bool:
    """Whether the study has residuals that correlate."""
    return bool(config.cfa.residual_correlations)


def require_pairs(pairs: Pairs, model: Model, place: str) -> None:
    """Refuse pairs of what is no item of the model, or of an item that stands alone for its construct, and
    pairs whose residual covariance cannot be told from the loadings.

    Raises
    ------
    SurveyError
        naming every such item or pair and the key.
    """
    problems = list(_problems(pairs, model, place))
    if problems:
        raise SurveyError.of(problems)


def _problems(pairs: Pairs, model: Model, place: str) -> Iterator[Problem]:
    owner = {item: construct for construct in model.constructs for item in construct.items}
    for item in dict.fromkeys(item for pair in pairs for item in pair):
        if item not in owner:
            yield Problem(
                place, f"{item} is not an item of the model.", "Correct the name, or take the pair out."
            )
        elif len(owner[item].items) == 1:
            yield Problem(
                place,
                f"{item} is the only item of its construct and has no residual.",
                "Take the pair out.",
            )
    for pair in _beyond(pairs, model):
        names = ", ".join(dict.fromkeys(owner[item].name for item in pair))
        yield Problem(
            place,
            f"{pair[0]} and {pair[1]}: what their residuals have in common cannot be told from what {names} "
            "gives them in common; too few items are there beside them.",
            f"Take the pair out, or measure {names} by more items.",
        )


def positions(pairs: Pairs, model: Model) -> IntArray:
    """(m, 2): the pairs that the model keeps, as positions in its items.

    Each item has a residual, and the items that are left determine what the residuals have in common.
    """
    beyond = _beyond(pairs, model)
    return _places([pair for pair in _with_residuals(pairs, model) if pair not in beyond], model)


def _beyond(pairs: Pairs, model: Model) -> Pairs:
    """Pairs whose residual covariance the model cannot determine, of those that have residuals in it."""
    known = _with_residuals(pairs, model)
    owner = np.argmax(model.membership(), axis=1)
    beyond = undetermined_pairs(owner, _places(known, model))
    return [pair for pair, is_beyond in zip(known, beyond, strict=True) if is_beyond]


def _with_residuals(pairs: Pairs, model: Model) -> Pairs:
    """Pairs of items that the model keeps, each with others of its construct beside it."""
    several = {item for construct in model.constructs if len(construct.items) > 1 for item in construct.items}
    return [pair for pair in pairs if several >= {*pair}]


def _places(pairs: Pairs, model: Model) -> IntArray:
    return np.array([[model.items.index(item) for item in pair] for pair in pairs], dtype=np.int64).reshape(
        -1, 2
    )


def freed_card(pairs: Pairs, model: Model) -> Card:
    """Lines of a card of a model that frees the pairs; nothing where none is declared."""
    if not pairs:
        return {}
    freed = len(positions(pairs, model))
    left_out = {"pairs_left_out": len(pairs) - freed} if freed < len(pairs) else {}
    return {"residual_covariances": "freed" if freed else "none_left", "pairs_freed": freed, **left_out}


def not_freed_card(pairs: Pairs) -> Card:
    """Line of a card of an estimator that takes no pairs; nothing where none is declared."""
    return {"residual_covariances": "not_freed"} if pairs else {}


def frees_no_pairs(compute: Callable[P, StageResult]) -> Callable[P, StageResult]:
    """A stage whose factor models keep all residuals apart, and whose cards say so where pairs are declared.

    It stands below `stage`, and adds the need `residual_pairs`.
    """

    @wraps(compute)
    def run(*given: Any, residual_pairs: Pairs = (), **named: Any) -> StageResult:
        result = compute(*given, **named)
        if not residual_pairs:
            return result
        cards = {name: {**card, **not_freed_card(residual_pairs)} for name, card in result.cards.items()}
        return StageResult(result.tables, cards, result.private)

    signature = inspect.signature(compute)
    added = inspect.Parameter(
        "residual_pairs", inspect.Parameter.KEYWORD_ONLY, default=(), annotation=ResidualPairs
    )
    run.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*signature.parameters.values(), added]
    )
    run.__annotations__ = {**compute.__annotations__, "residual_pairs": ResidualPairs}
    return run  # type: ignore[return-value]


def pairs_frame(found: CorrelatedResiduals, pairs: Pairs, model: Model) -> pd.DataFrame:
    """Every declared pair: covariance of the residuals with its test, their correlation with its interval.

    A pair of an item that was left out has no numbers; `freed` tells.
    """
    place = {
        frozenset((model.items[one], model.items[other])): position
        for position, (one, other) in enumerate(zip(found.items, found.others, strict=True))
    }
    rows = [place.get(frozenset(pair), -1) for pair in pairs]
    freed = np.array([row >= 0 for row in rows], dtype=bool)

    def of(values: Any) -> Any:
        return np.where(freed, np.append(values, np.nan)[rows], np.nan)

    return pd.DataFrame(
        {
            "item": [pair[0] for pair in pairs],
            "other": [pair[1] for pair in pairs],
            "covariance": of(found.covariance),
            "std_error": of(found.std_err),
            "z": of(found.z),
            "p": of(found.p),
            "correlation": of(found.correlation),
            "ci_low": of(found.ci_low),
            "ci_high": of(found.ci_high),
            "freed": freed,
        }
    )
