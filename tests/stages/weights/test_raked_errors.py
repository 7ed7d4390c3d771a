"""Errors of raked weights in the tables: which allow for the margins, and which say that they do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stages.answers.describe import describe_answers
from smartcity_survey.stages.checks.crosscheck import crosscheck
from smartcity_survey.stages.design import design_of
from smartcity_survey.stages.regression.regression import estimate_regression
from smartcity_survey.stages.sem.cfa import confirm_model
from smartcity_survey.stats.sampling.weighted_moments import describe_design
from smartcity_survey.study.codebook import MARGIN, WEIGHT, Codebook
from smartcity_survey.study.config import CfaSection, RegressionSection
from tests.stages import simulated
from tests.stages.checks.test_crosscheck import NO_RESULTS
from tests.stages.weights.drawn import answers, scores
from tests.stages.weights.test_stages import MODEL
from tests.stages.weights.test_weighing import BANDS, CITY, cleaned, section


def raked_frame(way: str) -> pd.DataFrame:
    """Answers with raked weights, as the next steps read them."""
    return cleaned(answers(way), section(CITY, BANDS, trim=None)).private["answers"]


@pytest.mark.parametrize("way", ["weighted", "both"])
def test_errors_of_raked_weights_allow_for_the_margins(way: str) -> None:
    frame = raked_frame(way)
    design = design_of(frame)
    assert design is not None
    assert design.calibration is not None
    # The margins' cells are those of the answers: what they fix has no error.
    old = (frame["age"] > 35).to_numpy(dtype=np.float64)[:, None]
    assert describe_design(old, design).se_mean[0] < 1e-9
    assert describe_design(old, replace(design, calibration=None)).se_mean[0] > 0.01
    before = answers(way)[WEIGHT].to_numpy()
    np.testing.assert_allclose(design.calibration.root, np.sqrt(before / before.mean()))
    described = describe_answers(frame, simulated.codebook(), design)
    items = list(simulated.ITEMS)
    expected = describe_design(frame[items].to_numpy(dtype=np.float64), design)
    table = described.tables["item_descriptives"].set_index("item").loc[items]
    np.testing.assert_allclose(table["se_mean"], expected.se_mean)
    assert described.cards["item_descriptives"]["margins"] == "in_errors"
    assert "margins" not in described.cards["demographics"]


def test_who_left_items_out_stays_in_the_margins() -> None:
    frame = raked_frame("weighted")
    item = simulated.ITEMS[0]
    frame.loc[::7, item] = np.nan
    found, whole = design_of(frame, [item]), design_of(frame)
    assert found is not None
    assert whole is not None
    there = frame[item].notna().to_numpy()
    expected = describe_design(frame.loc[there, [item]].to_numpy(), whole.subset(there))
    own = describe_design(frame.loc[there, [item]].to_numpy(), found)
    np.testing.assert_allclose(own.se_mean, expected.se_mean, rtol=1e-10)
    assert len(found.calibration.root) == len(frame) > found.n  # type: ignore[union-attr]


def test_factor_models_say_that_they_take_raked_weights_as_given() -> None:
    frame = raked_frame("both")
    card = confirm_model(frame, MODEL, CfaSection(dynamic_draws=20), 0.95, 1, design=design_of(frame)).cards[
        "cfa_loadings"
    ]
    assert card["margins"] == "weights_as_given"


def test_other_packages_errors_are_not_held_against_raked_ones() -> None:
    frame = raked_frame("weighted")
    design = design_of(frame)
    result = estimate_regression(
        scores(), frame, MODEL, simulated.codebook(), RegressionSection(), "mean", design=design
    )
    tables = {name: result.tables[name] for name in ("coefficients", "model_summary")}
    compared = crosscheck(frame[list(MODEL.items)], scores(), NO_RESULTS | tables, MODEL, design=design)
    assert set(compared.tables["crosscheck"]["quantity"]) == {"coefficients", "r2"}
    assert compared.tables["crosscheck"]["agrees"].all()
    assert result.cards["coefficients"]["margins"] == "in_errors"


def test_names_of_the_margins_columns_are_kept() -> None:
    content = simulated.codebook().model_dump(by_alias=True, exclude_defaults=True)
    content["demographics"][f"{MARGIN}1"] = content["demographics"].pop("city")
    with pytest.raises(ValueError, match=f"`{MARGIN}1` is kept for the weights"):
        Codebook.model_validate(content)
