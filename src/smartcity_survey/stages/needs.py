"""Where the arguments of a stage come from: stage files, the model, options of the config.

A need says which stage files and other files it reads and which options it depends on; a change in any of
them runs the stage again. The codebook's words are none of them, but for those that answers are given in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Union, get_args, get_origin

import pandas as pd

from smartcity_survey.io import read_table
from smartcity_survey.parsing import Section
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config, ModelSection, PlsSection, ScoreMethod
from smartcity_survey.study.missing_answers import FactorModels, MissingSection, Moments, Pls, Regression
from smartcity_survey.study.model import Model, build_model

Files = Sequence[str | Path]


@dataclass(frozen=True)
class Need:
    """What one argument is made from; this one from nothing.

    takes_weights : whether a stage that has it weights its respondents, in studies whose respondents have
        sampling weights. takes_clusters : whether its errors allow for clusters.
    """

    takes_weights: ClassVar[bool] = False
    takes_clusters: ClassVar[bool] = False

    def frames(self, config: Config) -> tuple[str, ...]:
        """Names of the stage files it is read from."""
        return ()

    def files(self, config: Config) -> tuple[str, ...]:
        """Other files it is read from, relative to the study's folder."""
        return ()

    def options(self, config: Config, codebook: Codebook) -> Any:
        """Plain values it depends on; None where there are none."""
        return None

    def value(self, paths: Files, options: Any) -> Any:
        """The argument. paths : of the stage files, in the order of `frames`, then the other files."""
        return options


@dataclass(frozen=True)
class Frame(Need):
    """A stage file. optional : the argument is None where the study does not make it."""

    name: str
    optional: bool = False

    def frames(self, config: Config) -> tuple[str, ...]:
        return (self.name,)

    def value(self, paths: Files, options: Any) -> pd.DataFrame | None:
        return read_table(paths[0]) if paths else None


@dataclass(frozen=True)
class WhereClaimed(Need):
    """A stage file that is read where some claim asks for it; else the argument is None."""

    name: str
    asks: Callable[[Config], bool]

    def frames(self, config: Config) -> tuple[str, ...]:
        return (self.name,) if self.asks(config) else ()

    def value(self, paths: Files, options: Any) -> pd.DataFrame | None:
        return read_table(paths[0]) if paths else None


@dataclass(frozen=True)
class Frames(Need):
    """Several stage files by their names."""

    names: Callable[[Config], tuple[str, ...]]

    def frames(self, config: Config) -> tuple[str, ...]:
        return self.names(config)

    def value(self, paths: Files, options: Any) -> dict[str, pd.DataFrame]:
        return {Path(path).stem: read_table(path) for path in paths}


@dataclass(frozen=True)
class Option(Need):
    """One value of the config. key : as `pls.continuity`."""

    key: str

    def options(self, config: Config, codebook: Codebook) -> Any:
        plain: Any = config.model_dump(mode="json")
        for name in self.key.split("."):
            plain = plain[name]
        return plain

    def value(self, paths: Files, options: Any) -> Any:
        return tuple(options) if isinstance(options, list) else options


@dataclass(frozen=True)
class Options(Need):
    """A section of the config, or some of its keys; the others are at their defaults then."""

    section: type[Section]
    only: tuple[str, ...] = ()

    def options(self, config: Config, codebook: Codebook) -> Any:
        own = next(value for _, value in config if type(value) is self.section)
        return own.model_dump(mode="json", by_alias=True, include=set(self.only) or None)

    def value(self, paths: Files, options: Any) -> Section:
        return self.section.model_validate(options)


@dataclass(frozen=True)
class Codes(Need):
    """The codebook without its words. answers : with those that answers may be given in."""

    answers: bool = False

    def options(self, config: Config, codebook: Codebook) -> Any:
        return codebook.coded(answers=self.answers).model_dump(
            mode="json", by_alias=True, exclude_defaults=True
        )

    def value(self, paths: Files, options: Any) -> Codebook:
        return Codebook.model_validate(options)


STRUCTURE = {"constructs", "paths", "moderations", "products"}
"""What estimates depend on: neither the claims about the paths nor the level they are judged at."""


def retained_items(retention: pd.DataFrame) -> tuple[str, ...]:
    """Items that stay, from `item_retention`."""
    return tuple(retention.loc[retention["retained"], "item"])


