"""The analyst's choices: `config.yaml` as a validated object.

Every key is described here once; an unknown or misspelt key, a wrong type or a contradiction is an error
that names the key and what to write instead.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from smartcity_survey.errors import Problem, SurveyError

Language = Literal["kk", "ru", "en"]
Label = str | dict[Language, str]
CleaningRule = Literal[
    "blank_form",
    "missing_items",
    "out_of_range",
    "unknown_category",
    "duplicate_respondent",
    "duplicate_answers",
    "careless",
]
CarelessIndex = Literal["longstring", "mean_run", "irv", "mahalanobis_p", "even_odd"]
ScoreMethod = Literal["mean", "sum", "component", "cfa_regression", "cfa_bartlett", "pls"]
Scheme = Literal["path", "factorial", "centroid"]
Mode = Literal["reflective", "mode_a", "mode_b"]
M = TypeVar("M", bound="Section")
Probability = Annotated[float, Field(gt=0, lt=1)]
Limit = Annotated[float, Field(ge=0, lt=1)] | None


class Section(BaseModel):
    """A block of the configuration: every key known, nothing added later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StudySection(Section):
    """What the study is called and how its report reads."""

    title: Label = Field(description="title of the report, one text or one per language")
    language: Language = Field("en", description="language of the report: kk, ru or en")
    reconstruction: bool = Field(
        False, description="true where the answers are reconstructed, not given by people; shown as a banner"
    )


class DataSection(Section):
    """Where the answers are and how to read them."""

    file: str = Field(description="survey file: .sav, .csv or .xlsx")
    codebook: str = Field(description="codebook: items, constructs, labels, demographics")
    respondent: str | None = Field(None, description="column that identifies a respondent; none: row numbers")
    published: str | None = Field(None, description="folder of printed numbers to compare with; none: skip")
    format: Literal["auto", "sav", "csv", "xlsx"] = Field(
        "auto", description="auto goes by the file's ending"
    )
    encoding: str | None = Field(
        None, description="text encoding; none: UTF-8 for csv, the file's own for sav"
    )
    decimal: Literal[".", ","] = Field(".", description="decimal mark of numbers written as text")
    sheet: str | int = Field(0, description="xlsx sheet, by name or position")
    missing_codes: tuple[float, ...] = Field(
        (), description="codes that mean no answer, beside those the .sav declares"
    )


class CleaningSection(Section):
    """Which rows are excluded, by which rule, in which order."""

    rules: tuple[CleaningRule, ...] = Field(
        description="applied in this order; the first that fits is logged"
    )
    missing_items_at_most: int = Field(0, ge=0, description="unanswered items a kept row may have")
    careless: dict[CarelessIndex, float] = Field(
        default_factory=dict,
        description="limits of rule `careless`: above for runs, below for irv, mahalanobis_p, even_odd",
    )

    @model_validator(mode="after")
    def _careless_needs_limits(self) -> CleaningSection:
        if ("careless" in self.rules) != bool(self.careless):
            raise ValueError(
                "the rule `careless` and its limits under `careless` go together; give both or neither"
            )
        return self


class ParallelSection(Section):
    """Parallel analysis: eigenvalues of random data beside the survey's."""

    draws: int = Field(1000, ge=10, description="random data sets")
    quantile: Probability = Field(0.95, description="quantile of the random eigenvalues")


class FactorsSection(Section):
    """Principal components, their rotation, and which items stay."""

    n_components: Literal["eigenvalue"] | Annotated[int, Field(ge=1)] = Field(
        "eigenvalue", description="`eigenvalue` (all above 1) or a fixed number"
    )
    suppress_below: float = Field(0.5, ge=0, lt=1, description="loadings blanked when a table is rendered")
    minimum_msa: Limit = Field(None, description="items with a lower sampling adequacy go; none: all stay")
    minimum_communality: Limit = Field(None, description="items with a lower communality go")
    minimum_loading: Limit = Field(None, description="items whose largest loading is below go")
    maximum_cross_loading: Limit = Field(None, description="items whose second loading is above go")
    promax_kappa: float = Field(4, ge=1, description="power of the promax rotation's target")
    oblimin_delta: float = Field(0, le=0.8, description="0: direct quartimin; lower: less correlated factors")
    parallel: ParallelSection = Field(ParallelSection(), description="parallel analysis")


class ScoresSection(Section):
    """How a construct's items become one score."""

    method: ScoreMethod = Field("cfa_regression", description="score that regression and hypotheses use")


class RegressionSection(Section):
    """Ordinary least squares of each outcome's score on its predictors' scores."""

    confidence_level: Probability = Field(0.95, description="level of the coefficients' intervals")
    controls: tuple[str, ...] = Field(
        (), description="demographic variables entered before the predictors in the hierarchical regression"
    )


class CommonMethodSection(Section):
    """Signs that one way of asking, not the constructs, makes the answers alike."""

    marker: str | None = Field(
        None,
        description="item or construct outside the model that should be unrelated to it; none: no marker",
    )


class PlsSection(Section):
    """PLS-SEM and its bootstrap."""

    scheme: Scheme = Field("path", description="inner weighting: path, factorial or centroid")
    tolerance: float = Field(1e-12, gt=0, description="largest change of an outer weight at convergence")
    max_iterations: int = Field(1000, ge=1, description="iterations before the fit is called not converged")
    bootstrap_draws: int = Field(10_000, ge=100, description="bootstrap resamples")
    interval: Literal["percentile", "bca", "studentised"] = Field(
        "percentile", description="kind of interval"
    )
    confidence_level: Probability = Field(0.95, description="level of the intervals")


