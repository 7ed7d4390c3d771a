from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stages.checks.reproduction import compare_with_published

PAPER = """
n: 40
names: {first: I1}
objects:
  table_2:
    kind: table
    number: 2
    csv: |
      row,component_1,component_2
{rows}
    shows: [rotated_loadings]
    recomputed_in: {{file: rotated_loadings.csv, keys: {{row: item}}}}
"""
LOADINGS = np.array([[0.8, 0.1], [0.7, -0.2], [0.1, 0.6], [-0.1, 0.9], [0.3, 0.4]])
ITEMS = [f"I{number}" for number in range(1, 6)]


def compared(tmp_path: Path, printed: np.ndarray, own: np.ndarray) -> pd.DataFrame:
    names = ["first", *ITEMS[1:]]
    cells = [["" if np.isnan(one) else f"{one:.3f}" for one in row] for row in printed]
    rows = "\n".join(f"      {name},{','.join(row)}" for name, row in zip(names, cells, strict=True))
    text = PAPER.replace("{rows}", rows).replace("{{", "{").replace("}}", "}")
    (tmp_path / "paper.yaml").write_text(text, encoding="utf-8")
    frame = pd.DataFrame(own, columns=[f"component_{place + 1}" for place in range(own.shape[1])])
    frame.insert(0, "item", ITEMS)
    return compare_with_published(tmp_path, {"rotated_loadings": frame}, 0.5).tables["printed_congruence"]


def blanked(loadings: np.ndarray) -> np.ndarray:
    return np.where(np.abs(loadings) < 0.5, np.nan, loadings)


def test_the_same_loadings_in_another_order_and_turned_are_found_again(tmp_path: Path) -> None:
    found = compared(tmp_path, LOADINGS, LOADINGS[:, ::-1] * [1, -1])
    assert list(found["component"]) == ["2", "1"]
    np.testing.assert_allclose(found["congruence"], 1)
    angle = 0.6
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    found = compared(tmp_path, LOADINGS, LOADINGS @ turn)
    assert (found["congruence"] < 0.95).all()
    np.testing.assert_allclose(found["turned_congruence"], 1)
    np.testing.assert_allclose(found["rms_difference"], 0, atol=1e-12)


def test_blank_cells_count_as_0_and_full_agreement_has_the_attainable_value(tmp_path: Path) -> None:
    """By hand: of (.8, .7, .1, -.1, .3) two cells are printed."""
    found = compared(tmp_path, blanked(LOADINGS), LOADINGS)
    by_hand = np.sqrt((0.64 + 0.49) / (0.64 + 0.49 + 0.01 + 0.01 + 0.09))
    assert found.loc[0, "congruence"] == pytest.approx(by_hand)
    assert list(found["n_printed"]) == [2, 2]
    # The target is nearest without a turn only where blanks pull to neither side.
    assert (found["turned_congruence"] >= found["congruence"] - 0.02).all()
    assert found["attainable_congruence"].between(found["turned_congruence"], 1).all()
    assert (found["largest_blank"] < 0.5).all()


def test_other_loadings_are_told(tmp_path: Path) -> None:
    other = LOADINGS.copy()
    other[0] = [0.3, 0.7]
    found = compared(tmp_path, blanked(LOADINGS), other)
    same = compared(tmp_path, blanked(LOADINGS), LOADINGS)
    assert (found["rms_difference"] > same["rms_difference"] + 0.05).any()
    assert (found["turned_congruence"] < same["turned_congruence"]).all()


def test_another_number_of_components_is_matched_but_not_turned(tmp_path: Path) -> None:
    found = compared(tmp_path, LOADINGS, np.column_stack([np.full(5, 0.1), LOADINGS]))
    assert list(found["component"]) == ["2", "3"]
    assert found["turned_congruence"].isna().all()


def test_a_component_without_a_printed_cell_has_no_congruence(tmp_path: Path) -> None:
    printed = LOADINGS.copy()
    printed[:, 1] = np.nan
    found = compared(tmp_path, printed, LOADINGS)
    assert list(found["n_printed"]) == [5, 0]
    assert found["congruence"].isna().tolist() == [False, True]
