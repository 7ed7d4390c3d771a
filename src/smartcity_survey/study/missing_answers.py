"""What becomes of missing answers: section `missing` of the config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal, get_args

from pydantic import Field

from smartcity_survey.parsing import Section

if TYPE_CHECKING:
    from smartcity_survey.study.config import Config

FactorModels = Literal["complete", "fiml"]
Moments = Literal["complete", "em"]
Regression = Literal["complete", "ml"]
Curve = Literal["mean_replacement", "pairwise", "em"]
Pls = Literal["complete", "mean_replacement", "pairwise", "multiple_imputation"]


class MissingSection(Section):
    """What becomes of missing answers that cleaning keeps; other methods leave such questionnaires out."""

    components: Moments = Field(
        "complete",
        description="principal components and sampling adequacy; em: correlations by maximum likelihood",
    )
    reliability: Moments = Field(
        "complete", description="Cronbach's alpha and omega; em: covariances by maximum likelihood"
    )
    factor_models: FactorModels = Field(
        "complete",
        description="confirmatory factors and structural equations; fiml: full-information maximum "
        "likelihood",
    )
    regression: Regression = Field(
        "complete",
        description="coefficients and R2 of the regressions of scores; ml: by maximum likelihood from all "
        "items of the scores",
    )
    pls: Pls = Field(
        "complete",
        description="PLS-SEM; mean_replacement: the item's mean; pairwise: correlations by those who "
        "answered both items; multiple_imputation: draws given the other answers, pooled by Rubin's rules",
    )
    imputations: int = Field(20, ge=2, le=1000, description="imputed samples that share the resamples")
    specification_curve: tuple[Curve, ...] | None = Field(
        None,
        description="what the specification curve has beside complete questionnaires; none: what the methods "
        "above are (`em` for multiple imputation and full information); an empty list: nothing",
    )

    @property
    def families(self) -> Mapping[str, str]:
        """The method of each family, by its key."""
        return {name: value for name, value in self if name not in {"imputations", "specification_curve"}}

    @property
    def asked(self) -> bool:
        """Whether any method takes respondents who left items out."""
        return bool(self.specification_curve) or any(one != "complete" for one in self.families.values())

    @property
    def curve(self) -> tuple[Curve, ...]:
        """What the specification curve has beside complete questionnaires."""
        if self.specification_curve is not None:
            return tuple(dict.fromkeys(self.specification_curve))
        found: dict[Curve, None] = {}
        for value in self.families.values():
            match value:
                case "complete":
                    pass
                case "mean_replacement":
                    found["mean_replacement"] = None
                case "pairwise":
                    found["pairwise"] = None
                case _:
                    found["em"] = None
        return tuple(found)


GAPS_TAKEN = "missing: {{{}}}".format(
    ", ".join(
        f"{name}: {get_args(field.annotation)[-1]}"
        for name, field in MissingSection.model_fields.items()
        if field.default == "complete"
    )
)
"""The section that leaves nobody out, as it may be pasted into a config: of each method the last choice."""


def missing_contradictions(config: Config) -> Iterator[str]:
    """What the section `missing` and the rest of a config contradict one another in."""
    missing, cleaning = config.missing, config.cleaning
    if not missing.asked:
        return
    if "missing_items" in cleaning.rules and not cleaning.missing_items_at_most:
        yield (
            "`missing` says what becomes of missing answers, but cleaning keeps none; raise "
            "`cleaning.missing_items_at_most`, say to half the items"
        )
    if config.waves or config.study.bounds:
        yield (
            "waves and bounds are of complete questionnaires; leave out `missing`, or `waves` and "
            "`study.bounds`"
        )
    if config.weighted and missing.specification_curve:
        yield (
            "`missing.specification_curve` is of unweighted answers; leave it out, or leave out "
            + " and ".join(f"`{key}`" for key, asked in config.design_keys.items() if asked)
        )
    if missing.pls == "complete":
        return
    method = f"`missing.pls: {missing.pls}`"
    given = [key for key, asked in config.design_keys.items() if asked and key != "data.cluster"]
    weights = " and ".join(f"`{key}`" for key in given or ["data.weight"])
    if config.weighted or config.pls.correlation == "polychoric":
        yield (
            f"{method} is for unweighted answers taken as numbers; leave out {weights} and write "
            "`pls.correlation: pearson`, or write `missing.pls: complete`"
        )
    if missing.pls == "mean_replacement":
        return
    if config.pls.interval == "bca" or (missing.pls, config.pls.interval) == (
        "multiple_imputation",
        "studentised",
    ):
        yield f"{method} has percentile intervals; write `pls.interval: percentile`"
    if config.model.moderations or any(one.of for one in config.model.constructs.values()):
        yield (
            f"{method} knows neither moderations nor constructs made of constructs; write "
            "`mean_replacement` or `complete`"
        )
