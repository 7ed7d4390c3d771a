"""The analyst's choices: `config.yaml` as a validated object.

Every key is described here and nowhere else: the comments of config files and the schema for editors are
written from here (`new_wave/comments.py`). An unknown or misspelt key, a wrong type or a contradiction is an
error that names the key and what to write instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from smartcity_survey.parsing import Refines, Section, parse, read_yaml, refuse_contradictions
from smartcity_survey.study.cleaning_rules import CleaningRule
from smartcity_survey.study.component_section import FactorsSection as FactorsSection
from smartcity_survey.study.component_section import ParallelSection as ParallelSection
from smartcity_survey.study.data_section import DataSection as DataSection
from smartcity_survey.study.data_section import FileFormat as FileFormat
from smartcity_survey.study.factor_sections import CfaSection as CfaSection
from smartcity_survey.study.factor_sections import CommonMethodSection as CommonMethodSection
from smartcity_survey.study.missing_answers import MissingSection, missing_contradictions
from smartcity_survey.study.model_section import Approach as Approach
from smartcity_survey.study.model_section import Mode as Mode
from smartcity_survey.study.model_section import ModelSection as ModelSection
from smartcity_survey.study.model_section import Probability as Probability
from smartcity_survey.study.next_wave import PlanSection
from smartcity_survey.study.outputs import ReportSection
from smartcity_survey.study.spelling import printable
from smartcity_survey.study.weighting import WeightingSection, weighting_contradictions

Language = Literal["en", "ru", "kk"]


def _require_words(label: str | dict[Language, str]) -> str | dict[Language, str]:
    """The label with blanks for control characters; one without a word would leave an empty cell."""
    if isinstance(label, dict):
        label = {language: printable(text) for language, text in label.items()}
    else:
        label = printable(label)
    if not all(text.strip() for text in (label.values() if isinstance(label, dict) else [label])):
        raise PydanticCustomError("empty_label", "Write its text")
    return label


Label = Annotated[str | dict[Language, str], AfterValidator(_require_words)]
CarelessIndex = Literal["longstring", "mean_run", "irv", "mahalanobis_p", "even_odd"]
ScoreMethod = Literal[
    "mean", "sum", "component", "cfa_regression", "cfa_bartlett", "cfa_skrondal_laake", "pls"
]
Correlation = Literal["pearson", "polychoric"]
Scheme = Literal["path", "factorial", "centroid"]
WaveName = Annotated[str, Field(pattern=r"^[^=/>]+$")]
AddedCount = Annotated[float, Field(ge=0, lt=1)]


class StudySection(Section):
    """What the study is called and how its report reads."""

    title: Label = Field(description="title of the report, one text or one per language")
    language: Language = Field("en", description="language of the report")
    wave: WaveName | None = Field(None, description="name of this wave, where `waves` lists others")
    reconstruction: bool = Field(
        False, description="true where the answers are rebuilt from printed tables; every page says so"
    )
    bounds: str | None = Field(
        None,
        description="folder that `smartcity-survey bounds` wrote: what the printed tables leave open; "
        "none: whatever is not printed is told as open; only of use where `reconstruction` is true",
    )

    @property
    def bounds_in_use(self) -> str | None:
        """The folder of bounds; none where people gave the answers, of which nothing is left open."""
        return self.bounds if self.reconstruction else None


class CleaningSection(Section):
    """Which rows are excluded, by which rule, in which order."""

    rules: tuple[CleaningRule, ...] = Field(
        description="applied in this order; a row is logged under the first that fits it"
    )
    missing_items_at_most: int = Field(0, ge=0, le=10_000, description="unanswered items a kept row may have")
    careless: dict[CarelessIndex, float] = Field(
        default_factory=dict,
        description="limits of rule `careless`: largest run (longstring, mean_run), smallest value of others",
    )

    @model_validator(mode="after")
    def _careless_needs_limits(self) -> CleaningSection:
        if ("careless" in self.rules) != bool(self.careless):
            raise ValueError(
                "the rule `careless` and its limits under `careless` go together; give both or neither"
            )
        return self


class ScoresSection(Section):
    """How a construct's items become one score."""

    method: ScoreMethod = Field(
        "mean",
        description="score that regression and hypotheses use; cfa_regression is for replications, "
        "docs/conventions.md says why",
    )


class RegressionSection(Section):
    """Ordinary least squares of each outcome's score on its predictors' scores."""

    confidence_level: Probability = Field(0.95, description="level of the coefficients' intervals")
    controls: tuple[str, ...] = Field(
        (), description="demographic variables entered before the predictors in the hierarchical regression"
    )
    other_estimators: bool = Field(
        False, description="true: the MM-estimator and three quantiles beside least squares"
    )
    ordinal: bool = Field(
        False,
        description="true: ordinal regression (proportional odds) of each outcome's answer; of several items "
        "their mean, rounded to a whole answer",
    )


