"""The wave to come: section `plan` of the config, which no step of a run reads."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from smartcity_survey.parsing import Section
from smartcity_survey.study.data_section import RowNumber
from smartcity_survey.study.model_section import Probability

Share = Annotated[float, Field(gt=0, le=1)]
Allocation = Literal["proportional", "neyman"]


class ClustersSection(Section):
    """Groups of people who are asked together: schools, mahallas, offices."""

    size: int = Field(ge=2, le=1000, description="people asked in each")
    intraclass_correlation: float | None = Field(
        None,
        ge=0,
        lt=1,
        description="how alike the people of one are, of attitudes often .01 to .10; none: as in this study, "
        "by `data.cluster`",
    )


class PlannedPath(Section):
    """A path that the wave should find."""

    source: str = Field(alias="from", description="construct the path begins at")
    target: str = Field(alias="to", description="construct it ends in")
    coefficient: float | None = Field(
        None, gt=-1, lt=1, description="standardised coefficient it is to be found at; none: `coefficient`"
    )

    @model_validator(mode="after")
    def _some_effect(self) -> PlannedPath:
        if self.coefficient == 0:
            raise ValueError(
                "no number of respondents finds a coefficient of 0; write the smallest that matters"
            )
        return self


class FrameSection(Section):
    """The list that people, households or addresses are drawn from; it stays where it is."""

    file: str = Field(description="table (.csv, .xlsx ...), a row for each that can be drawn")
    columns: dict[str, str] = Field(
        default_factory=dict, description="variable of `strata` -> its column; none: of the same name"
    )
    rows: Literal["people", "clusters"] = Field(
        "people", description="what a row is: a person, household or address, or one of `clusters`"
    )
    id: str | None = Field(
        None,
        description="column that identifies a row: none may stand twice; none: whole rows are compared",
    )
    sheet: str | int = Field(0, description="sheet of a spreadsheet, by name or position")
    encoding: str | None = Field(None, description="text encoding of a .csv; none: UTF-8")
    skip_rows: tuple[RowNumber, ...] = Field((), description="rows that are nobody: a total, a second header")


class PlanSection(Section):
    """The next wave: how many to ask, whom, and to find what (docs/plan.md)."""

    margin_of_error: float = Field(
        0.05, ge=0.005, lt=0.5, description="half the width of the interval of a percentage, as a share"
    )
    share: Probability = Field(0.5, description="share that this holds for; of 0.5 the error is largest")
    confidence_level: Probability = Field(0.95, description="level of that interval")
    paths: tuple[PlannedPath, ...] | None = Field(
        None,
        description="paths that are to be found; left out: those of the hypotheses; []: none, for "
        "percentages alone",
    )
    coefficient: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="smallest standardised coefficient that is to be found; none: "
        "`robustness.equivalence_bound`",
    )
    power: Probability | None = Field(None, description="chance to find it; none: the usual limit, .80")
    draws: int = Field(
        2000,
        ge=100,
        le=100_000,
        description="simulated waves behind each power; without `clusters` ten times as many",
    )
    clusters: ClustersSection | None = Field(
        None, description="groups of people asked together; none: each is drawn alone"
    )
    missing: float | None = Field(
        None,
        ge=0,
        lt=1,
        description="share of answers that people will leave out; none: as many lost questionnaires as in "
        "this study",
    )
    usable: Share | None = Field(
        None, description="share of questionnaires kept apart from that; none: as in this study"
    )
    response: Share = Field(1.0, description="share of those asked who answer")
    strata: tuple[str, ...] = Field(
        (), description="demographic variables by which respondents are spread; none: `groups.variables`"
    )
    population: str | None = Field(
        None,
        description="table with a column for each of `strata` and `population`; none: spread as this study's "
        "respondents",
    )
    allocation: Allocation = Field(
        "proportional", description="to the strata; neyman: more where answers differ more"
    )
    smallest_stratum: int = Field(1, ge=1, description="people asked in a stratum at least")
    frame: FrameSection | None = Field(None, description="list that `smartcity-survey draw` draws from")

    @model_validator(mode="after")
    def _each_stratum_once(self) -> PlanSection:
        twice = sorted({name for name in self.strata if self.strata.count(name) > 1})
        if twice:
            raise ValueError(f"`strata` names {', '.join(twice)} twice")
        return self
