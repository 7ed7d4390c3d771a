"""What later steps need of the answers that cleaning kept: refused where it is a contradiction, else told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from smartcity_survey.data.demographics import demographic_codes
from smartcity_survey.data.dummies import demographic_dummies
from smartcity_survey.errors import NoSolution, Problem, counted
from smartcity_survey.stages.comparison.categories import large_groups, sizes_of
from smartcity_survey.stages.comparison.ordinal_invariance import unfit_answers
from smartcity_survey.stages.factor.components import n_components
from smartcity_survey.stages.factor.retention import item_limits
from smartcity_survey.stages.measurement.common_method import marker_items
from smartcity_survey.stages.measurement.method_factor import require_marker_items
from smartcity_survey.stages.measurement.scores import score_weights
from smartcity_survey.stages.naming import naming
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.item_deletion import ItemLimits, delete_items
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config
from smartcity_survey.study.model import Model

FEWEST_ELSEWHERE = 5
"""Answers outside an item's most frequent code before correlations of ordered categories rest on a few."""
FEW_ITEMS = 2
"""Items of a construct up to which its measurement cannot be tested by the construct alone."""
MOST_CHAINS = 2000
"""Specific indirect effects of a model; each is followed through every resample of the bootstrap."""
LISTED = 8
"""Names shown in one message."""


def unmet_needs(
    answers: pd.DataFrame, codebook: Codebook, model: Model, config: Config, place: str
) -> Iterator[Problem]:
    """Choices of the config that the kept answers make impossible.

    Parameters
    ----------
    answers : as cleaned, reverse items recoded.
    place : the config's file.
    """
    n = len(answers)
    if config.pls.folds > n:
        yield Problem(
            f"{place}, pls.folds",
            f"{counted(config.pls.folds, 'part')} of {counted(n, 'questionnaire')} that are kept.",
            f"Write {n} or less (10 is usual): every part needs a respondent.",
        )
    for key, controls in (
        ("regression.controls", config.regression.controls),
        ("model.controls", config.model.controls),
        ("robustness.controls", config.robustness.controls),
    ):
        known = [name for name in dict.fromkeys(controls) if name in codebook.demographics]
        yield from _repeated(controls, f"{place}, {key}")
        yield from _dependent(answers, codebook, known, f"{place}, {key}")
    yield from _too_many_coefficients(answers, codebook, model, config, place)
    yield from _unretained(answers, model, config, f"{place}, factors")


def foreseen_gaps(
    answers: pd.DataFrame,
    codebook: Codebook,
    model: Model,
    config: Config,
    place: str,
    path: str,
    everybody: pd.DataFrame | None = None,
) -> Iterator[Problem]:
    """What the run will not be able to compute, or only badly, and why.

    Parameters
    ----------
    answers, place : as for `unmet_needs`.
    path : the survey file.
    everybody : answers of those too who left items out; None: there are none.
    """
    yield from _unmeasured(codebook, model, config)
    for key, controls in (
        ("regression.controls", config.regression.controls),
        ("model.controls", config.model.controls),
        ("robustness.controls", config.robustness.controls),
    ):
        for name in controls:
            if demographic_codes(answers[name], codebook, name).nunique() == 1:
                yield Problem(
                    f"{place}, {key}",
                    f"all {len(answers)} questionnaires that are kept are of one category of {name}: it "
                    "controls for nothing.",
                    "Take it out.",
                )
    if config.common_method.marker and config.common_method.latent_factor:
        try:
            require_marker_items(marker_items(config.common_method.marker, model, codebook))
        except NoSolution as error:
            for problem in error.problems:
                yield Problem(f"{place}, common_method.marker", problem.found, problem.remedy)
    yield from _compared(answers, codebook, config, f"{place}, groups.variables")
    if config.groups.ordinal_invariance and not config.study.reconstruction:
        yield from _unlike_answers(answers, codebook, model, config, f"{place}, groups.ordinal_invariance")
    yield from _chains(model, place)
    yield from _replaced(model, place)
    yield from _thin_constructs(model, place)
    yield from _rare_answers(answers, model, path)
    yield from _unsolved_scores(answers, model, config, f"{place}, scores.method")
    parameters = _factor_model_parameters(model)
    fitted = answers if everybody is None or config.missing.factor_models == "complete" else everybody
    if parameters > len(fitted):
        yield Problem(
            path,
            f"{_kept(fitted)}, for {counted(parameters, 'parameter')} of the confirmatory factor model.",
            "Its estimates and fit indices mean little, and it may have no solution: collect more answers.",
        )


def _unretained(answers: pd.DataFrame, model: Model, config: Config, place: str) -> Iterator[Problem]:
    """Limits that no components meet, or that leave a construct without items."""
    limits = item_limits(config.factors)
    if limits == ItemLimits():
        return
    try:
        with naming(model.items, "the items that the limits leave"):
            matrix = correlation(answers[list(model.items)].to_numpy(dtype=np.float64))
            gone = {step.item for step in delete_items(matrix, limits, n_components(config.factors))}
        model.keeping(tuple(item for position, item in enumerate(model.items) if position not in gone))
    except NoSolution as error:
        yield from error.problems