class PlsSection(Section):
    """PLS-SEM and its bootstrap."""

    scheme: Scheme = Field("path", description="inner weighting")
    correlation: Correlation = Field(
        "pearson", description="correlation of the items; polychoric is for answers in ordered categories"
    )
    continuity: tuple[AddedCount, AddedCount] = Field(
        (0, 0),
        description="counts added to an empty cell of two-by-two tables and of larger ones, wherever "
        "polychoric correlations are estimated; lavaan has [0.5, 0]",
    )
    tolerance: float = Field(
        1e-12, ge=1e-15, le=0.01, description="largest change of an outer weight at convergence"
    )
    max_iterations: int = Field(
        1000, ge=1, le=1_000_000, description="beyond this a fit counts as not converged"
    )
    bootstrap_draws: int = Field(10_000, ge=100, le=1_000_000, description="resamples; 1000 for a first look")
    interval: Literal["percentile", "bca", "studentised"] = Field(
        "percentile", description="kind of bootstrap interval"
    )
    confidence_level: Probability = Field(0.95, description="level of the intervals")
    exact_fit_draws: int = Field(500, ge=20, le=100_000, description="resamples of the test of exact fit")
    folds: int = Field(
        10,
        ge=2,
        le=10_000,
        description="PLSpredict: parts of the respondents, each predicted from the others",
    )
    repetitions: int = Field(
        10, ge=1, le=1000, description="PLSpredict: divisions into folds, whose predictions are averaged"
    )
    necessary_conditions: bool = Field(
        False, description="true: necessary condition analysis, beside the importance-performance map"
    )
    segments: bool = Field(False, description="true: unobserved segments of respondents (FIMIX-PLS)")
    oriented_segments: bool = Field(
        False, description="true: segments whose own paths explain most (PLS-POS); takes minutes"
    )
    tetrads: bool = Field(False, description="true: confirmatory tetrad analysis of the constructs (CTA-PLS)")
    congruence: bool = Field(
        False, description="true: congruence coefficients, whether two constructs relate to all others alike"
    )
    mediator_contribution: bool = Field(
        False, description="true: what each mediator adds to the prediction of its outcome (PCM)"
    )
    overfit: bool = Field(
        False, description="true: groups that the model fits better than it predicts them (COA)"
    )
    copulas: bool = Field(False, description="true: Gaussian copulas, a test of endogenous predictors")
    further_draws: int = Field(
        1000, ge=100, le=100_000, description="random pairings or resamples of each of these"
    )
    desired_outcome: float = Field(
        85,
        gt=0,
        le=100,
        description="score of the outcome, 0 to 100, that necessary conditions are asked for",
    )
    most_segments: int = Field(4, ge=2, le=10, description="the largest number of segments tried")


class GroupsSection(Section):
    """Which groups of respondents are compared, and how."""

    variables: tuple[str, ...] = Field(
        (), description="demographic variables whose categories are compared, two by two"
    )
    smallest: int = Field(50, ge=10, le=1_000_000, description="respondents a category needs to be compared")
    permutations: int = Field(1000, ge=20, le=100_000, description="random groups of the same sizes")
    all_together: bool = Field(
        False, description="true: all groups of a variable are held against one another at once too"
    )
    partial_invariance: bool = Field(
        False, description="true: which items differ between groups, by score tests with Holm's correction"
    )
    alignment: bool = Field(
        False, description="true: groups aligned without any item being equal in all of them"
    )
    alignment_free: Annotated[bool, Refines("alignment")] = Field(
        False,
        description="true: the first group's factor mean is sought too when groups are aligned (FREE); "
        "for many groups whose loadings differ",
    )
    ordinal_invariance: bool = Field(
        False, description="true: invariance of answers taken as ordered categories, thresholds first (DWLS)"
    )


class RobustnessSection(Section):
    """How far the verdicts are put to the test."""

    equivalence_bound: float = Field(
        0.10, ge=0.001, le=1, description="standardised coefficients below this count as negligible"
    )
    controls: tuple[str, ...] = Field(
        (), max_length=6, description="demographic variables; the curve has none of them and all"
    )
    controls_crossed: Annotated[bool, Refines("controls")] = Field(
        False, description="true: every set of these controls, each counted as a specification of its own"
    )
    strict_loading: float = Field(
        0.60, ge=0, lt=1, description="smallest loading in the curve's strict set of items"
    )
    null_draws: int = Field(
        500, ge=100, le=100_000, description="resamples under the null of the specification curve"
    )
    power_draws: int = Field(
        500, ge=20, le=100_000, description="simulated waves behind each power of a new wave"
    )


