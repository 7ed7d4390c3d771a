"""The figure of where moderated paths differ from zero: panels, bounds, shades, and what it says in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.report.figures.alt_texts import alt_text
from smartcity_survey.report.figures.simple_slopes import plot_johnson_neyman
from smartcity_survey.report.respondent_names import moderator_value
from smartcity_survey.stats.pls.moderation import johnson_neyman, slope_band
from tests.report.conftest import MakeSetting

PATH = {"source": "trust", "target": "use", "moderator": "ease"}
REACH = (-2.0, 3.0)
CASES = {
    "outside": (0.1, 0.3, 0.0016),
    "between": (0.3, 0.02, 0.0144),
    "below": (0.2, -0.09, 0.0016),
    "everywhere": (0.5, 0.0, 0.0001),
    "nowhere": (0.02, 0.01, 0.0016),
}


def tables(case: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    slope, interaction, variance = CASES[case]
    covariance, at = np.diag([0.0025, variance]), np.linspace(*REACH, 41)  # type: ignore[call-overload]
    region = johnson_neyman(slope, interaction, covariance).within(*REACH)
    assert region.where == case
    low, high = slope_band(slope, interaction, covariance, at)
    band = {"moderator_at": at, "estimate": slope + interaction * at, "ci_low": low, "ci_high": high}
    line = {"differs": region.where, "from_sd": region.low, "to_sd": region.high}
    return pd.DataFrame({**PATH, **band}), pd.DataFrame([{**PATH, **line}])


@pytest.mark.parametrize("case", CASES)
def test_shades_end_where_the_band_meets_zero(case: str, setting: MakeSetting) -> None:
    band, regions = tables(case)
    (axes,) = plot_johnson_neyman(band, regions, setting("en")).axes
    ends = regions[["from_sd", "to_sd"]].to_numpy()[0]
    dashed = [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"]
    assert dashed == [end for end in ends if end == end]
    _, *shades = [shade.get_paths()[0].vertices for shade in axes.collections]
    assert len(shades) == {"outside": 2, "nowhere": 0}.get(case, 1)
    for shade in shades:
        assert (shade[:, 1] >= -0.005).all() or (shade[:, 1] <= 0.005).all()
    shaded = sum(np.ptp(shade[:, 0]) for shade in shades)
    differs = ((band["ci_low"] > 0) | (band["ci_high"] < 0)).mean() * np.ptp(REACH)
    assert shaded == pytest.approx(differs, abs=0.2)
    assert axes.get_xlim() == REACH


def test_words_beside_it_tell_the_bounds(setting: MakeSetting) -> None:
    found: Mapping[str, str] = {
        case: alt_text("johnson_neyman", {"johnson_neyman": tables(case)[1]}, setting("en")) for case in CASES
    }
    low, high = tables("outside")[1][["from_sd", "to_sd"]].to_numpy()[0]
    assert f"below {low:.2f} and above {high:.2f} SD".replace("-", "−") in found["outside"]
    assert "at all observed values" in found["everywhere"]
    assert "at no observed value" in found["nowhere"]
    assert "Trust → Use × Ease" in found["below"]


def test_slopes_are_told_at_categories_by_name_and_at_scores_as_exactly_as_they_differ(
    setting: MakeSetting,
) -> None:
    """A column of codes is of whole numbers where every moderator has categories."""
    english = setting("en")
    of_city = {"moderator": "city", "moderator_at": -1.02}
    name = english.labels.categories["city", 1]
    for code in (1, 1.0, np.int64(1)):
        assert moderator_value("", {**of_city, "category": code}, english) == name
    at = {"moderator": "trust", "category": np.nan}
    told = [moderator_value("", {**at, "moderator_at": value}, english) for value in (-1.0, -0.96, np.nan)]
    assert told == ["\u22121.0", "\u22120.96", ""]
