"""Disclosure control: what a stage's tables leave out so that no small group of respondents can be told.

Told in any case are the questionnaires read and kept, and that nobody is in a category. Estimates from all
respondents together (correlations, loadings, coefficients) stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from smartcity_survey.data.demographics import NO_ANSWER
from smartcity_survey.data.disclosure_groups import deviant_groups, numbers_of_groups, segment_shares
from smartcity_survey.data.disclosure_items import (
    collinearity,
    descriptives,
    hidden_constructs,
    item_descriptives,
    item_frequencies,
    of_hidden_constructs,
    of_hidden_measures,
    of_hidden_outcomes,
    of_hidden_predictors,
    of_rare_answers,
    scale_statistics,
    without_hidden_constructs,
    without_small_answers,
)
from smartcity_survey.data.left_out import LINES_LEFT_OUT, Context, LeavesOut, leave_out
from smartcity_survey.io import StageResult
from smartcity_survey.stats.core.types import BoolArray
from smartcity_survey.stats.quality.small_cells import hidden_cells
from smartcity_survey.study.config import DisclosureSection

HIDDEN_BELOW = "hidden_below"
"""Key of an estimator card: the table leaves out what tells of fewer respondents; such cells are empty."""


def protect(
    result: StageResult, section: DisclosureSection, earlier: Mapping[str, pd.DataFrame] | None = None
) -> StageResult:
    """The result with small cells left out, and whatever would give them away, where the config asks for it.

    Parameters
    ----------
    earlier : tables of other stages that this one's follow: `demographics` for those by category,
        `item_descriptives` for those of items, `cleaning_log` for those of gaps.
    """
    if not section.suppress_small_cells:
        return result
    shown = dict(result.tables) | dict(earlier or {})
    tables, cards = dict(result.tables), dict(result.cards)
    for name in set(tables) & set(_TABLES):
        if tables[name].empty:  # there was nothing to compute, and there is nothing to hide
            continue
        n = int(str(cards[name].get("n", 0)))
        context = Context(section.smallest_cell, n, shown)
        tables[name] = _TABLES[name](tables[name].copy(), context)
        cards[name] = {**cards[name], HIDDEN_BELOW: section.smallest_cell}
        if len(tables[name]) < len(result.tables[name]):
            cards[name] = {**cards[name], LINES_LEFT_OUT: True}
        if name in _OF_GAPS and _tells_exclusions(context):
            cards[name] = {key: value for key, value in cards[name].items() if key != "n"}
    return StageResult(tables=tables, cards=cards, private=result.private)


def _read_log(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Answers, empty cells and declared codes of a column; answers in words and in codes."""
    kinds = ["n_answered", "n_empty", "n_declared_missing"]
    hidden = np.array([hidden_cells(row, context.smallest) for row in frame[kinds].to_numpy()])
    words = frame["n_labels"].to_numpy()
    codes = frame["n_answered"].to_numpy() - words
    # Both parts of the answers are told by one number.
    either = [hidden_cells(np.array(pair), context.smallest).any() for pair in zip(words, codes, strict=True)]
    for column, rows in zip(kinds, hidden.T, strict=True):
        leave_out(frame, rows, column)
    leave_out(frame, np.array(either, dtype=bool), "n_labels")
    return frame


def _excluded(log: pd.DataFrame, smallest: int) -> BoolArray:
    """Rules whose number of exclusions is left out."""
    return hidden_cells(log["n_excluded"].to_numpy(), smallest)


