"""One question that stands in several columns, one for each language of a form: people answer one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd

from smartcity_survey.data.read.cells import cell_text
from smartcity_survey.data.read.tables import Batch, Table
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.study.config import DataSection


def in_one_column(table: Table, section: DataSection, path: Path) -> Table:
    """The table with the columns of `data.same_question` put together, each row with the answer it has.

    Raises
    ------
    SurveyError
        listing the columns that the file lacks. Rows that answer a question twice are among the problems of
        their batch.
    """
    if not section.same_question:
        return table
    spelt = {" ".join(name.split()): name for name in table.columns}
    given = {
        " ".join(first.split()): [" ".join(name.split()) for name in others]
        for first, others in section.same_question.items()
    }
    absent = [name for first, others in given.items() for name in (first, *others) if name not in spelt]
    if absent:
        remedy = "Correct its name under `data.same_question` in config.yaml, or take it out there."
        raise SurveyError.of(
            [Problem(f"{path}, column {name}", "the file has no such column.", remedy) for name in absent]
        )
    same = {spelt[first]: tuple(spelt[name] for name in others) for first, others in given.items()}
    gone = {name for others in same.values() for name in others}
    return replace(
        table,
        columns=tuple(name for name in table.columns if name not in gone),
        batches=partial(_batches, table, same, path),
        how={**table.how, "same_question": str(len(same))},
    )


def _batches(
    table: Table, same: Mapping[str, Sequence[str]], path: Path, wanted: Sequence[str]
) -> Iterator[Batch]:
    for batch in table.batches([one for name in wanted for one in (name, *same.get(name, ()))]):
        problems = list(batch.problems)
        cells = {name: batch.cells[name] for name in wanted}
        for name in wanted:
            for other in same.get(name, ()):
                own, further = batch.cells[other], cells[name]
                answered = own.map(cell_text) != ""
                twice = answered & (further.map(cell_text) != "")
                problems += [
                    Problem(
                        f"{path}, row {row}, column {other}",
                        f"{name} is answered in this row too; by `data.same_question` they are one question.",
                        "Empty one of the two cells, or take the column out of `data.same_question`.",
                    )
                    for row in batch.cells.index[twice]
                ]
                cells[name] = further.astype(object).where(~answered, own.astype(object))
        yield Batch(pd.DataFrame(cells, index=batch.cells.index), tuple(problems))