def _unsolved_scores(answers: pd.DataFrame, model: Model, config: Config, place: str) -> Iterator[Problem]:
    method = config.scores.method
    try:
        with naming(model.items, method, model.names):
            score_weights(method, answers[list(model.items)].to_numpy(dtype=np.float64), model, config.pls)
    except NoSolution as error:
        for problem in error.problems:
            yield Problem(
                place,
                f"{problem.place}: {problem.found}",
                "Write another method, `mean` say: without scores there is no regression.",
            )


def _repeated(controls: Sequence[str], place: str) -> Iterator[Problem]:
    for name in dict.fromkeys(controls):
        if controls.count(name) > 1:
            yield Problem(place, f"{name} is named {controls.count(name)} times.", "Name it once.")


def _dependent(
    answers: pd.DataFrame, codebook: Codebook, names: Sequence[str], place: str
) -> Iterator[Problem]:
    """Controls whose categories follow from those of the controls before them."""
    dummies: dict[str, Array] = {}
    for name in names:
        own = _dummies(answers, codebook, [name])
        if own.shape[1] and _is_dependent([*dummies.values(), own]):
            alone = [other for other, earlier in dummies.items() if _is_dependent([earlier, own])]
            yield Problem(
                place,
                f"categories of {name} follow from those of {_listed(alone[:1] or list(dummies))}: "
                "the controls determine one another.",
                "Take one of them out, or join categories in the codebook.",
            )
        elif own.shape[1]:
            dummies[name] = own


def _is_dependent(dummies: Sequence[Array]) -> bool:
    """Whether the columns (n, k) of some dummies and a constant are linearly dependent, n being above k."""
    x = np.column_stack([np.ones(len(dummies[0])), *dummies])
    return bool(len(x) > x.shape[1] > np.linalg.matrix_rank(x))


def _dummies(answers: pd.DataFrame, codebook: Codebook, names: Sequence[str]) -> Array:
    return demographic_dummies(answers, codebook, names).values


def _too_many_coefficients(
    answers: pd.DataFrame, codebook: Codebook, model: Model, config: Config, place: str
) -> Iterator[Problem]:
    """Regressions with the controls that have no more questionnaires than coefficients."""
    names = [name for name in dict.fromkeys(config.regression.controls) if name in codebook.demographics]
    dummies = _dummies(answers, codebook, names).shape[1] if names else 0
    largest = max((len(model.predictors(outcome)) for outcome in model.outcomes), default=0)
    coefficients = 1 + dummies + largest
    if len(answers) <= coefficients:
        yield Problem(
            f"{place}, regression.controls",
            f"{_kept(answers)}, for {counted(coefficients, 'coefficient')}: a constant, "
            f"{dummies} of the controls' categories and {counted(largest, 'predictor')}.",
            "Name fewer controls, or join categories in the codebook.",
        )


def _kept(answers: pd.DataFrame) -> str:
    return counted(len(answers), "questionnaire is kept", "questionnaires are kept")


def _unmeasured(codebook: Codebook, model: Model, config: Config) -> Iterator[Problem]:
    """Constructs of the codebook that the study does not use."""
    used = {*model.names, *(higher.name for higher in model.higher_order), config.common_method.marker}
    for name in codebook.constructs:
        items = codebook.items_of(name)
        if name not in used and config.common_method.marker not in items:
            found = f"its items {_listed(items)} are used nowhere" if items else "no item measures it"
            yield Problem(
                f"{config.data.codebook}, constructs.{name}",
                f"{found}: the model has no such construct.",
                "Add it to `model.constructs` and `model.paths`, or take it out of the codebook.",
            )


def _compared(answers: pd.DataFrame, codebook: Codebook, config: Config, place: str) -> Iterator[Problem]:
    """Groups that are not compared."""
    if not config.study.reconstruction:
        for name in config.groups.variables:
            yield from _groups(answers[name], codebook, name, config, place)
    elif config.groups.variables:
        yield Problem(
            place,
            "a reconstruction attaches demographics to the answers at random, so the tables that compare "
            f"groups have no lines: {_listed(config.groups.variables)}.",
            "Nothing is to be changed for that: with people's answers the same config compares them.",
        )


