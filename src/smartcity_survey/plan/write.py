"""`smartcity-survey plan`: the numbers of the next wave as tables and figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from smartcity_survey.errors import SurveyError, counted
from smartcity_survey.io import write_bytes, write_table
from smartcity_survey.plan.figure import figure_foot, plot_plan
from smartcity_survey.plan.finished import Finished, read_finished
from smartcity_survey.plan.form import Written
from smartcity_survey.plan.sizes import Plan, plan_of
from smartcity_survey.plan.strata import Strata, strata_of, told
from smartcity_survey.plan.workbook import plan_workbook
from smartcity_survey.report.figures.drawing import save
from smartcity_survey.report.labels import labels_of
from smartcity_survey.study.config import Language
from smartcity_survey.study.label_languages import languages_written

STRATA, SIZES, CURVE = "strata.csv", "sample_size.csv", "power_curve.csv"
STRATA_SHOWN = 5


def write_plan(folder: Path, out: Path) -> Written:
    """Write the plan of a finished study: tables, a workbook and a figure in each language of its labels.

    Raises
    ------
    SurveyError
        where config, codebook, results or the table of the population admit no plan.
    """
    study = read_finished(folder)
    population = study.config.plan.population
    ours = {(out / name).resolve() for name in (SIZES, STRATA, CURVE)}
    if population is not None and (folder / population).resolve() in ours:
        raise SurveyError(
            f"config.yaml, plan.population: {population}",
            "the plan would be written over it.",
            "Give the table of the population another name or place.",
        )
    strata = strata_of(study, folder)
    plan = plan_of(study, strata)
    write_table(plan.sizes, out / SIZES)
    write_table(plan.strata, out / STRATA)
    write_table(plan.curve, out / CURVE)
    files = [out / SIZES, out / STRATA, out / CURVE]
    config = study.config
    for language in languages_of(study):
        labels = labels_of(study.codebook, language)
        book = out / f"plan.{language}.xlsx"
        write_bytes(plan_workbook(plan, study, labels, language), book)
        figure = plot_plan(plan, config.plan, labels, language)
        foot = figure_foot(plan, language, config.study.reconstruction)
        files += [book, *save(figure, out / f"plan.{language}", foot)]
    return Written(tuple(files), (*_said(plan, study), *_left_out(strata)))


def languages_of(study: Finished) -> tuple[Language, ...]:
    """Languages in which title and labels are given; of one text for all, the study's."""
    section = study.config.study
    return languages_written(study.codebook, section.title, section.language) or (section.language,)


def _left_out(strata: Strata) -> Iterator[str]:
    """Strata that nobody is asked in, as neither the population's table nor the study has them."""
    if strata.left_out:
        shown = "; ".join(told(strata.variables, code) for code in strata.left_out[:STRATA_SHOWN])
        more = "; ..." if len(strata.left_out) > STRATA_SHOWN else ""
        yield (
            f"Nobody is asked in strata that the population has no row for: {shown}{more}. Add a row where "
            "somebody lives there."
        )


def _said(plan: Plan, study: Finished) -> Iterator[str]:
    section = study.config.plan
    margin = plan.sizes.iloc[0]
    n = counted(plan.asked, "person", "people").replace(str(plan.asked), f"{plan.asked:,}")
    yield f"Ask {n}. Expected to be analysed: {plan.analysed:,.0f}."
    if plan.clusters is not None and section.clusters is not None:
        yield (
            f"They come from {counted(plan.clusters, 'cluster')} of {section.clusters.size}; "
            f"the design effect of percentages is {plan.design_effect:.2f}."
        )
    yield (
        f"A percentage needs {int(margin['n_asked']):,} for a margin of error of "
        f"{100 * section.margin_of_error:g} points; the plan reaches {100 * margin['reached']:.1f}."
    )
    for line in plan.sizes.iloc[1:].to_dict("records"):
        yield (
            f"{line['source']} → {line['target']} at {line['coefficient']:g} needs {line['n_asked']:,}; "
            f"the plan finds it with power {line['reached']:.2f}."
        )
    if not all(plan.strata["spread_of"] == "stratum"):
        yield "Strata of fewer than two respondents have the spread of all (`spread_of` in strata.csv)."
    if study.config.study.reconstruction:
        yield (
            "The answers are a reconstruction: their covariance is one among many with the same printed "
            "tables (study.bounds), and so are the numbers for paths."
        )
