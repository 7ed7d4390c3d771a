"""The problem a paper's printed tables pose (format: data/published/README.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from smartcity_survey.audit.interval import Interval
from smartcity_survey.audit.matrix import read_square
from smartcity_survey.audit.paper import Paper, Printed
from smartcity_survey.errors import SurveyError
from smartcity_survey.reconstruct.aside import require_no_slip
from smartcity_survey.reconstruct.design import Questionnaire, Target, Task
from smartcity_survey.reconstruct.extremes import Extremes
from smartcity_survey.reconstruct.whose import CONSTANT, outcome_of, stated_outcome, term_of
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.measurement.scores import mean_score_weights
from smartcity_survey.study.component_section import FactorsSection
from smartcity_survey.study.model import Model

_DESCRIPTIVES = ("mean", "se_mean", "sd", "skewness", "kurtosis")
_SUMMARY = ("r", "r2", "adj_r2", "std_error_estimate")
_ANOVA = {
    ("regression", "sum_of_squares"): "ss_regression",
    ("residual", "sum_of_squares"): "ss_residual",
    ("total", "sum_of_squares"): "ss_total",
    ("regression", "mean_square"): "ms_regression",
    ("residual", "mean_square"): "ms_residual",
    ("regression", "f"): "f",
}
_COEFFICIENTS = ("b", "std_error", "beta", "t")
_BLANK_MARGIN = 0.01  # distance kept from the limit under which loadings are left blank
_EIGENVALUE_MARGIN = 0.02  # distance kept from 1, by which components were counted
_VARIANCE_LEAD = 0.1  # by how much a component's variance is to exceed the next one's, however varimax stops
_OWN_LOADINGS = "rotated_loadings.csv"
_FIT = 0.05  # RMSEA that a fit called acceptable is given at most


@dataclass(frozen=True, slots=True)
class PublishedProblem:
    """A problem and what is printed beside it.

    Attributes
    ----------
    extremes : printed minimum and maximum of each score.
    durbin_watson : interval of the statistic of one regression; None where it is not printed.
    durbin_watson_of : the outcome of that regression.
    used : addresses of the printed cells that all this is read from.
    aside : table of a regression that is left aside -> why, in words.
    """

    problem: Task
    extremes: Extremes
    durbin_watson: tuple[float, float] | None
    durbin_watson_of: str = ""
    used: frozenset[str] = frozenset()
    aside: Mapping[str, str] = field(default_factory=dict)


def published_problem(
    paper: Paper, items: Sequence[str], model: Model, factors: FactorsSection
) -> PublishedProblem:
    """What the paper prints about items, scores, factors and the regression, as a problem.

    Where it prints no loadings there is no factor model, and scores are means of their items.

    Raises
    ------
    SurveyError
        where the paper prints no number of analysed questionnaires, or numbers that are not read look like a
        slip.
    """
    if paper.n is None:
        raise SurveyError("paper.yaml, n", "no number of respondents.", "Give the number or its address.")
    reading = _Reading(paper)
    loadings = reading.table("rotated_loadings")
    of_items = [*reading.items(items), *reading.correlations("correlation", items)]
    of_scores = list(reading.correlations("score_correlation", model.names))
    targets = [*reading.adequacy(), *reading.scores(model.names)]
    k, n = 0 if loadings is None else len(loadings.number_columns), int(paper.read(paper.n).value or 0)
    tables = reading.tables_of_regressions(model)
    for outcome in model.outcomes:
        targets += reading.regression(outcome, tables[outcome], n - len(model.predictors(outcome)) - 1)
    factor_of: tuple[int, ...] | None = None
    weights: Array | None = None
    if loadings is None:
        told = {name for target in of_items for name in target.key}
        items = tuple(item for item in items if item in model.items or item in told)
        weights = np.zeros((len(model.names), len(items)))
        weights[:, [items.index(item) for item in model.items]] = mean_score_weights(model.membership())
    else:
        factor_of = tuple(model.names.index(model.construct_of(i)) if i in model.items else -1 for i in items)
        order = _columns_by_variance(paper, loadings)
        targets += reading.loadings(loadings, order, items, factors.suppress_below)
        targets += _components(k, factors.n_components == "eigenvalue", _is_sorted(loadings))
    low, high = paper.scale or (1, 5)
    design = Questionnaire(
        n=n,
        items=tuple(items),
        low=int(low),
        high=int(high),
        n_components=k,
        factor_of=factor_of,
        weights=weights,
        scores=model.names,
        regressions=tuple(
            (model.names.index(outcome), tuple(model.names.index(name) for name in model.predictors(outcome)))
            for outcome in model.outcomes
        ),
        item_moments=any(target.key[0] == "item" for target in of_items),
        item_correlations=any(target.key[0] == "correlation" for target in of_items),
        score_correlations=bool(of_scores),
        adequacy=reading.table("adequacy") is not None,
    )
    targets += [*of_items, *of_scores]
    if factor_of is not None:
        df = design.degrees_of_freedom
        targets.append(Target(("cfa", "chi2"), -np.inf, df + _FIT**2 * df * (n - 1)))
    extremes, (durbin_watson_of, durbin_watson) = reading.extremes(model.names), reading.durbin_watson(model)
    require_no_slip(paper, reading.used, [*items, *model.names], reading.aside)
    return PublishedProblem(
        Task(design, tuple(targets)),
        extremes,
        durbin_watson,
        durbin_watson_of,
        frozenset(reading.used),
        reading.aside,
    )


def _components(k: int, kaiser: bool, by_variance: bool) -> Iterator[Target]:
    """What is asked of the components beside their loadings.

    kaiser : they are those with an eigenvalue above 1. by_variance : print has them in that order.
    """
    if kaiser:
        yield Target(("eigenvalue", str(k)), 1 + _EIGENVALUE_MARGIN, np.inf)
        yield Target(("eigenvalue", str(k + 1)), -np.inf, 1 - _EIGENVALUE_MARGIN)
    for j in range(1, k if by_variance else 1):
        yield Target(("variance_lead", str(j)), _VARIANCE_LEAD, np.inf)


def _is_sorted(table: Printed) -> bool:
    """Whether the paper's columns are said to be those of the package's own table, which go by variance."""
    return table.recomputed_in.get("file") == _OWN_LOADINGS


def _columns_by_variance(paper: Paper, table: Printed) -> tuple[str, ...]:
    """Columns of loadings in the order of the package's own: as printed, or by their printed squares."""
    columns = table.number_columns
    if _is_sorted(table):
        return columns
    cells = [(line, column) for line in table.body for column in columns if (line, column) in table.cells]
    size = dict.fromkeys(columns, 0.0)
    for line, column in cells:
        size[column] += (paper.read(table.address(line, column)).value or 0.0) ** 2
    return tuple(sorted(columns, key=lambda column: -size[column]))


