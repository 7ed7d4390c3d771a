"""Clean: exclusions by named rules; the respondents themselves stay in `private`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import pandas as pd

from smartcity_survey.data.clean import FEWEST_SCALES, Cleaned, clean_responses, halved_scales
from smartcity_survey.data.disclosure import protect
from smartcity_survey.data.weighting import rake_answers
from smartcity_survey.io import AT_FAULT, REFUSED, Card, StageResult
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import (
    RakedTo,
    design_frame,
    design_of,
    has_design,
    is_raked,
    raking_card,
)
from smartcity_survey.stages.needs import Counted
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import CleaningSection
from smartcity_survey.study.limits import limit
from smartcity_survey.study.weighting import WeightingSection

SCREENS = {
    index: (screen, limit(index).value, limit(index).source)
    for index, screen in (
        ("longstring", "above"),
        ("irv", "lowest_percent"),
        ("mahalanobis_p", "below"),
        ("even_odd", "below"),
    )
}
"""Careless-response indices: how each is screened, the conventional limit, and who proposed it."""


@stage(
    *("cleaning_log", "exclusions", "careless"),
    optional={has_design: ("survey_design",), is_raked: ("raking_margins",)},
    private=("answers", "exclusions", "careless"),
    hides=protect,
    essential=True,
)
def clean_answers(
    responses: pd.DataFrame,
    codebook: Codebook,
    section: CleaningSection,
    counted: Counted = None,
    weighting: Annotated[WeightingSection | None, RakedTo()] = None,
) -> StageResult:
    """Apply the cleaning rules, screen what is kept for careless answers, and rake its weights.

    counted : items that the rule `missing_items` counts; all where not given. weighting : margins that the
        weights of who is kept are raked to; None where there are none.
    """
    cleaned = clean_responses(responses, codebook, section, counted)
    answers, n = cleaned.answers, len(cleaned.answers)
    tables, cards = {}, {}
    if weighting is not None:
        weighed = rake_answers(answers, codebook, weighting)
        answers = weighed.answers
        tables["raking_margins"] = weighed.margins
        cards["raking_margins"] = raking_card(weighed, weighting, n)
    if (design := design_of(answers)) is not None:
        tables["survey_design"] = design_frame(design)
        cards["survey_design"] = {"method": "kish_effective_size", "n": n}
    of_cleaning = StageResult(
        tables={
            "cleaning_log": cleaned.log,
            "exclusions": exclusion_counts(cleaned.exclusions),
            "careless": _careless_summary(cleaned),
        },
        cards={
            "cleaning_log": {
                "rules": ", ".join(section.rules),
                "missing_items_at_most": section.missing_items_at_most,
                "n": n,
            },
            "exclusions": {"method": "counts", "n": len(cleaned.exclusions)},
            "careless": {
                "method": "screens_of_answers_as_given",
                **respondents(n),
                "excludes": ", ".join(section.careless) or "nothing",
                **_unscreened(cleaned, codebook),
            },
        },
        private={
            "answers": answers,
            "exclusions": cleaned.exclusions,
            "careless": cleaned.careless,
        },
    )
    return replace(of_cleaning, tables={**of_cleaning.tables, **tables}, cards={**of_cleaning.cards, **cards})


def exclusion_counts(exclusions: pd.DataFrame) -> pd.DataFrame:
    """How many questionnaires each rule took out for the same reason; no respondent can be told from it."""
    counts = exclusions.groupby(["rule", "reason"], sort=False).size()
    return counts.rename("n").reset_index().rename(columns={"reason": "detail"})


def _unscreened(cleaned: Cleaned, codebook: Codebook) -> Card:
    """The line of a card that tells why nobody has an even-odd consistency; nothing where somebody has."""
    if cleaned.careless["even_odd"].notna().any() or halved_scales(codebook) >= FEWEST_SCALES:
        return {}
    return {REFUSED: [{"part": "even_odd", "reason": "too_few_scales", AT_FAULT: ""}]}


def _careless_summary(cleaned: Cleaned) -> pd.DataFrame:
    rows = []
    for index, (direction, bound, source) in SCREENS.items():
        values = cleaned.careless[index].dropna()
        if direction == "lowest_percent":
            cut = values.quantile(bound / 100)
            flagged = values <= cut
        elif direction == "above":
            flagged = values > bound
        else:
            flagged = values < bound
        rows.append(
            {
                "index": index,
                "screen": direction,
                "limit": bound,
                "n_valid": values.size,
                "n_flagged": int(flagged.sum()),
                "mean": values.mean(),
                "sd": values.std(),
                "min": values.min(),
                "max": values.max(),
                "source": source,
            }
        )
    return pd.DataFrame(rows)
