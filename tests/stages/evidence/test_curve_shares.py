"""Shares of a specification curve: options of a choice count alike, and the choice that decides is named."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import split_names
from smartcity_survey.stages.evidence.curve_choices import CurveChoices
from smartcity_survey.stages.evidence.curve_hinges import curve_weights, hinges
from smartcity_survey.stages.evidence.specification_curve import specification_curve
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Construct, Hypothesis, Model
from tests.stats.survey_data import answered_survey

LEVELS = ("score", "estimator", "coding", "items", "exclusion", "controls")


def weighed(frame, levels=LEVELS):
    """Every specification of one hypothesis with its weight: what there is is shared out level by level."""
    if not levels:
        assert len(frame) == 1
        return {frame.index[0]: Fraction(1)}
    parts = [part for _, part in frame.groupby(levels[0])]
    return {row: weight / len(parts) for part in parts for row, weight in weighed(part, levels[1:]).items()}


@pytest.fixture(scope="module")
def divided():
    return made(draws=60)


def made(draws: int, reconstruction: bool = False) -> dict[str, pd.DataFrame]:
    """A survey too small for the slope of c and for the sign of a; one score is seldom solved."""
    names = ("a", "b", "c", "y")
    items = [f"{name}{k}" for name in names for k in (1, 2, 3)]
    constructs = tuple(
        Construct(name, tuple(items[3 * i : 3 * i + 3]), "reflective") for i, name in enumerate(names)
    )
    claims = (Hypothesis("H1", "c", "y", "positive"), Hypothesis("H2", "a", "y", "negative"))
    model = Model(constructs, tuple((name, "y") for name in names[:3]), claims, 0.0005)
    answered, covariates = answered_survey(400, 21, np.array([-0.2, 0.3, 0.2]))
    fewer = np.arange(70) >= 15
    choices = CurveChoices(
        items={"all": tuple(items), "short": tuple(item for item in items if item != "a3")},
        exclusions={"none": np.ones(70, dtype=bool), "fewer": fewer},
        controls={"first": covariates[:70, :1], "second": covariates[:70, 1:]},
        crossed=True,
    )
    answers = pd.DataFrame(answered[:70], columns=items)
    return specification_curve(
        answers, model, PlsSection(), choices, draws=draws, reconstruction=reconstruction, seed=3
    ).tables


def test_shares_of_a_reconstruction_say_that_they_are_of_one_file() -> None:
    """In the files themselves, which travel alone; those of people have no such columns."""
    of_people, rebuilt = (made(draws=2, reconstruction=known) for known in (False, True))
    for name in ("specification_summary", "specification_choices"):
        own = rebuilt[name]
        assert len(own)
        assert set(own["answers"]) == {"data_in_use"}
        assert set(own["state"]) == {"open"}
        assert not {"answers", "state"} & set(of_people[name])
        pd.testing.assert_frame_equal(own.drop(columns=["answers", "state"]), of_people[name])


def test_shares_weigh_the_options_of_a_choice_alike(divided):
    curve, summary = divided["specification_curve"], divided["specification_summary"]
    for line in summary.to_dict("records"):
        own = curve[curve["hypothesis"] == line["hypothesis"]]
        weights = weighed(own)
        assert sum(weights.values()) == 1
        np.testing.assert_allclose(own["weight"], [float(weights[row]) for row in own.index], rtol=1e-12)
        np.testing.assert_allclose(own.groupby("score")["weight"].sum(), 1 / 7, rtol=1e-12)
        confirming = float(sum(weights[row] for row in own.index[own["confirmed"]]))
        assert line["share_confirmed"] == pytest.approx(confirming, rel=1e-12)
        sign = 1 if line["hypothesis"] == "H1" else -1
        claimed = float(sum(weights[row] for row in own.index[own["estimate"] * sign > 0]))
        assert line["share_claimed_sign"] == pytest.approx(claimed, rel=1e-12)
        assert line["share_confirmed_unweighted"] == own["confirmed"].mean()
        assert line["share_claimed_sign_unweighted"] == (own["estimate"] * sign > 0).mean()
    for row, share in ((0, "share_confirmed"), (1, "share_claimed_sign")):
        line = summary.iloc[row]
        assert 0 < line[share] < 1
        assert abs(line[share] - line[f"{share}_unweighted"]) > 0.005


def test_a_split_hinges_on_the_choice_whose_options_differ_most(divided):
    choices = divided["specification_choices"]
    for line in divided["specification_summary"].to_dict("records"):
        own = choices[choices["hypothesis"] == line["hypothesis"]]
        ranges = own.groupby("choice")["share_confirmed"].agg(np.ptp)
        if not line["hinges_on"]:
            assert ranges.max() == 0
            continue
        assert line["share_highest"] - line["share_lowest"] == pytest.approx(ranges.max())
        decisive = own[own["choice"] == line["hinges_on"]].set_index("option")["share_confirmed"]
        for column, share in (("highest_option", decisive.max()), ("lowest_option", decisive.min())):
            assert split_names(line[column]) == list(decisive.index[decisive == share])
    assert divided["specification_summary"]["hinges_on"].iloc[0] in LEVELS
    assert divided["specification_summary"]["hinges_on"].iloc[1] == ""


def test_a_hinge_by_hand():
    """By score 3/4 and 0 of the weight confirm, by estimator 1, 1/2 and 0: the wider range counts."""
    labels = pd.DataFrame(
        {
            "score": ["mean", "mean", "mean", "latent", "plsc"],
            "estimator": ["ols", "huber", "huber", "sem", "plsc"],
            "coding": ["answers"] * 5,
            "items": ["all", "all", "short", "all", "all"],
            "exclusion": ["none"] * 5,
            "controls": ["none"] * 5,
        }
    )
    labels = labels.astype({name: pd.CategoricalDtype(list(dict.fromkeys(labels[name]))) for name in labels})
    weights = curve_weights(labels)
    np.testing.assert_allclose(weights, [1 / 6, 1 / 12, 1 / 12, 1 / 3, 1 / 3])
    confirmed = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]], dtype=bool)
    score, estimator, nothing = hinges(labels, confirmed, weights)
    assert score == {
        **{"hinges_on": "estimator", "highest_option": "ols", "share_highest": 1.0},
        **{"lowest_option": "sem, plsc", "share_lowest": 0.0},
    }
    assert (estimator["hinges_on"], estimator["highest_option"]) == ("estimator", "ols")
    assert (nothing["hinges_on"], nothing["highest_option"], nothing["lowest_option"]) == ("", "", "")
    # Alike by score and by estimator: the outer one.
    (outer,) = hinges(labels, np.array([[1], [1], [1], [0], [0]], dtype=bool), weights)
    assert (outer["hinges_on"], outer["highest_option"], outer["share_highest"]) == ("score", "mean", 1.0)
