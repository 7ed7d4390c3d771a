"""What is claimed: constructs with their items, paths among them, hypotheses about the paths."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from smartcity_survey.codebook import Codebook, read_codebook
from smartcity_survey.config import Mode, ModelSection
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.stats.types import BoolArray


@dataclass(frozen=True, slots=True)
class Construct:
    """A construct, the items that measure it and how."""

    name: str
    items: tuple[str, ...]
    mode: Mode


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """The claim that `source` raises (positive) or lowers (negative) `target`."""

    name: str
    source: str
    target: str
    sign: Literal["positive", "negative"]


@dataclass(frozen=True, slots=True)
class Moderation:
    """The claim that the path from `source` to `target` depends on how high `moderator` is."""

    moderator: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Model:
    """The measurement and the structural model, in the order of the config."""

    constructs: tuple[Construct, ...]
    paths: tuple[tuple[str, str], ...]
    hypotheses: tuple[Hypothesis, ...]
    alpha: float
    moderations: tuple[Moderation, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Construct names."""
        return tuple(construct.name for construct in self.constructs)

    @property
    def items(self) -> tuple[str, ...]:
        """All items, construct by construct."""
        return tuple(item for construct in self.constructs for item in construct.items)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Constructs that some path ends in."""
        targets = {target for _, target in self.paths}
        return tuple(name for name in self.names if name in targets)

    def predictors(self, outcome: str) -> tuple[str, ...]:
        """Constructs with a path to `outcome`, in the order of the paths."""
        return tuple(source for source, target in self.paths if target == outcome)

    def construct_of(self, item: str) -> str:
        """Name of the construct an item measures."""
        return next(construct.name for construct in self.constructs if item in construct.items)

    def membership(self) -> BoolArray:
        """(p, c): whether an item (in `items` order) measures a construct."""
        owner = [index for index, construct in enumerate(self.constructs) for _ in construct.items]
        membership: BoolArray = np.asarray(owner)[:, None] == np.arange(len(self.constructs))
        return membership

    def path_matrix(self) -> BoolArray:
        """(c, c): row is the source, column the target."""
        matrix = np.zeros((len(self.names),) * 2, dtype=bool)
        for source, target in self.paths:
            matrix[self.names.index(source), self.names.index(target)] = True
        return matrix

    def keeping(self, items: tuple[str, ...]) -> Model:
        """The same model measured by the given items only.

        Raises
        ------
        SurveyError
            where a construct would be left without an item.
        """
        kept = set(items)
        constructs = tuple(
            Construct(c.name, tuple(item for item in c.items if item in kept), c.mode)
            for c in self.constructs
        )
        empty = [c.name for c in constructs if not c.items]
        if empty:
            raise SurveyError(
                "config.yaml, factors.minimum_loading",
                f"no item is left for {', '.join(empty)}.",
                "Lower the limit, or take the construct out of `model`.",
            )
        return replace(self, constructs=constructs)


def load_model(options: Mapping[str, Any], codebook: str | Path) -> Model:
    """The model of a config section given as plain values, with the codebook's items."""
    return build_model(ModelSection.model_validate(options), read_codebook(Path(codebook)))