class DisclosureSection(Section):
    """What the shared tables keep to themselves."""

    suppress_small_cells: bool = Field(
        False,
        description="true: counts of few respondents are left out, and what would give them away; as "
        "controls such categories are one",
    )
    smallest_cell: int = Field(5, ge=2, le=1000, description="smallest count that is shown then")


class FiguresSection(Section):
    """What the figures of the report show."""

    path_items: bool = Field(False, description="items with their outer loadings in the path diagram")
    diverging_items: bool = Field(
        False, description="bars of the answers to each item start from the middle of the scale"
    )


class Config(Section):
    """The whole of `config.yaml`."""

    study: StudySection
    data: DataSection
    cleaning: CleaningSection
    model: ModelSection
    missing: MissingSection = Field(MissingSection())
    weighting: WeightingSection = Field(WeightingSection())
    factors: FactorsSection = Field(FactorsSection())
    cfa: CfaSection = Field(CfaSection())
    scores: ScoresSection = Field(ScoresSection())
    regression: RegressionSection = Field(RegressionSection())
    common_method: CommonMethodSection = Field(CommonMethodSection())
    pls: PlsSection = Field(PlsSection())
    groups: GroupsSection = Field(GroupsSection())
    robustness: RobustnessSection = Field(RobustnessSection())
    disclosure: DisclosureSection = Field(DisclosureSection())
    figures: FiguresSection = Field(FiguresSection())
    report: ReportSection = Field(ReportSection())
    plan: PlanSection = Field(PlanSection())
    waves: dict[WaveName, DataSection] = Field(
        default_factory=dict,
        description="other waves, each described as under `data`; compared in name order",
    )
    seed: int = Field(ge=0, lt=2**64, description="seed of every random stream")

    @property
    def design_keys(self) -> Mapping[str, bool]:
        """Keys by which respondents count differently or were drawn together, and whether they are given."""
        return {
            "data.weight": bool(self.data.weight),
            "weighting.margins": bool(self.weighting.margins),
            "data.cluster": bool(self.data.cluster),
        }

    @property
    def weighted(self) -> bool:
        """Whether respondents have sampling weights: those of a column, raked ones, or both."""
        return bool(self.data.weight or self.weighting.margins)

    @model_validator(mode="after")
    def _sections_agree(self) -> Config:
        refuse_contradictions(
            _model_contradictions(self),
            weighting_contradictions(self),
            missing_contradictions(self),
            _wave_contradictions(self),
        )
        return self


def _model_contradictions(config: Config) -> Iterator[str]:
    """What the model and how it is estimated contradict one another in."""
    if config.model.moderations and config.pls.correlation == "polychoric":
        yield (
            "moderations need scores of the respondents, which polychoric correlations do not give; "
            "leave out `model.moderations`, or write `pls.correlation: pearson`"
        )
    if config.model.products and config.pls.correlation == "polychoric":
        yield (
            "products need scores of the respondents, which polychoric correlations do not give; "
            "leave out `model.products`, or write `pls.correlation: pearson`"
        )
    sources = {source for path in config.model.paths for source in path.sources}
    targets = {path.target for path in config.model.paths}
    both = [name for name in config.model.constructs if name in sources & targets]
    if config.scores.method == "cfa_skrondal_laake" and both:
        yield (
            f"`scores.method: cfa_skrondal_laake` gives predictors and outcomes scores of two kinds, and "
            f"{', '.join(both)} is both; choose another method, such as `mean`"
        )


def _wave_contradictions(config: Config) -> Iterator[str]:
    """What the waves and the rest of a config contradict one another in."""
    marked = [key for key, data in {"data": config.data, **config.waves}.items() if data.marked]
    if marked and "marked" not in config.cleaning.rules:
        yield (
            f"`marked` under {', '.join(marked)} says which rows are no answers, but the rule `marked` "
            "is not under `cleaning.rules`; give both or neither"
        )
    if config.waves and config.study.wave is None:
        yield "`waves` lists other waves; say under `study.wave` what this one is called"
    if config.study.wave in config.waves:
        yield f"the wave {config.study.wave} is this one; `waves` lists the others"
    for key, noun in (("weight", "weights"), ("cluster", "clusters")):
        if given := [name for name, wave in config.waves.items() if getattr(wave, key)]:
            yield f"waves are compared without {noun}; leave out `{key}` under {', '.join(given)}"


def read_config(path: Path) -> Config:
    """Read and validate a `config.yaml`.

    Raises
    ------
    SurveyError
        listing every problem: unreadable file, broken yaml, unknown or missing keys, values out of range.
    """
    return parse_config(read_yaml(path), str(path))


def parse_config(content: Mapping[str, Any], place: str) -> Config:
    """Validate a config that has been read already; `place` names it in messages."""
    return parse(Config, content, place)
