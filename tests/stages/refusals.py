"""What a stage says of a table that it could not compute."""

from __future__ import annotations

from smartcity_survey.io import StageResult


def refused(result: StageResult, table: str) -> list[tuple[str, str, str]]:
    """Part, reason and names at fault of every refusal in a table's card."""
    lines = result.cards[table]["refused"]
    assert isinstance(lines, list)
    return [(line["part"], line["reason"], line["at_fault"]) for line in lines]
