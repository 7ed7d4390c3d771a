"""What is claimed: constructs with their items, paths among them, hypotheses about the paths."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

import numpy as np

from smartcity_survey.errors import NoSolution, Problem, SurveyError
from smartcity_survey.stats.core.types import BoolArray
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Approach, Mode, ModelSection
from smartcity_survey.study.feedback import feedback_problems
from smartcity_survey.study.model_checks import (
    closest,
    group_problems,
    higher_order_problems,
    hypothesis_problems,
    isolated_problems,
    moderation_problems,
    nearest,
    product_problems,
    rival_problems,
    structure_problems,
)


@dataclass(frozen=True, slots=True)
class Construct:
    """A construct, the items that measure it and how."""

    name: str
    items: tuple[str, ...]
    mode: Mode


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """The claim that `source` raises (positive) or lowers (negative) `target`.

    via : mediators in their order, where the claim is about the indirect effect through them.
    moderator : what is said to raise or lower the path's coefficient. groups : the demographic variable
    between whose categories the path is said to differ.
    """

    name: str
    source: str
    target: str
    sign: Literal["positive", "negative"]
    via: tuple[str, ...] = ()
    moderator: str = ""
    groups: str = ""

    @property
    def kind(self) -> Literal["path", "mediation", "moderation", "groups"]:
        """What it is about."""
        if self.via:
            return "mediation"
        return "moderation" if self.moderator else "groups" if self.groups else "path"

    @property
    def chain(self) -> tuple[str, ...]:
        """Constructs from the source through the mediators to the target."""
        return (self.source, *self.via, self.target)


@dataclass(frozen=True, slots=True)
class Moderation:
    """The claim that the path from `source` to `target` depends on how high `moderator` is.

    The moderator is a construct, or a demographic variable of two categories or of bands.
    """

    moderator: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Product:
    """Constructs whose scores are multiplied to explain `target`: one twice, or three."""

    factors: tuple[str, ...]
    target: str


@dataclass(frozen=True, slots=True)
class HigherOrder:
    """A construct made of constructs, and how it is estimated."""

    name: str
    components: tuple[str, ...]
    approach: Approach
    mode: Mode


@dataclass(frozen=True, slots=True)
class Model:
    """The measurement and the structural model, in the order of the config.

    Attributes
    ----------
    constructs, paths, hypotheses : of constructs that items measure. Where the config names a higher-order
        construct in a path, its components take its place, which is the first stage of its estimation.
    higher_order, higher_paths : constructs made of constructs, and all paths as the config has them.
    higher_hypotheses : claims about paths from or to constructs made of constructs.
    effect_hypotheses : claims about mediation, moderation and differences between groups.
    demographic_moderations : those whose moderator is a demographic variable; `moderations` has the others.
    claim_order : names of all claims as the config has them.
    other_models : names and paths of rival models, as `paths`.
    products : curves and three-way interactions.
    """

    constructs: tuple[Construct, ...]
    paths: tuple[tuple[str, str], ...]
    hypotheses: tuple[Hypothesis, ...]
    alpha: float
    moderations: tuple[Moderation, ...] = ()
    higher_order: tuple[HigherOrder, ...] = ()
    higher_paths: tuple[tuple[str, str], ...] = ()
    higher_hypotheses: tuple[Hypothesis, ...] = ()
    claim_order: tuple[str, ...] = ()
    effect_hypotheses: tuple[Hypothesis, ...] = ()
    demographic_moderations: tuple[Moderation, ...] = ()
    other_models: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    products: tuple[Product, ...] = ()

    @property
    def every_moderation(self) -> tuple[Moderation, ...]:
        """Moderations by constructs, then those by demographic variables."""
        return (*self.moderations, *self.demographic_moderations)

    @property
    def names(self) -> tuple[str, ...]:
        """Construct names."""
        return tuple(construct.name for construct in self.constructs)

    @property
    def claims(self) -> tuple[Hypothesis, ...]:
        """All hypotheses, whatever they are about, in the order of the config."""
        found = (*self.hypotheses, *self.higher_hypotheses, *self.effect_hypotheses)
        every = {claim.name: claim for claim in found}
        return tuple(({name: every[name] for name in self.claim_order if name in every} | every).values())

    @property
    def items(self) -> tuple[str, ...]:
        """All items, construct by construct."""
        return tuple(item for construct in self.constructs for item in construct.items)

    @property
    def single(self) -> tuple[str, ...]:
        """Constructs of a single item, which stands for them as if it had no error."""
        return tuple(construct.name for construct in self.constructs if len(construct.items) == 1)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Constructs that some path ends in."""
        targets = {target for _, target in self.paths}
        return tuple(name for name in self.names if name in targets)

    @property
    def mediated(self) -> bool:
        """Whether some path, as the config has it, goes on where another ends."""
        paths = self.higher_paths or self.paths
        return bool({target for _, target in paths} & {source for source, _ in paths})

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

    def rivals(self) -> dict[str, Model]:
        """The rival models, without claims and moderations, of those constructs that a path joins."""
        found = {}
        for name, paths in self.other_models:
            joined = {construct for path in paths for construct in path}
            constructs = tuple(each for each in self.constructs if each.name in joined)
            found[name] = Model(constructs, paths, (), self.alpha)
        return found

    def of_scales(self) -> Model:
        """The constructs of two items or more and the paths among them, without claims and moderations."""
        constructs = tuple(each for each in self.constructs if len(each.items) > 1)
        names = {each.name for each in constructs}
        return Model(constructs, tuple(path for path in self.paths if names >= {*path}), (), self.alpha)

    def keeping(self, items: tuple[str, ...]) -> Model:
        """The same model measured by the given items only.

        Raises
        ------
        NoSolution
            where a construct would be left without an item.
        """
        kept = set(items)
        constructs = tuple(
            Construct(c.name, tuple(item for item in c.items if item in kept), c.mode)
            for c in self.constructs
        )
        empty = [c.name for c in constructs if not c.items]
        if empty:
            problem = Problem(
                "config.yaml, factors.minimum_loading",
                f"no item is left for {', '.join(empty)}.",
                "Lower the limit, or take the construct out of `model`.",
            )
            raise NoSolution("no_item_left", empty, [problem])
        return replace(self, constructs=constructs)


