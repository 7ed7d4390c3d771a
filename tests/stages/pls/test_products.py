"""Curves and three-way interactions on the simulated survey, against least squares on scores and seminr."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import StageResult
from smartcity_survey.stages.pls.pls import estimate_pls, pls_model
from smartcity_survey.stages.pls.products import product_plans
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.resample import resampled_units
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import construct_scores, fit_pls
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config, PlsSection
from smartcity_survey.study.model import Model, Moderation, Product, build_model
from tests.stages import simulated
from tests.stages.refusals import refused

A, B, C, *_ = simulated.CONSTRUCTS
Y = simulated.OUTCOME
CURVE, THREE = Product((A, A), Y), Product((A, B, C), Y)
DRAWS = 100
SECTION = PlsSection(bootstrap_draws=DRAWS)


def model_of(*products: Product, moderations: tuple[Moderation, ...] = ()) -> Model:
    """A, B and C to Y, with products."""
    kept = tuple(one for one in simulated.model().constructs if one.name in (A, B, C, Y))
    paths = ((A, Y), (B, Y), (C, Y))
    return replace(
        simulated.model(), constructs=kept, paths=paths, products=products, moderations=moderations
    )


@cache
def found(*products: Product) -> StageResult:
    return estimate_pls(bent(), model_of(*products), SECTION, 1)


def tables(*products: Product) -> dict[str, pd.DataFrame]:
    return dict(found(*products).tables)


@cache
def bent() -> pd.DataFrame:
    """The survey, in which Y rises with A the more slowly, the higher A is."""
    frame = simulated.answers().copy()
    own = frame[list(simulated.items_of(A))].mean(axis=1)
    own = (own - own.mean()) / own.std()
    for item in simulated.items_of(Y):
        frame[item] = np.clip(np.rint(frame[item] + 0.3 * own - 0.5 * (own**2 - 1)), 1, 5)
    return frame


def scores(x: Array) -> dict[str, Array]:
    fit = fit_pls(correlation(x), len(x), pls_model(model_of(), SECTION))
    return dict(zip(model_of().names, construct_scores(x, fit.outer_weights).T, strict=True))


def answers() -> Array:
    return bent()[list(model_of().items)].to_numpy(dtype=float)


def least_squares(own: dict[str, Array], terms: list[tuple[str, ...]]) -> Array:
    """Coefficients of products of scores, without the constant's."""
    columns = [np.prod([own[name] for name in term], axis=0) for term in terms]
    return np.linalg.lstsq(np.column_stack([*columns, np.ones(len(own[Y]))]), own[Y], rcond=None)[0][:-1]


PAIRS: list[tuple[str, ...]] = [(A, B), (A, C), (B, C)]
TERMS: dict[Product, list[tuple[str, ...]]] = {
    CURVE: [(A,), (B,), (C,), (A, A)],
    THREE: [(A,), (B,), (C,), *PAIRS, (A, B, C)],
}


@pytest.mark.parametrize("product", [CURVE, THREE])
def test_terms_are_least_squares_on_scores(product: Product) -> None:
    table = tables(product)["product_terms"]
    assert table["factors"].tolist() == [", ".join(term) for term in TERMS[product]]
    expected = least_squares(scores(answers()), TERMS[product])
    np.testing.assert_allclose(table["estimate"], expected, rtol=1e-7)


def test_a_model_without_curves_says_so() -> None:
    result = found(THREE)
    assert result.tables["curve_shapes"].empty
    assert refused(result, "curve_shapes") == [("table", "no_curve", "")]
    assert "refused" not in found(CURVE).cards["curve_shapes"]


@pytest.mark.parametrize("product", [CURVE, THREE])
def test_errors_are_of_resamples_of_both_stages(product: Product) -> None:
    x = answers()
    drawn = [
        least_squares(scores(x[units]), TERMS[product])[-1] for units in resampled_units(1, 0, DRAWS, len(x))
    ]
    line = tables(product)["product_terms"].iloc[-1]
    assert line["boot_mean"] == pytest.approx(np.mean(drawn), rel=1e-3)
    assert line["boot_se"] == pytest.approx(np.std(drawn, ddof=1), rel=1e-3)


