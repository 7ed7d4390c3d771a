"""Items by themselves: descriptives, and whether they share enough to be factored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from smartcity_survey.errors import SurveyError, counted, counts
from smartcity_survey.notebook.answers import Items, numbers
from smartcity_survey.notebook.told import told
from smartcity_survey.notebook.view import View, named, square, statistics
from smartcity_survey.stages.answers.describe import lines_of_descriptives
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.significance import ChiSquareTest
from smartcity_survey.stats.factor.adequacy import Kmo, bartlett_sphericity, kmo
from smartcity_survey.stats.items import descriptives as core


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class DescriptivesView(View):
    """Descriptives by the formulas of SPSS.

    Attributes
    ----------
    items : a row for each item: n, min, max, mean, se_mean, sd (divisor n - 1), in units of the answers;
        skewness, se_skewness, kurtosis (in excess of the normal's), se_kurtosis.
    record : `stats.items.descriptives.Descriptives`.
    """

    title: ClassVar[str] = "Descriptive statistics"
    shown: ClassVar[tuple[str, ...]] = ("items",)
    items: pd.DataFrame
    record: core.Descriptives


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class AdequacyView(View):
    """Kaiser-Meyer-Olkin measure and Bartlett's test of sphericity.

    Attributes
    ----------
    statistics : kmo; bartlett_chi2, bartlett_df, bartlett_p; n.
    item_msa : a row for each item: msa, its measure of sampling adequacy.
    anti_image_correlations : (p, p), negative partial correlations, the items' MSA on the diagonal.
    kmo, bartlett : records of the numeric core.
    """

    title: ClassVar[str] = "Sampling adequacy"
    shown: ClassVar[tuple[str, ...]] = ("statistics", "item_msa")
    statistics: pd.DataFrame
    item_msa: pd.DataFrame
    anti_image_correlations: pd.DataFrame
    kmo: Kmo
    bartlett: ChiSquareTest


def describe(answers: pd.DataFrame, items: Items | None = None) -> DescriptivesView:
    """Describe the answers (n, p) to items: all columns where none are named.

    Source: `stats.items.descriptives.describe`, by the algorithms of IBM SPSS DESCRIPTIVES.

    Raises
    ------
    SurveyError
        for answers that are missing or no numbers, and for fewer than four rows.
    """
    x, names = numbers(answers, items)
    with told("describe", names):
        found = core.describe(x)
    return DescriptivesView(
        notes=(f"{counted(found.n, 'respondent')}. Formulas of SPSS.",),
        items=lines_of_descriptives(found, names, "item").set_index("item"),
        record=found,
    )


def adequacy(answers: pd.DataFrame, items: Items | None = None) -> AdequacyView:
    """Judge whether items share enough to be factored, from their Pearson correlations (p, p).

    Sources: Kaiser (1970) and Kaiser and Rice (1974) for KMO, Bartlett (1950) for the test of sphericity.

    Raises
    ------
    SurveyError
        for answers that are missing or no numbers, constant items, items that determine one another, and no
        more respondents than items.
    """
    x, names = numbers(answers, items)
    if len(names) < 2:
        raise SurveyError(
            "adequacy, items", "1 item was named.", "Name two or more: it is judged by their correlations."
        )
    with told("adequacy", names):
        matrix = correlation(x)
        bartlett = bartlett_sphericity(matrix, len(x))
        sampling = kmo(matrix)
    return AdequacyView(
        notes=(f"{counts(respondent=len(x), item=len(names))}. Pearson correlations.",),
        statistics=statistics(
            {
                "kmo": sampling.overall,
                "bartlett_chi2": bartlett.statistic,
                "bartlett_df": bartlett.df,
                "bartlett_p": bartlett.p,
                "n": len(x),
            }
        ),
        item_msa=named(names, "item", {"msa": sampling.per_item}),
        anti_image_correlations=square(sampling.anti_image_correlation, names, "item"),
        kmo=sampling,
        bartlett=bartlett,
    )
