"""What becomes of missing answers: section `missing` of the config."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from smartcity_survey.study.parsing import Section

FactorModels = Literal["complete", "fiml"]


class MissingSection(Section):
    """What becomes of missing answers where cleaning keeps them, method by method; nothing else uses them."""

    factor_models: FactorModels = Field(
        "complete",
        description="confirmatory factors and structural equations; fiml: full-information maximum "
        "likelihood",
    )

    @property
    def asked(self) -> bool:
        """Whether any method takes respondents who left items out."""
        return any(value != "complete" for name, value in self if name != "imputations")

    def require(self, *, kept: bool, complete: bool) -> None:
        """Refuse what contradicts it. kept : cleaning keeps gaps. complete : other parts are of whole rows.

        Raises
        ------
        ValueError
        """
        if self.asked and complete:
            raise ValueError(
                "waves and bounds are of complete questionnaires; leave out `missing`, or `waves` and "
                "`study.bounds`"
            )
        if self.asked and not kept:
            raise ValueError(
                "`missing` says what becomes of missing answers, but cleaning keeps none; raise "
                "`cleaning.missing_items_at_most`, say to half the items"
            )
