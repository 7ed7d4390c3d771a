"""What can be wrong with the paths of a model, its hypotheses, moderations and higher-order constructs."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING

from smartcity_survey.errors import Problem, counted

if TYPE_CHECKING:
    from smartcity_survey.study.codebook import Codebook
    from smartcity_survey.study.model import HigherOrder, Hypothesis, Moderation, Product

DECLARED = "declared"
"""What tables call the model under `paths` beside its rivals."""


def structure_problems(
    names: tuple[str, ...],
    paths: tuple[tuple[str, str], ...],
    place: str,
) -> list[Problem]:
    """Unknown constructs, paths given twice or in a circle. place : of the paths."""
    problems = []
    for source, target in paths:
        for name in (source, target):
            if name not in names:
                problems.append(Problem(place, f"{name} is not a construct.", nearest(name, names)))
        if paths.count((source, target)) > 1:
            problems.append(Problem(place, f"{source} -> {target} is given twice.", "Give it once."))
    problems = list(dict.fromkeys(problems))  # of a path given twice, too
    circle = _circle(paths)
    if circle:
        problems.append(
            Problem(
                place,
                f"they run in a circle: {' -> '.join(circle)}.",
                "Take one of these paths out, or write those that run back under `model.feedback`.",
            )
        )
    return problems


def rival_problems(
    names: tuple[str, ...],
    paths: tuple[tuple[str, str], ...],
    rivals: Mapping[str, tuple[tuple[str, str], ...]],
    place: str,
) -> Iterator[Problem]:
    """What is wrong with the paths of rival models, or makes them no rivals of the model with `paths`."""
    known = {frozenset(paths): "paths"}
    for name, own in rivals.items():
        where = f"{place}.other_models.{name}"
        yield from structure_problems(names, own, where)
        if not own:
            yield Problem(where, "it has no paths.", "Name some, or leave the model out.")
        if name == DECLARED:
            found = "the tables call the model under `paths` so."
            yield Problem(where, found, "Choose another name.")
        first = known.setdefault(frozenset(own), f"other_models.{name}")
        if own and first != f"other_models.{name}":
            yield Problem(where, f"it has the same paths as `{first}`.", "Leave one of them out.")


def hypothesis_problems(
    names: tuple[str, ...],
    paths: tuple[tuple[str, str], ...],
    hypotheses: tuple[Hypothesis, ...],
    demographics: tuple[str, ...],
    place: str,
) -> Iterator[Problem]:
    """Unknown constructs and demographic variables, and paths that are not there or claimed twice."""
    stated: dict[tuple[object, ...], str] = {}
    for hypothesis in hypotheses:
        where = f"{place}.hypotheses.{hypothesis.name}"
        chain = hypothesis.chain
        first = stated.setdefault((*chain, hypothesis.moderator, hypothesis.groups), hypothesis.name)
        if first != hypothesis.name:
            yield Problem(
                where, f"{first} is about the same path.", "Leave one of them: a path has one estimate."
            )
        if hypothesis.moderator:
            continue  # one of the moderations, which are looked at with them
        keys = ("from", *("via",) * len(hypothesis.via), "to")
        for key, name in zip(keys, chain, strict=True):
            if name not in names:
                yield Problem(f"{where}.{key}", f"{name} is not a construct.", nearest(name, names))
        groups = hypothesis.groups
        if groups and groups not in demographics:
            found = f"the codebook has no demographic variable {groups}."
            known = nearest(groups, demographics) if demographics else "Add it to the codebook."
            yield Problem(f"{where}.groups", found, known)
        for source, target in pairwise(chain):
            if not {source, target} <= set(names) or (source, target) in paths:
                continue
            if source != target and _circle((*paths, (source, target))) and not _circle(paths):
                yield Problem(
                    where,
                    f"{source} -> {target} runs back against `paths`.",
                    "Correct the hypothesis, or name the path under `model.feedback`, whose table judges it.",
                )
            else:
                yield Problem(
                    where,
                    f"there is no path {source} -> {target}.",
                    "Add it to `paths`, or correct the hypothesis.",
                )


def group_problems(
    names: tuple[str, ...],
    higher_order: Sequence[HigherOrder],
    hypotheses: tuple[Hypothesis, ...],
    place: str,
) -> Iterator[Problem]:
    """Differences of paths that no group's own model has: those of constructs made of constructs."""
    made = {higher.name for higher in higher_order}
    for hypothesis in hypotheses:
        ends = (hypothesis.source, hypothesis.target)
        if hypothesis.groups and made & set(ends):
            yield Problem(
                f"{place}.hypotheses.{hypothesis.name}.groups",
                "groups are compared by paths between constructs that items measure.",
                f"Claim the difference of such a path; choose from {', '.join(names)}.",
            )


