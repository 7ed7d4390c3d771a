"""How respondents were drawn, and what they stand for: section `weighting` of the config, and its limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from smartcity_survey.parsing import Section

if TYPE_CHECKING:
    from smartcity_survey.study.config import Config

ROUNDING = 0.005
"""Share by which totals that should be the same may differ, as printed figures do."""
Bound = Annotated[float, Field(ge=1e-6, le=1e6)]


class MarginSection(Section):
    """What is known of the population by one question about the respondent, or by several together."""

    of: tuple[str, ...] = Field(
        min_length=1, description="demographic variables: one, or several that are known together"
    )
    population: tuple[tuple[float, ...], ...] = Field(
        min_length=1, description="rows of a table: a category of each variable, then people or their share"
    )

    @model_validator(mode="after")
    def _rows(self) -> MarginSection:
        width, seen = len(self.of) + 1, set()
        if len(set(self.of)) < len(self.of):
            raise ValueError(f"`of` names a variable twice: {', '.join(self.of)}; name each once")
        for number, row in enumerate(self.population, start=1):
            if len(row) != width:
                raise ValueError(
                    f"row {number} of `population` has {len(row)} entries; write {width}: a category of "
                    f"{', '.join(self.of)}, then people or their share"
                )
            if row[-1] <= 0:
                raise ValueError(
                    f"row {number} of `population` ends in {row[-1]:g}; write people or their share, above "
                    "0, or leave the row out"
                )
            if any(code != int(code) for code in row[:-1]):
                raise ValueError(
                    f"row {number} of `population` has no whole codes; write those of the codebook"
                )
            if row[:-1] in seen:
                raise ValueError(f"row {number} of `population` repeats an earlier one; keep one of them")
            seen.add(row[:-1])
        if (whole := self.whole) and abs(self.total / whole - 1) > ROUNDING:
            raise ValueError(
                f"the shares of {' x '.join(self.of)} add up to {self.total:g}, not to {whole:g}; "
                "correct them"
            )
        return self

    @property
    def total(self) -> float:
        """People, or sum of the shares."""
        return sum(row[-1] for row in self.population)

    @property
    def whole(self) -> float | None:
        """What shares should add up to: 1 or 100, by which of them they come near; None for people."""
        if all(row[-1] <= 1 for row in self.population):
            return 1
        if self.total <= 110 and any(row[-1] != int(row[-1]) for row in self.population):
            return 100
        return 100 if 90 <= self.total <= 110 else None

    def shares(self, variables: tuple[str, ...]) -> Mapping[tuple[int, ...], float]:
        """Shares of the population by some of the variables; rows in the order of the table."""
        places = [self.of.index(name) for name in variables]
        found: dict[tuple[int, ...], float] = {}
        for row in self.population:
            key = tuple(int(row[place]) for place in places)
            found[key] = found.get(key, 0.0) + row[-1] / self.total
        return found


class WeightingSection(Section):
    """Weights that give the respondents the known margins of the population (raking)."""

    margins: tuple[MarginSection, ...] = Field(
        (), description="known margins; a joint one has several variables; none: no raking"
    )
    trim: tuple[Bound, Bound] | None = Field(
        (0.2, 5), description="raked weights are cut to these multiples of their mean; none: they are not"
    )

    @model_validator(mode="after")
    def _agree(self) -> WeightingSection:
        if self.trim not in (None, type(self).model_fields["trim"].default) and not self.margins:
            raise ValueError(
                "`trim` cuts raked weights, but there are no `margins` to rake to; write these, or leave it "
                "out"
            )
        if self.trim and not self.trim[0] < 1 < self.trim[1]:
            raise ValueError(
                f"`trim` is {self.trim[0]:g} to {self.trim[1]:g}; write a number below 1 and one above 1"
            )
        if len({frozenset(margin.of) for margin in self.margins}) < len(self.margins):
            raise ValueError("two margins are of the same variables; keep one of them")
        for first, second in combinations(self.margins, 2):
            people = [margin for margin in (first, second) if margin.whole is None]
            if len(people) == 2 and abs(first.total / second.total - 1) > ROUNDING:
                raise ValueError(
                    f"the margin of {' x '.join(first.of)} adds up to {first.total:.10g} people, that of "
                    f"{' x '.join(second.of)} to {second.total:.10g}; make them the same"
                )
            common = tuple(name for name in first.of if name in second.of)
            if common:
                _same_shares(first, second, common)
        return self


def _same_shares(first: MarginSection, second: MarginSection, common: tuple[str, ...]) -> None:
    """Refuse margins that say different things of the variables they have in common."""
    one, other = first.shares(common), second.shares(common)
    for key in dict.fromkeys((*one, *other)):
        left, right = one.get(key, 0.0), other.get(key, 0.0)
        if abs(left - right) > ROUNDING:
            which = ", ".join(f"{name} {code}" for name, code in zip(common, key, strict=True))
            raise ValueError(
                f"{which} is {100 * left:.1f} % of the margin of {' x '.join(first.of)}, and "
                f"{100 * right:.1f} % of that of {' x '.join(second.of)}; correct one of them"
            )


def weighting_contradictions(config: Config) -> Iterator[str]:
    """What weights or clusters and the rest of a config contradict one another in."""
    weights = ", ".join(f"`{key}`" for key in ("data.weight", "weighting.margins") if config.design_keys[key])
    if config.pls.correlation == "polychoric":
        if weights:
            yield (
                f"polychoric correlations take no sampling weights; leave out {weights}, or write "
                "`pls.correlation: pearson`"
            )
        if config.data.cluster:
            yield (
                "polychoric correlations are not resampled by clusters; leave out `data.cluster`, or write "
                "`pls.correlation: pearson`"
            )
    if config.study.reconstruction and weights:
        yield f"reconstructions have no sampling weights; leave out {weights}"
    if config.study.bounds_in_use and config.data.cluster:
        yield "reconstructions have no clusters; leave out `data.cluster` or `study.bounds`"
