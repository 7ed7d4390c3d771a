"""Writes the first input of each target: `python -m tests.fuzzing.seeds`. What is found is added by hand."""

from __future__ import annotations

import io

import pandas as pd
import yaml

from tests.bad_input.harness import csv_bytes, sav_bytes, xlsx_bytes
from tests.conftest import REPOSITORY
from tests.fuzzing.targets import CORPUS

ANSWERS = pd.DataFrame({"id": ["a", "b"], "T1": [1, 5], "city": [1, 2]})
PAPER = b"n: 100\nobjects:\n  a: {number: 1, file: a.csv}\nrelations:\n- kind: paths\n  table: a\n"


def seeds() -> dict[str, bytes]:
    """Target -> a small sound file."""
    codebook = {
        "respondent": {"column": "id"},
        "constructs": {"T": {"label": "T", "items": {"T1": "a"}}},
        "demographics": {"city": {"label": "c", "categories": {1: "a", 2: "b"}}},
    }
    spreadsheet = io.BytesIO()
    ANSWERS.to_excel(spreadsheet, index=False)
    return {
        "config": (REPOSITORY / "tests/bfi/config.yaml").read_bytes(),
        "codebook": yaml.safe_dump(codebook).encode(),
        "yaml": b"a: [1, 2.5, yes, 2020-01-01]\nb: {c: 'd', e: null}\n",
        "paper": PAPER,
        "table_of_paper": b"row,beta,std_error,t,p\nX -> Y,0.30,0.05,6.00,<.001\n",
        "csv": csv_bytes(ANSWERS),
        "xlsx": xlsx_bytes(ANSWERS),
        "html": ANSWERS.to_html(index=False).encode(),
        "sav": sav_bytes(ANSWERS),
    }


def main() -> None:
    """Write them."""
    for target, content in seeds().items():
        (CORPUS / target).mkdir(parents=True, exist_ok=True)
        (CORPUS / target / "sound").write_bytes(content)


if __name__ == "__main__":
    main()
