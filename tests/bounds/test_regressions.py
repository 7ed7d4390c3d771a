"""Printed regressions of several outcomes: each is read as its own outcome's, or left aside and told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from smartcity_survey.errors import SurveyError
from smartcity_survey.messages import translated
from smartcity_survey.reconstruct.aside import left_aside
from smartcity_survey.reconstruct.printed_study import PrintedStudy, read_study
from tests.bounds.printed_study import write_study
from tests.bounds.test_aside import changed

OF_HABIT = "row,b,t,p\n(Constant),1.000,9.000,0.000\ntrust,0.611,6.272,0.030\n"
OF_USE = "row,b,beta\ntrust,0.250,0.200\nhabit,0.444,0.400\n"
ANOVA = "row,sum_of_squares,df\nregression,{},{}\nresidual,80.000,{}\n"
CHAIN = [{"from": ["trust"], "to": "habit"}, {"from": ["trust", "habit"], "to": "use"}]
ALIKE = [{"from": ["trust"], "to": "habit"}, {"from": ["trust"], "to": "use"}]


def study(
    folder: Path,
    tables: dict[str, tuple[str, str]],
    relations: list[dict[str, str]] | None = None,
    paths: list[dict[str, Any]] | None = None,
) -> PrintedStudy:
    """The printed study with these paths and these tables too: name -> what it shows, its lines."""

    def with_paths(config: dict[str, Any]) -> None:
        config["model"]["paths"] = paths or CHAIN
        config["model"]["hypotheses"] = {"H1": {"from": "trust", "to": "use"}}

    def with_tables(paper: dict[str, Any]) -> None:
        for name, (shows, lines) in tables.items():
            paper["objects"][name] = {"kind": "table", "csv": lines, "shows": [shows]}
        paper["relations"] = relations or []

    config = changed(write_study(folder), "config.yaml", with_paths)
    return read_study(changed(config, "published/paper.yaml", with_tables))


def read(printed: PrintedStudy) -> dict[str, set[tuple[str, ...]]]:
    """Outcome -> what is read of its regression."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for target in printed.published.problem.targets:
        if target.key[0] in ("coefficient", "regression"):
            found.setdefault(target.key[1], set()).add((*target.key[2:], target.printed))
    return found


def told(printed: PrintedStudy, table: str) -> str:
    return [line for line in left_aside(printed.paper, printed.published) if line.startswith(table)][-1]


USE = {
    ("trust", "b", "0.250"),
    ("trust", "beta", "0.200"),
    ("habit", "b", "0.444"),
    ("habit", "beta", "0.400"),
}
HABIT = {
    ("constant", "b", "1.000"),
    ("constant", "t", "9.000"),
    ("constant", "t", "p 0.000"),
    ("trust", "b", "0.611"),
    ("trust", "t", "6.272"),
    ("trust", "t", "p 0.030"),
}


@pytest.mark.parametrize("order", [1, -1])
def test_coefficients_are_of_the_outcome_whose_predictors_are_their_lines(tmp_path: Path, order: int) -> None:
    tables = {"of_habit": ("coefficients", OF_HABIT), "of_use": ("coefficients", OF_USE)}
    assert read(study(tmp_path, dict([*tables.items()][::order]))) == {"habit": HABIT, "use": USE}


def test_the_second_outcomes_regression_alone_says_nothing_of_the_first(tmp_path: Path) -> None:
    printed = study(tmp_path, {"of_use": ("coefficients", OF_USE)})
    assert read(printed) == {"use": USE}
    low, _ = printed.published.problem.boxes  # every target is a statistic of the design
    assert len(low) == len(printed.published.problem.design.keys)


def test_p_is_read_with_the_degrees_of_freedom_of_its_own_regression(tmp_path: Path) -> None:
    without_constant = "row,b,t,p\ntrust,0.611,2.199,0.030\n"
    targets = [
        next(
            target
            for target in study(tmp_path / name, {"t": ("coefficients", lines)}).published.problem.targets
            if target.printed == "p 0.030" and target.key[2] == "trust"
        )
        for name, lines in (("with", OF_HABIT), ("without", without_constant))
    ]
    for target in targets:
        # 120 respondents, a constant and a predictor; p lies between .0295 and .0305.
        assert (target.low, target.high) == pytest.approx(stats.t.isf([0.01525, 0.01475], 118), rel=1e-9)


def test_a_summary_line_is_of_the_outcome_that_it_names(tmp_path: Path) -> None:
    printed = study(tmp_path, {"t": ("model_summary", "row,r2\nuse,0.300\nhabit,0.250\n")})
    assert read(printed) == {"use": {("r2", "0.300")}, "habit": {("r2", "0.250")}}


def test_an_analysis_of_variance_is_known_by_its_degrees_of_freedom(tmp_path: Path) -> None:
    printed = study(tmp_path, {"t": ("anova", ANOVA.format("30.000", 2, 117))})
    assert read(printed) == {"use": {("ss_regression", "30.000"), ("ss_residual", "80.000")}}


@pytest.mark.parametrize(
    ("shows", "lines", "why"),
    [
        (
            "coefficients",
            "row,b\ntrust,0.250\nage,0.100\n",
            "its lines are the predictors of no regression of",
        ),
        (
            "coefficients",
            "row,b\nhabit,0.250\n",
            "its lines are the predictors of no regression of habit, use",
        ),
        (
            "anova",
            ANOVA.format("30.000", 3, 116),
            "its degrees of freedom are those of no regression of habit",
        ),
        ("anova", "row,f\nregression,9.120\n", "it may be the regression of habit or use; a relation"),
    ],
)
def test_a_table_of_no_known_regression_is_left_aside_and_told(
    tmp_path: Path, shows: str, lines: str, why: str
) -> None:
    printed = study(tmp_path, {"t": (shows, lines)})
    assert read(printed) == {}
    assert why in told(printed, "t:")
    for language in ("ru", "kk"):
        assert "left aside" not in translated(told(printed, "t:"), language)


def test_a_relation_says_whose_regression_it_is(tmp_path: Path) -> None:
    lines = "row,b\ntrust,0.250\n"
    tables = {"t": ("coefficients", lines), "v": ("anova", "row,f\nregression,9.120\n")}
    alike = study(tmp_path / "a", tables, paths=ALIKE)
    assert read(alike) == {}
    assert "it may be the regression of habit or use" in told(alike, "t:")
    relation = {"kind": "regression", "coefficients": "t", "anova": "v", "outcome": "use"}
    assert read(study(tmp_path / "b", tables, [relation], ALIKE)) == {
        "use": {("trust", "b", "0.250"), ("f", "9.120")}
    }
    of_none = study(tmp_path / "c", tables, [relation | {"outcome": "trust"}], ALIKE)
    assert read(of_none) == {}
    assert "no path of the model ends in trust" in told(of_none, "t:")


def test_a_misspelt_predictor_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        SurveyError, match=r"t:habitt: `habitt` is no item or construct.*\n?.*If habit is meant"
    ):
        study(tmp_path, {"t": ("coefficients", OF_USE.replace("habit", "habitt"))})


def test_durbin_watson_is_of_the_outcome_of_its_line(tmp_path: Path) -> None:
    published = study(tmp_path, {"t": ("durbin_watson", "row,durbin_watson\nuse,1.846\n")}).published
    assert published.durbin_watson_of == "use"
    assert published.durbin_watson == pytest.approx((1.8455, 1.8465), abs=1e-12)
