"""What a stranger knows of counts: whole unknowns and linear equations, of all that is not in private/.

Figures, pages, chapters and workbooks are made of the tables and cards alone (a test makes them without
anything else), so that whatever stands in them follows from these files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from smartcity_survey.io import read_json, read_table

Unknown = tuple[object, ...]
Sum = Mapping[Unknown, float]
DIGITS = 5e-7
"""Half a unit of the last of seven digits, of one."""


@dataclass
class Attack:
    """Unknown counts, each with its ends, and equations among them."""

    ends: dict[Unknown, tuple[float, float]] = field(default_factory=dict)
    rows: list[tuple[Sum, float, float]] = field(default_factory=list)
    most: float = 0

    def count(self, unknown: Unknown, told: object = None) -> None:
        """A count as a table tells it; one that is left out is of somebody, for zeros are told."""
        shown = float(str(told)) if told is not None and pd.notna(told) else None
        low, high = (1.0, self.most) if shown is None else (shown, shown)
        if unknown in self.ends:
            low, high = max(low, self.ends[unknown][0]), min(high, self.ends[unknown][1])
        self.ends[unknown] = low, high

    def between(self, sum_: Sum, low: float, high: float) -> None:
        """A sum lies between two numbers."""
        self.rows.append((sum_, low, high))

    def equal(self, sum_: Sum, number: float, error: float = 0) -> None:
        """A sum is a number, as exactly as it is printed."""
        self.between(sum_, number - error - 1e-6, number + error + 1e-6)

    def solved(self, unknown: Unknown) -> tuple[int, int]:
        """The smallest and the largest count that agree with everything."""
        names = list(self.ends)
        at = {name: position for position, name in enumerate(names)}
        left = np.zeros((len(self.rows), len(names)))
        for line, (sum_, _, _) in enumerate(self.rows):
            for name, factor in sum_.items():
                left[line, at[name]] += factor
        limits = [np.array([row[side] for row in self.rows]) for side in (1, 2)]
        bounds = Bounds(*(np.array([self.ends[name][side] for name in names]) for side in (0, 1)))
        found = []
        for sign in (1, -1):
            aim = np.zeros(len(names))
            aim[at[unknown]] = sign
            outcome = milp(
                aim,
                constraints=LinearConstraint(left, *limits),
                integrality=np.ones(len(names)),
                bounds=bounds,
            )
            assert outcome.success, f"{unknown}: {outcome.message}"
            found.append(sign * round(outcome.fun))
        return found[0], found[1]

    def determined(self, smallest: int) -> dict[Unknown, int]:
        """Counts from 1 to `smallest` - 1 that can be nothing else."""
        found = {}
        for unknown, (low, _) in self.ends.items():
            if low < smallest:
                least, most = self.solved(unknown)
                if 0 < least == most < smallest:
                    found[unknown] = least
        return found


def attack(reports: Path) -> Attack:
    """All equations of a run's files."""
    tables = {path.stem: read_table(path) for path in sorted((reports / "tables").glob("*.csv"))}
    cards: dict[str, Any] = {}
    for path in sorted((reports / "cards").glob("*.json")):
        cards |= read_json(path)
    found = Attack()
    log = tables["cleaning_log"]
    found.most = float(log["n_remaining"].iloc[0])
    n = float(log["n_remaining"].iloc[-1])
    rules = _exclusions(found, log, tables["exclusions"])
    _gaps(found, tables, cards, rules, n)
    _questions(found, tables, n)
    _answers(found, tables)
    _careless(found, tables, n)
    _read(found, tables["read_log"])
    return found


def _exclusions(found: Attack, log: pd.DataFrame, reasons: pd.DataFrame) -> list[str]:
    steps, start = log.iloc[1:], float(log["n_remaining"].iloc[0])
    rules = list(map(str, steps["rule"]))
    for position, line in enumerate(steps.itertuples()):
        found.count(("rule", line.rule), line.n_excluded)
        if pd.notna(line.n_remaining):
            found.equal({("rule", rule): 1 for rule in rules[: position + 1]}, start - line.n_remaining)
    for rule, own in reasons.groupby("rule"):
        for line in own.itertuples():
            found.count(("reason", rule, line.detail), line.n)
        found.equal({("rule", rule): -1, **{("reason", rule, detail): 1 for detail in own["detail"]}}, 0)
    return rules


