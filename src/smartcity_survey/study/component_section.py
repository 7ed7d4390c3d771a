"""What is asked of components and factors: `factors` of `config.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from smartcity_survey.parsing import Section
from smartcity_survey.study.model_section import Probability

Limit = Annotated[float, Field(ge=0, lt=1)] | None


class ParallelSection(Section):
    """Parallel analysis: eigenvalues of random data beside the survey's."""

    draws: int = Field(1000, ge=10, le=100_000, description="random data sets of the parallel analysis")
    quantile: Probability = Field(0.95, description="quantile of their eigenvalues shown beside the survey's")


class FactorsSection(Section):
    """Principal components, their rotation, and which items stay."""

    n_components: Literal["eigenvalue"] | Annotated[int, Field(ge=1, le=1000)] = Field(
        "eigenvalue", description="`eigenvalue` (all above 1) or a fixed number"
    )
    suppress_below: float = Field(0.5, ge=0, lt=1, description="loadings blanked when a table is rendered")
    minimum_msa: Limit = Field(None, description="items of lower sampling adequacy go, one at a time")
    minimum_communality: Limit = Field(None, description="items of a lower communality go, one at a time")
    minimum_loading: Limit = Field(None, description="items whose largest loading is below go, one at a time")
    maximum_cross_loading: Limit = Field(
        None, description="items whose second loading is above go, one at a time"
    )
    promax_kappa: float = Field(4, ge=1, le=20, description="power of promax's target; SPSS has 4")
    oblimin_delta: float = Field(
        0, ge=-100, le=0.8, description="0: direct quartimin; lower: less correlated factors"
    )
    parallel: ParallelSection = Field(ParallelSection(), description="parallel analysis")
    loading_draws: int | None = Field(
        None,
        ge=100,
        le=100_000,
        description="resamples for intervals of the rotated loadings, such as 1000; none: not asked",
    )
    comparison_draws: int | None = Field(
        None,
        ge=20,
        le=100_000,
        description="samples of comparison data, a further count of the factors; paper: 500; none: not asked",
    )
    graph_analysis: bool = Field(
        False, description="true: exploratory graph analysis, groups of items that are closely linked"
    )
