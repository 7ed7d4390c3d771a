"""Answers that no analysis should be run on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.check.gaps import complete_or_taken
from smartcity_survey.check.scales import Answered, by_scale
from smartcity_survey.data.read import Responses
from smartcity_survey.errors import Problem, SurveyError, counted
from smartcity_survey.stages.naming import naming
from smartcity_survey.stats.core.correlations import correlation, require_independence
from smartcity_survey.study.cleaning_rules import CleaningRule
from smartcity_survey.study.codebook import RESPONDENT, Codebook
from smartcity_survey.study.config import CleaningSection, Config
from smartcity_survey.study.model import Model

EXAMPLES = 5
"""Rows or codes named in one message."""


def answer_problems(
    responses: Responses, codebook: Codebook, section: CleaningSection, path: Path
) -> Iterator[Problem]:
    """What is wrong with the answers as read: empty columns, codes of another scale, and what no rule covers.

    A cleaning rule says what happens to a row; without the rule the row would be analysed as it is, so each
    of these is a problem unless its rule is in force.
    """
    answers = responses.answers
    for column in responses.log.loc[responses.log["n_answered"] == 0, "column"]:
        yield Problem(
            f"{path}, column {column}",
            "nobody answered it.",
            "Check the export, or take it out of the codebook.",
        )
    for group in by_scale(answers, codebook):
        if group.is_shifted():
            yield _shifted(group, path)
        elif "out_of_range" not in section.rules:
            yield from _outside(group, responses, path)
    if "unknown_category" not in section.rules:
        yield from _unknown_categories(responses, codebook, path)
    if "duplicate_respondent" not in section.rules:
        yield from _repeated_respondents(responses, path)


def nobody_complete(n_kept: int, n_items: int, path: Path) -> Problem:
    """Why an analysis cannot begin though questionnaires are kept: each of them has a gap."""
    return Problem(
        str(path),
        f"{counted(n_kept, 'questionnaire is kept', 'questionnaires are kept')}, but none of them "
        f"answers all {counted(n_items, 'item')} of the model, as scores and diagnostics need.",
        "Take items that many left out from the model, or collect more answers.",
    )


def kept_problems(
    answers: pd.DataFrame,
    codebook: Codebook,
    model: Model,
    path: Path,
    config: Config,
    needed: Sequence[str] | None = None,
) -> Iterator[Problem]:
    """Why the answers that cleaning kept cannot be analysed: too few, incomplete, constant, dependent.

    Parameters
    ----------
    answers : as cleaned, reverse items recoded. needed : items that may have no gaps; all where not given.
    """
    items = answers[list(needed or codebook.items)]
    unanswered = items.columns[items.isna().any()]
    if len(unanswered):
        lacking = int(items.isna().any(axis=1).sum())
        if len(unanswered) == 1:
            place = f"{path}, column {unanswered[0]}"
        else:
            place = f"{path}, {counted(len(unanswered), 'item')} from {unanswered[0]} to {unanswered[-1]}"
        yield Problem(
            place,
            f"{lacking} of the {len(items)} questionnaires kept lack an answer.",
            complete_or_taken(config),
        )
        return
    constant = items.columns[items.nunique() == 1]
    everybody = counted(
        len(items), "questionnaire that is kept answers", "questionnaires that are kept answer"
    )
    for item in constant:
        yield Problem(
            f"{path}, column {item}",
            f"{'all ' * (len(items) > 1)}{everybody} {items[item].iloc[0]:g}.",
            "Check the column, or take the item out of the codebook.",
        )
    if len(items) <= len(model.items):
        yield Problem(
            str(path),
            f"{counted(len(items), 'questionnaire is kept', 'questionnaires are kept')}, for "
            f"{counted(len(model.items), 'item')}.",
            "Collect more answers, relax a cleaning rule, or use fewer items: "
            "more questionnaires than items are needed.",
        )
    elif not len(constant):
        yield from _dependences(items[list(model.items)], path)


def _dependences(items: pd.DataFrame, path: Path) -> tuple[Problem, ...]:
    try:
        with naming(list(items.columns), str(path)):
            require_independence(correlation(items.to_numpy(dtype=np.float64)), len(items))
    except SurveyError as error:
        return error.problems
    return ()


def _shifted(group: Answered, path: Path) -> Problem:
    low, high = group.lowest, group.highest
    return Problem(
        f"{path}, {counted(len(group.items), 'item')} from {group.items[0]} to {group.items[-1]}",
        f"their codes run from {low:g} to {high:g}, but the codebook's scale from {group.scale.minimum} to "
        f"{group.scale.maximum}.",
        f"Correct the scale in the codebook, or list {low if low < group.scale.minimum else high:g} under "
        "`data.missing_codes` if it means no answer.",
    )


def _outside(group: Answered, responses: Responses, path: Path) -> Iterator[Problem]:
    for item in group.items:
        values = responses.answers[item].to_numpy()
        bad = ~np.isnan(values) & (
            (values < group.scale.minimum)
            | (values > group.scale.maximum)
            | (values != np.floor(values)) & (not group.scale.continuous)
        )
        if bad.any():
            yield _unruled(
                f"{path}, column {item}",
                f"answers outside {group.scale.minimum} to {group.scale.maximum}: "
                f"{_codes(values[bad])} (rows {_rows(responses, bad)}).",
                "out_of_range",
            )


def _unknown_categories(responses: Responses, codebook: Codebook, path: Path) -> Iterator[Problem]:
    for name, question in codebook.demographics.items():
        values = responses.answers[name].to_numpy()
        known = np.isnan(values) | np.isin(values, list(question.categories))
        for band in question.bands:
            known |= (values >= band.minimum) & (values <= band.maximum)
        if not known.all():
            answers = _some([question.shown(value) for value in np.unique(values[~known])])
            kind = "dates" if question.of_dates else "codes"
            found = f"{kind} the codebook lacks: {answers} (rows {_rows(responses, ~known)})."
            yield _unruled(f"{path}, column {name}", found, "unknown_category")


def _repeated_respondents(responses: Responses, path: Path) -> Iterator[Problem]:
    repeated = responses.answers[RESPONDENT].duplicated(keep=False).to_numpy()
    for respondent, rows in responses.answers[repeated].groupby(RESPONDENT, sort=False).groups.items():
        numbers = ", ".join(str(responses.rows[position]) for position in rows[:EXAMPLES])
        yield _unruled(
            f"{path}, respondent {respondent}",
            f"{counted(len(rows), 'questionnaire')} (rows {numbers}).",
            "duplicate_respondent",
        )


def _unruled(place: str, found: str, rule: CleaningRule) -> Problem:
    return Problem(place, found, f"Correct the file, or exclude such rows by the cleaning rule `{rule}`.")


def _codes(values: np.ndarray) -> str:
    return _some([f"{code:g}" for code in np.unique(values)])


def _rows(responses: Responses, chosen: np.ndarray) -> str:
    return _some([str(responses.rows[position]) for position in np.flatnonzero(chosen)])


def _some(texts: list[str]) -> str:
    return ", ".join(texts[:EXAMPLES]) + (", ..." if len(texts) > EXAMPLES else "")