def test_the_curve_is_seminrs_quadratic_term() -> None:
    """On scores as single items, which is what stage two is."""
    seminr = pytest.importorskip("seminr", reason="seminr, the oracle, is not installed")
    theirs = seminr.estimate_pls(
        scores(answers()),
        seminr.constructs(
            *(seminr.composite(f"c{name}", seminr.single_item(name)) for name in (A, B, C, Y)),
            seminr.quadratic_term(iv=f"c{A}"),
        ),
        seminr.relationships(seminr.paths([f"c{A}", f"c{B}", f"c{C}", f"c{A}*c{A}"], f"c{Y}")),
        stop_criterion=13,
    ).path_coef
    column = theirs.cols.index(f"c{Y}")
    rows = (f"c{A}", f"c{B}", f"c{C}", f"c{A}*c{A}")
    expected = [theirs.values[theirs.rows.index(row), column] for row in rows]
    np.testing.assert_allclose(tables(CURVE)["product_terms"]["estimate"], expected, atol=1e-8)


def test_slopes_along_a_curve_are_its_differences() -> None:
    """The slope at a value is that of a small step, by the regression's own prediction."""
    line, square = tables(CURVE)["product_terms"]["estimate"].iloc[[0, 3]]
    table, step = tables(CURVE)["product_slopes"], 1e-5
    assert table["first_moderator"].tolist() == [A] * 3
    for at, slope in zip(table["first_at"], table["estimate"], strict=True):
        ahead, behind = (line * v + square * v**2 for v in (at + step, at - step))
        assert slope == pytest.approx((ahead - behind) / (2 * step), rel=1e-6)
    assert (table["ci_low"] < table["estimate"]).all()
    assert (table["estimate"] < table["ci_high"]).all()


def test_slopes_of_a_three_way_interaction_at_low_and_high_moderators() -> None:
    own = least_squares(scores(answers()), TERMS[THREE])
    table = tables(THREE)["product_slopes"]
    assert table[["first_moderator", "second_moderator"]].to_numpy().tolist() == [[B, C]] * 4
    for _, line in table.iterrows():
        b, c = line["first_at"], line["second_at"]
        assert line["estimate"] == pytest.approx(own[0] + own[3] * b + own[4] * c + own[6] * b * c, rel=1e-6)
    assert set(map(tuple, table[["first_at", "second_at"]].to_numpy())) == {
        *((-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0))
    }


def test_the_shape_of_a_curve_is_told() -> None:
    own = least_squares(scores(answers()), TERMS[CURVE])
    shape = tables(CURVE)["curve_shapes"].iloc[0]
    assert shape["turns_at"] == pytest.approx(-own[0] / (2 * own[3]), rel=1e-6)
    assert own[3] < 0
    assert shape["shape"] == ("inverted_u" if abs(shape["turns_at"]) < 2 else "rises_slower")
    straight = estimate_pls(simulated.answers(), model_of(CURVE), SECTION, 1).tables
    square = straight["product_terms"].iloc[-1]
    assert square["ci_low"] < 0 < square["ci_high"]
    assert straight["curve_shapes"]["shape"].tolist() == ["straight"]
    assert straight["curve_shapes"]["turns_at"].isna().all()


def test_moderations_stand_beside_a_curve_and_pairs_once_beside_three() -> None:
    (plan,) = product_plans(model_of(CURVE, THREE, moderations=(Moderation(A, B, Y),)))
    assert plan.products == ((1, 0), (0, 2), (1, 2), (0, 0), (0, 1, 2))


@pytest.mark.parametrize("interval", ["bca", "studentised"])
def test_every_kind_of_interval_has_ends(interval: Any) -> None:
    section = PlsSection(bootstrap_draws=DRAWS, interval=interval)
    found = estimate_pls(bent(), model_of(CURVE), section, 1).tables["product_slopes"]
    assert (found["ci_low"] < found["ci_high"]).all()


@pytest.mark.parametrize(
    ("factors", "target", "message"),
    [
        (["trust", "tru"], "use", "tru is not a construct that items measure"),
        (["trust", "use"], "use", "the product of two constructs is a moderation"),
        (["trust", "trust", "trust"], "use", "neither one construct twice nor three constructs"),
        (["use", "use"], "trust", "there is no path use -> trust"),
    ],
)
def test_odd_products_are_refused(
    config_content: dict[str, Any], codebook: Codebook, factors: list[str], target: str, message: str
) -> None:
    config_content["model"]["products"] = [{"of": factors, "to": target}]
    with pytest.raises(SurveyError, match=message):
        build_model(Config.model_validate(config_content).model, codebook)


def test_a_product_is_given_once_and_needs_scores(config_content: dict[str, Any], codebook: Codebook) -> None:
    config_content["model"]["products"] = [{"of": ["trust", "trust"], "to": "use"}] * 2
    with pytest.raises(SurveyError, match="this product is given already"):
        build_model(Config.model_validate(config_content).model, codebook)
    config_content["pls"] = {"correlation": "polychoric"}
    with pytest.raises(ValueError, match="products need scores of the respondents"):
        Config.model_validate(config_content)