@dataclass(frozen=True)
class Claimed(Need):
    """The model. kept : measured by the items kept alone. claims : with hypotheses and level.

    rivals : with the rival models, which are nothing to other stages.
    """

    kept: bool
    claims: Callable[[Config], bool]
    rivals: bool = False

    def frames(self, config: Config) -> tuple[str, ...]:
        return ("item_retention",) if self.kept else ()

    def options(self, config: Config, codebook: Codebook) -> Any:
        only = set(type(config.model).model_fields) if self.claims(config) else STRUCTURE
        only = (only | {"other_models"} if self.rivals else only - {"other_models"}) - {"feedback"}
        return {
            "model": config.model.model_dump(mode="json", by_alias=True, include=only),
            "codebook": Codes().options(config, codebook),
        }

    def value(self, paths: Files, options: Any) -> Model:
        codebook = Codebook.model_validate(options["codebook"])
        model = build_model(ModelSection.model_validate(options["model"]), codebook)
        if not self.kept:
            return model
        return model.keeping(retained_items(read_table(paths[0])))


@dataclass(frozen=True)
class CountedItems(Need):
    """Items whose answers are needed: the model's and the marker's; None where cleaning keeps no gaps."""

    def options(self, config: Config, codebook: Codebook) -> Any:
        section = config.model_dump(mode="json", include={"missing"})["missing"]
        if not MissingSection.model_validate(section).asked:
            return None
        items = build_model(config.model, codebook.coded()).items
        marker = config.common_method.marker
        owned = codebook.items_of(marker) if marker in codebook.constructs else ()
        return list(dict.fromkeys((*items, *(owned or ((marker,) if marker in codebook.items else ())))))


@dataclass(frozen=True)
class CompleteAnswers(CountedItems):
    """The cleaned answers of those who left out none of the items that are needed."""

    def frames(self, config: Config) -> tuple[str, ...]:
        return ("answers",)

    def value(self, paths: Files, options: Any) -> pd.DataFrame:
        return complete_rows(read_table(paths[0]), options)


@dataclass(frozen=True)
class PlsAnswers(CompleteAnswers):
    """What PLS-SEM takes: complete questionnaires, or all with means in the gaps, as the config says.

    Weights and clusters stand among the columns.
    """

    takes_weights = True
    takes_clusters = True

    def options(self, config: Config, codebook: Codebook) -> Any:
        counted = super().options(config, codebook)
        if counted is None:
            return None
        replaced = list(build_model(config.model, codebook.coded()).items)
        return {"complete": counted, "replaced": replaced if config.missing.pls == "mean_replacement" else []}

    def value(self, paths: Files, options: Any) -> pd.DataFrame:
        answers = read_table(paths[0])
        if options is None or not options["replaced"]:
            return complete_rows(answers, options and options["complete"])
        items = options["replaced"]
        return answers.fillna({item: answers[item].mean() for item in items})


@dataclass(frozen=True)
class AllAnswers(Need):
    """The cleaned answers with their gaps; None where the method for a family is none of these."""

    family: str
    methods: tuple[str, ...]

    def frames(self, config: Config) -> tuple[str, ...]:
        return ("answers",) if getattr(config.missing, self.family) in self.methods else ()

    def options(self, config: Config, codebook: Codebook) -> Any:
        # The same file may be read for another argument: the method has to be known as well.
        method = getattr(config.missing, self.family)
        return method if method in self.methods else None

    def value(self, paths: Files, options: Any) -> pd.DataFrame | None:
        return read_table(paths[0]) if paths else None


def complete_rows(answers: pd.DataFrame, counted: Sequence[str] | None) -> pd.DataFrame:
    """Respondents without a gap among the items counted; all where None is given."""
    return answers if counted is None else answers.dropna(subset=list(counted)).reset_index(drop=True)


@dataclass(frozen=True)
class AnswersToItems(Claimed):
    """The answers to the model's items alone, construct by construct, of complete questionnaires."""

    def frames(self, config: Config) -> tuple[str, ...]:
        return ("answers",)

    def options(self, config: Config, codebook: Codebook) -> Any:
        counted = CountedItems().options(config, codebook)
        complete = {} if counted is None else {"complete": counted}
        return super().options(config, codebook) | complete

    def value(self, paths: Files, options: Any) -> Any:
        answers = complete_rows(read_table(paths[0]), options.get("complete"))
        return answers[list(super().value((), options).items)]


@dataclass(frozen=True)
class Bar(Need):
    """What a long step tells how far it is: a function of what is done and of the total."""

    what: str


