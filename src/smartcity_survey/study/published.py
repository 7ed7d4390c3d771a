"""What the study itself printed: its verdicts, as numbers the pipeline's can stand beside."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from smartcity_survey.audit.paper import read_paper


def read_verdicts(folder: str | Path) -> pd.DataFrame | None:
    """`hypothesis, estimate, p, verdict` as the paper's table of verdicts prints them; none without one."""
    paper = read_paper(Path(folder))
    relation = next((entry for entry in paper.relations if entry.get("kind") == "verdicts"), None)
    if relation is None:
        return None
    table = paper.objects[relation["table"]]

    def number(line: str, column: str) -> float | None:
        return paper.read(table.address(line, relation[column])).value

    return pd.DataFrame(
        {
            "hypothesis": list(table.body),
            "estimate": [number(line, "estimate") for line in table.body],
            "p": [number(line, "p") for line in table.body],
            "verdict": [
                "confirmed"
                if table.cells[line, relation["verdict"]] == relation["confirmed"]
                else "not_confirmed"
                for line in table.body
            ],
        }
    )
