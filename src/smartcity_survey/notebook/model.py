"""A model as the figure of a paper has it: constructs with their items, and arrows between constructs.

Nothing here needs a table or numeric library: declaring a model costs no time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, Literal, cast

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.study.arguments import in_order, kind_of
from smartcity_survey.study.model_checks import isolated_problems, structure_problems

if TYPE_CHECKING:
    from smartcity_survey.study import model as study

ARROW = "->"
Path = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Block:
    """The items of a construct and how they make it up.

    mode : `reflective` (the construct shows in its items: Mode A, a factor), `mode_b` (the items form it) or
        `sum_score` (all items weigh the same).
    """

    items: tuple[str, ...]
    mode: Literal["reflective", "mode_b", "sum_score"] = "reflective"


def formative(*items: str) -> Block:
    """Items that form their construct: regression weights, Mode B (Hair et al. 2022, ch. 5)."""
    return Block(items, "mode_b")


def sum_score(*items: str) -> Block:
    """Items that all weigh the same in their construct."""
    return Block(items, "sum_score")


@dataclass(frozen=True, slots=True, init=False)
class Model:
    """Constructs, the items that measure each, and the paths among them.

    >>> Model(
    ...     constructs={"ease": ["e1", "e2"], "trust": ["t1", "t2", "t3"], "use": formative("u1", "u2")},
    ...     paths=["ease -> trust -> use", "ease -> use"],
    ... )
    ease: e1, e2
    trust: t1, t2, t3
    use: u1, u2 (formative)
    ease -> trust
    trust -> use
    ease -> use

    Parameters
    ----------
    constructs : name -> its items: a list of column names (one name for a single item), which reflect the
        construct; or `formative(...)` or `sum_score(...)`.
    paths : arrows, several to a line or a text: "economy, people -> adoption" are two paths, "a -> b -> c" a
        chain of two. A model without paths has a measurement part only: for `fit_cfa` and `measurement`.

    Attributes
    ----------
    constructs : name -> `Block`. paths : (source, target) of each. Both in the order given.

    Raises
    ------
    SurveyError
        listing everything wrong: an item of two constructs, a construct without items or without a path,
        unknown constructs in paths (with the nearest name), paths given twice or in a circle.
    """

    constructs: Mapping[str, Block]
    paths: tuple[Path, ...]

    def __init__(
        self, constructs: Mapping[str, str | Iterable[str] | Block], paths: str | Iterable[str] = ()
    ) -> None:
        if not isinstance(constructs, Mapping):
            raise SurveyError(
                "model.constructs",
                f"{kind_of(constructs)} was given.",
                "Name each with its items: {'trust': ['t1', 't2']}.",
            )
        blocks = {name: _block(items, f"model.constructs.{name}") for name, items in constructs.items()}
        problems = [*_construct_problems(blocks)]
        arrows: tuple[Path, ...] = ()
        try:
            arrows = parse_paths(paths, "model.paths")
        except SurveyError as error:
            problems += error.problems
        names = tuple(map(str, blocks))
        problems += structure_problems(names, arrows, "model.paths")
        if arrows:
            problems += isolated_problems(names, (), arrows, "model")
        if problems:
            raise SurveyError.of(problems)
        object.__setattr__(self, "constructs", blocks)
        object.__setattr__(self, "paths", arrows)

    @property
    def items(self) -> tuple[str, ...]:
        """All items, construct by construct."""
        return tuple(item for block in self.constructs.values() for item in block.items)

    @property
    def composites(self) -> tuple[str, ...]:
        """Constructs that their items make up: no factor model is of them."""
        return tuple(name for name, block in self.constructs.items() if block.mode != "reflective")

    def __repr__(self) -> str:
        kinds = {"reflective": "", "mode_b": " (formative)", "sum_score": " (sum score)"}
        lines = [
            f"{name}: {', '.join(block.items)}{kinds[block.mode]}" for name, block in self.constructs.items()
        ]
        return "\n".join([*lines, *(f"{source} {ARROW} {target}" for source, target in self.paths)])


def study_model(model: Model) -> study.Model:
    """The model as the stages have it, from which the numeric core's arrays are made."""
    from smartcity_survey.study.model import Construct
    from smartcity_survey.study.model import Model as StudyModel

    constructs = tuple(Construct(name, block.items, block.mode) for name, block in model.constructs.items())
    return StudyModel(constructs, model.paths, hypotheses=(), alpha=0.05)


def parse_paths(paths: str | Iterable[str], place: str) -> tuple[Path, ...]:
    """Sources and targets of arrows as `Model` describes them.

    Raises
    ------
    SurveyError
        listing lines without an arrow, and arrows with nothing before or behind them.
    """
    remedy = f"Write each path as a text: 'source {ARROW} target'."
    texts = [paths] if isinstance(paths, str) else in_order(paths, place, "paths", remedy=remedy)
    lines = [line for text in texts for line in _lines(text)]
    found: list[Path] = []
    problems = []
    for line in lines:
        stops = [[name.strip() for name in stop.split(",")] for stop in line.split(ARROW)]
        if len(stops) < 2 or not all(map(all, stops)):
            remedy = f"Write the names of constructs, as in `economy, people {ARROW} adoption`."
            problems.append(Problem(place, f"{line!r} is no path.", remedy))
            continue
        found += [path for sources, targets in pairwise(stops) for path in product(sources, targets)]
    if problems:
        raise SurveyError.of(problems)
    return tuple(found)


def _lines(text: object) -> list[str]:
    if not isinstance(text, str):
        raise SurveyError(
            "paths", f"{text!r} is no text.", f"Write each path as a text: 'source {ARROW} target'."
        )
    return [line.strip() for line in text.splitlines() if line.strip()]


def _block(items: str | Iterable[str] | Block, place: str) -> Block:
    if isinstance(items, Block):
        return items
    if isinstance(items, str):
        return Block((items,))
    remedy = "Name columns of the data frame: ['t1', 't2']."
    return Block(cast(tuple[str, ...], in_order(items, place, "items", remedy=remedy)))


def _construct_problems(blocks: Mapping[str, Block]) -> Iterator[Problem]:
    if not blocks:
        yield Problem("model.constructs", "there are none.", "Name each with its items: {'trust': ['t1']}.")
    owner: dict[str, str] = {}
    for name, block in blocks.items():
        place = f"model.constructs.{name}"
        if not isinstance(name, str) or not name.strip() or name != name.strip():
            yield Problem(place, f"{name!r} is no name.", "Write a text without spaces around it.")
        elif ARROW in name or "," in name or len(name.splitlines()) > 1:
            yield Problem(place, f"a comma, `{ARROW}` or a new line is in its name.", "Leave them to paths.")
        if not block.items:
            yield Problem(place, "it has no items.", "Name at least one item.")
        for item in block.items:
            if not isinstance(item, str):
                yield Problem(
                    place,
                    f"its item {item!r} is no text.",
                    "Name columns of the data frame; where they are numbers, rename them first.",
                )
            elif item in owner:
                yield Problem(
                    place, f"{item} already measures {owner[item]}.", "Give each item to one construct."
                )
            else:
                owner[item] = name