@dataclass(frozen=True)
class SmallestTold(Need):
    """The count below which tables leave cells out; None where they leave out none."""

    def options(self, config: Config, codebook: Codebook) -> Any:
        section = config.disclosure
        return section.smallest_cell if section.suppress_small_cells else None


def always(config: Config) -> bool:
    """Every study asks for it."""
    return True


def never(config: Config) -> bool:
    """No study asks for it."""
    return False


def has_higher_order(config: Config) -> bool:
    """Whether constructs are made of constructs."""
    return any(construct.of for construct in config.model.constructs.values())


def has_moderations(config: Config) -> bool:
    """Whether constructs or demographic variables change the strength of paths."""
    return bool(config.model.moderations)


def claims_groups(config: Config) -> bool:
    """Whether a hypothesis is about a difference between groups."""
    return any(claim.groups for claim in config.model.hypotheses.values())


def compares_with_print(config: Config) -> bool:
    """Whether there are printed numbers to compare with."""
    return bool(config.data.published)


Asked = Annotated[Model, Claimed(kept=False, claims=never)]
"""Constructs and paths, by all items."""
Measured = Annotated[Model, Claimed(kept=True, claims=never)]
"""Constructs and paths, by the items kept."""
Complete = Annotated[pd.DataFrame, CompleteAnswers()]
"""Cleaned answers without a gap."""
Counted = Annotated[Sequence[str] | None, CountedItems()]
ItemAnswers = Annotated[pd.DataFrame, AnswersToItems(kept=False, claims=never)]
MeasuredHigherOrder = Annotated[Model, Claimed(kept=True, claims=has_higher_order)]
"""As `Measured`; of constructs made of constructs with the claims, which are judged with the estimates."""
Claims = Annotated[Model, Claimed(kept=False, claims=always)]
"""With hypotheses and level, by all items."""
MeasuredClaims = Annotated[Model, Claimed(kept=True, claims=always)]
"""With hypotheses and level, by the items kept."""

PLS_FIT = ("scheme", "correlation", "continuity", "tolerance", "max_iterations")
"""What a PLS fit without its bootstrap depends on."""
PlsFitOptions = Annotated[PlsSection, Options(PlsSection, PLS_FIT)]

Smallest = Annotated[int | None, SmallestTold()]
Seed = Annotated[int, Option("seed")]
Level = Annotated[float, Option("regression.confidence_level")]
Method = Annotated[ScoreMethod, Option("scores.method")]
ForComponents = Annotated[pd.DataFrame | None, AllAnswers("components", ("em",))]
ForReliability = Annotated[pd.DataFrame | None, AllAnswers("reliability", ("em",))]
RegressionMissing = Annotated[Regression, Option("missing.regression")]
ComponentsMissing = Annotated[Moments, Option("missing.components")]
ForPls = Annotated[pd.DataFrame, PlsAnswers()]
PlsMissing = Annotated[Pls, Option("missing.pls")]
FactorModelsMissing = Annotated[FactorModels, Option("missing.factor_models")]
Continuity = Annotated[tuple[float, float], Option("pls.continuity")]


@dataclass(frozen=True)
class Published(Need):
    """The folder of printed numbers; None where there are none."""

    def files(self, config: Config) -> tuple[str, ...]:
        folder = config.data.published
        if not folder:
            return ()
        return tuple(sorted(path.as_posix() for path in Path(folder).rglob("*") if path.is_file()))

    def options(self, config: Config, codebook: Codebook) -> Any:
        # A bare name would look to `snakemake --lint` like the beginning of a file's.
        return {"folder": config.data.published} if config.data.published else None

    def value(self, paths: Files, options: Any) -> Any:
        return options["folder"] if options else None


PrintedFolder = Annotated[str, Published()]


def need_of(name: str, annotation: Any) -> Need:
    """What a parameter needs: as its annotation says, or by its type.

    Raises
    ------
    TypeError
        where neither tells; it is a mistake of the stage's author.
    """
    for said in getattr(annotation, "__metadata__", ()):
        if isinstance(said, Need):
            return said
    kinds = _alternatives(annotation)
    if pd.DataFrame in kinds:
        return Frame(name, optional=NoneType in kinds)
    if Codebook in kinds:
        return Codes()
    sections = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Section)]
    if sections:
        return Options(sections[0])
    raise TypeError(f"parameter `{name}` of a stage: {annotation} does not say where its value comes from")


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def frames_of(needs: Mapping[str, Need], config: Config) -> tuple[str, ...]:
    """Names of all stage files that needs are read from."""
    return tuple(dict.fromkeys(name for need in needs.values() for name in need.frames(config)))
