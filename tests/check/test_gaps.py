"""What `check` advises about questionnaires with gaps is what a config with that advice lets pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from smartcity_survey.check.gaps import CHANGED
from smartcity_survey.check.study import check_study
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.messages import problem_in
from smartcity_survey.study.config import parse_config
from smartcity_survey.study.missing_answers import FAMILIES, gaps_taken

SETTINGS: dict[str, dict[str, Any]] = {
    "data.weight": {"data": {"weight": "w"}},
    "weighting.margins": {"weighting": {"margins": [{"of": ["city"], "population": [[1, 60], [2, 40]]}]}},
    "data.cluster": {"data": {"cluster": "school"}},
    "waves": {
        "study": {"wave": "2024"},
        "waves": {"2026": {"file": "other.csv", "codebook": "codebook.yaml"}},
    },
    "study.bounds": {"study": {"reconstruction": True, "bounds": "bounds"}},
    "polychoric": {"pls": {"correlation": "polychoric"}},
    "bca": {"pls": {"interval": "bca"}},
    "studentised": {"pls": {"interval": "studentised"}},
    "higher order": {"model": {"constructs": {"trust": {}, "use": {}, "all": {"of": ["trust", "use"]}}}},
}
"""Settings that forbid some method for gaps, and what forbids none beside them."""
SUBSETS = [*chain.from_iterable(combinations(SETTINGS, n) for n in range(len(SETTINGS) + 1))]


def _with(content: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    changed = deepcopy(content)
    for section, values in change.items():
        changed[section] = {**changed.get(section, {}), **values}
    return changed


def _settings(content: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    content = _with(content, {"cleaning": {"missing_items_at_most": 3}})
    for name in names:
        content = _with(content, SETTINGS[name])
    return content


def _sound(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The config with every subset of the settings that is sound by itself."""
    for names in SUBSETS:
        changed = _settings(content, names)
        try:
            parse_config(changed, "config.yaml")
        except SurveyError:
            continue
        yield changed


def test_what_is_advised_passes_and_what_is_not_is_refused(config_content: dict[str, Any]) -> None:
    """Of each family the advice names the last method that passes, or none does."""
    sections = set()
    for content in _sound(config_content):
        section = gaps_taken(parse_config(content, "config.yaml")).section
        sections.add(section)
        advised: dict[str, str] = yaml.safe_load(section)["missing"] if section else {}
        assert parse_config({**content, "missing": advised}, "config.yaml").missing.families.items() >= (
            advised.items()
        )
        for family, methods in FAMILIES.items():
            for method in methods[methods.index(advised[family]) + 1 :] if family in advised else methods:
                with pytest.raises(SurveyError, match=f"missing.{family}: {method}"):
                    parse_config({**content, "missing": {family: method}}, "config.yaml")
    assert len(sections) > 3
    assert "" in sections


def test_what_closes_a_family_is_named(config_content: dict[str, Any]) -> None:
    def taken(*names: str) -> tuple[str, str]:
        found = gaps_taken(parse_config(_settings(config_content, names), "config.yaml"))
        return found.closed, found.keys

    others = "components, reliability, factor_models, regression"
    assert taken() == ("", "")
    assert taken("data.cluster") == (others, "`data.cluster`")
    assert taken("data.cluster", "data.weight") == (f"{others}, pls", "`data.weight`, `data.cluster`")
    assert taken("polychoric") == ("pls", "`pls.correlation`")
    assert taken("bca") == ("", "")


@pytest.mark.parametrize("design", [(), ("data.cluster",), ("data.weight",), ("data.weight", "data.cluster")])
@pytest.mark.parametrize("at_most", [0, 3])
def test_the_advice_of_check_followed_word_for_word_is_accepted(
    design: tuple[str, ...],
    at_most: int,
    study: Callable[..., Path],
    config_content: dict[str, Any],
    survey: pd.DataFrame,
) -> None:
    """A warning where cleaning excludes gaps, a refusal where it keeps them and no method takes them."""
    for row in range(10):
        survey.loc[row, f"{'TU'[row % 2]}{1 + row % 3}"] = None
    survey["w"] = [1 + row % 3 for row in range(len(survey))]
    survey["school"] = [f"S{row % 8}" for row in range(len(survey))]
    content = _settings(config_content, design)
    content["cleaning"]["missing_items_at_most"] = at_most
    try:
        told = check_study(study(config=content, answers=survey)).warnings
    except SurveyError as error:
        assert at_most
        told = error.problems
    found = [problem for problem in told if "issing_items" in problem.found + problem.remedy]
    assert len(found) == 1
    for language in ("ru", "kk"):
        said = problem_in(found[0], language).split("survey.csv", 1)[1]
        assert not re.search(r"(?<![\w.`])[a-z]{3,} [a-z]{3,}", re.sub(r"`[^`]*`", "", said)), said
    advice = re.search(r"`(missing: \{.*?\})`", found[0].remedy)
    assert bool(advice) == ("data.weight" not in design)
    if advice:
        content |= yaml.safe_load(advice[1])
        content["cleaning"]["missing_items_at_most"] = 3
        check_study(study(config=content, answers=survey))
    else:
        assert all(f"`{key}`" in found[0].remedy for key in design)


