"""Means and paths over the waves: a line for each, in the waves' order, intervals apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smartcity_survey.report.figures import plot_waves
from tests.report.conftest import MakeSetting


def test_every_construct_and_path_has_a_line_through_its_estimates(
    tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    means, paths = tables["wave_means"], tables["wave_paths"]
    upper, lower = plot_waves(means, paths, setting("kk")).axes
    labels = [line.get_label() for line in upper.lines]
    assert labels == ["Сенім ұғымы", "Қолдану жеңілдігі", "Пайдалану һәм өсу"]
    trust = means[means["construct"] == "trust"]
    np.testing.assert_allclose(upper.lines[0].get_ydata(), trust["mean"])
    assert [tick.get_text() for tick in upper.get_xticklabels()] == ["2024", "2026"]
    below = [str(line.get_label()).replace("\n", " ") for line in lower.lines]  # long ones have two lines
    assert "Сенім ұғымы → Пайдалану һәм өсу" in below


def test_intervals_of_one_wave_do_not_hide_one_another(
    tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    upper, _ = plot_waves(tables["wave_means"], tables["wave_paths"], setting("en")).axes
    places = np.array([line.get_xdata() for line in upper.lines], dtype=float)
    assert (np.diff(places, axis=0) > 0.1).all()
    assert (np.abs(places - [0, 1]) < 0.5).all()
