"""Printed numbers that bounds are not sought from: told, or refused where they look like a slip."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from smartcity_survey.bounds import find_bounds
from smartcity_survey.errors import SurveyError
from smartcity_survey.reconstruct.aside import left_aside
from smartcity_survey.reconstruct.printed_study import read_study
from tests.bounds.printed_study import CORRELATIONS, DESCRIPTIVES, write_study
from tests.conftest import REPOSITORY

Change = Callable[[dict[str, Any]], object]


def told(config: Path) -> list[str]:
    printed = read_study(config)
    return list(left_aside(printed.paper, printed.published))


def changed(config: Path, name: str, change: Change) -> Path:
    """The study after a change of one of its files."""
    path = config.parent / name
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return config


def refusal(config: Path) -> str:
    with pytest.raises(SurveyError) as error:
        find_bounds(config, config.parent / "out", (), 1, witnesses=False, told=lambda *_: None)
    return str(error.value)


def test_every_table_says_how_many_of_its_numbers_are_used(tmp_path: Path) -> None:
    assert told(write_study(tmp_path)) == [
        "table_1: 6 of 9 printed numbers used; none of `n`",
        "table_2: 2 of 2 printed numbers used",
    ]


def test_of_the_bundled_paper_all_is_used_that_can_be(tmp_path: Path) -> None:
    lines = told(REPOSITORY / "config.yaml")
    assert "table_14: 48 of 48 printed numbers used" in lines
    assert "table_16_coefficients: 34 of 34 printed numbers used" in lines
    assert lines[0] == (
        "table_12: 49 of 71 printed numbers used; none of `listwise`, `n`, `se_skewness`, `se_kurtosis`"
    )


def test_a_number_of_other_respondents_and_a_cell_without_a_number_are_told(tmp_path: Path) -> None:
    descriptives = DESCRIPTIVES.replace("q_habit,120", "q_habit,118")
    lines = told(write_study(tmp_path, CORRELATIONS.replace("0.300**", "ns"), descriptives))
    assert "table_1:q_habit:n: 118 respondents; all numbers are taken to be of 120" in lines
    assert "table_2:q_use:q_habit: `ns` is read as no number" in lines


def test_columns_may_be_the_numbers_of_the_lines(tmp_path: Path) -> None:
    numbered = CORRELATIONS.replace("row,q_trust,q_habit,q_use", "row,1,2,3")
    named, by_number = (
        read_study(write_study(tmp_path / str(at), text)).published.problem
        for at, text in enumerate((CORRELATIONS, numbered))
    )
    assert set(named.targets) == set(by_number.targets)


def test_where_halves_differ_the_lower_one_counts_and_the_other_is_told(tmp_path: Path) -> None:
    config = write_study(tmp_path, CORRELATIONS.replace("q_trust,1,,", "q_trust,1,0.700,"))
    printed = {t.key: t.printed for t in read_study(config).published.problem.targets}
    assert printed["correlation", "HABIT", "TRUST"] == "0.500**"
    assert "table_2: 2 of 3 printed numbers used; none of `q_trust`" in told(config)


def test_a_table_whose_topic_is_missing_is_told(tmp_path: Path) -> None:
    config = changed(
        write_study(tmp_path), "published/paper.yaml", lambda paper: paper["objects"]["table_2"].pop("shows")
    )
    assert told(config)[-1].endswith("coefficients: table_2")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            lambda paper: paper["objects"]["table_2"].update(shows=["correlation"]),
            "paper.yaml, table_2: `shows: correlation` is not read.",
        ),
        (
            lambda paper: paper["objects"]["table_1"].update(
                csv=DESCRIPTIVES.replace("mean,sd", "middle,spread")
            ),
            "paper.yaml, table_1: it shows descriptives, but none of its numbers is read. Its lines are "
            "q_trust, q_habit, q_use, its columns n, middle, spread",
        ),
        (
            lambda paper: paper["objects"]["table_1"].update(csv=DESCRIPTIVES.replace("q_habit", "q_habbit")),
            "table_1:q_habbit: `q_habbit` is no item or construct, so none of its numbers is read. If",
        ),
        (
            lambda paper: paper["objects"]["table_2"].update(csv=CORRELATIONS.replace("q_habit", "q_habbit")),
            "table_2:q_habbit: ",
        ),
        (
            lambda paper: paper["names"].update(q_habit="HABITS"),
            "table_1:q_habit: `q_habit` (HABITS) is no item or construct",
        ),
        (lambda paper: paper.update(n=3), "paper.yaml, n: 3 respondents, too few for the regression of use."),
    ],
)
def test_what_looks_like_a_slip_is_refused(tmp_path: Path, change: Change, found: str) -> None:
    assert found in refusal(changed(write_study(tmp_path), "published/paper.yaml", change))


def test_a_line_of_something_else_is_no_slip(tmp_path: Path) -> None:
    lines = told(write_study(tmp_path, descriptives=f"{DESCRIPTIVES}respondent_age,120,41.20,9.10\n"))
    assert lines[0] == "table_1: 6 of 12 printed numbers used; none of `respondent_age`, `n`"


@pytest.mark.parametrize(
    ("shows", "lines"),
    [
        (["measurement"], "row,loading\nTRUST,0.800\n"),
        (["descriptives"], "row,skewness,kurtosis\nuse,0.100,0.200\n"),  # of scores; covariances say neither
    ],
)
def test_a_paper_of_which_no_number_is_used_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shows: list[str], lines: str
) -> None:
    def with_one_table(paper: dict[str, Any]) -> None:
        paper["objects"] = {"table_1": {"kind": "table", "csv": lines, "shows": shows}}

    monkeypatch.setattr("smartcity_survey.bounds.needing_extra", lambda _: pytest.fail("it is sought"))
    config = changed(write_study(tmp_path), "published/paper.yaml", with_one_table)
    assert "no printed number is used that ends could be sought from" in refusal(config)


def test_a_model_without_paths_is_refused(tmp_path: Path) -> None:
    def without_paths(config: dict[str, Any]) -> None:
        config["model"].update(paths=[], hypotheses={}, constructs={"trust": {}, "habit": {}, "use": {}})

    config = changed(write_study(tmp_path), "config.yaml", without_paths)
    assert "config.yaml, model.paths: no paths, so that nothing is sought." in refusal(config)
