"""What config and codebook ask for that needs all rows at once, or more than moments: refused by its key."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config

NEED_ALL_ROWS = ("duplicate_respondent", "duplicate_answers", "careless")
"""Cleaning rules that hold a questionnaire against the others."""
CODES = np.iinfo(np.int8)


def require_honoured(config: Config, codebook: Codebook) -> None:
    """Refuse a study of which one pass would leave something out of account.

    Raises
    ------
    SurveyError
        listing every key.
    """
    problems = [*_of_config(config), *_of_scales(codebook)]
    if problems:
        raise SurveyError.of(problems)


def _of_config(config: Config) -> Iterator[Problem]:
    asked = {
        **config.design_keys,
        **{f"missing.{name}": value != "complete" for name, value in config.missing.families.items()},
        "waves": bool(config.waves),
        "model.moderations": bool(config.model.moderations),
        "model.products": bool(config.model.products),
        "model.other_models": bool(config.model.other_models),
        "model.feedback": bool(config.model.feedback),
        "factors.loading_draws": config.factors.loading_draws is not None,
        "factors.comparison_draws": config.factors.comparison_draws is not None,
        "disclosure.suppress_small_cells": config.disclosure.suppress_small_cells,
        **{f"model.constructs.{name}.of": bool(one.of) for name, one in config.model.constructs.items()},
        **{
            f"{section}.{key}": True
            for section in ("factors", "cfa", "regression", "common_method", "pls", "groups")
            for key in _switched_on(config, section)
        },
        "pls.correlation": config.pls.correlation != "pearson",
        "cfa.estimator": config.cfa.estimator != "ml",
        "cfa.residual_correlations": bool(config.cfa.residual_correlations),
        "pls.interval": config.pls.interval != "percentile",
    }
    for key in (key for key, given in asked.items() if given):
        yield Problem(
            f"config.yaml, {key}",
            "one pass over the file cannot honour it.",
            "Leave it out, or use `smartcity-survey run`, which holds all rows.",
        )

    for rule in (rule for rule in NEED_ALL_ROWS if rule in config.cleaning.rules):
        yield Problem(
            f"config.yaml, cleaning.rules, {rule}",
            "one pass over the file cannot honour it.",
            "Take the questionnaires that it would leave out from the file before, and the line from the "
            "rules; or use `smartcity-survey run`, which holds all rows.",
        )


def _switched_on(config: Config, section: str) -> Iterator[str]:
    """Keys of a section's further analyses that the study asks for: those that are true."""
    return (key for key, value in getattr(config, section) if value is True)


def _of_scales(codebook: Codebook) -> Iterator[Problem]:
    for item in codebook.items:
        scale = codebook.scale_of(item)
        if scale.continuous or scale.minimum < CODES.min or scale.maximum > CODES.max:
            yield Problem(
                f"codebook.yaml, items.{item}",
                f"its answers are not whole numbers from {CODES.min} to {CODES.max}.",
                "Take it out of the codebook, or use `smartcity-survey run`, which holds all rows.",
            )
