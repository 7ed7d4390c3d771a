"""What becomes of missing answers: section `missing` of the config."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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


FAMILIES: Mapping[str, tuple[str, ...]] = {
    name: get_args(field.annotation)[1:]
    for name, field in MissingSection.model_fields.items()
    if field.default == "complete"
}
"""Families of analyses, and the methods that each has for questionnaires with gaps; the last loses nobody."""
_PLS = frozenset(("pls", method) for method in FAMILIES["pls"])
_CURVE = frozenset(("specification_curve", method) for method in get_args(Curve))
_ALL = _CURVE.union((family, method) for family, methods in FAMILIES.items() for method in methods)
_MEANS = frozenset({("pls", "mean_replacement"), ("specification_curve", "mean_replacement")})


@dataclass(frozen=True, slots=True)
class _Barrier:
    """Settings that forbid methods for gaps.

    Attributes
    ----------
    keys : the settings. methods : what they forbid, each with its family.
    said : what is told whoever asks for one all the same; `{methods}` stands for the names of these.
    """

    keys: tuple[str, ...]
    methods: frozenset[tuple[str, str]]
    said: str


@dataclass(frozen=True, slots=True)
class GapsTaken:
    """What a config lets become of questionnaires with gaps.

    Attributes
    ----------
    section : the section `missing` that takes as many as may be, to be pasted; empty where nothing does.
    closed : families that have complete questionnaires alone. keys : the settings that it comes from.
    """

    section: str
    closed: str
    keys: str


def gaps_taken(config: Config) -> GapsTaken:
    """The methods that `missing_contradictions` lets pass: of each family the last."""
    barriers = tuple(_barriers(config))
    barred = {method for barrier in barriers for method in barrier.methods}
    left = {
        family: [method for method in methods if (family, method) not in barred]
        for family, methods in FAMILIES.items()
    }
    advised = ", ".join(f"{family}: {methods[-1]}" for family, methods in left.items() if methods)
    closed = tuple(family for family, methods in left.items() if not methods)
    keys = dict.fromkeys(
        key for one in barriers if any(family in closed for family, _ in one.methods) for key in one.keys
    )
    return GapsTaken(f"missing: {{{advised}}}" if advised else "", ", ".join(closed), _quoted(keys))


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
    curve = (("specification_curve", method) for method in missing.specification_curve or ())
    asked = tuple(dict.fromkeys((*missing.families.items(), *curve)))
    for barrier in _barriers(config):
        methods = [f"`missing.{family}: {one}`" for family, one in asked if (family, one) in barrier.methods]
        if methods:
            yield barrier.said.format(methods=", ".join(methods))


def _barriers(config: Config) -> Iterator[_Barrier]:
    """What the rest of a config forbids: what is refused and what is advised both follow from it."""
    weights = [key for key, given in config.design_keys.items() if given and key != "data.cluster"]
    if weights:
        said = "with weights complete questionnaires alone are taken; leave out {methods}, or "
        yield _Barrier(tuple(weights), _ALL, said + _quoted(weights))
    if config.data.cluster:
        yield _Barrier(
            ("data.cluster",),
            _ALL - _MEANS,
            "with clusters complete questionnaires alone are taken, and by PLS-SEM means in the gaps; leave "
            "out {methods}, or `data.cluster`",
        )
    if config.waves or config.study.bounds_in_use:
        of = {"waves": config.waves, "study.bounds": config.study.bounds_in_use}
        given = tuple(key for key, value in of.items() if value)
        said = "waves and bounds are of complete questionnaires; leave out {methods}, or "
        yield _Barrier(given, _ALL, said + _quoted(given))
    correlation, interval = config.pls.correlation, config.pls.interval
    if correlation == "polychoric":
        said = "{methods} is of answers taken as numbers; leave it out, or write `pls.correlation: pearson`"
        yield _Barrier(("pls.correlation",), _PLS, said)
    if interval != "percentile":
        several = {("pls", "multiple_imputation")}
        forbidden = frozenset(several if interval == "studentised" else _PLS - _MEANS)
        said = "{methods} has percentile intervals; write `pls.interval: percentile`"
        yield _Barrier(("pls.interval",), forbidden, said)
    products = config.model.moderations or config.model.products
    if products or any(one.of for one in config.model.constructs.values()):
        yield _Barrier(
            ("model",),
            _PLS - _MEANS,
            "{methods} knows neither moderations and products nor constructs made of constructs; write "
            "`mean_replacement` or `complete`",
        )


def _quoted(keys: Iterable[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)