def build_model(section: ModelSection, codebook: Codebook, place: str = "config.yaml, model") -> Model:
    """The model of a config, checked against the codebook.

    Raises
    ------
    SurveyError
        listing unknown items and constructs, items used twice, circular paths, hypotheses without a path.
    """
    problems: list[Problem] = []
    constructs = []
    higher_order = []
    for name, entry in section.constructs.items():
        if name not in codebook.constructs and entry.of is None:
            problems.append(
                Problem(
                    f"{place}.constructs.{name}",
                    "the codebook has no such construct.",
                    nearest(name, tuple(codebook.constructs)),
                )
            )
        if entry.of is not None:
            approach = entry.approach or "two_stage"
            higher_order.append(HigherOrder(name, entry.of, approach, entry.mode))
            continue
        items = entry.items if entry.items is not None else codebook.items_of(name)
        unknown = [item for item in items if item not in codebook.items]
        if unknown:
            problems.append(
                Problem(
                    f"{place}.constructs.{name}.items",
                    f"the codebook has no item {', '.join(unknown)}.",
                    closest(unknown[0], codebook.items)
                    + "Correct the name, or add the item to the codebook.",
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
    written = tuple((source, entry.target) for entry in section.paths for source in entry.sources)
    claims = tuple(
        Hypothesis(name, h.source, h.target, h.sign, h.via, h.moderator or "", h.groups or "")
        for name, h in section.hypotheses.items()
    )
    moderations = tuple(Moderation(m.moderator, m.source, m.target) for m in section.moderations)
    names = tuple(construct.name for construct in constructs)
    every = (*names, *(h.name for h in higher_order))
    problems += structure_problems(every, written, f"{place}.paths")
    rivals = {
        name: tuple((source, entry.target) for entry in entries for source in entry.sources)
        for name, entries in section.other_models.items()
    }
    problems += rival_problems(every, written, rivals, place)
    problems += hypothesis_problems(every, written, claims, tuple(codebook.demographics), place)
    problems += group_problems(names, higher_order, claims, place)
    problems += isolated_problems(names, higher_order, written, place)
    problems += higher_order_problems(names, higher_order, written, place)
    components = {higher.name: higher.components for higher in higher_order}

    def among_items(arrows: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """The paths, with components in place of the constructs made of them."""
        return tuple(
            pair
            for source, target in arrows
            for pair in product(components.get(source, (source,)), components.get(target, (target,)))
        )

    paths = among_items(written)
    # What a hypothesis makes a moderation is told of the hypothesis.
    claimed = {Moderation(c.moderator, c.source, c.target): f"hypotheses.{c.name}" for c in claims}
    where = [claimed.get(m, f"moderations.{position}") for position, m in enumerate(moderations)]
    problems += moderation_problems(names, paths, moderations, [f"{place}.{key}" for key in where], codebook)
    products = tuple(Product(one.factors, one.target) for one in section.products)
    problems += product_problems(names, paths, products, place)
    back = tuple((source, entry.target) for entry in section.feedback for source in entry.sources)
    problems += feedback_problems(names, paths, back, place)
    if problems:
        raise SurveyError.of(problems)
    about_paths = tuple(claim for claim in claims if claim.kind == "path")
    of_items = tuple(claim for claim in about_paths if not {claim.source, claim.target} & set(components))
    return Model(
        tuple(constructs),
        paths,
        of_items,
        section.alpha,
        tuple(m for m in moderations if m.moderator in names),
        tuple(higher_order),
        written,
        tuple(claim for claim in about_paths if claim not in of_items),
        tuple(claim.name for claim in claims),
        tuple(claim for claim in claims if claim.kind != "path"),
        tuple(m for m in moderations if m.moderator not in names),
        tuple((name, among_items(own)) for name, own in rivals.items()),
        products,
    )
