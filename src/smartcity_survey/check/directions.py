"""Items of a construct that run against one another: which of them to turn round is a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.check.clusters import clusters
from smartcity_survey.errors import Problem
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.types import Array
from smartcity_survey.study.codebook import Codebook, text
from smartcity_survey.study.config import Language
from smartcity_survey.study.model import Model


def reversed_items(x: Array) -> dict[int, float]:
    """Columns of x (n, p) that run against the others, with their correlation with the sum of the rest.

    The most negative item-rest correlation is taken first, and the item turned round in the sums of those
    that follow, so one reversed item does not make the others look reversed. Correlations within two standard
    errors of zero (Fisher 1915: 1 / sqrt(n) at zero) are left alone.
    """
    x = x - x.mean(axis=0)
    found: dict[int, float] = {}
    while True:
        rest = x.sum(axis=1, keepdims=True) - x
        length = np.linalg.norm(x, axis=0) * np.linalg.norm(rest, axis=0)
        r = np.divide((x * rest).sum(axis=0), length, out=np.zeros(x.shape[1]), where=length > 0)
        worst = int(r.argmin())
        if r[worst] >= -2 / np.sqrt(len(x)) or worst in found:
            return found
        found[worst] = float(r[worst])
        x[:, worst] *= -1


def direction_doubts(
    kept: pd.DataFrame, codebook: Codebook, model: Model | None, language: Language, path: Path
) -> Iterator[Problem]:
    """Constructs that seem to be several, and sets of items of which one is worded the other way round.

    Parameters
    ----------
    kept : answers that cleaning kept, reverse items recoded.
    """
    formed = {each.name for each in model.constructs if each.mode == "mode_b"} if model else set()
    for construct in codebook.constructs:
        items = codebook.items_of(construct)
        complete = kept[list(items)].dropna()
        x = complete.to_numpy(dtype=np.float64)
        if len(items) < 2 or len(x) < 3:
            continue
        own = _Own(construct, items, x, codebook, language, path)
        # Items that form a construct need not go with one another.
        groups = (tuple(range(len(items))),) if construct in formed else own.groups()
        if len(groups) > 1:
            yield own.several(groups)
        others = _neighbours(construct, kept.loc[complete.index], codebook, model)
        for group in groups:
            yield from own.opposed(group, others)


class _Own:
    """The items of one construct and the answers to them."""

    def __init__(
        self,
        construct: str,
        items: Sequence[str],
        x: Array,
        codebook: Codebook,
        language: Language,
        path: Path,
    ) -> None:
        self.construct, self.items, self.x = construct, items, x
        self.codebook, self.language = codebook, language
        self.place = f"{path}, construct {construct}"

    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Positions of items that measure one thing each."""
        varied = self.x.std(axis=0) > 0
        if not varied.all():
            return (tuple(range(len(self.items))),)
        return clusters(correlation(self.x), len(self.x))

    def several(self, groups: Sequence[Sequence[int]]) -> Problem:
        sets = "; ".join(self._texts(group) for group in groups)
        scores = [self._score(group) for group in groups]
        r = max((_correlation(a, b) for a, b in combinations(scores, 2)), key=abs)
        return Problem(
            self.place,
            f"its items measure {len(groups)} things that have little in common (scores of two correlate "
            f"{r:.2f} at most): {sets}.",
            "Make each a construct of its own in codebook.yaml and under `model.constructs`; one score would "
            "mix them.",
            about=self.construct,
        )

    def opposed(self, group: Sequence[int], others: Mapping[str, Array]) -> Iterator[Problem]:
        """The question which of two sets is to be turned round, and what high means then.

        others : scores of constructs that paths join with this one; the one that correlates most tells most.
        """
        found = [group[position] for position in reversed_items(self.x[:, group])]
        if not found or len(found) == len(group):
            return
        first, second = sorted((found, [j for j in group if j not in found]), key=lambda one: (len(one), one))
        first, second = sorted(first), sorted(second)
        r = float(np.mean([_correlation(self.x[:, i], self.x[:, j]) for i in first for j in second]))
        turned = self.x[:, group] * np.where(np.isin(group, first), -1.0, 1.0)
        related = {name: _correlation(turned.mean(axis=1), score) for name, score in others.items()}
        related = {name: one for name, one in related.items() if not np.isnan(one)}
        other = max(related, key=lambda name: abs(related[name]), default="")
        with_other = related.get(other, float("nan"))
        yield Problem(
            self.place,
            f"{self._names(first)} run{'s' * (len(first) == 1)} against {self._names(second)} (mean "
            f"correlation {r:.2f}): one set is worded the other way round, or is coded so."
            f"{self._both_texts(first, second)}",
            "Which one says the opposite of the construct's name? "
            f"{self._choice(first, second, other, with_other)} "
            f"{self._choice(second, first, other, -with_other)}",
            about=self.construct,
        )

    def _choice(self, turned: Sequence[int], kept: Sequence[int], other: str, r: float) -> str:
        """One way to settle it, and which pole is high after it."""
        marked = [self.codebook.items[self.items[j]].reverse for j in turned]
        names = self._names(turned)
        how = (
            f"If {names}: take `reverse: true` out there"
            if all(marked)
            else f"If {names}: change `reverse` there"
            if any(marked)
            else f"If {names}: write `reverse: true` there"
        )
        related = "" if np.isnan(r) else f", and it correlates {r:.2f} with {self._construct(other)}"
        return f"{how}; high then means high on {self._names(kept)}{related}."

    def _score(self, group: Sequence[int]) -> Array:
        x = self.x[:, list(group)]
        signs = np.ones(len(group))
        signs[list(reversed_items(x))] = -1
        score: Array = (x * signs).mean(axis=1)
        return score

    def _names(self, group: Sequence[int]) -> str:
        return ", ".join(self.items[j] for j in group)

    def _construct(self, name: str) -> str:
        """A construct by its label, where that says more than its name."""
        label = text(self.codebook.constructs[name].label, self.language, name)
        return f"{name} “{label}”" if label.casefold() != name.casefold() else name

    def _both_texts(self, first: Sequence[int], second: Sequence[int]) -> str:
        """What the items of either set say, where anything but their names is known of them."""
        shown = f" {self._texts(first)}; {self._texts(second)}."
        return shown if "“" in shown else ""

    def _texts(self, group: Sequence[int]) -> str:
        """Names with their labels, as far as these say more."""
        shown = []
        for j in group:
            name = self.items[j]
            label = text(self.codebook.items[name].label, self.language, name)
            shown.append(f"{name} “{label}”" if label != name else name)
        return ", ".join(shown)


def _neighbours(
    construct: str, kept: pd.DataFrame, codebook: Codebook, model: Model | None
) -> dict[str, Array]:
    """Constructs that a path joins with this one, what it explains first, and the means of their items.

    One whose own items run against one another has no direction to compare with.
    """
    paths = () if model is None else model.paths
    ends = [target for source, target in paths if source == construct]
    starts = [source for source, target in paths if target == construct]
    found = {}
    for other in (*ends, *starts):
        x = kept[list(codebook.items_of(other))].to_numpy(dtype=np.float64)
        complete = x[~np.isnan(x).any(axis=1)]
        if len(complete) >= 3 and not reversed_items(complete):
            found[other] = np.asarray(x.mean(axis=1))
    return found


def _correlation(a: Array, b: Array) -> float:
    both = ~(np.isnan(a) | np.isnan(b))
    if both.sum() < 3 or a[both].std() == 0 or b[both].std() == 0:
        return float("nan")
    return float(np.corrcoef(a[both], b[both])[0, 1])