class RobustnessSection(Section):
    """How far the verdicts are put to the test."""

    equivalence_bound: float = Field(
        0.10, gt=0, description="standardised coefficients below this count as negligible"
    )
    null_draws: int = Field(500, ge=100, description="resamples under the null of the specification curve")


class ConstructSection(Section):
    """A construct: how it is measured and by what."""

    mode: Mode = Field("reflective", description="reflective (same as mode_a) or mode_b (formative)")
    items: tuple[str, ...] | None = Field(None, description="its items; none: those the codebook gives it")


class PathSection(Section):
    """Arrows of the structural model that end in one construct."""

    target: str = Field(alias="to", description="construct explained")
    sources: tuple[str, ...] = Field(alias="from", description="constructs that explain it")


class HypothesisSection(Section):
    """A claim about one path."""

    source: str = Field(alias="from", description="construct said to matter")
    target: str = Field(alias="to", description="construct it is said to raise or lower")
    sign: Literal["positive", "negative"] = Field("positive", description="direction that was claimed")


class ModelSection(Section):
    """What is claimed: constructs, paths and hypotheses, as in the paper's figure."""

    constructs: dict[str, ConstructSection] = Field(description="constructs in the order of the tables")
    paths: tuple[PathSection, ...] = Field(description="structural model")
    hypotheses: dict[str, HypothesisSection] = Field(default_factory=dict, description="claims to be judged")
    alpha: Probability = Field(0.05, description="two-sided significance level of the verdicts")


class Config(Section):
    """The whole of `config.yaml`."""

    study: StudySection
    data: DataSection
    cleaning: CleaningSection
    model: ModelSection
    factors: FactorsSection = Field(FactorsSection())
    scores: ScoresSection = Field(ScoresSection())
    regression: RegressionSection = Field(RegressionSection())
    common_method: CommonMethodSection = Field(CommonMethodSection())
    pls: PlsSection = Field(PlsSection())
    robustness: RobustnessSection = Field(RobustnessSection())
    seed: int = Field(ge=0, description="seed of every random stream")


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


def read_yaml(path: Path) -> Mapping[str, Any]:
    """A yaml file's top-level mapping; SurveyError where there is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SurveyError(
            str(path), "no such file.", "Check the path, or run from the study's folder."
        ) from None
    except UnicodeDecodeError as error:
        raise SurveyError(
            str(path), f"not UTF-8 text (byte {error.start}).", "Save the file as UTF-8."
        ) from None
    try:
        content = yaml.load(text, Loader=_UniqueKeyLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise SurveyError(
            place,
            f"not valid yaml: {getattr(error, 'problem', error)}.",
            "Mend the line; mind the indentation.",
        ) from None
    if not isinstance(content, Mapping):
        raise SurveyError(str(path), "no keys found.", "Write `key: value` lines, as in the bundled file.")
    return content


class _UniqueKeyLoader(yaml.SafeLoader):
    """Safe yaml that refuses a key given twice instead of keeping the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key `{key}` is given twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def parse(model: type[M], content: Mapping[str, Any], place: str) -> M:
    """Validate a mapping against a model; every problem becomes one line of a SurveyError."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise SurveyError.of([_problem(detail, model, place) for detail in error.errors()]) from None


def _problem(detail: Any, model: type[Section], place: str) -> Problem:
    location = tuple(detail["loc"])
    key = ".".join(str(part) for part in location)
    where = f"{place}, {key}" if key else place
    kind, given = detail["type"], detail.get("input")
    if kind == "extra_forbidden":
        known = sorted(_keys(model, location[:-1]))
        close = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.5)
        hint = f"Did you mean `{close[0]}`?" if close else f"Known keys: {', '.join(known)}."
        return Problem(where, "unknown key.", hint)
    if kind == "missing":
        return Problem(where, "this key is missing.", _description(model, location) or "Add it.")
    if kind == "literal_error":
        return Problem(where, f"{given!r} is not allowed.", f"Choose one of {detail['ctx']['expected']}.")
    message = str(detail["msg"]).removeprefix("Value error, ")
    return Problem(where, f"found {given!r}." if kind != "value_error" else "contradiction:", f"{message}.")


def _keys(model: type[Section], location: tuple[Any, ...]) -> Iterator[str]:
    section = _section(model, location)
    if section is not None:
        for name, field in section.model_fields.items():
            yield field.alias or name


def _description(model: type[Section], location: tuple[Any, ...]) -> str:
    section = _section(model, location[:-1])
    field = section.model_fields.get(str(location[-1])) if section else None
    return f"It says: {field.description}." if field and field.description else ""


def _section(model: type[Section], location: tuple[Any, ...]) -> type[Section] | None:
    """The section a location leads to; mappings and lists are stepped through."""
    current: type[Section] | None = model
    for part in location:
        field = None if current is None else current.model_fields.get(str(part))
        if field is not None:
            current = next(_section_types(field.annotation), current)
    return current


def _section_types(annotation: Any) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for argument in get_args(annotation):
        yield from _section_types(argument)
