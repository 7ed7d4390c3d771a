"""The check tells what each file holds, other waves included."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from smartcity_survey.check import check_study
from smartcity_survey.errors import SurveyError
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config
from smartcity_survey.workflow.catalogue import Catalogue


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


def test_bounds_of_a_reconstruction_are_no_matter_where_people_gave_the_answers(
    study: Callable[..., Path], config_content: dict[str, Any], codebook: Codebook
) -> None:
    """The README's step: the real file and `reconstruction: false`; the line of the bounds stays."""
    config_content["study"] |= {"reconstruction": False, "bounds": "data/bounds"}
    folder = study()
    assert (
        "data/bounds: not used, for `study.reconstruction` is false: of people's answers the print leaves "
        "nothing open." in check_study(folder).summary
    )
    real = Catalogue(Config.model_validate(config_content), codebook)
    assert {"decisions", "identified_sets", "witness_paths"} <= set(real.not_made())
    config_content["study"]["reconstruction"] = True
    rebuilt = Catalogue(Config.model_validate(config_content), codebook)
    assert "decisions" in rebuilt.made()
    with pytest.raises(SurveyError, match="there is no such file"):
        check_study(study(config=config_content))


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


@pytest.mark.parametrize("label", ["", "  ", {"en": "Trust one", "ru": ""}])
def test_an_empty_label_is_refused(
    study: Callable[..., Path], codebook_content: dict[str, Any], label: Any
) -> None:
    codebook_content["items"]["T1"]["label"] = label
    with pytest.raises(SurveyError) as caught:
        check_study(study(codebook=codebook_content))
    assert "codebook.yaml, items.T1.label: found " in str(caught.value)
    assert str(caught.value).endswith(" Write its text.")


def test_a_wrong_construct_of_an_item_is_told_with_the_nearest(
    study: Callable[..., Path], codebook_content: dict[str, Any]
) -> None:
    codebook_content["items"]["T1"]["construct"] = "trsut"
    with pytest.raises(SurveyError, match=r"not listed: T1 \(trsut\): did you mean trust\?"):
        check_study(study(codebook=codebook_content))


def test_a_wrong_item_of_a_construct_is_told_with_the_nearest(
    study: Callable[..., Path], config_content: dict[str, Any]
) -> None:
    config_content["model"]["constructs"]["trust"] = {"items": ["T1", "T22"]}
    with pytest.raises(SurveyError, match=r"no item T22\. Did you mean T2\? Correct the name"):
        check_study(study(config=config_content))
