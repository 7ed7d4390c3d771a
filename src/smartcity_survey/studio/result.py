"""The last step: the report as it stands, and the files for readers."""

from __future__ import annotations

from htmltools import Tag, tags

from smartcity_survey.errors import SurveyError
from smartcity_survey.report.chapter.files import files_of
from smartcity_survey.report.editions import PAGE
from smartcity_survey.studio.documents import Study
from smartcity_survey.studio.view import View
from smartcity_survey.study.codebook import read_codebook


def written_at(study: Study) -> int:
    """When the report was written last, in nanoseconds; 0 where there is none."""
    page = study.folder / "reports" / PAGE
    return page.stat().st_mtime_ns if page.is_file() else 0


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
        tags.li(tags.a(name, {"href": f"files/{name}", "download": ""}))
        for name in names
        if (reports / name).is_file()
    ]
    archive = tags.li(tags.a(view.words("The study's folder, zipped"), {"href": "study.zip", "download": ""}))
    return tags.div(
        tags.h3(view.words("To hand in")),
        tags.ul(*links, archive),
        tags.iframe(
            {
                "src": f"files/{PAGE}?{written_at(view.study)}",
                "title": view.words("Report"),
                "class": "report",
            }
        ),
    )
