"""What cleaning took out, in words."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from smartcity_survey.check.gaps import lost_to_gaps
from smartcity_survey.data.clean import Cleaned
from smartcity_survey.data.read import Responses
from smartcity_survey.data.read.cells import rows_text
from smartcity_survey.errors import Problem, counted
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config
from smartcity_survey.study.multiple_choice import column_of

DETAILS_SHOWN = 5
LARGE_SHARE = 0.25
"""Share of the questionnaires that a rule may take out before the rule or the file is doubted."""
LARGE_SHARE_OF_GAPS = 0.15
"""The same of unanswered items, for which there are methods that lose nobody: standard errors are a twelfth
larger then."""
_REMEDIES = {
    "out_of_range": "Compare the codes in the file with the scales in the codebook, or list the code that "
    "means no answer under `data.missing_codes`.",
    "unknown_category": "Compare the codes in the file with the categories in the codebook.",
    "marked": "Look at the columns under `data.marked`, and take out those that mark people's answers.",
    "duplicate_respondent": "Check `data.respondent`: does the column identify a respondent?",
    "careless": "Compare the limits under `cleaning.careless` with the columns of careless.csv.",
}


def kept(cleaned: Cleaned) -> str:
    """How many questionnaires were read, and how many the rules keep."""
    n_read = int(cleaned.log["n_remaining"].iloc[0])
    return f"{counted(n_read, 'questionnaire')}, of which the cleaning rules keep {len(cleaned.answers)}"


def excluded(cleaned: Cleaned, read: pd.DataFrame, codebook: Codebook) -> str:
    """How many each rule excluded and over which construct's items, in words; nothing where all are kept.

    Parameters
    ----------
    read : the answers as read.
    """
    lost = cleaned.log[cleaned.log["n_excluded"] > 0]
    rules = ", ".join(
        f"`{rule}` {n}{_causes(rule, cleaned, read, codebook)}"
        for rule, n in zip(lost["rule"], lost["n_excluded"], strict=True)
    )
    return f" Excluded by {rules}." if rules else ""


def _causes(rule: str, cleaned: Cleaned, read: pd.DataFrame, codebook: Codebook) -> str:
    """Questionnaires by the construct whose items the rule found something in; one may be in several."""
    rows = cleaned.exclusions.loc[cleaned.exclusions["rule"] == rule, "row"] - 1
    items = list(codebook.items)
    answers = read.loc[rows, items]
    if rule == "missing_items":
        found = answers.isna()
    elif rule == "out_of_range":
        low = [codebook.scale_of(item).minimum for item in items]
        high = [codebook.scale_of(item).maximum for item in items]
        found = answers.notna() & ((answers < low) | (answers > high) | (answers % 1 != 0))
    else:
        return ""
    counts = {
        name: int(found[list(codebook.items_of(name))].any(axis=1).sum()) for name in codebook.constructs
    }
    shares = ", ".join(f"{name} {n}" for name, n in counts.items() if n)
    return f" (by construct: {shares})"


def lost_rows(cleaned: Cleaned, path: str, config: Config) -> Iterator[Problem]:
    """Rules that take out a large share of the questionnaires."""
    n_read = int(cleaned.log["n_remaining"].iloc[0])
    for rule, n in zip(cleaned.log["rule"], cleaned.log["n_excluded"], strict=True):
        share = LARGE_SHARE_OF_GAPS if rule == "missing_items" else LARGE_SHARE
        if n > share * n_read:
            yield Problem(
                path,
                f"the cleaning rule `{rule}` excludes {n} of {counted(n_read, 'questionnaire')}.",
                lost_to_gaps(config)
                if rule == "missing_items"
                else _REMEDIES.get(rule, "Look at the file, or relax the rule."),
            )


def outside_categories(cleaned: Cleaned, responses: Responses, path: str) -> Iterator[Problem]:
    """Answers about the respondent that the codebook has in no category or band, with their rows."""
    lost = cleaned.exclusions[cleaned.exclusions["rule"] == "unknown_category"]
    if not lost.empty:
        details = list(dict.fromkeys(lost["detail"]))
        shown = ", ".join(details[:DETAILS_SHOWN]) + (", ..." if len(details) > DETAILS_SHOWN else "")
        yield Problem(
            f"{path}, {rows_text([responses.rows[row - 1] for row in lost['row']])}",
            f"in no category and in no band of the codebook: {shown}. The rule `unknown_category` excludes "
            f"{counted(len(lost), 'questionnaire')}.",
            "Correct slips in the file, or add the answer to the codebook.",
        )


def nothing_chosen(answers: pd.DataFrame, codebook: Codebook) -> Iterator[str]:
    """Of each question with several answers: how many chose none of them, and how many did not answer it."""
    for name, question in codebook.multiple_choice.items():
        values = answers[[column_of(name, option) for option in question.labels]]
        unanswered = values.isna().all(axis=1)
        none = ~unanswered & ~(values == 1).any(axis=1)
        if none.any() or unanswered.any():
            yield (
                f"{name}: {counted(int(none.sum()), 'questionnaire')} with none of the answers chosen, "
                f"{counted(int(unanswered.sum()), 'questionnaire')} without an answer to it."
            )
