"""Questions with several answers: who chose which."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.data.read.cells import Missing, cell_text, folded
from smartcity_survey.errors import Problem, counted
from smartcity_survey.study.multiple_choice import REST, MultipleChoice, column_of

ROWS_SHOWN = 5
_CODE = re.compile(r"-?\d+(\.\d+)?")


@dataclass(slots=True)
class Choosing:
    """What has been read so far of a question.

    chosen : for each answer, parts of (n,): 1 where it was chosen, 0 where not, NaN without any answer.
    unknown : head and text of cells that are neither, with their rows.
    """

    name: str
    question: MultipleChoice
    missing: Missing
    chosen: dict[str, list[np.ndarray]] = field(default_factory=dict)
    unknown: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def add(self, cells: pd.DataFrame) -> None:
        """Add a batch of rows."""
        found = self._joined(cells) if self.question.column else self._spread(cells)
        for option, values in found.items():
            self.chosen.setdefault(option, []).append(values)

    def columns(self) -> dict[str, np.ndarray]:
        """Name of each answer's column -> its values."""
        return {
            column_of(self.name, option): np.concatenate(self.chosen[option])
            if option in self.chosen
            else np.empty(0)
            for option in self.question.labels
        }

    def problems(self, path: Path) -> Iterator[Problem]:
        """Cells that are no answer."""
        for (head, text), rows in self.unknown.items():
            shown = ", ".join(map(str, rows[:ROWS_SHOWN])) + (
                f", ... ({len(rows)} in all)" if len(rows) > ROWS_SHOWN else ""
            )
            remedy = (
                f"Add it to `multiple_choice: {self.name}: options`, or give `rest` a label: "
                "all answers that are "
                "not listed are counted under it."
                if self.question.column
                else f"Add it to `chosen` or `not_chosen` of `multiple_choice: {self.name}`."
            )
            yield Problem(
                f"{path}, {counted(len(rows), 'row').split(' ', 1)[1]} {shown}, column {head}",
                f"{text[:60]!r} is no answer that the codebook knows.",
                remedy,
            )

    def _means_none(self, text: str, answers: Container[str]) -> bool:
        """Whether a cell says that there is no answer; a code that the question has for an answer is one."""
        if text in self.missing.texts:
            return True
        return text not in answers and bool(_CODE.fullmatch(text)) and float(text) in self.missing.codes

    def _joined(self, cells: pd.DataFrame) -> Mapping[str, np.ndarray]:
        separator = self.question.separator
        options = {folded(str(option)): str(option) for option in self.question.options}
        values = {option: np.zeros(len(cells)) for option in self.question.labels}
        for position, row in enumerate(_rows(cells, self)):
            texts = {head: cell_text(cell) for head, cell in zip(self.question.heads(), row, strict=True)}
            answered = {
                h: text for h, text in texts.items() if text and not self._means_none(folded(text), options)
            }
            if not answered:
                for column in values.values():
                    column[position] = np.nan
            for head, text in answered.items():
                for part in _parts(text, separator, options) if separator else [text]:
                    option = options.get(folded(part))
                    if option is None and self.question.rest is not None:
                        option = REST
                    if option is None:
                        self.unknown.setdefault((head, part), []).append(int(cells.index[position]))
                    else:
                        values[option][position] = 1
        return values

    def _spread(self, cells: pd.DataFrame) -> Mapping[str, np.ndarray]:
        chosen = {folded(str(text)) for text in self.question.chosen}
        not_chosen = {folded(str(text)) for text in self.question.not_chosen} | {""}
        # Where the tool writes what was not chosen, who left all cells empty has not answered.
        unanswered = np.array(
            [bool(self.question.not_chosen) and not any(map(cell_text, row)) for row in _rows(cells, self)]
        )
        values = {}
        for head in self.question.columns:
            texts = [folded(cell_text(cell)) for cell in cells[head]]
            values[head] = np.array([float(text in chosen) for text in texts])
            for position, text in enumerate(texts):
                if self._means_none(text, chosen | not_chosen):
                    values[head][position] = np.nan
                elif text not in chosen and text not in not_chosen:
                    self.unknown.setdefault((head, text), []).append(int(cells.index[position]))
            values[head][unanswered] = np.nan
        return values


def _rows(cells: pd.DataFrame, choosing: Choosing) -> Iterator[tuple[object, ...]]:
    """The cells of each row that belong to a question."""
    return zip(*(cells[head] for head in choosing.question.heads()), strict=True)


def _parts(text: str, separator: str, options: Mapping[str, str]) -> list[str]:
    """The answers in a cell; an answer that holds the separator itself is one where the codebook lists it."""
    pieces = [piece.strip() for piece in text.split(separator) if piece.strip()]
    found = []
    while pieces:
        for n in range(len(pieces), 0, -1):
            joint = f"{separator} ".join(pieces[:n]) if separator != " " else " ".join(pieces[:n])
            if n == 1 or folded(joint) in options:
                found.append(joint)
                pieces = pieces[n:]
                break
    return found
