"""What cleaning took out, in words."""

from __future__ import annotations

from collections.abc import Iterator

from smartcity_survey.data.clean import Cleaned
from smartcity_survey.errors import Problem, counted

LARGE_SHARE = 0.25
"""Share of the questionnaires that a rule may take out before the rule or the file is doubted."""
LARGE_SHARE_OF_GAPS = 0.15
"""The same of unanswered items, for which there are methods that lose nobody: standard errors are a twelfth
larger then."""
_REMEDIES = {
    "missing_items": "Look which items are unanswered, and whether `data.missing_codes` names a code that is "
    "an answer. To lose nobody, raise `cleaning.missing_items_at_most` and say under `missing` what becomes "
    "of the gaps.",
    "out_of_range": "Compare the codes in the file with the scales in the codebook, or list the code that "
    "means no answer under `data.missing_codes`.",
    "unknown_category": "Compare the codes in the file with the categories in the codebook.",
    "duplicate_respondent": "Check `data.respondent`: does the column identify a respondent?",
    "careless": "Compare the limits under `cleaning.careless` with the columns of careless.csv.",
}


def kept(cleaned: Cleaned) -> str:
    """How many questionnaires were read, and how many the rules keep."""
    n_read = int(cleaned.log["n_remaining"].iloc[0])
    return f"{counted(n_read, 'questionnaire')}, of which the cleaning rules keep {len(cleaned.answers)}"


def excluded(cleaned: Cleaned) -> str:
    """How many each rule excluded, as a sentence after another; nothing where all are kept."""
    lost = cleaned.log[cleaned.log["n_excluded"] > 0]
    rules = ", ".join(f"`{rule}` {n}" for rule, n in zip(lost["rule"], lost["n_excluded"], strict=True))
    return f" Excluded by {rules}." if rules else ""


def lost_rows(cleaned: Cleaned, path: str) -> Iterator[Problem]:
    """Rules that take out a large share of the questionnaires."""
    n_read = int(cleaned.log["n_remaining"].iloc[0])
    for rule, n in zip(cleaned.log["rule"], cleaned.log["n_excluded"], strict=True):
        share = LARGE_SHARE_OF_GAPS if rule == "missing_items" else LARGE_SHARE
        if n > share * n_read:
            yield Problem(
                path,
                f"the cleaning rule `{rule}` excludes {n} of {counted(n_read, 'questionnaire')}.",
                _REMEDIES.get(rule, "Look at the file, or relax the rule."),
            )