def _gaps(
    found: Attack, tables: Mapping[str, pd.DataFrame], cards: Mapping[str, Any], rules: list[str], n: float
) -> None:
    """Questionnaires that all rules but one keep; with no gap allowed, that one excludes those with a gap."""
    others = {("rule", rule): 1.0 for rule in rules if rule != "missing_items"}
    incomplete, answering = ("incomplete",), ("answering",)
    found.ends[incomplete], found.ends[answering] = (0, found.most), (0, found.most)
    found.equal({answering: 1, **others}, found.most)
    found.equal({answering: 1, incomplete: -1}, n)
    if cards["cleaning_log"]["missing_items_at_most"] == 0 and "missing_items" in rules:
        found.equal({incomplete: 1, ("rule", "missing_items"): -1}, 0)
    summary = tables["missing_summary"].set_index("statistic")["value"]
    for unknown, name in ((incomplete, "n_incomplete"), (answering, "n_answering")):
        if pd.notna(summary.get(name)):
            found.count(unknown, summary[name])
    if pd.notna(summary.get("percent_incomplete")):
        found.equal({incomplete: 100, answering: -summary["percent_incomplete"]}, 0, DIGITS * found.most)
    for name in ("missing_summary", "missing_items", "missing_respondents", "missing_patterns"):
        if "n" in cards[name]:
            found.count(answering, cards[name]["n"])
    for line in tables["missing_items"].itertuples():
        gaps = ("gaps", line.item)
        found.ends[gaps] = (0, found.most)
        if pd.notna(line.n_missing):
            found.count(gaps, line.n_missing)
        if pd.notna(line.percent):
            found.equal({gaps: 100, answering: -line.percent}, 0, DIGITS * found.most * 10)
        found.between({gaps: 1, incomplete: -1}, -np.inf, 0)
    if (counts := tables["missing_respondents"].get("n")) is not None and counts.notna().all():
        found.equal({answering: 1}, counts.sum())


def _questions(found: Attack, tables: Mapping[str, pd.DataFrame], n: float) -> None:
    """Categories and those without an answer; groups that are compared, and all of them by chi2 and RMSEA."""
    for variable, own in tables["demographics"].groupby("variable"):
        missing = ("missing", variable)
        found.count(missing, own["n_missing"].iloc[0])
        answered: dict[Unknown, float] = {}
        for line in own.itertuples():
            unknown = ("category", variable, str(line.code))
            found.count(unknown, line.n)
            answered[unknown] = 1.0
            if pd.notna(line.percent):
                found.equal({unknown: 100}, line.percent * n, 10 * DIGITS * n)
        found.equal({**answered, missing: 1}, n)
        for line in own[own["valid_percent"].notna()].itertuples():
            parts = dict.fromkeys(answered, -line.valid_percent)
            parts["category", variable, str(line.code)] += 100
            found.equal(parts, 0, 10 * DIGITS * n)
    groups = tables["group_comparisons"]
    for line in groups.itertuples():
        for code, size in ((line.first, line.n_first), (line.second, line.n_second)):
            if pd.notna(size):
                found.count(("category", line.demographic, str(code)), size)
    fit = tables["invariance"]
    for line in fit[(fit["rmsea"] > 0) & fit["chi2"].notna()].itertuples():
        pairs = groups[groups["demographic"] == line.demographic]
        codes = {str(code) for side in ("first", "second") for code in pairs[side]}
        total = len(codes) * (line.chi2 - line.df) / (line.df * line.rmsea**2)
        sizes: Sum = {("category", line.demographic, code): 1.0 for code in codes}
        found.equal(sizes, total, 1e-4 * total)


def _answers(found: Attack, tables: Mapping[str, pd.DataFrame]) -> None:
    """Frequencies of an item's codes by their number, four moments and ends, whichever table tells them."""
    moments = moments_of_items(tables)
    for item, own in tables["item_frequencies"].groupby("item"):
        line = moments.loc[item]
        cells: dict[Unknown, float] = {("answer", item, int(code)): float(code) for code in own["code"]}
        for (unknown, code), n in zip(cells.items(), own["n"], strict=True):
            # A row is left out as a whole: who is in none of its cells is not told.
            most = found.most if line["min"] <= code <= line["max"] else 0
            found.ends[unknown] = (0, most) if pd.isna(n) else (n, n)
        found.equal(dict.fromkeys(cells, 1.0), line["n"])
        for end in ("min", "max"):
            found.between({("answer", item, int(line[end])): 1}, 1, found.most)
        n, mean, sd = float(line["n"]), float(line["mean"]), float(line["sd"])
        if np.isnan(mean):
            continue
        found.equal(cells, n * mean, 10 * DIGITS * n)
        if np.isnan(sd):
            continue
        squares = sd**2 * (n - 1) + n * mean**2
        found.equal({one: code**2 for one, code in cells.items()}, squares, 100 * DIGITS * n)
        third = line["skewness"] * (n - 1) * (n - 2) / n
        bias = 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))
        fourth = (line["kurtosis"] + bias) * (n - 1) * (n - 2) * (n - 3) / (n * (n + 1))
        for power, total in ((3, third), (4, fourth)):
            if pd.notna(total):
                sums = {one: (code - mean) ** power for one, code in cells.items()}
                found.equal(sums, total * sd**power, 100 * DIGITS * n)


