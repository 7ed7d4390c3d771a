"""The outcome of an audit as text, JSON, CSV, a page or a Word document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from smartcity_survey.audit.messages import read_locale
from smartcity_survey.audit.outcome import Line, Outcome
from smartcity_survey.audit.severity import Severity
from smartcity_survey.cell_text import csv_of_texts
from smartcity_survey.errors import SurveyError

Tell = Callable[[SurveyError], str]
"""Why a paper cannot be read, in the reader's language."""

FORMATS = ("text", "json", "csv", "html", "docx")
TEMPLATE = Path(__file__).parent / "page.html.j2"
# As a share of this many parts, `76 %`.
_PERCENT = 100


def as_text(outcomes: Sequence[Outcome], problem_in: Callable[[Outcome], str]) -> str:
    """What the console says; several papers end with one summary."""
    blocks = [_text_of(outcome, problem_in, headed=len(outcomes) > 1) for outcome in outcomes]
    if len(outcomes) > 1:
        blocks.append(_summary(outcomes))
    return "\n\n".join(blocks)


def _text_of(outcome: Outcome, problem_in: Callable[[Outcome], str], *, headed: bool) -> str:
    words = read_locale(outcome.language)["page"]
    lines = [f"== {outcome.source}: {outcome.title}"] if headed else []
    if outcome.problem is not None:
        return "\n".join([*lines, problem_in(outcome)])
    for key, found in outcome.sections().items():
        if found and key != "not_testable":
            lines += [f"{words[key]}:", *(f"  {_line(line, outcome.language)}" for line in found)]
    if verdict := outcome.verdict():
        lines.append(words[verdict])
    covered = [f"  {line}" for line in coverage_by_object(outcome)]
    return "\n".join([*lines, *coverage_sentences(outcome), *covered, _counts(outcome)])


def _line(line: Line, language: str) -> str:
    return f"[{severity_in(line.severity, language)}] {line.place}: {line.explanation}"


def severity_in(severity: Severity, language: str) -> str:
    """A class of findings in words."""
    return read_locale(language)["severities"][severity.value or "none"]


def coverage_sentences(outcome: Outcome) -> list[str]:
    """How many numbers are checked, where none is, and how many wrong digits would be noticed."""
    words = read_locale(outcome.language)["page"]
    numbers, checked = (sum(getattr(one, of) for one in outcome.coverage) for of in ("numbers", "checked"))
    sentences = [words["covered"].format(numbers=numbers, checked=checked, left=numbers - checked)]
    if bare := [one.name for one in outcome.coverage if not one.checked]:
        sentences.append(words["unchecked"].format(objects=", ".join(bare)))
    if changes := sum(one.changes for one in outcome.coverage):
        noticed = sum(one.noticed for one in outcome.coverage) / changes
        sentences.append(words["power"].format(share=_share(noticed, outcome.language)))
    return sentences


def coverage_by_object(outcome: Outcome) -> Iterator[str]:
    """For each table, figure and text: how many numbers are checked and how many wrong digits noticed."""
    words = read_locale(outcome.language)["page"]
    for one in outcome.coverage:
        line = words["of_object"].format(object=one.name, checked=one.checked, numbers=one.numbers)
        share = _share(one.power, outcome.language)
        yield line + (words["of_digits"].format(share=share) if share else "")


def _share(share: float | None, language: str) -> str:
    if share is None:
        return ""
    return f"{share * _PERCENT:.0f}" + read_locale(language)["numbers"]["percent"]


def _counts(outcome: Outcome) -> str:
    words = read_locale(outcome.language)["page"]
    counts = [f"{n} {severity_in(s, outcome.language)}" for s, n in outcome.counts().items()]
    key = "check" if len(outcome.lines) == 1 else "checks"
    return words[key].format(n=len(outcome.lines), counts=", ".join(counts))


def _summary(outcomes: Sequence[Outcome]) -> str:
    words = read_locale(outcomes[0].language)["page"]
    rows = [
        f"  {outcome.source}: {words['unreadable'] if outcome.problem else _counts(outcome)}"
        for outcome in outcomes
    ]
    readable = [outcome for outcome in outcomes if outcome.problem is None]
    total: dict[Severity, int] = {}
    for outcome in readable:
        for severity, n in outcome.counts().items():
            total[severity] = total.get(severity, 0) + n
    counts = [f"{total[s]} {severity_in(s, outcomes[0].language)}" for s in Severity if s in total]
    if unreadable := len(outcomes) - len(readable):
        counts.append(f"{unreadable} {words['unreadable']}")
    return "\n".join([words["summary"].format(n=len(outcomes), counts=", ".join(counts)), *rows])


