"""The figures of the report, each as svg, png and pdf, in one language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from smartcity_survey.io import Card, read_json, read_table
from smartcity_survey.report.figures.bootstrap import plot_bootstrap_distributions
from smartcity_survey.report.figures.bounds import plot_bounds
from smartcity_survey.report.figures.coefficients import plot_coefficients
from smartcity_survey.report.figures.collinear import plot_importance, plot_ridge
from smartcity_survey.report.figures.drawing import SUFFIXES, save
from smartcity_survey.report.figures.heatmaps import plot_htmt, plot_loadings
from smartcity_survey.report.figures.importance_performance import plot_importance_performance
from smartcity_survey.report.figures.item_correlations import plot_item_correlations
from smartcity_survey.report.figures.path_diagram import plot_path_diagram
from smartcity_survey.report.figures.regression import plot_diagnostics
from smartcity_survey.report.figures.respondents import plot_demographics, plot_items
from smartcity_survey.report.figures.scree import plot_scree
from smartcity_survey.report.figures.simple_slopes import plot_johnson_neyman, plot_simple_slopes
from smartcity_survey.report.figures.specification_curve import plot_specification_curve
from smartcity_survey.report.figures.waves import plot_waves
from smartcity_survey.report.setting import Setting

__all__ = [
    "FIGURES",
    "SUFFIXES",
    "FigureEntry",
    "cards_of",
    "draw_all",
    "draw_figure",
    "foot",
    "plot_bootstrap_distributions",
    "plot_bounds",
    "plot_coefficients",
    "plot_demographics",
    "plot_diagnostics",
    "plot_htmt",
    "plot_importance",
    "plot_importance_performance",
    "plot_item_correlations",
    "plot_items",
    "plot_johnson_neyman",
    "plot_loadings",
    "plot_path_diagram",
    "plot_ridge",
    "plot_scree",
    "plot_simple_slopes",
    "plot_specification_curve",
    "plot_waves",
    "save",
]


@dataclass(frozen=True, slots=True)
class FigureEntry:
    """A figure: what draws it from stage files and a setting.

    Attributes
    ----------
    needs : the stage files it is drawn from, in the order of the drawing function's arguments.
    draw : the drawing function; it returns None where its tables have nothing to draw.
    also : tables that say more where they exist; passed by their names, None where they do not.
    counted : the table whose card says how many respondents it is of; the first of `needs` if empty.
    """

    needs: tuple[str, ...]
    draw: Callable[..., Figure | None]
    also: tuple[str, ...] = ()
    counted: str = ""

    @property
    def sized_by(self) -> str:
        """The table whose card has the number of respondents."""
        return self.counted or Path(self.needs[0]).name


FIGURES: Mapping[str, FigureEntry] = {
    "bounds": FigureEntry(
        ("tables/identified_sets", "tables/witness_paths", "tables/hypotheses"), plot_bounds
    ),
    "demographics": FigureEntry(("tables/demographics",), plot_demographics),
    "items": FigureEntry(("tables/item_frequencies",), plot_items),
    "scree": FigureEntry(("tables/eigenvalues",), plot_scree),
    "loadings": FigureEntry(("tables/rotated_loadings",), plot_loadings, also=("item_retention",)),
    "item_correlations": FigureEntry(
        ("tables/reproduced_correlations", "tables/residual_correlations"), plot_item_correlations
    ),
    "htmt": FigureEntry(("tables/htmt",), plot_htmt),
    "path": FigureEntry(
        ("tables/pls_paths", "tables/pls_quality", "tables/pls_loadings"),
        plot_path_diagram,
        also=("hypotheses", "identified_sets"),
    ),
    "bootstrap": FigureEntry(
        ("tables/pls_bootstrap_distributions", "tables/pls_paths"),
        plot_bootstrap_distributions,
        also=("hypotheses",),
    ),
    "simple_slopes": FigureEntry(("tables/simple_slopes",), plot_simple_slopes),
    "johnson_neyman": FigureEntry(
        ("tables/conditional_slopes", "tables/johnson_neyman"), plot_johnson_neyman
    ),
    "ipma": FigureEntry(("tables/ipma",), plot_importance_performance),
    "diagnostics": FigureEntry(("private/casewise",), plot_diagnostics, counted="coefficients"),
    "coefficients": FigureEntry(("tables/hypotheses",), plot_coefficients, counted="coefficients"),
    "specification_curve": FigureEntry(
        ("tables/specification_curve", "tables/hypotheses"), plot_specification_curve
    ),
    "importance": FigureEntry(("tables/relative_importance",), plot_importance),
    "ridge": FigureEntry(("tables/ridge_trace",), plot_ridge),
    "waves": FigureEntry(("tables/wave_means", "tables/wave_paths"), plot_waves),
}
"""Figure name -> entry, in the order of the report; its wording is `figures.<name>` in the locale files."""


def draw_all(
    reports: str | Path,
    figures: str | Path,
    setting: Setting,
    *,
    respondents: bool = True,
    read: Mapping[str, pd.DataFrame] | None = None,
) -> tuple[str, ...]:
    """Draw every figure that can be drawn; returns their names. The parameters are those of `draw_figure`."""
    cards = cards_of(reports)

    def drawn(name: str) -> bool:
        return draw_figure(name, reports, figures, setting, cards, respondents=respondents, read=read)

    return tuple(name for name in FIGURES if drawn(name))


def draw_figure(
    name: str,
    reports: str | Path,
    figures: str | Path,
    setting: Setting,
    cards: Mapping[str, Card],
    *,
    respondents: bool = True,
    read: Mapping[str, pd.DataFrame] | None = None,
) -> bool:
    """Draw a figure if its stage files exist and have what it shows; returns whether it was drawn.

    Otherwise images that an earlier run left are removed.

    Parameters
    ----------
    reports : folder with `tables/` and `private/`.
    figures : folder for `<name>.svg`, `<name>.png` and `<name>.pdf`.
    cards : of the run, by table.
    respondents : whether to draw the figures that have a point for each respondent.
    read : all tables, where they have been read already.
    """
    entry, reports, stem = FIGURES[name], Path(reports), Path(figures) / name
    setting = replace(setting, bounded=setting.bounded or (reports / "tables/decisions.csv").is_file())
    private = any(need.startswith("private/") for need in entry.needs)
    frames = [_frame(reports, need, read) for need in entry.needs] if respondents or not private else [None]
    figure = None
    if all(frame is not None for frame in frames):
        more = {table: _frame(reports, f"tables/{table}", read) for table in entry.also}
        figure = entry.draw(*frames, setting, **more)
    if figure is None:
        for suffix in SUFFIXES:
            stem.with_suffix(suffix).unlink(missing_ok=True)
        return False
    save(figure, stem, foot(cards.get(entry.sized_by, {}), setting))
    return True


def foot(card: Card, setting: Setting) -> str:
    """What a figure is drawn from, for the line below it: reconstructed data, and how many respondents."""
    wording = setting.wording
    parts = [wording["figures.foot.reconstruction"]] if setting.reconstruction else []
    if isinstance(n := card.get("n"), int):
        parts.append(wording.fill("figures.foot.n", n=wording.numbers.count(n)))
    return "; ".join(parts)


def cards_of(reports: str | Path) -> dict[str, Card]:
    """Estimator cards of a run, by table."""
    files = sorted((Path(reports) / "cards").glob("*.json"))
    return {name: card for path in files for name, card in read_json(path).items()}


def _frame(reports: Path, name: str, read: Mapping[str, pd.DataFrame] | None) -> pd.DataFrame | None:
    """A stage file, None where there is none or it has no lines."""
    kind, _, table = name.partition("/")
    if read is not None and kind == "tables":
        # A figure may add columns to its own.
        frame = read[table].copy(deep=False) if table in read else pd.DataFrame()
    else:
        source = reports / f"{name}.csv"
        frame = read_table(source) if source.is_file() else pd.DataFrame()
    return frame if len(frame) else None
