"""What every table and figure of a report needs besides its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from smartcity_survey.report.labels import Labels
from smartcity_survey.report.wording import Wording, by_maximum_likelihood, load_wording
from smartcity_survey.study.config import Config, Language


@dataclass(frozen=True, slots=True)
class Setting:
    """Language, names and the analyst's choices that show.

    Attributes
    ----------
    wording, labels : the report's and the study's words in one language.
    suppress_below : loadings smaller than this are blank in tables and grey in figures.
    alpha : two-sided level below which a path counts as different from zero.
    bounded : the answers are a reconstruction whose print has known bounds: one file among many.
    level, regression_level : confidence levels of the bootstrap's and of the regression's intervals.
    parallel_quantile : of the eigenvalues of random data.
    reconstruction : the answers are rebuilt from printed tables; every figure says so.
    path_items : whether the path diagram shows the items with their loadings.
    diverging_items : whether the bars of the items start from the middle of the scale.
    printed : the study has printed numbers to compare with.
    numbers : name of a table -> `Table S34`, of those on the page; sentences about a hypothesis say where
        their numbers stand.
    """

    wording: Wording
    labels: Labels
    suppress_below: float = 0.5
    alpha: float = 0.05
    bounded: bool = False
    level: float = 0.95
    regression_level: float = 0.95
    parallel_quantile: float = 0.95
    reconstruction: bool = False
    path_items: bool = False
    diverging_items: bool = False
    printed: bool = True
    numbers: Mapping[str, str] = field(default_factory=dict)

    def told(self, key: str) -> str:
        """The key of a text, in the form for what is reported where it has one.

        `<key>_bounded` where the answers are one file among many, `<key>_own` where nothing was printed.
        """
        form = "bounded" if self.bounded else "" if self.printed else "own"
        own = f"{key}_{form}"
        return own if form and own in self.wording else key


def setting_of(config: Config, labels: Labels, language: Language) -> Setting:
    """The setting of a study's report in one language."""
    wording = load_wording(language)
    return Setting(
        by_maximum_likelihood(wording) if config.missing.regression == "ml" else wording,
        labels,
        suppress_below=config.factors.suppress_below,
        alpha=config.model.alpha,
        level=config.pls.confidence_level,
        regression_level=config.regression.confidence_level,
        parallel_quantile=config.factors.parallel.quantile,
        reconstruction=config.study.reconstruction,
        path_items=config.figures.path_items,
        diverging_items=config.figures.diverging_items,
        printed=config.data.published is not None,
    )
