"""Long frames as csv: what pandas writes, in parts, each distinct value of a column put into text once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

ROWS_AT_ONCE = 50_000


def long_csv(frame: pd.DataFrame) -> Iterator[bytes]:
    """The bytes of `frame.to_csv(index=False, lineterminator="\\n")`, in UTF-8."""
    yield frame.head(0).to_csv(index=False, lineterminator="\n").encode()
    for first in range(0, len(frame), ROWS_AT_ONCE):
        rows = frame.iloc[first : first + ROWS_AT_ONCE]
        columns = [_texts(rows.iloc[:, position]) for position in range(frame.shape[1])]
        yield "".join(f"{','.join(cells)}\n" for cells in zip(*columns, strict=True)).encode()


def _texts(column: pd.Series) -> list[str]:
    """The cells of a column as they stand between commas."""
    codes, found = pd.factorize(column, use_na_sentinel=True)
    if is_numeric_dtype(column):
        # A second column: a lone empty cell would be quoted.
        lines = pd.DataFrame({"cell": found, "more": ""}).to_csv(index=False, header=False)
        texts = [line.removesuffix(",") for line in lines.splitlines()]
    else:
        texts = [_quoted(str(cell)) for cell in found]
    cells: list[str] = np.array([*texts, ""], dtype=object)[codes].tolist()  # -1, no value, is the last one
    return cells


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n\r') else text