def _record(line: Line) -> Mapping[str, object]:
    return {
        "check": line.check,
        "severity": line.severity.value,
        "basis": "claim" if line.is_claim else "arithmetic",
        "consistent": line.consistent,
        "place": line.place,
        "printed": line.printed,
        "expected": line.expected,
        "units": line.units,
        "explanation": line.explanation,
    }


def as_json(outcomes: Sequence[Outcome], tell: Tell = str) -> str:
    """A list of papers, each with its findings and its coverage."""
    content = [
        {
            "paper": str(outcome.source),
            "title": outcome.title,
            "problem": _problem(outcome, tell) or None,
            "findings": [_record(line) for line in outcome.lines],
            "coverage": [
                {
                    "object": one.object,
                    "name": one.name,
                    "numbers": one.numbers,
                    "checked": one.checked,
                    "power": one.power,
                }
                for one in outcome.coverage
            ],
        }
        for outcome in outcomes
    ]
    return json.dumps(content, ensure_ascii=False, indent=1)


def _unreadable(outcome: Outcome, tell: Tell) -> Line:
    problem = _problem(outcome, tell)
    return Line("readable", Severity.UNREAD, False, None, str(outcome.source), "", "", None, problem)


def _problem(outcome: Outcome, tell: Tell) -> str:
    return "" if outcome.problem is None else tell(outcome.problem)


def as_csv(outcomes: Sequence[Outcome], tell: Tell = str) -> str:
    """One line per check, one for a paper that cannot be read; several papers have a column of names."""
    rows = [
        ({"paper": str(outcome.source)} if len(outcomes) > 1 else {}) | dict(_record(line))
        for outcome in outcomes
        for line in (outcome.lines if outcome.problem is None else [_unreadable(outcome, tell)])
    ]
    header = list(rows[0]) if rows else ["check"]
    return csv_of_texts([header, *(list(row.values()) for row in rows)])


def as_html(outcomes: Sequence[Outcome], tell: Tell = str) -> str:
    """A page of its own, which can be sent to an author or an editor."""
    import jinja2

    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    language = outcomes[0].language
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        outcomes=outcomes,
        language=language,
        words=read_locale(language)["page"],
        severity_in=lambda line: severity_in(line.severity, language),
        share=lambda one: _share(one.power, language),
        coverage_sentences=coverage_sentences,
        counts=_counts,
        problem_of=lambda outcome: _problem(outcome, tell),
    )


def write_docx(outcomes: Sequence[Outcome], file: Path, tell: Tell = str) -> None:
    """The same as a Word document."""
    import docx

    document = docx.Document()
    for outcome in outcomes:
        words = read_locale(outcome.language)["page"]
        document.add_heading(outcome.title, 1)
        if outcome.problem is not None:
            document.add_paragraph(_problem(outcome, tell))
            continue
        document.add_paragraph(words["about"])
        for key, lines in outcome.sections().items():
            if not lines:
                continue
            document.add_heading(words[key], 2)
            if key == "claims":
                document.add_paragraph(words["claims_about"])
            rows = [
                (severity_in(line.severity, outcome.language), line.place, line.explanation) for line in lines
            ]
            _table(document, [words["severity"], words["place"], words["finding"]], rows)
        document.add_heading(words["coverage"], 2)
        for sentence in coverage_sentences(outcome):
            document.add_paragraph(sentence)
        columns = ["object", "numbers", "checked", *(["noticed"] if outcome.has_power else [])]
        cells = [
            (c.name, str(c.numbers), str(c.checked), _share(c.power, outcome.language))
            for c in outcome.coverage
        ]
        _table(document, [words[key] for key in columns], [row[: len(columns)] for row in cells])
    document.save(str(file))


def _table(document: object, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=1, cols=len(header))  # type: ignore[attr-defined]
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, header, strict=True):
        cell.text = text
        cell.paragraphs[0].runs[0].bold = True
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
