"""Single specifications of the curve with weights, clusters and missing answers, against R and one by one."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.stages.design import design_of
from smartcity_survey.stages.evidence.curve_choices import CurveChoices, Gaps
from smartcity_survey.stages.evidence.specification_curve import CHOICES, specification_curve
from smartcity_survey.stats.missing.moment_information import moment_covariance
from smartcity_survey.stats.missing.normal_moments import em_moments
from smartcity_survey.stats.missing.score_regression import regress_scores
from smartcity_survey.study.codebook import CLUSTER, WEIGHT, Codebook
from smartcity_survey.study.config import PlsSection, parse_config
from smartcity_survey.study.missing_answers import MissingSection
from smartcity_survey.study.model import Construct, Hypothesis, Model
from smartcity_survey.workflow.catalogue import Catalogue
from tests.conftest import REPOSITORY
from tests.stages.evidence.test_curve_shares import weighed

FOLDER = REPOSITORY / "tests/reference"
# PLS stops at 1e-9 and CFA at 1e-6 in the curve.
DIGITS = 2e-6
METHODS = ("mean_replacement", "pairwise", "em")


@cache
def reference() -> dict[str, Any]:
    """By tests/reference/scripts/curve_choices.R."""
    found: dict[str, Any] = json.loads((FOLDER / "curve_choices.json").read_text(encoding="utf-8"))
    return found


@cache
def answered(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"data/survey_{name}.csv", dtype={"school": "str"})


@cache
def model() -> Model:
    constructs = tuple(
        Construct(name, tuple(c for c in answered("missing") if c[0] == name), "reflective") for name in "ABY"
    )
    claims = (Hypothesis("H1", "A", "Y", "positive"), Hypothesis("H2", "B", "Y", "positive"))
    return Model(constructs, (("A", "Y"), ("B", "Y")), claims, 0.05)


def everybody(n: int, **controls: Any) -> CurveChoices:
    return CurveChoices({"all": model().items}, {"none": np.ones(n, dtype=bool)}, controls)


@cache
def weighted(kind: str) -> dict[str, pd.DataFrame]:
    frame = answered("weighted")
    if kind != "clustered":
        frame = frame.assign(**{WEIGHT: frame["weight"]})
    if kind != "weighted":
        frame = frame.assign(**{CLUSTER: frame["school"]})
    choices = everybody(len(frame), gender=frame[["gender"]].to_numpy(dtype=np.float64))
    return specification_curve(
        frame, model(), PlsSection(), choices, design=design_of(frame), draws=200, seed=1
    ).tables


@cache
def incomplete() -> dict[str, pd.DataFrame]:
    """Six in ten respondents left an answer out."""
    frame = answered("missing")
    complete = frame.notna().all(axis=1).to_numpy()
    whole = frame[complete].reset_index(drop=True)
    gaps = Gaps(frame, everybody(len(frame)), complete, METHODS, None)
    result = specification_curve(whole, model(), PlsSection(), everybody(len(whole)), gaps, draws=200, seed=1)
    assert result.cards["specification_curve"]["n"] == len(frame)
    assert result.cards["specification_curve"]["n_complete"] == len(whole)
    return result.tables


def lines(tables: dict[str, pd.DataFrame], **chosen: str) -> pd.DataFrame:
    """H1 and H2 in one specification."""
    curve = tables["specification_curve"]
    own = curve[np.logical_and.reduce([curve[name] == option for name, option in chosen.items()])]
    assert list(own["hypothesis"]) == ["H1", "H2"]
    return own


@pytest.mark.parametrize("kind", ["weighted", "clustered", "both"])
@pytest.mark.parametrize("what", ["answers", "controls", "ranks"])
def test_least_squares_of_weighted_or_clustered_answers_are_svyglm(kind: str, what: str) -> None:
    own = reference()["regressions"][kind][what]
    if not own:  # ranks of clusters alone are those of everybody
        return
    found = lines(
        weighted(kind),
        coding="ranks" if what == "ranks" else "answers",
        score="mean",
        estimator="ols",
        controls="gender" if what == "controls" else "none",
    )
    for column in ("estimate", "std_error"):
        np.testing.assert_allclose(found[column], own[column], rtol=0, atol=1e-9)
    np.testing.assert_allclose(found["p"], own["p"], rtol=1e-6)


@pytest.mark.parametrize("kind", ["weighted", "both"])
def test_factors_of_weighted_answers_are_lavaans(kind: str) -> None:
    own = reference()["factors"][kind]
    found = lines(weighted(kind), coding="answers", score="latent", controls="none")
    np.testing.assert_allclose(found["estimate"], own["estimate"], rtol=0, atol=DIGITS)
    # Linearised in correlations here, in covariances by second derivatives there.
    np.testing.assert_allclose(found["std_error"], own["std_error"], rtol=0.02)


def test_ordered_categories_are_listed_as_taking_no_weights() -> None:
    assert "polychoric" not in set(weighted("both")["specification_curve"]["coding"])
    failures = weighted("both")["specification_failures"]
    assert failures[["coding", "reason"]].to_numpy().tolist() == [["polychoric", "no_weights"]]
    assert "polychoric" in set(weighted("clustered")["specification_curve"]["coding"])


def test_whole_number_weights_weigh_as_repeated_respondents() -> None:
    frame = answered("weighted").head(300)
    counts = np.random.default_rng(4).integers(1, 4, len(frame))
    repeated = frame.loc[frame.index.repeat(counts)].reset_index(drop=True)
    plain = specification_curve(repeated, model(), PlsSection(), everybody(len(repeated)), draws=5).tables
    frame = frame.assign(**{WEIGHT: counts.astype(np.float64)})
    found = specification_curve(
        frame, model(), PlsSection(), everybody(len(frame)), design=design_of(frame), draws=5
    ).tables
    columns = ["hypothesis", *CHOICES]
    both = found["specification_curve"].merge(plain["specification_curve"], on=columns)
    assert set(both["estimator"]) == {"ols", "huber", "pls_sem", "plsc", "cfa_sem"}
    assert len(both) == len(found["specification_curve"])
    np.testing.assert_allclose(both["estimate_x"], both["estimate_y"], atol=DIGITS)


def test_draws_under_the_null_are_of_whole_clusters() -> None:
    """Everybody of a cluster answers alike: there are thirty answers, however often each was given."""
    frame = answered("weighted").head(30).assign(**{CLUSTER: [f"school {k}" for k in range(30)]})
    tenfold = pd.concat([frame] * 10, ignore_index=True)
    plain, found, alone = (
        specification_curve(
            each, model(), PlsSection(), everybody(len(each)), design=design_of(each), draws=300, seed=2
        ).tables
        for each in (frame, tenfold, tenfold.drop(columns=CLUSTER))
    )
    score = {"coding": "answers", "score": "mean", "estimator": "ols"}
    for column in ("estimate", "std_error", "p"):
        np.testing.assert_allclose(lines(found, **score)[column], lines(plain, **score)[column], rtol=1e-9)
    p = [each["specification_summary"].loc[1, "p_median"] for each in (plain, found, alone)]
    # Influence on PLS and CFA is of one respondent of 30, or of 300: near, not the same.
    assert p[1] == pytest.approx(p[0], abs=0.02)
    assert p[0] > 0.05 > 0.005 > p[2]


def test_factors_of_em_correlations_are_lavaans_two_stages() -> None:
    own = reference()["two_stage"]
    found = lines(incomplete(), missing="em", score="latent")
    np.testing.assert_allclose(found["estimate"], own["estimate"], rtol=0, atol=DIGITS)
    # The errors of the first step go by observed information, as those of full-information likelihood do,
    # which estimates the same; lavaan's of two stages are 4 % smaller here.
    np.testing.assert_allclose(found["std_error"], reference()["fiml"]["std_error"], rtol=0.02)


def test_scores_of_em_moments_are_the_regression_by_maximum_likelihood() -> None:
    frame = answered("missing")
    moments = em_moments(frame.to_numpy())
    weights = model().membership().T / model().membership().sum(axis=0)[:, None]
    fit = regress_scores(moments, weights, moment_covariance(moments))
    found = lines(incomplete(), missing="em", score="mean", estimator="ols")
    np.testing.assert_allclose(found["estimate"], fit.beta, rtol=0, atol=1e-9)
    n = len(frame)
    t = found["estimate"] / found["std_error"] * np.sqrt(n / (n - 1))
    np.testing.assert_allclose(t, fit.z[1:], rtol=1e-8)


def test_means_in_the_gaps_are_a_regression_of_filled_answers() -> None:
    own = reference()["mean_replacement"]
    found = lines(incomplete(), missing="mean_replacement", score="mean", estimator="ols")
    np.testing.assert_allclose(found["estimate"], own["estimate"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(found["std_error"], own["std_error"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(found["p"], own["p"], rtol=1e-6)


def test_every_method_for_gaps_has_the_estimators_it_allows() -> None:
    curve = incomplete()["specification_curve"]
    assert incomplete()["specification_failures"].empty
    kinds = curve.groupby("missing", observed=True)[["coding", "estimator"]].agg(set)
    every = {"ols", "huber", "pls_sem", "plsc", "cfa_sem"}
    assert kinds.loc["complete"].tolist() == [{"answers", "ranks", "polychoric"}, every]
    assert kinds.loc["mean_replacement"].tolist() == [{"answers"}, every]
    for method in ("pairwise", "em"):
        assert kinds.loc[method].tolist() == [{"answers"}, every - {"huber"}]
    sizes = curve.groupby("missing", observed=True)["n"].agg(set)
    assert sizes["complete"] == {int(answered("missing").notna().all(axis=1).sum())}
    assert sizes["em"] == {len(answered("missing"))}


def test_complete_questionnaires_are_what_they_are_without_the_choice() -> None:
    whole = answered("missing").dropna().reset_index(drop=True)
    plain = specification_curve(whole, model(), PlsSection(), everybody(len(whole)), draws=5).tables
    curve = incomplete()["specification_curve"]
    own = curve[curve["missing"] == "complete"].drop(columns=["missing", "weight"])
    pd.testing.assert_frame_equal(
        own.reset_index(drop=True),
        plain["specification_curve"].drop(columns="weight"),
        check_categorical=False,
    )


def test_methods_for_gaps_weigh_alike_within_a_coding() -> None:
    levels = ("score", "estimator", "coding", "missing", "items", "exclusion", "controls")
    curve = incomplete()["specification_curve"]
    own = curve[curve["hypothesis"] == "H1"]
    weights = weighed(own, levels)
    np.testing.assert_allclose(own["weight"], [float(weights[row]) for row in own.index], rtol=1e-12)
    choices = incomplete()["specification_choices"]
    told = choices[(choices["choice"] == "missing") & (choices["hypothesis"] == "H1")]
    assert list(told["option"]) == ["complete", *METHODS]


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ({}, ()),
        ({"pls": "mean_replacement"}, ("mean_replacement",)),
        ({"pls": "pairwise", "components": "em"}, ("em", "pairwise")),
        ({"pls": "multiple_imputation"}, ("em",)),
        ({"factor_models": "fiml", "specification_curve": []}, ()),
        ({"specification_curve": ["em", "pairwise", "em"]}, ("em", "pairwise")),
    ],
)
def test_the_curve_has_what_the_config_asks_for(section: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert MissingSection.model_validate(section).curve == expected
    assert MissingSection.model_validate(section).asked == bool(section)


def test_nothing_is_filled_unless_the_config_says_so(
    config_content: dict[str, Any], codebook: Codebook
) -> None:
    plain = Catalogue(parse_config(config_content, "config.yaml"), codebook)
    assert "gaps" not in plain.params("specification_curve")
    assert "gaps" not in plain.inputs("specification_curve")
    asked = config_content | {
        "missing": {"specification_curve": ["em"]},
        "cleaning": config_content.get("cleaning", {}) | {"missing_items_at_most": 3},
    }
    catalogue = Catalogue(parse_config(asked, "config.yaml"), codebook)
    assert catalogue.params("specification_curve")["gaps"]["methods"] == ["em"]


@pytest.mark.parametrize(
    ("data", "methods", "found"),
    [
        (
            {"weight": "w"},
            ["mean_replacement"],
            "with weights .* leave out `missing.specification_curve: mean_replacement`",
        ),
        ({"cluster": "school"}, ["em"], "with clusters .* leave out `missing.specification_curve: em`"),
        ({"cluster": "school"}, ["mean_replacement"], None),
    ],
)
def test_methods_that_know_no_weights_or_clusters_are_refused(
    config_content: dict[str, Any], data: dict[str, str], methods: list[str], found: str | None
) -> None:
    asked = config_content | {
        "missing": {"specification_curve": methods},
        "cleaning": config_content.get("cleaning", {}) | {"missing_items_at_most": 3},
        "data": config_content["data"] | data,
    }
    if found is None:
        parse_config(asked, "config.yaml")
        return
    with pytest.raises(SurveyError, match=found):
        parse_config(asked, "config.yaml")