class _Reading:
    """The tables of a paper, lines by the names of the pipeline.

    used : addresses of the cells that were read. aside : table that is left aside -> why.
    """

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.used: set[str] = set()
        self.aside: dict[str, str] = {}

    def interval(self, place: str) -> Interval | None:
        """What a cell may be within its rounding; None where it holds no number."""
        found = self.paper.read(place)
        if not found.is_number:
            return None
        self.used.add(place)
        return found.interval

    def table(self, topic: str) -> Printed | None:
        return next(iter(self.tables(topic)), None)

    def tables(self, topic: str) -> list[Printed]:
        return [p for p in self.paper.objects.values() if topic in p.shows and p.cells]

    def _targets(
        self,
        topic: str,
        names: Mapping[tuple[str, str], tuple[str, ...]],
        tables: Sequence[Printed] | None = None,
    ) -> Iterator[Target]:
        """Targets of the printed cells among `names`: (line, column) to the statistic's key.

        tables : where these are not all that show the topic.
        """
        for table in self.tables(topic) if tables is None else tables:
            for (line, column), text in table.cells.items():
                key = names.get((self.paper.names.get(line, line), self.paper.names.get(column, column)))
                place = table.address(line, column)
                if key is not None and (interval := self.interval(place)) is not None:
                    yield Target(key, interval.low, interval.high, text, place)

    def adequacy(self) -> Iterator[Target]:
        names = ("kmo", "bartlett_chi2")
        return self._targets("adequacy", {(name, "value"): ("adequacy", name) for name in names})

    def scores(self, scores: Sequence[str]) -> Iterator[Target]:
        names = {(s, column): ("score", s, column) for s in scores for column in _DESCRIPTIVES}
        return self._targets("descriptives", names)

    def items(self, items: Sequence[str]) -> Iterator[Target]:
        names = {(item, column): ("item", item, column) for item in items for column in ("mean", "sd")}
        return self._targets("descriptives", names)

    def correlations(self, kind: str, names: Sequence[str]) -> Iterator[Target]:
        """Of square tables; where the halves of one hold different numbers, the lower one counts."""
        order = {name: place for place, name in enumerate(names)}
        for table in self.tables("correlations"):
            square = read_square(self.paper, table)
            lines = [self.paper.names.get(line, line) for line in square.names]
            for (i, j), place in sorted(square.pairs.items()):
                if lines[i] in order and lines[j] in order and (interval := self.interval(place)) is not None:
                    earlier, later = sorted((lines[i], lines[j]), key=order.__getitem__)
                    text = self.paper.cells[place]
                    yield Target((kind, later, earlier), interval.low, interval.high, text, place)

    def loadings(
        self, table: Printed, columns: Sequence[str], items: Sequence[str], suppress_below: float
    ) -> Iterator[Target]:
        """Of the lines that are items, by the place of the column among `columns`."""
        for line in table.body:
            item = self.paper.names.get(line, line)
            for j, column in enumerate(columns if item in items else (), start=1):
                key, text = ("loading", item, str(j)), table.cells.get((line, column))
                if text is None:
                    limit = suppress_below - _BLANK_MARGIN
                    yield Target(key, -limit, limit)
                else:
                    place = table.address(line, column)
                    if (interval := self.interval(place)) is not None:
                        yield Target(key, interval.low, interval.high, text, place)

    def tables_of_regressions(self, model: Model) -> dict[str, dict[str, list[Printed]]]:
        """Outcome -> `anova` and `coefficients` -> tables of its regression; what is of none is set aside."""
        found: dict[str, dict[str, list[Printed]]] = {
            outcome: {"anova": [], "coefficients": []} for outcome in model.outcomes
        }
        for topic in ("anova", "coefficients"):
            for table in self.tables(topic):
                outcome, why = outcome_of(self.paper, model, table, topic)
                if outcome is None:
                    self.aside[table.id] = why
                else:
                    found[outcome][topic].append(table)
        return found

    def regression(self, outcome: str, tables: Mapping[str, list[Printed]], df: int) -> Iterator[Target]:
        """Of one outcome, its own tables and the lines of summaries that bear its name.

        df : residual degrees of freedom.
        """
        yield from self._targets(
            "model_summary", {(outcome, name): ("regression", outcome, name) for name in _SUMMARY}
        )
        of_variance = {cell: ("regression", outcome, name) for cell, name in _ANOVA.items()}
        yield from self._targets("anova", of_variance, tables["anova"])
        names = {
            (self.paper.names.get(line, line), name): ("coefficient", outcome, term, name)
            for table in tables["coefficients"]
            for line in table.lines
            for term in (term_of(self.paper, line),)
            for name in _COEFFICIENTS
            if (term, name) != (CONSTANT, "beta")
        }
        yield from self._targets("coefficients", names, tables["coefficients"])
        for table in tables["coefficients"]:
            yield from self._significance(table, names, df)

    def _significance(
        self, table: Printed, names: Mapping[tuple[str, str], tuple[str, ...]], df: int
    ) -> Iterator[Target]:
        """What printed p-values say of t, which is rounded more coarsely where it is small."""
        for (line, column), text in table.cells.items():
            key = names.get((self.paper.names.get(line, line), "t"))
            if key is None or column != "p":
                continue
            place, of_t = table.address(line, "p"), table.address(line, "t")
            if (line, "t") not in table.cells or (t := self.interval(of_t)) is None:
                continue
            if (p := self.interval(place)) is None:
                continue
            least, most = (float(stats.t.isf(max(end, 0.0) / 2, df)) for end in (p.high, p.low))
            yield Target(key, *((least, most) if t.low > 0 else (-most, -least)), f"p {text}", place)

    def extremes(self, scores: Sequence[str]) -> Extremes:
        table = self.table("descriptives")
        found = {}
        for line in () if table is None else table.lines:
            name = self.paper.names.get(line, line)
            ends = [table.cells.get((line, column)) for column in ("min", "max")] if table is not None else []
            if table is not None and name in scores and all(ends):
                found[name] = (str(ends[0]), str(ends[1]))
                self.used |= {table.address(line, column) for column in ("min", "max")}
        return found

    def durbin_watson(self, model: Model) -> tuple[str, tuple[float, float] | None]:
        """The first one whose outcome is known: by its line, by a relation, or as the only outcome."""
        for table in self.tables("durbin_watson"):
            stated = stated_outcome(self.paper, table, "durbin_watson")
            for line in table.body:
                name, place = self.paper.names.get(line, line), table.address(line, "durbin_watson")
                if name not in model.names:
                    name = stated or (model.outcomes[0] if len(model.outcomes) == 1 else "")
                if name in model.outcomes and place in self.paper.cells and (found := self.interval(place)):
                    return name, (found.low, found.high)
        return "", None