def _groups(
    column: pd.Series[float], codebook: Codebook, name: str, config: Config, place: str
) -> Iterator[Problem]:
    section, disclosure = config.groups, config.disclosure
    told = sizes_of(
        column, codebook, name, disclosure.smallest_cell if disclosure.suppress_small_cells else None
    )
    small = [f"{code} ({n})" for code, (n, _) in told.items() if n < section.smallest]
    hidden = [f"{code} ({n})" for code, (n, shown) in told.items() if n >= section.smallest and not shown]
    large = len(told) - len(small)
    if large < 2:
        smallest = counted(section.smallest, "questionnaire")
        yield Problem(
            place,
            f"{large} category of {name} has {smallest} or more: there is nothing to compare."
            if large
            else f"0 categories of {name} have {smallest} or more: there is nothing to compare.",
            "Lower `groups.smallest`, join categories in the codebook, or take the variable out.",
        )
    elif small:
        yield Problem(
            place,
            f"categories of {name} with fewer than {counted(section.smallest, 'questionnaire')} are not "
            f"compared: {_listed(small)}.",
            "Lower `groups.smallest`, or join categories in the codebook.",
        )
    if hidden and large > 1:
        yield Problem(
            f"{place}, {name}",
            "large categories are not compared, as their counts are left out beside a small one's, which "
            f"they would tell: {_listed(hidden)}.",
            f"Join categories in the codebook, so that none has fewer than {disclosure.smallest_cell}.",
        )


def _unlike_answers(
    answers: pd.DataFrame, codebook: Codebook, model: Model, config: Config, place: str
) -> Iterator[Problem]:
    """Groups that lack answers which others give, or items of too few: thresholds cannot be held equal."""
    disclosure = config.disclosure
    smallest = disclosure.smallest_cell if disclosure.suppress_small_cells else None
    items = model.of_scales().items
    x = np.rint(answers[list(items)].to_numpy(dtype=np.float64))
    for variable, members in large_groups(answers, codebook, config.groups, smallest).items():
        for unfit in unfit_answers(x, items, members, smallest is not None) if len(members) > 1 else ():
            if unfit.reason == "lacked_answers":
                yield Problem(
                    f"{place}, {variable}",
                    f"nobody of category {unfit.group} gives these answers, which others give: "
                    f"{_listed(unfit.names)}. Its groups are not compared."
                    if unfit.group
                    else "in some category nobody gives an answer to these items that others give, and small "
                    f"cells are not told: {_listed(unfit.names)}. Its groups are not compared.",
                    "Merge answers that hardly anyone gave, join categories in the codebook, or raise "
                    "`groups.smallest`.",
                )
            else:
                yield Problem(
                    f"{place}, {variable}",
                    f"items of fewer than three answers: {_listed(unfit.names)}. Its groups are not "
                    "compared.",
                    "Take the key out, or these items out of the codebook.",
                )


def _chains(model: Model, place: str) -> Iterator[Problem]:
    """Models with so many chains of paths that their indirect effects take hours or all memory."""
    paths = model.path_matrix().astype(np.float64)
    total, longer = 0.0, paths @ paths
    while longer.any():
        total += float(longer.sum())
        longer = longer @ paths
    if total > MOST_CHAINS:
        yield Problem(
            f"{place}, model.paths",
            f"{total:.0f} chains of two paths or more, each an indirect effect with a bootstrap of its own.",
            "Leave out paths that nobody claims, or expect a long run.",
        )


def _replaced(model: Model, place: str) -> Iterator[Problem]:
    """Constructs made of constructs, of which few tables know."""
    for higher in model.higher_order:
        yield Problem(
            f"{place}, model.constructs.{higher.name}",
            f"its components {_listed(higher.components)} take its place in all tables but those of its own "
            "paths and of the hypotheses.",
            f"Read what other methods say of paths from or to {higher.name} as of its components; the cards "
            "of these tables say so.",
        )


def _thin_constructs(model: Model, place: str) -> Iterator[Problem]:
    """Constructs that so few items measure that nothing tests the measurement."""
    thin = [f"{c.name} ({len(c.items)})" for c in model.constructs if len(c.items) <= FEW_ITEMS]
    if thin:
        yield Problem(
            f"{place}, model.constructs",
            f"constructs of one or two items: {_listed(thin)}.",
            "A single item counts as free of error (`cfa.exploratory` and `groups.ordinal_invariance` leave "
            "it out); two have loadings only by the other constructs, and the factor model may have no "
            "admissible solution. Three or more are better.",
        )


def _rare_answers(answers: pd.DataFrame, model: Model, path: str) -> Iterator[Problem]:
    """Items that nearly everybody answers alike."""
    for item in model.items:
        counts = answers[item].value_counts()
        elsewhere = int(counts.iloc[1:].sum())
        if elsewhere < FEWEST_ELSEWHERE:
            yield Problem(
                f"{path}, column {item}",
                f"all but {elsewhere} of {counted(len(answers), 'questionnaire')} that are kept answer "
                f"{counts.index[0]:g}.",
                "Its correlations rest on these few, and the polychoric one may not exist; think of leaving "
                "the item out.",
                about=model.construct_of(item),
            )


def _factor_model_parameters(model: Model) -> int:
    """Loadings, error variances and factor correlations; a single item has neither loading nor error."""
    several = [c for c in model.constructs if len(c.items) > 1]
    k = len(model.constructs)
    return 2 * sum(len(c.items) for c in several) + (k - len(several)) + k * (k - 1) // 2


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:LISTED])
    return f"{shown} and {len(names) - LISTED} more" if len(names) > LISTED else shown