def build_model(section: ModelSection, codebook: Codebook, place: str = "config.yaml, model") -> Model:
    """The model of a config, checked against the codebook.

    Raises
    ------
    SurveyError
        listing unknown items and constructs, items used twice, circular paths, hypotheses without a path.
    """
    problems: list[Problem] = []
    constructs = []
    for name, entry in section.constructs.items():
        if name not in codebook.constructs:
            problems.append(
                Problem(
                    f"{place}.constructs.{name}",
                    "the codebook has no such construct.",
                    f"Choose from {', '.join(codebook.constructs)}.",
                )
            )
        items = entry.items if entry.items is not None else codebook.items_of(name)
        unknown = [item for item in items if item not in codebook.items]
        if unknown:
            problems.append(
                Problem(
                    f"{place}.constructs.{name}.items",
                    f"the codebook has no item {', '.join(unknown)}.",
                    "Correct the name, or add the item to the codebook.",
                )
            )
        if not items:
            problems.append(
                Problem(f"{place}.constructs.{name}", "it has no items.", "Name at least one item.")
            )
        constructs.append(Construct(name, tuple(items), entry.mode))
    used: dict[str, str] = {}
    for construct in constructs:
        for item in construct.items:
            if item in used:
                problems.append(
                    Problem(
                        f"{place}.constructs.{construct.name}.items",
                        f"{item} already measures {used[item]}.",
                        "Give each item to one construct.",
                    )
                )
            used[item] = construct.name
    paths = tuple((source, entry.target) for entry in section.paths for source in entry.sources)
    hypotheses = tuple(Hypothesis(name, h.source, h.target, h.sign) for name, h in section.hypotheses.items())
    moderations = tuple(Moderation(m.moderator, m.source, m.target) for m in section.moderations)
    names = tuple(construct.name for construct in constructs)
    problems += _structure_problems(names, paths, hypotheses, place)
    problems += _moderation_problems(names, paths, moderations, place)
    if problems:
        raise SurveyError.of(problems)
    return Model(tuple(constructs), paths, hypotheses, section.alpha, moderations)


def _structure_problems(
    names: tuple[str, ...],
    paths: tuple[tuple[str, str], ...],
    hypotheses: tuple[Hypothesis, ...],
    place: str,
) -> list[Problem]:
    problems = []
    for source, target in paths:
        for name in (source, target):
            if name not in names:
                problems.append(
                    Problem(f"{place}.paths", f"{name} is not a construct.", _choose(name, names))
                )
        if paths.count((source, target)) > 1:
            problems.append(
                Problem(f"{place}.paths", f"{source} -> {target} is given twice.", "Give it once.")
            )
    circle = _circle(paths)
    if circle:
        problems.append(
            Problem(
                f"{place}.paths",
                f"they run in a circle: {' -> '.join(circle)}.",
                "Take one of these paths out.",
            )
        )
    for hypothesis in hypotheses:
        if (hypothesis.source, hypothesis.target) not in paths:
            problems.append(
                Problem(
                    f"{place}.hypotheses.{hypothesis.name}",
                    f"there is no path {hypothesis.source} -> {hypothesis.target}.",
                    "Add it to `paths`, or correct the hypothesis.",
                )
            )
    return problems


def _moderation_problems(
    names: tuple[str, ...],
    paths: tuple[tuple[str, str], ...],
    moderations: tuple[Moderation, ...],
    place: str,
) -> Iterator[Problem]:
    pairs = [(frozenset((m.moderator, m.source)), m.target) for m in moderations]
    for position, moderation in enumerate(moderations):
        where = f"{place}.moderations.{position}"
        target = moderation.target
        unknown = [name for name in (moderation.moderator, moderation.source, target) if name not in names]
        if unknown:
            yield Problem(where, f"{unknown[0]} is not a construct.", _choose(unknown[0], names))
            continue
        if moderation.moderator == moderation.source:
            yield Problem(where, f"{moderation.source} cannot moderate itself.", "Name another moderator.")
        for source in (moderation.source, moderation.moderator):
            if (source, target) not in paths:
                yield Problem(
                    where,
                    f"there is no path {source} -> {target}.",
                    "Add it to `paths`: without both main effects an interaction cannot be read.",
                )
        if pairs.index(pairs[position]) < position:
            yield Problem(
                where,
                f"{moderation.moderator} and {moderation.source} are multiplied for {target} already.",
                "Name the interaction once.",
            )


def _choose(name: str, names: tuple[str, ...]) -> str:
    """The nearest of the names that exist, or all of them."""
    close = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]}?" if close else f"Choose from {', '.join(names)}."


def _circle(paths: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Constructs along a circular chain of paths; empty where there is none."""
    onward: dict[str, list[str]] = {}
    for source, target in paths:
        onward.setdefault(source, []).append(target)

    def walk(chain: tuple[str, ...]) -> tuple[str, ...]:
        for target in onward.get(chain[-1], []):
            if target in chain:
                return (*chain[chain.index(target) :], target)
            found = walk((*chain, target))
            if found:
                return found
        return ()

    return next((found for source in onward if (found := walk((source,)))), ())