def _cleaning_log(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Exclusions by rule; what remained between the first and the last left out would tell them."""
    hidden = _excluded(frame, context.smallest)
    where = np.flatnonzero(hidden)
    between = np.zeros(len(frame), dtype=bool)
    if where.size:
        between[where[0] : where[-1]] = True
    leave_out(frame, hidden, "n_excluded")
    leave_out(frame, between, "n_remaining")
    return frame


def _exclusions(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Exclusions by reason within their rule."""
    log = context.tables["cleaning_log"]
    rules = set(log["rule"][_excluded(log, context.smallest)])
    hidden = np.zeros(len(frame), dtype=bool)
    for rule, rows in frame.groupby("rule").indices.items():
        hidden[rows] = rule in rules or hidden_cells(frame["n"].to_numpy()[rows], context.smallest)
    leave_out(frame, hidden, "n")
    return frame


def _careless(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Flagged, not flagged, and without a value of the index."""
    flagged, valid = frame["n_flagged"].to_numpy(), frame["n_valid"].to_numpy()
    cells = np.stack([flagged, valid - flagged, context.n - valid], axis=1)
    hidden = np.array([hidden_cells(row, context.smallest) for row in cells])
    leave_out(frame, hidden[:, 0], "n_flagged")
    leave_out(frame, hidden[:, 2], "n_valid")
    return frame


def _demographics(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Categories of each question, those who left it out being one."""
    counts, missing = frame["n"].to_numpy(), frame["n_missing"].to_numpy()
    hidden, unanswered = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    for rows in frame.groupby("variable").indices.values():
        cells = hidden_cells(np.append(counts[rows], missing[rows[0]]), context.smallest)
        hidden[rows], unanswered[rows] = cells[:-1], cells[-1]
    leave_out(frame, hidden, "n", "percent")
    # One valid percentage beside its count would tell how many answered.
    leave_out(frame, hidden | unanswered, "valid_percent")
    leave_out(frame, unanswered, "valid_n", "n_missing")
    return frame


def _raking_margins(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Cells of each margin, those who left its questions out being one."""
    counts, hidden = frame["n"].to_numpy(), np.zeros(len(frame), dtype=bool)
    for rows in frame.groupby("demographics").indices.values():
        hidden[rows] = hidden_cells(counts[rows], context.smallest)
    leave_out(frame, hidden, "n", "sample_percent", "weighted_percent")
    return frame


def _survey_design(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The size of the smallest cluster, where it is small."""
    few = frame["value"].between(1, context.smallest - 1)
    leave_out(frame, (few & frame["statistic"].str.endswith("_cluster")).to_numpy(bool), "value")
    return frame


def _multiple_choice(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Answers that few chose, or all but few of those who chose any; who chose none, where they are few.

    Shares of all answers go with the first such answer of a question: the other counts would tell it by them.
    """
    counts, cases = frame["n"].to_numpy(), frame["n_cases"].to_numpy()
    others = cases - counts
    hidden = ((counts > 0) & (counts < context.smallest)) | ((others > 0) & (others < context.smallest))
    questions = set(frame["question"][hidden])
    few = frame["n_without"].between(1, context.smallest - 1).to_numpy()
    leave_out(frame, hidden, "n", "percent_of_cases")
    leave_out(frame, frame["question"].isin(questions).to_numpy(), "percent_of_answers")
    leave_out(frame, few, "n_without", "n_cases", "percent_of_cases")
    return frame


def _tells_exclusions(context: Context) -> bool:
    """Whether gaps would tell how many a rule excludes that the log leaves out.

    They are those of the questionnaires that all rules but one keep: their number is what that one excludes,
    and what the others do.
    """
    log = context.tables.get("cleaning_log")
    return log is not None and bool(log["n_excluded"].isna()[log["rule"] == "missing_items"].any())


def _no_gaps(frame: pd.DataFrame) -> pd.DataFrame:
    """A table of gaps without its counts."""
    if "statistic" in frame:
        leave_out(frame, frame["statistic"].str.contains("^n_|^percent_").to_numpy(bool), "value")
    elif "unanswered" in frame:
        return frame.head(0)
    else:
        counts = [c for c in ("n", "n_missing", "percent", "cumulative_percent") if c in frame]
        leave_out(frame, np.ones(len(frame), dtype=bool), *counts)
    return frame


def _of_gaps(rule: LeavesOut) -> LeavesOut:
    """Of a table of gaps, all counts where they would tell more than gaps; else what `rule` does."""
    return lambda frame, context: _no_gaps(frame) if _tells_exclusions(context) else rule(frame, context)


def _missing_summary(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Few respondents with gaps, or few without, and what would tell how many they are."""
    value = frame.set_index("statistic")["value"]
    if "n_incomplete" in value:
        parts = value[["n_complete", "n_incomplete"]].to_numpy(np.int64)
        told = ["n_complete", "n_incomplete", "percent_incomplete"]
        told += ["n_missing_answers", "percent_missing_answers", "n_patterns"]
        hidden = frame["statistic"].isin(told) & bool(hidden_cells(parts, context.smallest).any())
        leave_out(frame, hidden.to_numpy(bool), "value")
    return frame


def _missing_items(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Items that few respondents left out, or few answered."""
    cells = [(n, context.n - n) for n in frame["n_missing"]]
    hidden = [bool(hidden_cells(np.array(pair), context.smallest).any()) for pair in cells]
    leave_out(frame, np.array(hidden, dtype=bool), "n_missing", "percent")
    return frame


def _missing_respondents(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Few respondents with the same number of gaps; cumulated shares would tell them."""
    hidden = hidden_cells(frame["n"].to_numpy(), context.smallest)
    leave_out(frame, hidden, "n", "percent")
    leave_out(frame, np.full(len(frame), bool(hidden.any())), "cumulative_percent")
    return frame


def _missing_patterns(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Which items few respondents left out together."""
    few = (frame["n"] < context.smallest).to_numpy()
    return frame[~few].reset_index(drop=True)


def _hidden_categories(context: Context) -> set[tuple[str, str]]:
    """Categories whose size is left out: question and code of the answer."""
    frame = context.tables["demographics"]
    hidden = frame[frame["n"].isna()]
    unanswered = frame["variable"][frame["n_missing"].isna()].unique()
    return {
        *((str(name), str(code)) for name, code in zip(hidden["variable"], hidden["code"], strict=True)),
        *((str(name), NO_ANSWER) for name in unanswered),
    }


def _among(frame: pd.DataFrame, columns: tuple[str, str], pairs: set[tuple[str, str]]) -> BoolArray:
    """Lines whose cells of two columns are one of the pairs."""
    cells = zip(*(frame[column].astype(str) for column in columns), strict=True)
    return np.array([pair in pairs for pair in cells], dtype=bool)


def _group_comparisons(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Sizes of the groups that the table of demographics leaves out."""
    hidden = _hidden_categories(context)
    for which in ("first", "second"):
        leave_out(frame, _among(frame, ("demographic", which), hidden), f"n_{which}")
    return frame


def _invariance(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """RMSEA where a group's size is left out: with chi2 it tells how many are in all groups together."""
    hidden, pairs = _hidden_categories(context), context.tables["group_comparisons"]
    sides = [_among(pairs, ("demographic", which), hidden) for which in ("first", "second")]
    variables = set(pairs["demographic"][np.any(sides, axis=0)])
    leave_out(frame, frame["demographic"].isin(variables).to_numpy(bool), "rmsea", "d_rmsea")
    return frame


def _micom(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Differences of pairs with a group whose size is left out.

    They are in units of the pair's pooled deviation, which depends on both sizes: three pairs of groups, or
    whole answers to a single item, tell them.
    """
    hidden = _hidden_categories(context)
    sides = [_among(frame, ("demographic", which), hidden) for which in ("first", "second")]
    leave_out(frame, np.any(sides, axis=0), "mean_difference", "log_variance_ratio")
    return frame


def _interactions(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Respondents of regressions without those, a few, who left a moderator out; p and t tell them too."""
    told = context.tables["demographics"]
    moderators = set(told["variable"][told["n_missing"].isna()])
    targets = set(frame["target"][frame["moderator"].isin(moderators)])
    leave_out(frame, frame["target"].isin(targets).to_numpy(bool), "p", "ci_low", "ci_high", "n")
    return frame


def _of_hidden_moderators(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Lines at the standardised values of a question, whose mean and deviation tell its categories' sizes."""
    moderators = {variable for variable, _ in _hidden_categories(context)}
    return frame[~frame["moderator"].isin(moderators).to_numpy(bool)].reset_index(drop=True)


def _along_hidden_moderators(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Such lines, and those from end to end of a construct whose mean and deviation are left out: of a single
    item the ends tell both."""
    rest = _of_hidden_moderators(frame, context)
    return rest[~rest["moderator"].isin(hidden_constructs(context)).to_numpy(bool)].reset_index(drop=True)


def _necessary_conditions(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Respondents above the ceiling line, a few."""
    above = ((1 - frame["ceiling_accuracy"] / 100) * context.n).round()
    leave_out(frame, above.between(1, context.smallest - 1).to_numpy(bool), "ceiling_accuracy")
    return of_hidden_constructs("importance", "performance")(frame, context)


def _graded_scales(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Few respondents whose answers do not fit."""
    counts = np.rint(frame["misfit_percent"] / 100 * context.n)
    leave_out(frame, counts.between(1, context.smallest - 1).to_numpy(), "misfit_percent")
    return without_small_answers(frame, context)


def _hierarchical_coefficients(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Lines of such categories: a standard error tells how many people stand behind it."""
    hidden = _among(frame, ("term", "answer"), _hidden_categories(context))
    leave_out(frame, hidden, "b", "std_error", "beta", "t", "p", "ci_low", "ci_high", "vif")
    return _coefficients(frame, context)


def _regression_diagnostics(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """How many respondents stand out."""
    few = frame["value"].between(1, context.smallest - 1)
    leave_out(frame, (few & frame["statistic"].str.startswith("n_")).to_numpy(), "value")
    return frame


def _specification_curve(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Respondents of specifications that exclude only a few; p beside its t has their degrees of freedom."""
    excluded = frame["n"].max() - frame["n"]
    leave_out(frame, excluded.between(1, context.smallest - 1).to_numpy(), "n", "p")
    return frame


_coefficients = of_hidden_predictors("b", "std_error", "ci_low", "ci_high", "hc3_std_error")

_TABLES: Mapping[str, LeavesOut] = {
    "read_log": _read_log,
    "cleaning_log": _cleaning_log,
    "exclusions": _exclusions,
    "careless": _careless,
    "survey_design": _survey_design,
    "raking_margins": _raking_margins,
    "missing_summary": _of_gaps(_missing_summary),
    "missing_items": _of_gaps(_missing_items),
    "missing_respondents": _of_gaps(_missing_respondents),
    "missing_patterns": _of_gaps(_missing_patterns),
    "demographics": _demographics,
    "multiple_choice": _multiple_choice,
    "item_frequencies": item_frequencies,
    "item_descriptives": item_descriptives,
    "item_total_statistics": of_hidden_constructs("mean", "sd", "mean_if_deleted", "variance_if_deleted"),
    "item_summary": of_hidden_constructs("mean", "min", "max", "range", "ratio", "variance"),
    "scale_statistics": scale_statistics,
    "descriptives": descriptives,
    "graded_scales": _graded_scales,
    "graded_items": without_small_answers,
    "graded_thresholds": without_small_answers,
    "item_information": without_small_answers,
    "scale_information": without_small_answers,
    "ipma": without_hidden_constructs,
    "cfa_loadings": of_hidden_measures("loading", "std_error", "uniqueness"),
    "cfa_residuals": of_hidden_measures("residual", "std_error"),
    "modification_indices": of_hidden_measures("change"),
    "sem_paths": of_hidden_measures("b", "b_std_error"),
    "wave_means": without_hidden_constructs,
    "wave_mean_differences": without_hidden_constructs,
    "wave_micom": of_hidden_constructs("mean_difference", "log_variance_ratio"),
    "group_comparisons": _group_comparisons,
    "micom": _micom,
    "invariance": _invariance,
    "interactions": _interactions,
    "simple_slopes": _of_hidden_moderators,
    "johnson_neyman": _of_hidden_moderators,
    "conditional_slopes": _along_hidden_moderators,
    "moderated_mediation": _of_hidden_moderators,
    "necessary_conditions": _necessary_conditions,
    "predictive_deviance": numbers_of_groups,
    "deviant_groups": deviant_groups,
    "deviant_rules": deviant_groups,
    "deviant_paths": deviant_groups,
    "segment_criteria": segment_shares("segments", "smallest_share"),
    "oriented_segments": segment_shares("segments", "smallest_share"),
    "oriented_paths": segment_shares("segments", "segment_share"),
    "segment_paths": segment_shares("segments", "segment_share"),
    "coefficients": _coefficients,
    "collinearity": collinearity,
    "anova": of_hidden_outcomes("sum_of_squares", "mean_square"),
    "model_summary": of_hidden_outcomes("std_error_estimate"),
    "hierarchical_blocks": of_hidden_outcomes("std_error_estimate"),
    "residual_statistics": of_hidden_outcomes("min", "max", "mean", "sd"),
    "ordinal_models": of_rare_answers,
    "ordinal_coefficients": of_rare_answers,
    "ordinal_thresholds": of_rare_answers,
    "random_intercept": of_hidden_predictors("b", "std_error", "ci_low", "ci_high"),
    "intraclass_correlations": of_hidden_outcomes("between", "within"),
    "hierarchical_coefficients": _hierarchical_coefficients,
    "regression_diagnostics": _regression_diagnostics,
    "specification_curve": _specification_curve,
}
"""Table -> what it leaves out."""
_OF_GAPS = tuple(name for name in _TABLES if name.startswith("missing_"))