def test_all_contradictions_are_named_at_once(config_content: dict[str, Any]) -> None:
    missing = {family: methods[-1] for family, methods in FAMILIES.items()}
    content = _settings(config_content, ("data.weight", "data.cluster", "waves", "polychoric", "bca"))
    with pytest.raises(SurveyError) as caught:
        parse_config({**content, "missing": missing}, "config.yaml")
    told = [problem.remedy for problem in caught.value.problems]
    for start in ("with weights", "with clusters", "waves and bounds"):
        (one,) = [remedy for remedy in told if remedy.startswith(start)]
        assert all(f"`missing.{family}: {method}`" in one for family, method in missing.items())
    assert sum(remedy.startswith("`missing.pls: multiple_imputation` ") for remedy in told) == 2
    assert sum(remedy.startswith("polychoric correlations ") for remedy in told) == 2


def test_bounds_of_a_reconstruction_bar_nothing_where_people_answered(config_content: dict[str, Any]) -> None:
    """The line stays as it is when the real file comes: it is not used."""
    missing = {family: methods[-1] for family, methods in FAMILIES.items()}
    content = _settings(config_content, ("study.bounds",)) | {"missing": missing}
    with pytest.raises(SurveyError, match=r"`study\.bounds`"):
        parse_config(content, "config.yaml")
    content["study"]["reconstruction"] = False
    assert parse_config(content, "config.yaml").missing.pls == "multiple_imputation"


def test_a_remedy_names_nothing_that_is_so_already(config_content: dict[str, Any]) -> None:
    content = _settings(config_content, ("data.weight",)) | {"missing": {"pls": "pairwise"}}
    with pytest.raises(SurveyError) as caught:
        parse_config(content, "config.yaml")
    (problem,) = caught.value.problems
    assert "pls.correlation" not in problem.remedy
    assert problem.remedy.endswith("leave out `missing.pls: pairwise`, or `data.weight`.")


def test_every_contradiction_is_translated(config_content: dict[str, Any]) -> None:
    missing = {family: methods[-1] for family, methods in FAMILIES.items()}
    said = set()
    for names in SUBSETS:
        for at_most in (0, 3):
            content = _settings(config_content, names) | {"missing": missing}
            content["cleaning"]["missing_items_at_most"] = at_most
            try:
                parse_config(content, "config.yaml")
            except SurveyError as error:
                said |= {problem for problem in error.problems if problem.found == "contradiction:"}
    assert len(said) > 12
    for problem in said:
        for language in ("ru", "kk"):
            words = re.sub(r"`[^`]*`|config\.yaml|PLS-SEM", "", problem_in(problem, language))
            assert not re.search(r"[A-Za-z]{3,}", words), words


def _warned(folder: Path) -> list[Problem]:
    return [one for one in check_study(folder).warnings if one.place.endswith("config.yaml, missing")]


def test_methods_for_gaps_where_there_are_none_are_told_with_what_they_change(
    study: Callable[..., Path], config_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    content = _settings(config_content, ())
    assert _warned(study(config=content)) == []
    content["missing"] = {"components": "em", "pls": "mean_replacement"}
    (nothing,) = _warned(study(config=content))
    assert nothing.remedy == "Leave `missing` out: estimates stay the same."
    for (family, method), change in CHANGED.items():
        content["missing"] = {family: method}
        (told,) = _warned(study(config=content))
        assert told.remedy == f"{nothing.remedy[:-1]}; `{family}: {method}` {change}."
    content["missing"] = {family: methods[-1] for family, methods in FAMILIES.items()}
    (every,) = _warned(study(config=content))
    for language in ("ru", "kk"):
        said = re.sub(r"`[^`]*`", "", problem_in(every, language).split("missing: ", 1)[1])
        assert not re.search(r"[A-Za-z]{2,}", said), said
    survey.loc[3, "T1"] = None
    assert _warned(study(config=content, answers=survey)) == []
