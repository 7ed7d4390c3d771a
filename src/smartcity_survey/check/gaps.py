"""Questionnaires with gaps: what can become of them, and methods for gaps where there are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from smartcity_survey.errors import Problem
from smartcity_survey.study.config import Config
from smartcity_survey.study.missing_answers import gaps_taken

_OF_RESAMPLES = "is without errors by the delta method"
CHANGED: Mapping[tuple[str, str], str] = {
    ("factor_models", "fiml"): "has sandwich errors and counts the means among the parameters, in SRMR too, "
    "and is without GFI, AGFI, PGFI and the statistics of Satorra and Bentler",
    (
        "regression",
        "ml",
    ): "has errors by maximum likelihood and is without HC3, adjusted R2 and Durbin-Watson",
    ("reliability", "em"): "is without intervals of alpha",
    ("pls", "pairwise"): _OF_RESAMPLES,
    ("pls", "multiple_imputation"): f"draws other resamples and {_OF_RESAMPLES}",
}
"""What a method does to the tables of answers without a gap; those that are not here change nothing."""


def lost_to_gaps(config: Config) -> str:
    """What can be done where many left something out: what the config takes, and what stands in the way."""
    looked = (
        "Look which items are unanswered, and whether `data.missing_codes` names a code that is an answer."
    )
    taken = gaps_taken(config)
    if not taken.section:
        return (
            f"{looked} With {taken.keys} complete questionnaires alone can be analysed: report how many are "
            "left out, or do without these settings."
        )
    if not taken.closed:
        return (
            f"{looked} To lose nobody, raise `cleaning.missing_items_at_most` and say what becomes of the "
            f"gaps: `{taken.section}`."
        )
    return (
        f"{looked} To lose fewer, raise `cleaning.missing_items_at_most` and write `{taken.section}`; with "
        f"{taken.keys} the other methods ({taken.closed}) take complete questionnaires alone."
    )


def complete_or_taken(config: Config) -> str:
    """What can be done where cleaning keeps gaps that nothing is said of."""
    taken = gaps_taken(config)
    if not taken.section:
        return (
            "Use the rule `missing_items` with `missing_items_at_most: 0`: nothing is imputed, and with "
            f"{taken.keys} complete questionnaires alone can be analysed."
        )
    return (
        "Use the rule `missing_items` with `missing_items_at_most: 0`: nothing is imputed; or write into "
        f"config.yaml which methods take incomplete questionnaires: `{taken.section}`."
    )


def gaps_without_method(config: Config) -> str:
    """What can be done where cleaning keeps gaps that no method takes; nothing where it is not so."""
    section = config.cleaning
    kept = "missing_items" not in section.rules or section.missing_items_at_most > 0
    return complete_or_taken(config) if kept and not config.missing.asked else ""


def idle_methods(
    answers: pd.DataFrame, needed: Sequence[str] | None, config: Config, place: str
) -> Iterator[Problem]:
    """Methods for gaps where no questionnaire that is kept has one: they only take from the tables.

    Parameters
    ----------
    answers : as cleaned. needed : items that the methods are for; None where none is asked for.
    """
    if not needed or answers[list(needed)].isna().any(axis=None):
        return
    changes = [
        f"`{family}: {method}` {CHANGED[family, method]}"
        for family, method in config.missing.families.items()
        if (family, method) in CHANGED
    ]
    yield Problem(
        f"{place}, missing",
        "it names methods for gaps, but no questionnaire that is kept has a gap.",
        "; ".join(["Leave `missing` out: estimates stay the same", *changes]) + ".",
    )