def moderation_problems(
    names: tuple[str, ...],
    paths: tuple[tuple[str, str], ...],
    moderations: tuple[Moderation, ...],
    places: Sequence[str],
    codebook: Codebook,
) -> Iterator[Problem]:
    """Unknown constructs, interactions without both main effects or given twice.

    Parameters
    ----------
    places : where each moderation stands.
    """
    pairs = [(frozenset((m.moderator, m.source)), m.target) for m in moderations]
    for position, moderation in enumerate(moderations):
        where = places[position]
        target = moderation.target
        moderator, demographics = moderation.moderator, codebook.demographics
        unknown = [name for name in (moderation.source, target) if name not in names]
        for name in dict.fromkeys(unknown):
            yield Problem(where, f"{name} is not a construct that items measure.", nearest(name, names))
        if moderator not in names and moderator not in demographics:
            found = f"{moderator} is not a construct that items measure, nor a demographic variable."
            yield Problem(where, found, nearest(moderator, (*names, *demographics)))
            continue
        if moderator not in names and len(demographics[moderator].categories) > 2:
            categories = counted(len(demographics[moderator].categories), "category", "categories")
            yield Problem(
                where,
                f"{moderator} has {categories}, which have no order.",
                "A moderator has two categories or bands; else claim a difference by `groups`.",
            )
        if unknown:
            continue
        if moderation.moderator == moderation.source:
            yield Problem(where, f"{moderation.source} cannot moderate itself.", "Name another moderator.")
        for source in (moderation.source, *([moderator] if moderator in names else [])):
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


def product_problems(
    names: tuple[str, ...],
    paths: tuple[tuple[str, str], ...],
    products: tuple[Product, ...],
    place: str,
) -> Iterator[Problem]:
    """Unknown constructs, products that are neither a curve nor of three, given twice or without a path."""
    for position, product in enumerate(products):
        where, factors = f"{place}.products.{position}", product.factors
        unknown = [name for name in dict.fromkeys((*factors, product.target)) if name not in names]
        for name in unknown:
            yield Problem(where, f"{name} is not a construct that items measure.", nearest(name, names))
        distinct = len(set(factors))
        if (len(factors), distinct) == (2, 2):
            found = "the product of two constructs is a moderation."
            yield Problem(where, found, "Name it under `moderations`.")
        elif (len(factors), distinct) not in {(2, 1), (3, 3)}:
            found = "it is neither one construct twice nor three constructs."
            yield Problem(where, found, "Write `of: [a, a]` for a curve, or three different constructs.")
        for source in dict.fromkeys(factors):
            if not unknown and (source, product.target) not in paths:
                yield Problem(
                    where,
                    f"there is no path {source} -> {product.target}.",
                    "Add it to `paths`: without its main effects a product cannot be read.",
                )
        before = [(sorted(one.factors), one.target) for one in products[:position]]
        if (sorted(factors), product.target) in before:
            yield Problem(where, "this product is given already.", "Name it once.")


def higher_order_problems(
    names: tuple[str, ...],
    higher_order: Sequence[HigherOrder],
    paths: tuple[tuple[str, str], ...],
    place: str,
) -> Iterator[Problem]:
    """Components that are unknown, shared, too few or on a path; constructs no path can be estimated for."""
    shared = Counter(component for higher in higher_order for component in higher.components)
    for higher in higher_order:
        where = f"{place}.constructs.{higher.name}.of"
        if len(higher.components) < 2:
            yield Problem(
                where, f"{len(higher.components)} component.", "Name two or more constructs it is made of."
            )
        for component in higher.components:
            if component not in names:
                made = any(component == other.name for other in higher_order)
                found = "is made of constructs itself" if made else "is not a construct that items measure"
                yield Problem(where, f"{component} {found}.", nearest(component, names))
            elif shared[component] > 1:
                yield Problem(where, f"{component} is a component twice.", "Give it to one construct.")
            elif any(component in path for path in paths):
                yield Problem(
                    where,
                    f"{component} is a component and has a path of its own.",
                    f"Let the path begin or end at {higher.name}, or take {component} out of it.",
                )
        if not any(higher.name in path for path in paths):
            yield Problem(
                f"{place}.constructs.{higher.name}",
                "no path begins or ends at it.",
                "Name it under `paths`, or take it out.",
            )
        explained = any(target == higher.name for _, target in paths)
        if higher.approach == "repeated_indicators" and higher.mode == "mode_b" and explained:
            yield Problem(
                f"{place}.constructs.{higher.name}.approach",
                "its components explain all of it, so that nothing is left for the paths that lead to it.",
                "Write `approach: two_stage`.",
            )


def isolated_problems(
    names: tuple[str, ...],
    higher_order: Sequence[HigherOrder],
    paths: tuple[tuple[str, str], ...],
    place: str,
) -> Iterator[Problem]:
    """Constructs that items measure, but no path and no construct has: nothing can be said of them.

    A model without any path is one of measurement alone.
    """
    if not paths:
        return
    connected = {name for path in paths for name in path}
    connected |= {component for higher in higher_order for component in higher.components}
    for name in names:
        if name not in connected:
            yield Problem(
                f"{place}.constructs.{name}",
                "no path begins or ends at it.",
                "Name it under `paths`, or take it out.",
            )


def closest(name: str, names: Iterable[str]) -> str:
    """A question whether the nearest of the names was meant, and a space; nothing where none is near."""
    close = difflib.get_close_matches(name, list(names), n=1)
    return f"Did you mean {close[0]}? " if close else ""


def nearest(name: str, names: tuple[str, ...]) -> str:
    """All names that exist, the nearest first."""
    return f"{closest(name, names)}Choose from {', '.join(names)}."


def _circle(paths: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Constructs along a circular chain of paths, from the one named first; empty where there is none."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for source, target in paths:
        sorter.add(target, source)
    try:
        sorter.prepare()
    except CycleError as error:
        # Each is the predecessor of the next; the first is the last again.
        circle = error.args[1][:-1]
        named = [name for path in paths for name in path]
        start = circle.index(min(circle, key=named.index))
        return (*circle[start:], *circle[: start + 1])
    return ()