MOMENTS = ("mean", "sd", "skewness", "kurtosis")


def moments_of_items(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Moments of items: their own, and of what is a single item: a score, a scale, an outcome."""
    found = tables["item_descriptives"].set_index("item")[["n", "min", "max", *MOMENTS]].copy()

    def tell(item: str, moment: str, value: float) -> None:
        if pd.isna(found.loc[item, moment]):
            found.loc[item, moment] = value

    weights = tables["score_weights"]
    used = weights[(weights["weight"].abs() > 1e-9) & weights["item"].isin(found.index)]
    single = used[~used["score"].duplicated(keep=False)].set_index("score")["item"]
    scores = tables["descriptives"].set_index("score")
    scales = tables["scale_statistics"].set_index("construct")
    owned = tables["item_total_statistics"].set_index("construct")
    performance = tables["ipma"].set_index("construct")["performance"]
    residuals = tables["residual_statistics"].query("quantity == 'predicted'").set_index("outcome")["mean"]
    squares = tables["anova"].query("source == 'total'").set_index("outcome")["sum_of_squares"]
    betas = tables["coefficients"].query("beta.notna()")
    for construct, item in single.items():
        line = found.loc[item]
        for moment in MOMENTS:
            tell(item, moment, scores.loc[construct, moment])
        for moment in ("mean", "sd"):
            tell(item, moment, scales.loc[construct, moment])
            tell(item, moment, owned.loc[construct, moment])
        if construct in performance.index:
            share = np.ravel(performance[construct])[0] / 100
            tell(item, "mean", line["min"] + share * (line["max"] - line["min"]))
        if construct in residuals.index:
            tell(item, "mean", residuals[construct])
            tell(item, "sd", np.sqrt(squares[construct] / (line["n"] - 1)))
        for own in betas[betas["term"] == construct].itertuples():
            tell(item, "sd", own.beta * scores.loc[own.outcome, "sd"] / own.b)
            tell(item, "mean", _mean_by_constant(tables, str(own.outcome), construct))
    return found


def _mean_by_constant(tables: Mapping[str, pd.DataFrame], outcome: str, predictor: str) -> float:
    """A predictor's mean by the constant, where the means of the outcome and other predictors are told."""
    means = tables["descriptives"].set_index("score")["mean"]
    b = tables["coefficients"].query("outcome == @outcome").set_index("term")["b"]
    others = b.drop(["constant", predictor])
    return float(
        (means[outcome] - b["constant"] - (others * means[others.index]).sum(skipna=False)) / b[predictor]
    )


def _careless(found: Attack, tables: Mapping[str, pd.DataFrame], n: float) -> None:
    """Flagged respondents, whom a specification may leave out."""
    curve = tables["specification_curve"]
    sizes = curve.dropna(subset="n").groupby("exclusion")["n"].first()
    for line in tables["careless"].itertuples():
        found.count(("flagged", line.index), line.n_flagged)
        if line.index in sizes.index and sizes[line.index] < n:
            found.count(("flagged", line.index), n - sizes[line.index])


def _read(found: Attack, log: pd.DataFrame) -> None:
    """Answered, empty and declared cells of a column, and gaps among those who were kept."""
    kinds = ("n_answered", "n_empty", "n_declared_missing")
    for line in log.itertuples():
        cells = {("read", line.column, kind): 1.0 for kind in kinds}
        for unknown, kind in zip(cells, kinds, strict=True):
            found.count(unknown, getattr(line, kind))
        found.equal(cells, float(str(line.n_rows)))
        lost = [("read", line.column, kind) for kind in kinds[1:]]
        for gaps in (("gaps", line.column), ("missing", line.column)):
            if gaps in found.ends:
                found.between({gaps: 1, **dict.fromkeys(lost, -1.0)}, -np.inf, 0)
