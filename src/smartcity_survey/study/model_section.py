"""The section `model` of the config: constructs, paths, moderations and hypotheses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from smartcity_survey.parsing import Section

Approach = Literal["two_stage", "repeated_indicators"]
Mode = Literal["reflective", "mode_a", "mode_b", "sum_score"]
Probability = Annotated[float, Field(ge=1e-6, le=1 - 1e-6)]


class ConstructSection(Section):
    """A construct: how it is measured and by what."""

    mode: Mode = Field("reflective", description="mode_a is reflective, mode_b formative")
    items: tuple[str, ...] | None = Field(None, description="its items; none: those the codebook gives it")
    of: tuple[str, ...] | None = Field(None, description="its components, where it is made of constructs")
    approach: Approach | None = Field(
        None, description="of a construct with `of`; two_stage where it is not given"
    )

    @model_validator(mode="after")
    def _items_or_components(self) -> ConstructSection:
        if self.items is not None and self.of is not None:
            raise ValueError("a construct has `items` or is made `of` constructs; leave one of them out")
        if self.approach is not None and self.of is None:
            raise ValueError("`approach` is for constructs made of others; name these under `of`")
        return self


class PathSection(Section):
    """Arrows of the structural model that end in one construct."""

    target: str = Field(alias="to", description="construct explained")
    sources: tuple[str, ...] = Field(alias="from", description="constructs that explain it")


class HypothesisSection(Section):
    """A claim about one path, or about what runs through a construct, depends on one or differs by group."""

    source: str = Field(alias="from", description="construct said to matter")
    target: str = Field(alias="to", description="construct it is said to raise or lower")
    sign: Literal["positive", "negative"] = Field("positive", description="direction claimed")
    via: tuple[str, ...] = Field(
        (), description="mediators in their order, where the indirect effect through them is claimed"
    )
    moderator: str | None = Field(
        None, description="construct or demographic variable said to raise or lower the path's coefficient"
    )
    groups: str | None = Field(
        None, description="demographic variable between whose categories the path is said to differ"
    )

    @field_validator("via", mode="before")
    @classmethod
    def _one_mediator(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_kind(self) -> HypothesisSection:
        given = [key for key in ("via", "moderator", "groups") if getattr(self, key)]
        if len(given) > 1:
            raise ValueError(
                f"a hypothesis is about one of {', '.join(f'`{key}`' for key in given)}, not about several; "
                "write one for each"
            )
        return self


class ModerationSection(Section):
    """A construct said to change the strength of one path."""

    moderator: str = Field(
        description="construct or demographic variable that strengthens or weakens the path"
    )
    source: str = Field(alias="from", description="construct the path begins at")
    target: str = Field(alias="to", description="construct it ends in")


class ProductSection(Section):
    """A curve or a three-way interaction: scores multiplied beside all products below it."""

    factors: tuple[str, ...] = Field(
        alias="of",
        min_length=2,
        max_length=3,
        description="constructs: one twice for a curve, three for a three-way interaction",
    )
    target: str = Field(alias="to", description="construct explained by their product")


class ModelSection(Section):
    """What is claimed: constructs, paths and hypotheses, as in the paper's figure."""

    constructs: dict[str, ConstructSection] = Field(description="constructs in the order of the tables")
    paths: tuple[PathSection, ...] = Field(
        (), description="structural model; none where the study is about measurement alone"
    )
    moderations: tuple[ModerationSection, ...] = Field(
        (),
        description="paths whose strength depends on a construct or a demographic variable; by OLS, and by "
        "PLS-SEM in two stages",
    )
    products: tuple[ProductSection, ...] = Field(
        (), description="curves and three-way interactions of constructs, by PLS-SEM in two stages"
    )
    feedback: tuple[PathSection, ...] = Field(
        (),
        description="paths that run back and close a circle with `paths`, in the same form; by two-stage "
        "least squares, all other methods leave them out",
    )
    controls: tuple[str, ...] = Field(
        (),
        description="demographic variables that explain every outcome too; their paths are told beside those "
        "without, by PLS-SEM and by SEM",
    )
    other_models: dict[str, tuple[PathSection, ...]] = Field(
        default_factory=dict,
        description="rival structural models by name, each with paths in the form of `paths`; PLS-SEM "
        "compares them by information criteria and by prediction",
    )
    hypotheses: dict[str, HypothesisSection] = Field(default_factory=dict, description="claims to be judged")
    alpha: Probability = Field(0.05, description="two-sided significance level of the verdicts")

    @model_validator(mode="after")
    def _named(self) -> ModelSection:
        if any(not name.strip() for name in (*self.constructs, *self.hypotheses, *self.other_models)):
            raise ValueError("a name is empty: write one before the colon")
        return self

    @model_validator(mode="before")
    @classmethod
    def _moderated_as_claimed(cls, content: Any) -> Any:
        """What a hypothesis calls a moderator is one, whether or not `moderations` has it too."""
        if not isinstance(content, Mapping):
            return content
        claims, given = content.get("hypotheses", {}), content.get("moderations", [])
        if not (isinstance(claims, Mapping) and isinstance(given, (list, tuple))):
            return content
        asked = [
            {"moderator": claim["moderator"], "from": claim["from"], "to": claim["to"]}
            for claim in claims.values()
            if isinstance(claim, Mapping)
            and {"moderator", "from", "to"} <= claim.keys()
            and isinstance(claim["moderator"], str)
        ]
        return (
            {**content, "moderations": [*given, *(one for one in asked if one not in given)]}
            if asked
            else content
        )
