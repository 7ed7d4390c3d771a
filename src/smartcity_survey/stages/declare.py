"""What a stage says of itself, once: the tables it makes, what it needs, and which studies it is for.

A stage is a function of frames, a model and options that returns a `StageResult`; its module has its name:

    @stage("reliability", "fornell_larcker", "htmt")
    def evaluate_measurement(answers: pd.DataFrame, model: Measured, section: PlsFitOptions) -> StageResult:

Its parameters say what it needs (`needs`): a frame is the stage file of that name. Rules, what the report
waits for and docs/architecture.md follow from that.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from importlib import import_module
from types import MappingProxyType
from typing import Any, ParamSpec, get_type_hints

from smartcity_survey.io import StageResult
from smartcity_survey.stages.needs import Claimed, Need, always, has_higher_order, need_of
from smartcity_survey.stages.parts import InParts
from smartcity_survey.stages.refusals import empty_without_solution
from smartcity_survey.study.config import Config
from smartcity_survey.study.model import Model

P = ParamSpec("P")
Asks = Callable[[Config], bool]
Requires = Callable[[Model], None]
Hides = Callable[..., StageResult]


@dataclass(frozen=True)
class Stage:
    """A step of the analysis.

    Attributes
    ----------
    name, module : of its rule and files; where it is defined, in full.
    compute : frames and options in, tables out.
    tables : those it makes of every study it is for. optional : those of studies that ask for them.
    private : respondent-level frames it makes, with the columns that other stages look for.
    asked_by : whether a study has this stage.
    requires : refuses models that leave it nothing to work on, with a NoSolution; its parameter is `model`.
    unweighted : tables that stay empty, with the reason, where respondents have sampling weights; all of a
        stage that takes none.
    hides : leaves small cells out of its tables; None: they tell of no small group. beside : stage files that
        this follows.
    needs : parameter -> where its value comes from.
    """

    name: str
    module: str
    compute: Callable[..., StageResult]
    tables: tuple[str, ...]
    optional: Mapping[Asks, tuple[str, ...]]
    private: Mapping[str, Sequence[str]]
    asked_by: Asks
    requires: Requires
    unweighted: tuple[str, ...]
    hides: Hides | None
    beside: tuple[str, ...]
    needs: Mapping[str, Need] = field(repr=False)

    @property
    def takes_weights(self) -> bool:
        """Whether it weights its respondents, in studies whose respondents have sampling weights."""
        return any(need.takes_weights for need in self.needs.values())

    @property
    def takes_clusters(self) -> bool:
        """Whether its errors allow for clusters."""
        return any(need.takes_clusters for need in self.needs.values())

    @property
    def by_components(self) -> bool:
        """Whether components take the place of constructs made of constructs, in studies that have some."""
        models = [need for need in self.needs.values() if type(need) is Claimed]
        return not {"higher_order_paths", "hypotheses"} & self.needs.keys() and any(
            model.claims is not has_higher_order for model in models
        )

    @property
    def in_parts(self) -> bool:
        """Whether other jobs may make some of its draws."""
        return any(isinstance(need, InParts) for need in self.needs.values())

    @property
    def about(self) -> str:
        """What it computes, in one sentence."""
        return str(self.compute.__doc__).strip().splitlines()[0]

    def made(self, config: Config) -> tuple[str, ...]:
        """Tables it makes of a study."""
        if not self.asked_by(config):
            return ()
        return (*self.tables, *(name for asks, own in self.optional.items() if asks(config) for name in own))

    def every_table(self) -> tuple[str, ...]:
        """Tables it makes of any study."""
        return (*self.tables, *(name for own in self.optional.values() for name in own))


def any_model(model: Model) -> None:
    """Nothing is required of a model."""


def stage(
    *tables: str,
    private: Iterable[str] | Mapping[str, Sequence[str]] = (),
    optional: Mapping[Asks, tuple[str, ...]] = MappingProxyType({}),
    asked_by: Asks = always,
    requires: Requires = any_model,
    unweighted: tuple[str, ...] = (),
    hides: Hides | None = None,
    beside: tuple[str, ...] = (),
    essential: bool = False,
) -> Callable[[Callable[P, StageResult]], Callable[P, StageResult]]:
    """Declare a stage; see `Stage`. Its tables are empty, with the reason, where there is no solution.

    Parameters
    ----------
    private : with columns where other stages go on without a solution.
    unweighted : tables of a stage with weights that take none.
    essential : nothing follows without its solution: the run ends.
    """

    def decorate(compute: Callable[P, StageResult]) -> Callable[P, StageResult]:
        frames = private if isinstance(private, Mapping) else dict.fromkeys(private, ())

        able = compute if requires is any_model else _requiring(requires, compute)
        run = able if essential else empty_without_solution(*tables, private=frames)(able)
        run.stage = Stage(  # type: ignore[attr-defined]
            name=compute.__module__.rpartition(".")[2],
            module=compute.__module__,
            compute=run,
            tables=tables,
            optional=optional,
            private=frames,
            asked_by=asked_by,
            requires=requires,
            unweighted=unweighted,
            hides=hides,
            beside=beside,
            needs=_needs(compute),
        )
        return run

    return decorate


def _requiring(requires: Requires, compute: Callable[P, StageResult]) -> Callable[P, StageResult]:
    """A stage that first looks whether its model leaves it something to work on."""
    signature = inspect.signature(compute)

    @wraps(compute)
    def run(*given: P.args, **named: P.kwargs) -> StageResult:
        requires(signature.bind(*given, **named).arguments["model"])
        return compute(*given, **named)

    return run


def declared_in(module: str) -> tuple[Stage, ...]:
    """The stages that a module declares: one, or none."""
    values = [getattr(value, "stage", None) for value in vars(import_module(module)).values()]
    return tuple(each for each in values if isinstance(each, Stage) and each.module == module)


def _needs(compute: Callable[..., StageResult]) -> dict[str, Need]:
    """Where the value of each parameter comes from, by its annotation."""
    hints: dict[str, Any] = get_type_hints(compute, include_extras=True)
    return {name: need_of(name, hints[name]) for name in inspect.signature(compute).parameters}
