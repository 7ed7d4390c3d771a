"""Another study, whose paper prints means, SDs and correlations of items and no factor model."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import rmtree

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.errors import SurveyError

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")
pytest.importorskip("daqp", reason="the extra `reconstruct` is not installed")
pytest.importorskip("numba", reason="the extra `reconstruct` is not installed")

from click.testing import Result
from typer.testing import CliRunner

from smartcity_survey.bounds import find_bounds
from smartcity_survey.bounds.study import seek_ends, silent, write_ends, write_further
from smartcity_survey.bounds.walk import MARGIN
from smartcity_survey.cli import app
from smartcity_survey.io import write_json
from smartcity_survey.reconstruct.design import rounding_interval
from smartcity_survey.reconstruct.printed_study import read_study
from tests.bounds.printed_study import CORRELATIONS, DESCRIPTIVES, write_study


def kept(printed: str) -> tuple[float, float]:
    low, high = rounding_interval(printed)
    return low + MARGIN * (high - low), high - MARGIN * (high - low)


def known_end(sign: int) -> float:
    """The furthest coefficient of trust beside habit, over what the two printed correlations may be."""
    r12, r23 = (np.linspace(*kept(text), 2001) for text in ("0.500", "0.300"))
    ends = sign * np.sqrt((1 - r23[:, None] ** 2) / (1 - r12**2))
    return float(sign * (sign * ends).max())


def test_reads_items_correlations_and_mean_scores(tmp_path):
    problem = read_study(write_study(tmp_path)).published.problem
    assert problem.design.factor_of is None
    np.testing.assert_array_equal(problem.design.weights, np.eye(3))
    assert {(target.key, target.printed) for target in problem.targets} == {
        (("item", "TRUST", "mean"), "3.50"),
        (("item", "TRUST", "sd"), "0.90"),
        (("item", "HABIT", "mean"), "2.80"),
        (("item", "HABIT", "sd"), "1.10"),
        (("item", "USE", "mean"), "3.10"),
        (("item", "USE", "sd"), "1.00"),
        (("correlation", "HABIT", "TRUST"), "0.500**"),
        (("correlation", "USE", "HABIT"), "0.300**"),
    }


def test_either_half_of_a_correlation_table_will_do(tmp_path):
    lines = [line.split(",") for line in CORRELATIONS.split()]
    turned = "\n".join(",".join(line) for line in zip(*lines, strict=True)) + "\n"
    first = read_study(write_study(tmp_path / "a")).published.problem
    second = read_study(write_study(tmp_path / "b", turned)).published.problem
    assert set(first.targets) == set(second.targets)


def test_ends_are_those_of_the_closed_form(tmp_path):
    config = write_study(tmp_path)
    build = seek_ends(config, tmp_path / "build", ("H1",), seeds=(7,))
    ends = pd.read_csv(write_ends(config, tmp_path / "out", build, seeds=(7,)), keep_default_na=False)
    assert set(ends["predictor"]) == {"trust"}
    assert set(ends["reading"]) == {"print"}
    assert set(ends["method"]) == {"pls", "plsc", "mean", "component"}
    assert len(ends) == 8
    for side, sign in (("low", -1), ("high", 1)):
        values = ends.loc[ends["side"] == side, "value"].astype(float)
        # Each printed correlation may be met to a hundredth of its interval's width.
        np.testing.assert_allclose(values, known_end(sign), atol=2e-5)


def test_a_further_table_leaves_what_the_closed_form_leaves(tmp_path):
    """Of single items neither loadings (1) nor means and SDs say how far trust goes with use."""
    build = seek_ends(write_study(tmp_path), tmp_path / "build", ("H1",), seeds=(7,))
    found = pd.read_csv(write_further(tmp_path / "config.yaml", tmp_path / "out", build))
    assert len(found) == 2 * 3 * 2  # hypotheses, tables, sides
    ends = found[found["predictor"] == "trust"].set_index(["table", "side"])["value"]
    for table in ("item_descriptives", "outer_loadings"):
        for side, sign in (("low", -1), ("high", 1)):
            assert ends[table, side] == pytest.approx(known_end(sign), abs=2e-5)
    left = ends["construct_correlations", "high"] - ends["construct_correlations", "low"]
    assert 0 < left < 0.01


def test_the_command_writes_ends_and_says_that_there_are_no_witnesses(tmp_path):
    write_study(tmp_path)
    told = CliRunner().invoke(app, ["bounds", str(tmp_path), "--only", "H2", "--jobs", "1"])
    assert told.exit_code == 0, told.output
    assert "no witnesses" in told.output
    ends = pd.read_csv(tmp_path / "data" / "bounds" / "ends.csv")
    assert set(ends["predictor"]) == {"habit"}
    assert set(ends["seed"]) == {7, 8}


def test_searches_of_one_hypothesis_each_side_by_side_come_to_what_one_search_comes_to(tmp_path):
    """As jobs of a cluster: all keep ends in the study's folder, and the last one seeks those of R² alone."""
    config = write_study(tmp_path)
    with ThreadPoolExecutor(2) as jobs:
        list(jobs.map(lambda name: seek_ends(config, tmp_path / "many", (name,), seeds=(7,)), ("H1", "H2")))
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "many").rglob("*.npz")}
    ends = [
        write_ends(config, tmp_path / f"ends of {name}", seek_ends(config, tmp_path / name, seeds=(7,)), (7,))
        for name in ("one", "many")
    ]
    assert ends[0].read_bytes() == ends[1].read_bytes()
    now = {path: path.stat().st_mtime_ns for path in (tmp_path / "many").rglob("*.npz")}
    assert now.items() >= kept.items()
    assert all(".r2." in path.name.replace("-", ".") for path in now.keys() - kept.keys())


