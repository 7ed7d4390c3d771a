"""The registry: every check once, and the kinds of relation and claim they serve."""

from smartcity_survey.audit import layout
from smartcity_survey.audit.case import Planner
from smartcity_survey.audit.checks import (
    adequacy,
    arithmetic,
    claims,
    coefficients,
    descriptives,
    fit,
    frequencies,
    granularity,
    hypotheses,
    loadings,
    references,
    regression,
    unread,
)

CHECKS = {
    check.name: check
    for family in (
        frequencies,
        arithmetic,
        descriptives,
        granularity,
        adequacy,
        loadings,
        fit,
        coefficients,
        hypotheses,
        claims,
        references,
        layout,
        unread,
    )
    for check in family.CHECKS
}

PLANS: dict[str, Planner] = {
    **frequencies.PLANS,
    **arithmetic.PLANS,
    **descriptives.PLANS,
    **adequacy.PLANS,
    **loadings.PLANS,
    **regression.PLANS,
    **hypotheses.PLANS,
    **claims.PLANS,
}

__all__ = ["CHECKS", "PLANS"]
