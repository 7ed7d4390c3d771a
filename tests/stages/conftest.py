"""Every result that a stage's test makes is looked through: no table is empty without a reason."""

from __future__ import annotations

from collections.abc import Iterator
from functools import wraps
from typing import Any

import pytest

from smartcity_survey.data.left_out import LINES_LEFT_OUT
from smartcity_survey.io import REFUSED, StageResult
from tests.stages.silent import SILENT


@pytest.fixture(autouse=True)
def empty_tables_tell_why(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails the test in which a stage makes a table without lines whose card says nothing of it."""
    silent: set[str] = set()
    made = StageResult.__init__

    @wraps(made)
    def watched(self: StageResult, *given: Any, **named: Any) -> None:
        made(self, *given, **named)
        told = {name for name, card in self.cards.items() if {REFUSED, LINES_LEFT_OUT} & set(card)}
        # A table without a card is one on its way: its stage joins it with its card.
        empty = {name for name, table in self.tables.items() if name in self.cards and not len(table)}
        silent.update(empty - told)

    monkeypatch.setattr(StageResult, "__init__", watched)
    yield
    assert silent <= SILENT, f"without lines and without a reason: {sorted(silent - SILENT)}"
