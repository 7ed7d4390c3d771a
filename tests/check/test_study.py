"""The check tells what each file holds, other waves included."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from smartcity_survey.check import check_study


def test_the_summary_tells_what_each_file_holds(study: Callable[..., Path], survey: pd.DataFrame) -> None:
    survey.loc[0, "T1"] = 9
    checked = check_study(study(answers=survey.assign(comment="", note="x")))
    assert checked.summary == (
        "config.yaml: 2 constructs, 1 path, 1 hypothesis.",
        "codebook.yaml: 6 items, 1 demographic question.",
        "survey.csv: 40 questionnaires, of which the cleaning rules keep 39. Excluded by `out_of_range` 1 "
        "(by construct: trust 1).",
        "survey.csv: not in the codebook, so not used: comment, note.",
    )
    assert checked.verdict == "Nothing stands in the way of a run."


def test_other_waves_are_checked_and_their_common_items_counted(
    study: Callable[..., Path],
    config_content: dict[str, Any],
    codebook_content: dict[str, Any],
    survey: pd.DataFrame,
) -> None:
    config_content["study"]["wave"] = "2024"
    config_content["waves"] = {"2026": {"file": "later.csv", "codebook": "later.yaml", "respondent": "id"}}
    folder = study()
    del codebook_content["items"]["U3"]
    (folder / "later.yaml").write_text(yaml.safe_dump(codebook_content), encoding="utf-8")
    survey.head(30).drop(columns="U3").to_csv(folder / "later.csv", index=False, encoding="utf-8")
    assert (
        "Wave 2026: 30 questionnaires, of which the cleaning rules keep 30; 5 of 6 items in common."
        in check_study(folder).summary
    )
