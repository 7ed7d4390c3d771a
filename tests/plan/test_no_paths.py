"""A plan for percentages alone: `plan.paths: []`."""

from __future__ import annotations

from pathlib import Path

from smartcity_survey.plan.write import write_plan

from .studies import finished_study
from .test_plan import planned


def test_an_empty_list_of_paths_is_no_path(tmp_path: Path) -> None:
    folder = finished_study(tmp_path / "s", "{draws: 100, paths: []}")
    plan = planned(folder)
    assert plan.sizes["source"].isna().all()
    assert plan.curve.empty
    assert plan.asked >= plan.sizes["n_formula"][0]
    assert write_plan(folder, tmp_path / "plan").files
