"""What the chapter's sentences are made from: stage files, cards, manifest, and how numbers are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from smartcity_survey.io import Card
from smartcity_survey.report.cells import records
from smartcity_survey.report.chapter.document import unmarked
from smartcity_survey.report.contents import Contents
from smartcity_survey.report.refusal_names import refusals
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import refusal_notes
from smartcity_survey.report.verdicts import regression_open
from smartcity_survey.study.limits import limit

Line = Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """A finished run, seen from one language.

    Attributes
    ----------
    tables, cards : stage files and their estimator cards, by name.
    manifest : what the run was made from.
    placed : ids of the tables and figures that the chapter shows.
    unsolved : tables that the chapter would show, had they a solution.
    told : tables that a sentence has the results of, shown or not; grows as sentences are made.
    """

    tables: Mapping[str, pd.DataFrame]
    cards: Mapping[str, Card]
    manifest: Mapping[str, Any]
    setting: Setting
    contents: Contents
    placed: frozenset[str] = field(default_factory=frozenset)
    unsolved: tuple[str, ...] = ()
    told: set[str] = field(default_factory=set)

    @property
    def config(self) -> Mapping[str, Any]:
        """The whole configuration."""
        config: Mapping[str, Any] = self.manifest["config"]
        return config

    @property
    def reconstruction(self) -> bool:
        """Whether the answers are rebuilt from printed tables."""
        return bool(self.manifest["reconstruction"])

    @property
    def bounded(self) -> bool:
        """Whether the run knows what the printed tables of a reconstruction leave open."""
        return "decisions" in self.tables

    @property
    def regression_open(self) -> bool:
        """Whether the regression in use is not the printed one, and the print leaves it open."""
        return regression_open(self.tables)

    def frame(self, name: str, *columns: str) -> pd.DataFrame | None:
        """A stage file with its lines that have all these columns; None where it has no such line."""
        table = self.tables.get(name)
        if table is None or not set(columns) <= set(table.columns):
            return None
        table = table.dropna(subset=list(columns))
        return table if len(table) else None

    def lines(self, name: str, *columns: str) -> list[dict[str, Any]]:
        """The lines of `frame`; none where there is none."""
        frame = self.frame(name, *columns)
        return [] if frame is None else records(frame)

    def statistic(self, name: str, statistic: str) -> float | None:
        """One value of a stage file `statistic, value`."""
        return next(
            (float(line["value"]) for line in self.lines(name, "value") if line["statistic"] == statistic),
            None,
        )

    @property
    def analysed(self) -> float:
        """How many respondents cleaning has kept; NaN where that is hidden or unknown."""
        log = self.tables.get("cleaning_log")
        return float("nan") if log is None or log.empty else float(log["n_remaining"].iloc[-1])

    def residual_df(self, outcome: str) -> float | None:
        """Degrees of freedom of the t of an outcome's coefficients; None where that of others stands there.

        The analysis of variance is of complete questionnaires, the coefficients may be of all.
        """
        if self.n_of("anova") != self.n_of("coefficients"):
            return None
        lines = [one for one in self.lines("anova", "df") if str(one["outcome"]) == outcome]
        return next((float(one["df"]) for one in lines if one["source"] == "residual"), None)

    # words

    def say(self, key: str, **values: str) -> str:
        """A text of the chapter with its places filled."""
        return self.setting.wording.fill(f"chapter.{key}", **values)

    def see(self, *tables: str, figure: str = "", told_n: bool = True) -> str:
        """Numbers of tables and of a figure in brackets, with a blank before; n where it is not `analysed`.

        told_n : False where the sentence says itself whose answers these are.

        What is not shown has no number; nothing in brackets: empty.
        """
        self.told.update(tables)
        ids = [("table", name) for name in tables] + ([("figure", figure)] if figure else [])
        numbers = [
            self.say(f"see.{kind}", number=f"[#{kind}-{name}]")
            for kind, name in ids
            if f"{kind}-{name}" in self.placed
        ]
        others = dict.fromkeys(filter(None, map(self.n_of, tables if told_n else ())))
        told = self.together(*numbers, *(self._of_n(n) for n in others if n != self.analysed))
        return f" ({told})" if told else ""

    def sample(self, table: str) -> str:
        """` (n = 154)` where a table is not of all `analysed`; else empty."""
        n = self.n_of(table)
        return f" ({self._of_n(n)})" if n and n != self.analysed else ""

    def _of_n(self, n: float) -> str:
        return self.equals_count("n", n)

    def equals_count(self, symbol: str, n: float) -> str:
        """`n = 154`."""
        return self.say("stat.equals", symbol=symbol, value=self.count(n))

    def n_of(self, table: str) -> float | None:
        """How many respondents a table is of; None where its card does not say."""
        n = self.cards.get(table, {}).get("n")
        return float(n) if isinstance(n, int | float) else None

    def named(self, key: str, names: Iterable[str], **values: str) -> str:
        """A sentence with a list of `{names}`, or nothing where there are none."""
        found = list(names)
        return self.say(key, names=", ".join(found), **values) if found else ""

    def refused(self, name: str) -> str:
        """Why a table is empty, or why no verdict is read from it; empty where nothing stands in the way."""
        return " ".join(unmarked(note) for note in refusal_notes(self.cards.get(name, {}), self.setting))

    def reasons(self, name: str) -> Iterator[tuple[str, str]]:
        """Parts of a table that have no solution, as its card names them, and why."""
        yield from refusals(self.cards.get(name, {}), self.setting)

    def construct(self, name: str) -> str:
        """Label of a construct."""
        return unmarked(self.setting.labels.construct(name))

    def path(self, line: Line) -> str:
        """A path of the structural model as an arrow between labels."""
        via = [line[column] for column in line if column.startswith("via_") and isinstance(line[column], str)]
        return unmarked(self.setting.labels.path(line["source"], *via, line["target"]))

    # numbers

    def ratio(self, value: float, decimals: int = 3) -> str:
        """A number that cannot exceed one."""
        return self.setting.wording.numbers.fixed(float(value), decimals, bounded=True)

    def end(self, value: float) -> str:
        """An end of a set of coefficients, with the decimals that its sign needs, two at least."""
        return self.setting.wording.numbers.end(float(value))

    def fixed(self, value: float, decimals: int = 2) -> str:
        """A number with that many decimals."""
        return self.setting.wording.numbers.fixed(float(value), decimals)

    def count(self, value: float) -> str:
        """A whole number."""
        return self.setting.wording.numbers.count(float(value))

    def compact(self, value: float) -> str:
        """A limit or an option."""
        return self.setting.wording.numbers.compact(float(value))

    def level(self, value: float) -> str:
        """A level or limit that cannot exceed one, with the decimals it has, two at least."""
        decimals = max(2, len(f"{float(value):.6f}".rstrip("0").partition(".")[2]))
        return self.ratio(value, decimals)

    def percent(self, value: float, decimals: int = 1) -> str:
        """A percentage, given in percent."""
        return self.setting.wording.numbers.percentage(float(value), decimals)

    def limit(self, name: str) -> str:
        """A limit of `study/limits`, with the decimals it is given with."""
        asked = limit(name)
        return self.setting.wording.numbers.fixed(asked.value, asked.decimals, bounded=True)

    # statistics as they are pasted

    def p(self, value: float) -> str:
        """`p = .017`, `p < .001`."""
        written = self.setting.wording.numbers.p_value(float(value))
        return self.say("stat.p_below" if value < 0.001 else "stat.p", p=written)

    def interval(
        self, low: float, high: float, level: float, decimals: int = 2, *, bounded: bool = True
    ) -> str:
        """`95% CI [.39, .58]`."""
        ends = self.setting.wording.numbers.range(float(low), float(high), decimals, bounded=bounded)
        return self.say("stat.interval", level=self.percent(100 * level, 0), ends=ends)

    def test(self, symbol: str, value: float, *df: float, decimals: int = 2) -> str:
        """`t(669) = 10.16`, `F(6, 669) = 152.83`."""
        if not df:
            return self.say("stat.equals", symbol=symbol, value=self.fixed(value, decimals))
        degrees = self.say("stat.between").join(
            self.count(one) if float(one).is_integer() else self.fixed(one, 1) for one in df
        )
        return self.say("stat.test", symbol=symbol, df=degrees, value=self.fixed(value, decimals))

    def equals(self, symbol: str, value: float, decimals: int = 3, *, bounded: bool = True) -> str:
        """`R² = .578`."""
        written = self.ratio(value, decimals) if bounded else self.fixed(value, decimals)
        return self.say("stat.equals", symbol=symbol, value=written)

    def together(self, *statistics: str) -> str:
        """Statistics of one result in a row."""
        return ", ".join(one for one in statistics if one)

    def listed(self, lines: Iterable[tuple[str, str]]) -> str:
        """`name: statistics; name: statistics`."""
        return "; ".join(f"{name}: {numbers}" for name, numbers in lines)


def known(line: Line, *columns: str) -> bool:
    """Whether a line has a number in each of these columns."""
    return all(column in line and line[column] == line[column] for column in columns)


def ends(frame: pd.DataFrame, column: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The lines with the smallest and the largest number of a column."""
    ordered = records(frame.sort_values(column, kind="stable"))
    return ordered[0], ordered[-1]


def joined(sentences: Iterable[str]) -> str:
    """Sentences as one text; empty ones are left out."""
    return " ".join(sentence for sentence in sentences if sentence)
