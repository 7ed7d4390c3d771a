"""The multiverse of a small survey: complete, equal to single analyses, and honest about what failed."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import special

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import split_names
from smartcity_survey.stages.evidence.curve_choices import (
    CurveChoices,
    control_choices,
    exclusion_choices,
    item_choices,
)
from smartcity_survey.stages.evidence.curve_panel import curve_panel
from smartcity_survey.stages.evidence.specification_curve import CHOICES, _ordered, specification_curve
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.significance import below_level
from smartcity_survey.stats.evidence.specification_curve import joint_test
from smartcity_survey.stats.items.item_moments import standardised
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Construct, Hypothesis, Model
from tests.stats.survey_data import BLOCKS, answered_survey

NAMES = ("a", "b", "c", "y")
ITEMS = [f"{name}{k}" for name in NAMES for k in (1, 2, 3)]
N = 400
SLOPES = np.array([0.5, 0.3, 0.2])
# Score methods with two estimators and two codings; PLS, PLSc and factors with three codings.
MEASURED = 4 * 2 * 2 + 3 * 3


@pytest.fixture(scope="module")
def model():
    constructs = tuple(
        Construct(n, tuple(ITEMS[3 * i : 3 * i + 3]), "reflective") for i, n in enumerate(NAMES)
    )
    hypotheses = (Hypothesis("H1", "a", "y", "positive"), Hypothesis("H2", "c", "y", "negative"))
    return Model(constructs, tuple((n, "y") for n in NAMES[:3]), hypotheses, 0.05)


@pytest.fixture(scope="module")
def codebook():
    """Two demographic questions beside the items; the model does not come from it."""
    return Codebook.model_validate(
        {
            "scale": {"minimum": 1, "maximum": 5},
            "constructs": {"a": {"label": "A"}},
            "items": {"a1": {"construct": "a", "label": "A one"}},
            "demographics": {
                "age": {"label": "Age", "categories": {0: "young", 1: "middle", 2: "old"}},
                "gender": {"label": "Gender", "categories": {0: "woman", 1: "man"}},
            },
        }
    )


@pytest.fixture(scope="module")
def answers():
    items, covariates = answered_survey(N, 21, SLOPES)
    frame = pd.DataFrame(items, columns=ITEMS)
    return frame.assign(age=np.digitize(covariates[:, 0], [-1, 1]), gender=covariates[:, 1])


@pytest.fixture(scope="module")
def alternatives(answers, codebook):
    kept = np.ones(N, dtype=bool)
    kept[:15] = False
    return CurveChoices(
        items={"all": tuple(ITEMS), "short": tuple(item for item in ITEMS if item != "a3")},
        exclusions={"none": np.ones(N, dtype=bool), "fewer": kept},
        controls=control_choices(answers, codebook, ["age", "gender"]),
        crossed=True,
    )


@pytest.fixture(scope="module")
def result(answers, model, alternatives):
    published = {"H1": "confirmed", "H2": "not_confirmed"}
    return specification_curve(
        answers, model, PlsSection(), alternatives, published=published, draws=60, seed=3
    )


@pytest.fixture(scope="module")
def curve(result):
    return result.tables["specification_curve"]


def pick(curve, **choices):
    chosen = curve["hypothesis"] == "H1"
    for choice, option in choices.items():
        chosen &= curve[choice] == option
    assert chosen.sum() == 1
    return curve[chosen].iloc[0]


def test_every_combination_is_there_once(curve, result):
    assert result.tables["specification_failures"].empty
    assert len(curve) == 2 * MEASURED * 2 * 2 * 4
    assert not curve.duplicated(["hypothesis", *CHOICES]).any()
    assert set(curve["controls"]) == {"none", "age", "gender", "age, gender"}
    assert set(curve["n"]) == {N, N - 15}


def test_a_specification_is_the_single_analysis(curve, answers):
    z = standardised(answers[ITEMS].to_numpy() @ BLOCKS / 3)
    dummies = pd.get_dummies(answers["gender"]).iloc[:, :1].to_numpy(dtype=float)
    fit = ols(z[:, 3], np.hstack((z[:, :3], dummies)))
    common = {"items": "all", "exclusion": "none", "coding": "answers", "score": "mean", "controls": "gender"}
    line = pick(curve, estimator="ols", **common)
    assert line["estimate"] == pytest.approx(fit.coef[1], rel=1e-10)
    assert line["std_error"] == pytest.approx(fit.std_err[1], rel=1e-10)
    assert line["p"] == pytest.approx(fit.p[1], rel=1e-8)
    assert len(curve[(curve["estimator"] == "ols") & (curve["estimate"] == line["estimate"])]) == 1


def test_pls_specifications_are_the_pls_model(curve, answers):
    paths = np.zeros((4, 4), dtype=bool)
    paths[:3, 3] = True
    R = correlation(answers[ITEMS].to_numpy())
    for score, estimator, consistent in (("pls", "pls_sem", False), ("plsc", "plsc", True)):
        fit = fit_pls(R, N, PlsModel(BLOCKS, paths, consistent=consistent))
        line = pick(
            curve,
            items="all",
            exclusion="none",
            coding="answers",
            score=score,
            estimator=estimator,
            controls="none",
        )
        assert line["estimate"] == pytest.approx(fit.path_coefficients[0, 3], abs=1e-6)


def test_the_summary_counts_the_curve(result, curve):
    summary = result.tables["specification_summary"].set_index("hypothesis")
    for name, share in (("H1", 1.0), ("H2", 0.0)):
        own = curve[curve["hypothesis"] == name]
        line = summary.loc[name]
        assert line["n_specifications"] == len(own)
        assert line["estimate_median"] == pytest.approx(own["estimate"].median())
        assert line["share_confirmed"] == line["share_confirmed_unweighted"] == share
        assert own["confirmed"].mean() == share
        assert line["share_as_published"] == 1
        assert line["draws"] == 60
    assert summary.loc["H1", "p_median"] == 1 / 61
    # Positive though claimed negative: as far from zero, not as claimed.
    assert summary.loc["H2", "estimate_min"] > 0
    assert summary.loc["H2", "share_claimed_sign"] == 0
    assert 1 / 61 < summary.loc["H2", "p_median"] < 0.2


def test_controls_are_none_or_all_unless_crossed(answers, model, alternatives):
    assert alternatives.control_sets == [(), ("age",), ("gender",), ("age", "gender")]
    plain = replace(alternatives, crossed=False)
    assert plain.control_sets == [(), ("age", "gender")]
    assert replace(plain, controls={}).control_sets == [()]
    curve = specification_curve(answers, model, PlsSection(), plain, draws=10).tables["specification_curve"]
    assert len(curve) == 2 * MEASURED * 2 * 2 * 2
    assert set(curve["controls"]) == {"none", "age, gender"}
    panel = curve_panel(curve, "H1", ("controls",))
    assert panel.options == (("controls", "none"), ("controls", "all"))
    np.testing.assert_array_equal(panel.chosen.sum(axis=0), 1)


def test_joint_tests_are_adjusted_over_the_hypotheses_of_all_outcomes(answers, model, alternatives):
    """Smallest possible p of 61 draws for two claims about two outcomes: Holm doubles both."""
    two = replace(
        model,
        paths=(*model.paths, ("c", "b")),
        hypotheses=(Hypothesis("H1", "a", "y", "positive"), Hypothesis("H2", "c", "b", "positive")),
    )
    answers = answers.assign(**{f"b{k}": answers[f"b{k}"] + answers[f"c{k}"] for k in (1, 2, 3)})
    one = CurveChoices({"all": tuple(ITEMS)}, {"none": np.ones(N, dtype=bool)}, {})
    summary = specification_curve(answers, two, PlsSection(), one, draws=60).tables["specification_summary"]
    for p in ("p_median", "p_share_significant", "p_stouffer"):
        assert list(summary[p]) == [1 / 61, 1 / 61]
        np.testing.assert_allclose(summary[f"{p}_holm"], 2 / 61)
    assert list(summary["share_significant"]) == [1, 1]


def test_choices_are_described_by_option(result, curve):
    choices = result.tables["specification_choices"]
    one = choices[(choices["hypothesis"] == "H1") & (choices["choice"] == "controls")]
    assert list(one["option"]) == ["none", "age", "gender", "age, gender"]
    assert one["n_specifications"].sum() == len(curve) / 2
    assert one["eta_squared"].nunique() == 1
    assert choices["eta_squared"].between(0, 1).all()


def test_the_same_seed_gives_the_same_curve(answers, model, alternatives, result):
    again = specification_curve(answers, model, PlsSection(), alternatives, draws=60, seed=3)
    pd.testing.assert_frame_equal(
        again.tables["specification_summary"].drop(columns="share_as_published"),
        result.tables["specification_summary"].drop(columns="share_as_published"),
    )


def test_what_cannot_be_estimated_is_listed_with_its_reason(answers, model):
    """Two items that share more with a third than with each other: a factor explains more than all of it."""
    apart = np.random.default_rng(4).integers(-1, 2, N)
    improper = answers.assign(a2=(answers["a1"] + apart).clip(1, 5), a3=(answers["a1"] - apart).clip(1, 5))
    every = CurveChoices(
        items={"all": tuple(ITEMS)}, exclusions={"none": np.ones(N, dtype=bool)}, controls={}
    )
    failures = specification_curve(improper, model, PlsSection(), every, draws=10).tables[
        "specification_failures"
    ]
    assert set(failures["score"]) == {"latent"}
    assert set(failures["coding"]) == {"answers", "ranks", "polychoric"}
    assert set(failures["reason"]) == {"heywood"}
    assert failures["at_fault"].str.contains("a1").all()


def test_single_items_are_estimated_by_every_method_and_alike(answers, model):
    """What is the item by every method of measurement has the coefficient of a regression on the item."""
    one = CurveChoices(
        items={
            "single": tuple(item for item in ITEMS if item not in {"a2", "a3"}),
            "first": ("a1", "b1", "c1", "y1"),
        },
        exclusions={"none": np.ones(N, dtype=bool)},
        controls={},
    )
    tables = specification_curve(answers, model, PlsSection(), one, draws=10).tables
    assert tables["specification_failures"].empty
    curve = tables["specification_curve"]
    assert len(curve) == 2 * 2 * MEASURED
    z = standardised(answers[["a1", "b1", "c1", "y1"]].to_numpy())
    expected = ols(z[:, 3], z[:, :3]).coef[1]
    alike = (curve["items"] == "first") & (curve["coding"] == "answers") & (curve["hypothesis"] == "H1")
    own = curve[alike & (curve["estimator"] != "huber")]
    assert len(own) == 4 + 3
    np.testing.assert_allclose(own["estimate"], expected, atol=1e-6)


def test_item_sets_that_are_equal_are_listed_once():
    retention = pd.DataFrame(
        {"item": ["i1", "i2", "i3"], "largest_loading": [0.8, -0.7, 0.4], "retained": [True, True, False]}
    )
    assert item_choices(retention, 0.75) == {
        "all": ("i1", "i2", "i3"),
        "retained": ("i1", "i2"),
        "strict": ("i1",),
    }
    assert list(item_choices(retention, 0.6)) == ["all", "retained"]


def test_exclusions_follow_the_screens_and_influence():
    careless = pd.DataFrame(
        {
            "respondent": [f"R{i}" for i in range(10)],
            "longstring": [20.0] + [3.0] * 9,
            "irv": np.linspace(0, 1, 10),
            "mahalanobis_p": [0.5] * 10,
            "even_odd": [np.nan] + [0.1] + [0.9] * 8,
        }
    )
    casewise = pd.DataFrame({"respondent": careless["respondent"], "cooks_distance": [0.0] * 9 + [0.5]})
    kept = exclusion_choices(careless, casewise)
    assert {name: np.flatnonzero(~rows).tolist() for name, rows in kept.items()} == {
        "none": [],
        "longstring": [0],
        "irv": [0],
        "even_odd": [1],
        "influential": [9],
    }


def test_no_answer_is_a_category_of_a_control(codebook):
    dummies = control_choices(pd.DataFrame({"age": [1.0, 1.0, 2.0, np.nan]}), codebook, ["age"])
    np.testing.assert_array_equal(dummies["age"], [[0, 0], [0, 0], [1, 0], [0, 1]])


def test_a_control_the_codebook_lacks_is_named_with_its_place(answers, codebook):
    with pytest.raises(SurveyError, match=r"robustness\.controls: .*no demographic variable shoe size"):
        control_choices(answers, codebook, ["age", "shoe size"])


def test_an_item_set_that_leaves_a_construct_empty_is_listed_not_estimated(answers, model, alternatives):
    bare = CurveChoices(
        items={"all": tuple(ITEMS), "bare": tuple(item for item in ITEMS if item[0] != "b")},
        exclusions={"none": np.ones(N, dtype=bool)},
        controls={},
    )
    tables = specification_curve(answers, model, PlsSection(), bare, draws=10).tables
    assert set(tables["specification_curve"]["items"]) == {"all"}
    failures = tables["specification_failures"]
    assert set(failures["items"]) == {"bare"}
    assert failures[["reason", "at_fault"]].drop_duplicates().values.tolist() == [["no_item_left", "b"]]


def test_constant_answers_of_a_sample_are_listed_not_estimated(answers, model):
    answers = answers.assign(b1=np.where(np.arange(N) < 30, answers["b1"], 3.0))
    late = np.arange(N) >= 30
    samples = {"none": np.ones(N, dtype=bool), "late": late}
    tables = specification_curve(
        answers, model, PlsSection(), CurveChoices({"all": tuple(ITEMS)}, samples, {}), draws=10
    ).tables
    assert set(tables["specification_curve"]["exclusion"]) == {"none"}
    failures = tables["specification_failures"]
    assert set(failures["exclusion"]) == {"late"}
    assert failures[["reason", "at_fault"]].drop_duplicates().values.tolist() == [["constant", "b1"]]


def test_a_model_without_hypotheses_has_an_empty_curve(answers, model, alternatives):
    bare = Model(model.constructs, model.paths, (), model.alpha)
    tables = specification_curve(answers, bare, PlsSection(), alternatives, draws=10).tables
    assert tables["specification_curve"].empty
    assert list(tables["specification_summary"].columns) == ["hypothesis"]


def test_the_panel_is_sorted_and_shows_every_choice(curve):
    panel = curve_panel(curve, "H1", ("estimator", "controls"), largest=50)
    assert len(panel.estimate) == 50
    assert (np.diff(panel.estimate) >= 0).all()
    assert panel.chosen.shape == (len(panel.options), 50)
    own = curve[curve["hypothesis"] == "H1"].reset_index(drop=True)
    last = own.iloc[panel.specification[-1]]
    assert last["estimate"] == own["estimate"].max()
    shown = {option for option, chosen in zip(panel.options, panel.chosen[:, -1], strict=True) if chosen}
    assert shown == {("estimator", last["estimator"])} | {
        ("controls", part) for part in split_names(last["controls"])
    }
    assert ("controls", "age, gender") not in panel.options


def test_no_share_hangs_on_rounding_at_the_level():
    """A p that processors may round to either side of the level is not below it."""
    p = np.array([0.05 - 2e-6, 0.05 - 5e-7, 0.05, 0.05 + 5e-7])
    assert below_level(p, 0.05).tolist() == [True, False, False, False]
    assert below_level(np.array([0.01 - 4e-7, 0.01 - 1e-7]), 0.01).tolist() == [True, False]
    t = -special.stdtrit(100, p / 2)
    estimates, null = t[:, None], np.zeros((4, 1, 1))
    test = joint_test(estimates, np.ones((4, 1)), np.full(4, 100), null, 0.05)
    assert test.significant[0] == 0.25


def test_hypotheses_keep_their_order_whatever_their_outcomes() -> None:
    """A curve is made for each outcome; what is shown follows the hypotheses."""
    claims = tuple(Hypothesis(name, "a", target, "positive") for name, target in (("H1", "y"), ("H2", "x")))
    model = Model(constructs=(), paths=(), hypotheses=claims, alpha=0.05)
    of_outcomes = [pd.DataFrame({"hypothesis": [name, name], "estimate": [1, 2]}) for name in ("H2", "H1")]
    table = _ordered(of_outcomes, model)
    assert table["hypothesis"].tolist() == ["H1", "H1", "H2", "H2"]
    assert table["estimate"].tolist() == [1, 2, 1, 2]
    assert _ordered([], model).empty


def test_groups_stand_for_the_respondents_of_a_large_sample(
    answers, model, alternatives, curve, result, monkeypatch
):
    """No estimate changes; errors that come from influences are within four of those of 100 groups."""
    for name, number in (("LARGEST", 200), ("GROUPS", 100)):
        monkeypatch.setattr(f"smartcity_survey.stats.core.dealt.{name}", number)
        monkeypatch.setattr(f"smartcity_survey.stages.cards.{name}", number)
    found = specification_curve(answers, model, PlsSection(), alternatives, draws=60, seed=3)
    large = found.tables["specification_curve"]
    np.testing.assert_allclose(large["estimate"], curve["estimate"], atol=1e-12)
    np.testing.assert_array_equal(large["n"], curve["n"])
    ratio = large["std_error"] / curve["std_error"]
    by_influence = ~curve["estimator"].isin(["ols", "huber"])
    np.testing.assert_allclose(ratio[~by_influence], 1.0, atol=1e-12)
    np.testing.assert_allclose(ratio[by_influence], 1.0, atol=4 / np.sqrt(200))
    assert (ratio[by_influence] != 1).any()
    assert found.cards["specification_curve"]["random_groups"] == 100
    assert "random_groups" not in result.cards["specification_curve"]
