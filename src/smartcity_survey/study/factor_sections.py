"""The sections `cfa` and `common_method` of the config: confirmatory factors and what stands beside them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

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
        "else of respondents where `bootstrap_respondents` asks for them; none: no resamples",
    )
    bootstrap_respondents: bool = Field(
        False,
        description="true: respondents are resampled where no clusters are, with the test of Bollen and "
        "Stine; takes minutes",
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
    residual_correlations: tuple[tuple[str, str], ...] = Field(
        (),
        description="pairs of items whose residuals may correlate in CFA and SEM; each needs a reason from "
        "theory, such as a shared wording, before the answers are seen",
    )

    @model_validator(mode="after")
    def _pairs_are_pairs(self) -> CfaSection:
        """Refuse an item paired with itself, and a pair named twice."""
        seen: set[frozenset[str]] = set()
        for one, other in self.residual_correlations:
            if one == other:
                raise ValueError(f"`residual_correlations` pairs {one} with itself; name two items")
            if frozenset((one, other)) in seen:
                raise ValueError(f"`residual_correlations` names {one} and {other} twice; name them once")
            seen.add(frozenset((one, other)))
        return self


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
