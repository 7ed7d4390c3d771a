"""Printed loadings in a problem: whose lines they are, in which order, and what is asked beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.reconstruct.aside import left_aside
from smartcity_survey.reconstruct.design import Target
from smartcity_survey.reconstruct.printed_study import PrintedStudy, read_study
from tests.bounds.printed_study import write_study
from tests.bounds.test_aside import changed

ITEMS = ("T1", "T2", "T3", "H1", "H2", "H3")
LOADINGS = {
    **{"q_t1": "0.700,0.300", "q_t2": "0.710,0.280", "q_t3": "0.690,0.310"},
    **{"q_h1": "0.200,0.900", "q_h2": "0.210,0.880", "q_h3": "0.190,0.890"},
}
NAMES = dict(zip(LOADINGS, ITEMS, strict=True))


def printed(lines: dict[str, str]) -> str:
    header = ",".join(f"component_{j + 1}" for j in range(next(iter(lines.values())).count(",") + 1))
    return f"row,{header}\n" + "".join(f"{line},{cells}\n" for line, cells in lines.items())


def study(
    folder: Path, loadings: str, names: dict[str, str] | None = None, factors: dict[str, Any] | None = None
) -> PrintedStudy:
    """Two constructs of three items each, trust acts on habit; nothing but loadings is printed."""

    def of_two(config: dict[str, Any]) -> None:
        config["model"] = {
            "constructs": {"trust": {}, "habit": {}},
            "paths": [{"from": ["trust"], "to": "habit"}],
            "hypotheses": {"H1": {"from": "trust", "to": "habit"}},
        }
        config["factors"] = factors or {}

    def of_six(codebook: dict[str, Any]) -> None:
        codebook["constructs"] = {name: {"label": name} for name in ("trust", "habit")}
        codebook["items"] = {
            item: {"construct": "trust" if item.startswith("T") else "habit", "label": item} for item in ITEMS
        }

    def of_loadings(paper: dict[str, Any]) -> None:
        paper["names"] = NAMES if names is None else names
        paper["objects"] = {"t": {"kind": "table", "csv": loadings, "shows": ["rotated_loadings"]}}

    config = changed(write_study(folder), "config.yaml", of_two)
    changed(config, "codebook.yaml", of_six)
    return read_study(changed(config, "published/paper.yaml", of_loadings))


def targets(found: PrintedStudy, kind: str) -> dict[tuple[str, ...], Target]:
    return {target.key[1:]: target for target in found.published.problem.targets if target.key[0] == kind}


def test_names_say_which_item_a_line_of_loadings_is(tmp_path: Path) -> None:
    named = study(tmp_path / "a", printed(LOADINGS))
    plain = study(tmp_path / "b", printed(dict(zip(ITEMS, LOADINGS.values(), strict=True))), {})
    assert set(named.published.problem.targets) == set(plain.published.problem.targets)
    assert named.model.items == ITEMS
    assert {target.place for target in targets(named, "loading").values()} >= {"t:q_t1:component_1"}


@pytest.mark.parametrize("dropped", [(), ("q_t2", "q_t3")])
def test_a_misspelt_item_of_loadings_is_refused_as_a_slip(tmp_path: Path, dropped: tuple[str, ...]) -> None:
    lines = {line: cells for line, cells in LOADINGS.items() if line not in dropped}
    with pytest.raises(SurveyError, match="t:q_tt1: `q_tt1` is no item") as refused:
        study(tmp_path, printed(lines).replace("q_t1", "q_tt1"))
    assert "minimum_loading" not in str(refused.value)


def test_a_construct_without_a_printed_loading_is_told_as_that(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match=r"t: no loading is printed of an item of trust, habit\."):
        study(tmp_path, printed({f"statement {i}": cells for i, cells in enumerate(LOADINGS.values())}))


def test_a_line_of_something_else_is_left_aside(tmp_path: Path) -> None:
    found = study(tmp_path, printed(LOADINGS | {"variance": "1.600,2.700"}))
    low, _ = found.published.problem.boxes  # every target is a statistic of the design
    assert len(low) == len(found.published.problem.design.keys)
    told = list(left_aside(found.paper, found.published))
    assert told == ["t: 12 of 14 printed numbers used; none of `variance`"]


TURNED = {line: ",".join(cells.split(",")[::-1]) for line, cells in LOADINGS.items()}


def test_columns_of_loadings_may_stand_in_any_order(tmp_path: Path) -> None:
    """The second column's squares are the larger ones: it is the first component of the package's own."""
    first, second = (
        study(tmp_path / name, printed(lines)) for name, lines in (("a", LOADINGS), ("b", TURNED))
    )
    assert set(first.published.problem.targets) == set(second.published.problem.targets)
    found = targets(first, "loading")["H1", "1"]
    assert (found.printed, found.place) == ("0.900", "t:q_h1:component_2")


def test_no_lead_is_asked_of_columns_that_nobody_calls_sorted(tmp_path: Path) -> None:
    assert targets(study(tmp_path, printed(LOADINGS)), "variance_lead") == {}


def test_columns_of_the_packages_own_table_go_by_variance(tmp_path: Path) -> None:
    def own(paper: dict[str, Any]) -> None:
        file = {"file": "rotated_loadings.csv", "keys": {"row": "item"}}
        paper["objects"]["t"]["recomputed_in"] = file

    study(tmp_path, printed(TURNED))
    found = read_study(changed(tmp_path / "config.yaml", "published/paper.yaml", own))
    assert targets(found, "variance_lead")["1",].low == 0.1
    assert targets(found, "loading")["H1", "1"].place == "t:q_h1:component_1"


@pytest.mark.parametrize(
    ("rule", "limited"), [("eigenvalue", {("2",): (1.02, np.inf), ("3",): (-np.inf, 0.98)}), (2, {})]
)
def test_eigenvalues_are_bounded_where_kaisers_rule_kept_the_components(
    tmp_path: Path, rule: str | int, limited: dict[tuple[str, ...], tuple[float, float]]
) -> None:
    found = targets(study(tmp_path, printed(LOADINGS), factors={"n_components": rule}), "eigenvalue")
    assert {key: (target.low, target.high) for key, target in found.items()} == limited
