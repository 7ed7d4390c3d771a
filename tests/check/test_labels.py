"""Labels that stand for two things: tables and figures could not tell them apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smartcity_survey.check import check_study
from smartcity_survey.messages import problem_in


@pytest.mark.parametrize(
    ("kind", "names"),
    [("constructs", ("trust", "use")), ("items", ("T1", "T3")), ("demographics", ("city", "town"))],
)
def test_one_label_of_several_is_told_with_all_their_keys(
    kind: str, names: tuple[str, ...], study: Callable[..., Path], codebook_content: dict[str, Any]
) -> None:
    if "town" in names:
        codebook_content["demographics"]["town"] = {
            **codebook_content["demographics"]["city"],
            "column": "U1",
            "categories": {code: f"town {code}" for code in range(1, 6)},
        }
        del codebook_content["items"]["U1"]
    for position, name in enumerate(names):
        # Case and blanks tell nobody anything.
        codebook_content[kind][name]["label"] = "Ease of use" if position == 0 else "ease  of use"
    (warning,) = (one for one in check_study(study()).warnings if "same label" in one.found)
    assert warning.place.endswith(f"codebook.yaml, {kind}")
    assert warning.found == f"{', '.join(names)} have the same label in `en`: “Ease of use”."
    assert "одна и та же подпись на языке `en`: «Ease of use»" in problem_in(warning, "ru")
    assert "бірдей атау: «Ease of use»" in problem_in(warning, "kk")


def test_labels_that_are_the_same_in_another_language_alone_are_told(
    study: Callable[..., Path], codebook_content: dict[str, Any], config_content: dict[str, Any]
) -> None:
    config_content["study"]["title"] = {"en": "A study", "ru": "Исследование"}
    for kind in ("constructs", "items", "demographics"):
        for name, entry in codebook_content[kind].items():
            entry["label"] = {"en": entry["label"], "ru": f"подпись {name}"}
    for code, label in codebook_content["demographics"]["city"]["categories"].items():
        codebook_content["demographics"]["city"]["categories"][code] = {"en": label, "ru": f"город {code}"}
    assert not any("same label" in one.found for one in check_study(study()).warnings)
    for name in ("T1", "T2"):
        codebook_content["items"][name]["label"]["ru"] = "Доверие"
    (warning,) = (one for one in check_study(study()).warnings if "same label" in one.found)
    assert warning.found == "T1, T2 have the same label in `ru`: “Доверие”."


def test_a_construct_may_be_called_as_its_item_and_items_as_those_of_another(
    study: Callable[..., Path], codebook_content: dict[str, Any]
) -> None:
    codebook_content["items"]["T1"]["label"] = "Trust"
    codebook_content["items"]["U2"]["label"] = "Trust two"
    assert not any("same label" in one.found for one in check_study(study()).warnings)