def test_says_first_which_tables_contradict_each_other(tmp_path):
    impossible = CORRELATIONS.replace("q_use,,0.300**", "q_use,-0.900,0.900")
    config = write_study(tmp_path, impossible)
    with pytest.raises(SurveyError, match="cannot hold together"):
        seek_ends(config, tmp_path / "build", seeds=(7,))
    config = write_study(tmp_path / "grid", descriptives=DESCRIPTIVES.replace("3.50", "3.505"))
    with pytest.raises(SurveyError, match="item TRUST mean"):
        seek_ends(config, tmp_path / "build", seeds=(7,))


def bounds_of(folder: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["bounds", str(folder), "--jobs", "1", *more])


@pytest.fixture
def no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for the extra has come too far."""
    monkeypatch.setattr(
        "smartcity_survey.bounds.needing_extra", lambda _: pytest.fail("the extra was loaded")
    )


def refusal(config: Path, only: tuple[str, ...] = ()) -> str:
    with pytest.raises(SurveyError) as error:
        find_bounds(config, config.parent / "out", only, 1, witnesses=True, told=silent)
    return str(error.value)


@pytest.mark.usefixtures("no_extra")
def test_an_unknown_hypothesis_is_refused_before_the_extra_is_loaded(tmp_path):
    assert "Known: H1, H2, habit, trust." in refusal(write_study(tmp_path), ("H9",))


@pytest.mark.usefixtures("no_extra")
@pytest.mark.parametrize(
    ("old", "new", "cell", "found"),
    [
        ("3.50,0.90", "3.50,3.00", "table_1:q_trust:sd", "an SD of at most 1.9"),
        ("3.50,0.90", "3.50,0.00", "table_1:q_trust:sd", "an SD of at least 0.091, not of 0.00"),
        ("3.50,0.90", "5.60,0.90", "table_1:q_trust:mean", "no mean of 5.60"),
        ("3.50,0.90", "3.505,0.90", "table_1:q_trust:mean", "no 120 whole answers"),
        ("0.500**", "1.500**", "table_2:q_habit:q_trust", "no correlation matrix has 1.500**"),
    ],
)
def test_impossible_numbers_are_told_before_anything_is_sought(tmp_path, old, new, cell, found):
    config = write_study(tmp_path, CORRELATIONS.replace(old, new), DESCRIPTIVES.replace(old, new))
    told = refusal(config)
    assert cell in told
    assert found in told


@pytest.mark.usefixtures("no_extra")
def test_correlations_that_contradict_each_other_are_told_before_anything_is_sought(tmp_path):
    contradicting = "row,q_trust,q_habit,q_use\nq_trust,1,,\nq_habit,0.900,1,\nq_use,-0.900,0.900,1\n"
    told = refusal(write_study(tmp_path, contradicting))
    for cell in ("table_2:q_habit:q_trust", "table_2:q_use:q_trust", "table_2:q_use:q_habit"):
        assert cell in told
    assert "cannot hold together" in told


@pytest.mark.slow
def test_ends_of_other_hypotheses_stay_though_nothing_else_of_their_search_is_left(tmp_path):
    write_study(tmp_path)
    ends = tmp_path / "data" / "bounds" / "ends.csv"
    first = bounds_of(tmp_path, "--only", "H2")
    assert first.exit_code == 0, first.output
    assert "nan" not in first.output
    before = pd.read_csv(ends)
    rmtree(tmp_path / "build")
    again = bounds_of(tmp_path, "--only", "H1")
    assert again.exit_code == 0, again.output
    after = pd.read_csv(ends)
    assert set(after["predictor"]) == {"trust", "habit"}
    kept = after[after["predictor"] == "habit"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, before)


def test_a_folder_of_other_printed_tables_or_another_model_is_refused(tmp_path, monkeypatch):
    config = write_study(tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    (out / "ends.csv").write_text("")
    assert "made_from.json: there is no such file" in refusal(config)
    own = read_study(config).made_from
    other = read_study(
        write_study(tmp_path / "b", descriptives=DESCRIPTIVES.replace("3.50", "3.60"))
    ).made_from
    assert (other["printed"] == own["printed"], other["model"] == own["model"]) == (False, True)
    write_json(other, out / "made_from.json")
    assert "made from other printed tables" in refusal(config)
    write_json(own | {"model": "another"}, out / "made_from.json")
    assert "made for another model" in refusal(config)
