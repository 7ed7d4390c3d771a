"""Clean: named rules decide which questionnaires are kept; every exclusion is on record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.errors import SurveyError
from smartcity_survey.stats.quality.careless import CarelessIndices, careless_indices
from smartcity_survey.study.codebook import MARKED, RESPONDENT, Codebook
from smartcity_survey.study.config import CleaningSection


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Why a rule excludes a questionnaire: `reason`, a code that can be shared; `detail` of this one."""

    reason: str
    detail: str


Exclusions = Mapping[int, Exclusion]
"""Row position -> what the rule found there."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What cleaning kept and what it took out.

    Attributes
    ----------
    answers : kept questionnaires in the file's order, reverse items recoded.
    log : `rule, n_excluded, n_remaining`, in the order applied; the first line is the file as read.
    exclusions : `respondent, row, rule, reason, detail` of every excluded questionnaire (row counts from 1).
    careless : `respondent` and the careless-response indices of the kept questionnaires.
    """

    answers: pd.DataFrame
    log: pd.DataFrame
    exclusions: pd.DataFrame
    careless: pd.DataFrame


def clean_responses(
    responses: pd.DataFrame,
    codebook: Codebook,
    section: CleaningSection,
    counted: Sequence[str] | None = None,
) -> Cleaned:
    """Apply the cleaning rules, and screen who is kept.

    Parameters
    ----------
    counted : items that the rule `missing_items` counts; all where not given.

    Raises
    ------
    SurveyError
        where no questionnaire is left.
    """
    kept, log, exclusions = apply_rules(responses, codebook, section, counted)
    if kept.empty:
        raise nobody_left(len(responses))
    return Cleaned(
        answers=recode(kept, codebook).drop(columns=MARKED, errors="ignore").reset_index(drop=True),
        log=log,
        exclusions=exclusions,
        careless=_careless_frame(kept, _careless(kept, codebook)),
    )


def nobody_left(n: int) -> SurveyError:
    """That the rules keep none of n questionnaires."""
    return SurveyError(
        "config.yaml, cleaning.rules",
        f"no questionnaire is left of {n}.",
        "See reports/private/exclusions.csv for the reasons, and relax a rule.",
    )


