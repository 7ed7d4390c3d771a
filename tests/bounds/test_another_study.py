"""Another study, whose paper prints means, SDs and correlations of items and no factor model."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from smartcity_survey.errors import SurveyError

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")
pytest.importorskip("daqp", reason="the extra `reconstruct` is not installed")
pytest.importorskip("numba", reason="the extra `reconstruct` is not installed")

from typer.testing import CliRunner

from smartcity_survey.bounds.study import seek_ends, write_ends
from smartcity_survey.bounds.walk import MARGIN
from smartcity_survey.cli import app
from smartcity_survey.reconstruct.design import rounding_interval
from smartcity_survey.reconstruct.study import read_study

DESCRIPTIVES = """row,n,mean,sd
q_trust,120,3.50,0.90
q_habit,120,2.80,1.10
q_use,120,3.10,1.00
"""
# How far trust goes with use is not printed.
CORRELATIONS = """row,q_trust,q_habit,q_use
q_trust,1,,
q_habit,0.500**,1,
q_use,,0.300**,1
"""


def write_study(folder: Path, correlations: str = CORRELATIONS, descriptives: str = DESCRIPTIVES) -> Path:
    """A study of three constructs of one item each: trust and habit explain use."""
    names = ("trust", "habit", "use")
    config = {
        "study": {"title": "A printed study"},
        "data": {"file": "none.csv", "codebook": "codebook.yaml", "published": "published"},
        "cleaning": {"rules": ["blank_form"]},
        "model": {
            "constructs": {name: {} for name in names},
            "paths": [{"from": ["trust", "habit"], "to": "use"}],
            "hypotheses": {
                "H1": {"from": "trust", "to": "use"},
                "H2": {"from": "habit", "to": "use"},
            },
        },
        "seed": 3,
    }
    codebook = {
        "scale": {"minimum": 1, "maximum": 5},
        "constructs": {name: {"label": name} for name in names},
        "items": {name.upper(): {"construct": name, "label": name} for name in names},
        "demographics": {},
    }
    paper = {
        "title": "A printed study",
        "scale": {"minimum": 1, "maximum": 5},
        "n": 120,
        "names": {f"q_{name}": name.upper() for name in names},
        "objects": {
            "table_1": {"kind": "table", "number": 1, "csv": descriptives, "shows": ["descriptives"]},
            "table_2": {"kind": "table", "number": 2, "csv": correlations, "shows": ["correlations"]},
        },
    }
    (folder / "published").mkdir(parents=True)
    for name, content in (
        ("config.yaml", config),
        ("codebook.yaml", codebook),
        ("published/paper.yaml", paper),
    ):
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return folder / "config.yaml"


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
