"""What a PLS path model claims: which items measure which construct, and which construct explains which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from smartcity_survey.stats.core.errors import InvalidModel
from smartcity_survey.stats.core.types import BoolArray, IntArray

Mode = Literal["mode_a", "mode_b", "sum_score"]
Scheme = Literal["path", "factorial", "centroid"]


@dataclass(frozen=True, slots=True, eq=False)
class PlsModel:
    """A recursive PLS path model of p items and c constructs.

    blocks : (p, c), whether the item (row) measures the construct (column); one construct per item.
    paths : (c, c), whether the row explains the column; no circles, no construct without a path.
    modes : (c,), `mode_a` (reflective: correlation weights), `mode_b` (formative: regression weights) or
        `sum_score` (equal weights of standardised items); empty means `mode_a` throughout.
    scheme : inner weighting.
    consistent : PLSc, the correction of Mode A constructs for attenuation.

    Raises InvalidModel where these rules are broken.
    """

    blocks: BoolArray
    paths: BoolArray
    modes: tuple[Mode, ...] = ()
    scheme: Scheme = "path"
    consistent: bool = False

    def __post_init__(self) -> None:
        if self.blocks.ndim != 2 or self.paths.shape != (self.blocks.shape[1],) * 2:
            raise InvalidModel(f"blocks {self.blocks.shape} and paths {self.paths.shape} do not fit together")
        c = self.blocks.shape[1]
        if not self.modes:
            object.__setattr__(self, "modes", ("mode_a",) * c)
        if len(self.modes) != c:
            raise InvalidModel(f"{len(self.modes)} modes for {c} constructs")
        stray = np.flatnonzero(self.blocks.sum(axis=1) != 1)
        if stray.size:
            raise InvalidModel("do not measure exactly one construct", "items", stray)
        unmeasured = np.flatnonzero(~self.blocks.any(axis=0))
        if unmeasured.size:
            raise InvalidModel("have no item", "constructs", unmeasured)
        isolated = np.flatnonzero(~(self.paths.any(axis=0) | self.paths.any(axis=1)))
        if isolated.size:
            raise InvalidModel("have no path", "constructs", isolated)
        # A graph without circles has no walk as long as its number of nodes.
        if np.linalg.matrix_power(self.paths.astype(np.int64), c).any():
            raise InvalidModel("the paths run in a circle")


@dataclass(frozen=True, slots=True, eq=False)
class SortedModel:
    """A model arranged for computation: items sorted by construct, so that blocks are contiguous.

    order : (p,), item position in the caller's columns for each sorted position.
    owner : (p,), construct of each sorted item.
    blocks : c slices of the sorted items.
    mode_b : constructs estimated in Mode B.
    sum_scores : constructs whose items all weigh the same.
    corrected : (c,), constructs that PLSc corrects: Mode A with two items or more; none without PLSc.
    starts : c first items of the blocks.
    adjacent : (c, c), whether a path in either direction joins two constructs.
    neighbours : the same as a list for each construct.
    reach : for each construct, the first sorted item whose covariance with its composite is ever needed: that
        of its own block or of its first neighbour. (Later constructs look after the pairs that leaves out.)
    regressions : (target, predictors) of each explained construct.
    """

    order: IntArray
    owner: IntArray
    blocks: tuple[slice, ...]
    mode_b: tuple[int, ...]
    sum_scores: tuple[int, ...]
    corrected: BoolArray
    starts: tuple[int, ...]
    adjacent: BoolArray
    neighbours: tuple[tuple[int, ...], ...]
    reach: tuple[int, ...]
    regressions: tuple[tuple[int, IntArray], ...]
    scheme: Scheme

    @classmethod
    def of(cls, model: PlsModel) -> SortedModel:
        """The layout of a model."""
        construct = model.blocks.argmax(axis=1)
        order = np.argsort(construct, kind="stable")
        sizes = model.blocks.sum(axis=0)
        ends = np.cumsum(sizes)
        starts = tuple(int(start) for start in ends - sizes)
        adjacent = model.paths | model.paths.T
        neighbours = tuple(tuple(int(i) for i in np.flatnonzero(column)) for column in adjacent.T)
        modes = np.array(model.modes)
        return cls(
            order=order,
            owner=construct[order],
            blocks=tuple(slice(start, int(end)) for start, end in zip(starts, ends, strict=True)),
            mode_b=tuple(int(j) for j in np.flatnonzero(modes == "mode_b")),
            sum_scores=tuple(int(j) for j in np.flatnonzero(modes == "sum_score")),
            corrected=(modes == "mode_a") & (sizes > 1) & model.consistent,
            starts=starts,
            adjacent=adjacent,
            neighbours=neighbours,
            reach=tuple(starts[min(j, *linked)] for j, linked in enumerate(neighbours)),
            regressions=tuple(
                (int(target), np.flatnonzero(model.paths[:, target]))
                for target in np.flatnonzero(model.paths.any(axis=0))
            ),
            scheme=model.scheme,
        )
