"""What every table and figure of a report needs besides its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from smartcity_survey.report.labels import Labels
from smartcity_survey.report.wording import Wording


@dataclass(frozen=True, slots=True)
class Setting:
    """Language, names and the analyst's choices that show.

    Attributes
    ----------
    wording, labels : the report's and the study's words in one language.
    suppress_below : loadings smaller than this are blank in tables and grey in figures.
    alpha : two-sided level below which a path counts as different from zero.
    numbers : name of a table -> `Table S34`, of those on the page; sentences about a hypothesis say where
        their numbers stand.
    """

    wording: Wording
    labels: Labels
    suppress_below: float = 0.5
    alpha: float = 0.05
    numbers: Mapping[str, str] = field(default_factory=dict)
