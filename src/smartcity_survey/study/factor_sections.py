"""The sections `cfa` and `common_method` of the config: confirmatory factors and what stands beside them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from smartcity_survey.parsing import Section

Estimator = Literal["ml", "mlr"]


class CfaSection(Section):
    """The confirmatory factor model."""

    estimator: Estimator = Field(
        "ml",
        description="mlr: errors and tests of CFA, SEM and invariance that also hold for answers that are "
        "not normal (Yuan-Bentler, Huber-White)",
    )
    dynamic_draws: int = Field(
        200, ge=20, le=100_000, description="simulated samples behind each dynamic fit cut-off"
    )
    bootstrap_draws: int | None = Field(
        1000,
        ge=100,
        le=1_000_000,
        description="resamples, of CFA and SEM each: of whole clusters where `data.cluster` is given, "
        "else of respondents, and then only if a number stands here; none: sandwich errors alone",
    )
    exploratory: bool = Field(
        False, description="true: beside it every item on every factor, turned to the constructs (ESEM)"
    )
    graded_response: bool = Field(
        False, description="true: item response theory, a graded response model of each construct"
    )
    other_models: bool = Field(
        False, description="true: the fit of one factor, a second-order factor and a bifactor model beside it"
    )

    @property
    def names_bootstrap(self) -> bool:
        """Whether the config itself has a number of resamples: those of respondents cost time."""
        return self.bootstrap_draws is not None and "bootstrap_draws" in self.model_fields_set


class CommonMethodSection(Section):
    """Signs that one way of asking, not the constructs, makes the answers alike."""

    marker: str | None = Field(
        None,
        description="item or construct outside the model that should be unrelated to it; none: no marker",
    )
    latent_factor: bool = Field(
        False,
        description="true: what a latent factor of the method behind all items changes; and the CFA marker, "
        "where the marker has several items",
    )
