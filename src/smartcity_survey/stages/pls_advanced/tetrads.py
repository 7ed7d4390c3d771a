"""Tetrads: do the items of each construct reflect it, or do they form it?"""

from __future__ import annotations

from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, StageResult, join_names
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import Complete, Measured, Options, Seed
from smartcity_survey.stages.pls_advanced.further_methods import asks_for
from smartcity_survey.stages.refusals import require_items
from smartcity_survey.stats.pls_advanced.tetrads import FEWEST, Tetrads, confirmatory_tetrads
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Model

TetradOptions = Annotated[PlsSection, Options(PlsSection, ("further_draws", "confidence_level"))]


def require_tetrads(model: Model) -> None:
    """Refuse models without a construct of four items."""
    require_items(model, "CTA-PLS", FEWEST)


@stage("tetrads", "tetrad_tests", asked_by=asks_for("tetrads"), requires=require_tetrads)
def check_tetrads(answers: Complete, model: Measured, section: TetradOptions, seed: Seed) -> StageResult:
    """Confirmatory tetrad analysis of every construct with four items or more (CTA-PLS)."""
    lines, tests = [], []
    for construct in model.constructs:
        items = list(construct.items)
        if len(items) < FEWEST:
            continue
        with naming(items, "CTA-PLS", model.names):
            found = confirmatory_tetrads(
                answers[items].to_numpy(dtype=np.float64),
                section.further_draws,
                seed,
                section.confidence_level,
            )
        lines.append(_lines(found, construct.name, items))
        tests.append(
            {
                "construct": construct.name,
                "n_items": len(items),
                "n_tetrads": len(found.value),
                "not_vanishing": int(((found.low > 0) | (found.high < 0)).sum()),
                "vanish": found.vanish,
            }
        )
    card: Card = {
        "method": "confirmatory_tetrads",
        "bootstrap_draws": section.further_draws,
        "interval": "normal_bias_corrected_bonferroni",
        "confidence_level": section.confidence_level,
        "divisor": "n_minus_1",
        **respondents(len(answers)),
        "seed": seed,
    }
    tables = {
        "tetrad_tests": pd.DataFrame(tests),
        "tetrads": pd.concat(lines or [pd.DataFrame()], ignore_index=True),
    }
    return StageResult(tables, dict.fromkeys(tables, card))


def _lines(found: Tetrads, construct: str, items: list[str]) -> pd.DataFrame:
    named = np.array(items)[found.items]
    return pd.DataFrame(
        {
            "construct": construct,
            "tetrad": [join_names(one) for one in named],
            "value": found.value,
            "bias": found.bias,
            "boot_se": found.se,
            "p": found.p,
            "ci_low": found.low,
            "ci_high": found.high,
            "bca_ci_low": found.bca_low,
            "bca_ci_high": found.bca_high,
        }
    )
