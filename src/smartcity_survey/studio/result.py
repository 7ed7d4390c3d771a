"""The last two steps: how far a run is; the report as it stands, and the files for readers."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from htmltools import Tag, tags

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.messages import translated
from smartcity_survey.report.chapter.files import files_of
from smartcity_survey.report.editions import PAGE
from smartcity_survey.studio.documents import Study
from smartcity_survey.studio.running import Runner
from smartcity_survey.studio.view import View
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.workflow.progress import DONE, has_finished

KINDS = {".docx": "Word", ".pdf": "PDF", ".xlsx": "Excel", ".tex": "LaTeX"}
"""Endings of files to hand in, and what opens them."""
ARCHIVE = "The study's folder, zipped: with the answers as they are, so for the study's own people alone"
STEPS = {
    "read": "Answers read",
    "clean": "Answers cleaned",
    "missing": "Missing answers",
    "describe": "Respondents and answers described",
    "item_analysis": "Items and reliability",
    "measurement": "Measurement of the constructs",
    "scores": "Scores of the constructs",
    "adequacy": "Adequacy for factor analysis",
    "components": "Principal components",
    "common_factors": "Common factors",
    "factor_count": "Number of common factors",
    "loading_intervals": "Intervals of the loadings",
    "common_method": "Common method bias",
    "method_factor": "Factor of the method",
    "cfa": "Confirmatory factor analysis",
    "measurement_models": "Rival measurement models",
    "esem": "All items on all factors",
    "graded_response": "Graded response models",
    "sem": "Structural equation model",
    "fit_power": "Power of the tests of fit",
    "model_bootstrap": "Bootstrap of factor models",
    "controlled_paths": "Paths with controls",
    "regression": "Regression",
    "other_estimators": "Regression by other estimators",
    "ordinal": "Ordinal regression",
    "feedback": "Feedback between constructs",
    "random_intercept": "Random intercepts of clusters",
    "robustness": "Robustness of the regression",
    "pls": "PLS-SEM",
    "pls_assessment": "Quality of PLS-SEM",
    "pls_prediction": "Prediction by PLS-SEM",
    "model_comparison": "Comparison of rival models",
    "necessary_conditions": "Necessary conditions",
    "segments": "Unobserved segments",
    "oriented_segments": "Prediction-oriented segments",
    "tetrads": "Tetrad analysis",
    "copulas": "Gaussian copulas",
    "congruence": "Congruence of constructs",
    "mediator_contribution": "Mediators in prediction",
    "overfit": "Composite overfit analysis",
    "groups": "Comparison of groups",
    "omnibus": "Comparison of all groups at once",
    "ordinal_invariance": "Invariance of ordered answers",
    "alignment": "Groups aligned",
    "partial_invariance": "Items that differ between groups",
    "waves": "Comparison of waves",
    "hypotheses": "Hypotheses",
    "specification_curve": "Specification curve",
    "verdict_sheet": "Sheet of verdicts",
    "crosscheck": "Cross-check with other packages",
    "reproduction": "Reproduction of printed numbers",
    "audit": "Audit of printed numbers",
    "bounds": "Bounds of printed numbers",
    "report": "Report",
    "chapter": "Chapter (Word, PDF) and tables",
    "part": "Part of a large step",
}
"""A step of a run by its rule -> what it makes, in words of the page."""


def written_at(study: Study) -> int:
    """When the report was written last, in nanoseconds; 0 where there is none."""
    page = study.folder / "reports" / PAGE
    return page.stat().st_mtime_ns if page.is_file() else 0


def bars(view: View, runner: Runner) -> Tag:
    """How far the run is, and what it has said."""
    words, shown = view.words, runner.shown
    found = [*([shown.whole] if shown.whole else []), *shown.steps.values()] if runner.at_work else []
    drawn = [
        tags.p(
            tags.label(words(bar.what), {"for": f"bar-{place}"}),
            tags.progress({"id": f"bar-{place}", "value": str(bar.done), "max": str(bar.total)}),
            f" {bar.done}/{bar.total}",
        )
        for place, bar in enumerate(found)
    ]
    state = None
    if runner.at_work and shown.stopped:
        state = words("The analysis is being stopped.")
    elif runner.at_work:
        state = words("The analysis is at work.")
        if not drawn:  # the first seconds, of which the steps know nothing yet
            what = words("The survey file is read and checked.")
            drawn = [tags.p(tags.label(what, {"for": "bar-0"}), tags.progress({"id": "bar-0"}))]
    elif shown.stopped:
        state = words("The analysis was stopped; run it again, and it goes on where it was.")
    elif shown.ended == 0:
        state = words("The analysis is finished: the next step shows the report.")
    elif shown.ended is not None:
        state = words("The analysis did not come to its end; why is below.")
    lines = "\n".join(step_line(line, view) for line in tuple(shown.lines))
    goes_on = "It goes on when this page is closed, and is stopped when the studio is ended."
    return tags.div(
        tags.p(state, {"role": "status", "class": "fw-bold"}) if state else None,
        tags.p(words(goes_on)) if runner.at_work and not shown.stopped else None,
        *drawn,
        # In the reverse column of one line that it is, it is scrolled to its end.
        tags.pre(tags.span(lines), {"class": "lines", "tabindex": "0"}) if lines else None,
    )


def step_line(line: str | Problem, view: View) -> str:
    """A line of a run in the page's language, steps by what they do."""
    if isinstance(line, Problem):
        return "\n".join(view.problems([replace(line, place=STEPS.get(line.place, line.place))]))
    if not has_finished(line):
        return _in_language(line.replace(f"{view.study.folder}/", ""), view.language)
    rule, _, how = line.partition(": ")
    done = "done" if how == DONE else "the same as before"
    step = view.words(STEPS.get(rule.strip(), rule.strip())).replace("`", "")
    return f"{step}: {view.words(done)}"


_in_language = lru_cache(maxsize=1000)(translated)
"""Lines are drawn again and again."""


def report_step(view: View) -> Tag:
    """The page of the report inside this one, and links to everything that was written."""
    reports = view.study.folder / "reports"
    page = reports / PAGE
    if not page.is_file():
        return tags.p(view.words("There is no report yet: run the analysis first."))
    try:
        config = view.study.config()
        names = [*files_of(config, read_codebook(view.study.folder / config.data.codebook))]
    except SurveyError:
        names = []
    links = [
        tags.li(tags.a(name, {"href": f"files/{name}", "download": ""}), " ", KINDS.get(Path(name).suffix))
        for name in names
        if (reports / name).is_file()
    ]
    archive = tags.li(tags.a(view.words(ARCHIVE), {"href": "study.zip", "download": ""}))
    return tags.div(
        tags.h2(view.words("To hand in"), {"class": "fs-4"}),
        tags.ul(*links, archive),
        tags.iframe(
            {
                "src": f"files/{PAGE}?{written_at(view.study)}",
                "title": view.words("Report"),
                "class": "report",
            }
        ),
    )
