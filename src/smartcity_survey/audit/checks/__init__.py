"""The registry: every check once, and the kinds of relation and claim they serve."""

from smartcity_survey.audit import layout
from smartcity_survey.audit.case import Planner
from smartcity_survey.audit.checks import (
    adequacy,
    arithmetic,
    claims,
    coefficients,
    collinearity,
    correlations,
    descriptives,
    discriminant,
    effect_sizes,
    eigenvalues,
    fit,
    fit_indices,
    frequencies,
    granularity,
    groups,
    hypotheses,
    inference,
    loadings,
    measurement,
    mediation,
    paths,
    references,
    regression,
    reliability,
    said,
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
        eigenvalues,
        measurement,
        reliability,
        discriminant,
        correlations,
        fit,
        coefficients,
        collinearity,
        inference,
        paths,
        mediation,
        fit_indices,
        groups,
        effect_sizes,
        hypotheses,
        said,
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
    **measurement.PLANS,
    **reliability.PLANS,
    **discriminant.PLANS,
    **correlations.PLANS,
    **regression.PLANS,
    **paths.PLANS,
    **mediation.PLANS,
    **fit_indices.PLANS,
    **groups.PLANS,
    **effect_sizes.PLANS,
    **hypotheses.PLANS,
    **claims.PLANS,
}

__all__ = ["CHECKS", "PLANS"]