def apply_rules(
    responses: pd.DataFrame,
    codebook: Codebook,
    section: CleaningSection,
    counted: Sequence[str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Apply the cleaning rules in the order of the config: who is kept, log and exclusions as in `Cleaned`.

    A questionnaire is excluded by the first rule that fits it. Rules see the answers as given; so are those
    of who is kept, whose index is that of `responses`.
    """
    kept = responses
    log = [{"rule": "as_read", "n_excluded": 0, "n_remaining": len(responses)}]
    exclusions: list[dict[str, Any]] = []
    for rule in section.rules:
        findings = (
            _missing_items(kept, counted or list(codebook.items), section.missing_items_at_most)
            if rule == "missing_items"
            else _RULES[rule](kept, codebook, section)
        )
        exclusions += [
            {
                "respondent": kept.iloc[position][RESPONDENT],
                "row": int(kept.index[position]) + 1,
                "rule": rule,
                "reason": finding.reason,
                "detail": finding.detail,
            }
            for position, finding in findings.items()
        ]
        if findings:
            keep = np.ones(len(kept), dtype=bool)
            keep[list(findings)] = False
            kept = kept[keep]
        log.append({"rule": rule, "n_excluded": len(findings), "n_remaining": len(kept)})
    columns = ["respondent", "row", "rule", "reason", "detail"]
    return kept, pd.DataFrame(log), pd.DataFrame(exclusions, columns=columns)


def _items(rows: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    return rows[list(codebook.items)]


def _marked(rows: pd.DataFrame, codebook: Codebook, section: CleaningSection) -> Exclusions:
    # Read back from a file, empty cells are gaps.
    marks = rows[MARKED].fillna("") if MARKED in rows else pd.Series("", index=rows.index)
    return {
        position: Exclusion("marked_by_the_tool", mark) for position, mark in enumerate(marks) if mark != ""
    }


def _blank_form(rows: pd.DataFrame, codebook: Codebook, section: CleaningSection) -> Exclusions:
    blank = _items(rows, codebook).isna().all(axis=1).to_numpy()
    return dict.fromkeys(np.flatnonzero(blank).tolist(), Exclusion("no_item_answered", "no item answered"))


def _missing_items(rows: pd.DataFrame, counted: Sequence[str], at_most: int) -> Exclusions:
    missing = rows[list(counted)].isna()
    counts = missing.sum(axis=1).to_numpy()
    share = np.where(counts > missing.shape[1] / 2, "more_than_half", "up_to_half")
    return {
        position: Exclusion(
            f"{share[position]}_unanswered",
            f"{counts[position]} of {missing.shape[1]} items unanswered: "
            + ", ".join(missing.columns[missing.iloc[position].to_numpy()]),
        )
        for position in np.flatnonzero(counts > at_most).tolist()
    }


def out_of_range(
    rows: pd.DataFrame, codebook: Codebook, section: CleaningSection | None = None
) -> Exclusions:
    """Rows with an answer outside its item's scale; `section` as every rule has it."""
    found: dict[int, list[str]] = {}
    for name in codebook.items:  # one after another: a table of all would be as large as the answers
        scale, values = codebook.scale_of(name), rows[name].to_numpy()
        bad = (values < scale.minimum) | (values > scale.maximum)
        if not scale.continuous:
            bad |= ~np.isnan(values) & (values != np.floor(values))
        for position in np.flatnonzero(bad).tolist():
            found.setdefault(position, []).append(
                f"{name} = {values[position]:g} (allowed {scale.minimum} to {scale.maximum})"
            )
    return _joined("outside_the_scale", found)


def _unknown_category(rows: pd.DataFrame, codebook: Codebook, section: CleaningSection) -> Exclusions:
    found: dict[int, list[str]] = {}
    for name, demographic in codebook.demographics.items():
        values = rows[name].to_numpy()
        known = np.isin(values, list(demographic.categories))
        for band in demographic.bands:
            known |= (values >= band.minimum) & (values <= band.maximum)
        for position in np.flatnonzero(~np.isnan(values) & ~known).tolist():
            found.setdefault(position, []).append(f"{name} = {demographic.shown(values[position])}")
    return _joined("category_not_in_codebook", found)


def _duplicate_respondent(rows: pd.DataFrame, codebook: Codebook, section: CleaningSection) -> Exclusions:
    return _repeats(rows[[RESPONDENT]], rows, "same_respondent")


def _duplicate_answers(rows: pd.DataFrame, codebook: Codebook, section: CleaningSection) -> Exclusions:
    return _repeats(rows[[*codebook.items, *codebook.demographics]], rows, "same_answers")


def _repeats(keys: pd.DataFrame, rows: pd.DataFrame, reason: str) -> Exclusions:
    """Later rows that repeat an earlier one; the first of them is kept."""
    groups = keys.groupby(list(keys.columns), dropna=False, sort=False).ngroup().to_numpy()
    _, first_positions = np.unique(groups, return_index=True)
    origin = first_positions[groups]
    return {
        position: Exclusion(reason, f"repeats row {int(rows.index[origin[position]]) + 1}")
        for position in np.flatnonzero(origin != np.arange(len(rows))).tolist()
    }


def _careless_rule(rows: pd.DataFrame, codebook: Codebook, section: CleaningSection) -> Exclusions:
    frame = _careless_frame(rows, _careless(rows, codebook))
    found: dict[int, list[str]] = {}
    for index, limit in section.careless.items():
        values = frame[index].to_numpy()
        bad = values > limit if index in ("longstring", "mean_run") else values < limit
        for position in np.flatnonzero(bad).tolist():
            found.setdefault(position, []).append(f"{index} = {values[position]:g} (limit {limit:g})")
    return _joined("beyond_careless_limit", found)


def _joined(reason: str, found: Mapping[int, list[str]]) -> Exclusions:
    return {position: Exclusion(reason, ", ".join(found[position])) for position in sorted(found)}


_RULES: Mapping[str, Callable[[pd.DataFrame, Codebook, CleaningSection], Exclusions]] = {
    "marked": _marked,
    "blank_form": _blank_form,
    "out_of_range": out_of_range,
    "unknown_category": _unknown_category,
    "duplicate_respondent": _duplicate_respondent,
    "duplicate_answers": _duplicate_answers,
    "careless": _careless_rule,
}


FEWEST_SCALES = 6
"""Constructs that a questionnaire's even-odd consistency is told of: over fewer, the correlation within a
person is low by chance in every fourth questionnaire that was filled in with care."""


def _careless(rows: pd.DataFrame, codebook: Codebook) -> CarelessIndices:
    constructs = list(codebook.constructs)
    scales = np.array([constructs.index(item.construct_name) for item in codebook.items.values()])
    given = _items(rows, codebook)
    x = given.to_numpy()
    turned = any(item.reverse for item in codebook.items.values())
    found = careless_indices(x, scales, recode(given, codebook).to_numpy() if turned else x)
    if halved_scales(codebook) < FEWEST_SCALES:
        return replace(found, even_odd=np.full(len(rows), np.nan))
    return found


def halved_scales(codebook: Codebook) -> int:
    """How many constructs have two halves to compare: items of an odd and of an even place."""
    return sum(len(codebook.items_of(name)) > 1 for name in codebook.constructs)


def _careless_frame(rows: pd.DataFrame, indices: CarelessIndices) -> pd.DataFrame:
    columns = ("longstring", "mean_run", "irv", "mahalanobis_d2", "mahalanobis_p", "even_odd")
    frame = pd.DataFrame({name: getattr(indices, name) for name in columns})
    frame.insert(0, RESPONDENT, rows[RESPONDENT].to_numpy())
    return frame


def recode(rows: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Answers with those to items marked `reverse` in the codebook as minimum + maximum - answer."""
    turned = {}
    for name, item in codebook.items.items():
        if item.reverse:
            scale = codebook.scale_of(name)
            turned[name] = scale.minimum + scale.maximum - rows[name]
    return rows.assign(**turned)
