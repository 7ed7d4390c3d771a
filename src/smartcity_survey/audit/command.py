"""The command `audit`: papers to what is said of them, a file, and an exit code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from smartcity_survey.audit import show
from smartcity_survey.audit.outcome import Outcome, audited, papers_in, worst
from smartcity_survey.audit.severity import Severity
from smartcity_survey.errors import SurveyError, reason_of

_WRITERS: dict[str, Callable[[Sequence[Outcome], show.Tell], str]] = {
    "json": show.as_json,
    "csv": show.as_csv,
    "html": show.as_html,
}


def audit_papers(
    path: Path,
    language: str,
    *,
    output: Path | None,
    form: str,
    fail_on: str,
    strict: bool,
    power: bool,
    say: Callable[[str], None],
    problem_in: Callable[[SurveyError], str],
) -> int:
    """Audit a paper or a folder of papers; the exit code is 0 consistent, 1 findings, 2 unreadable.

    `form` is what is said; with `output` it is what is written there, as the file's name says where it is
    `text`.
    """
    try:
        outcomes = [audited(paper, language, with_power=power) for paper in papers_in(path)]
        written = _form_of(output, form)
        if output is None and written == "docx":
            raise SurveyError("--format", "a Word document is no text.", "Give --output FILE.docx.")
        if output is None and written != "text":
            say(_WRITERS[written](outcomes, problem_in).removesuffix("\n"))
        else:
            say(
                show.as_text(outcomes, lambda outcome: problem_in(outcome.problem or SurveyError("", "", "")))
            )
        if output is not None:
            _write(outcomes, output, written, problem_in)
    except SurveyError as error:
        say(problem_in(error))
        return 2
    return worst(outcomes, None if fail_on == "never" else Severity(fail_on), strict=strict)


def _form_of(output: Path | None, form: str) -> str:
    if output is None or form != "text":
        return form
    form = output.suffix.removeprefix(".").lower()
    if form not in show.FORMATS:
        found = f"`{output.suffix}` is no form of the audit's."
        raise SurveyError(str(output), found, "Name it .csv, .json, .html or .docx.")
    return form


def _write(
    outcomes: Sequence[Outcome], output: Path, form: str, problem_in: Callable[[SurveyError], str]
) -> None:
    if output.exists() and not output.is_file() and not output.is_dir():
        raise SurveyError(
            str(output),
            "it is no file but a device or a pipe.",
            "Give the name of a file: what is written takes the place of what stands there.",
        )
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        if form == "docx":
            show.write_docx(outcomes, output, problem_in)
        else:
            output.write_text(_WRITERS[form](outcomes, problem_in), encoding="utf-8")
    except OSError as error:
        raise SurveyError(
            str(output), f"it cannot be written ({reason_of(error)}).", "Give another file."
        ) from None
