"""The audit of one paper or several, ready to be shown: lines in a language, in the sections readers see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smartcity_survey.audit.covered import Covered, covered
from smartcity_survey.audit.finding import Finding
from smartcity_survey.audit.findings import audit_cases
from smartcity_survey.audit.messages import Wording, read_locale
from smartcity_survey.audit.paper import TEXT, Paper, read_paper
from smartcity_survey.audit.plan import settled
from smartcity_survey.audit.reading import read_yaml
from smartcity_survey.audit.severity import CONTRADICTIONS, Severity
from smartcity_survey.errors import SurveyError


@dataclass(frozen=True, slots=True)
class Line:
    """One finding in words."""

    check: str
    severity: Severity
    is_claim: bool
    consistent: bool | None
    place: str
    printed: str
    expected: str
    units: float | None
    explanation: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the audit of one paper says, in one language.

    Attributes
    ----------
    source : its file.
    problem : why it cannot be read; None where it was.
    lines : every check made, the gravest first. coverage : how many of its numbers take part, by table.
    """

    source: Path
    title: str
    language: str
    lines: tuple[Line, ...] = ()
    coverage: tuple[Covered, ...] = ()
    problem: SurveyError | None = None

    def section(self, *severities: Severity, claims: bool | None = None) -> list[Line]:
        """The lines of some severities; of claims, of arithmetic, or (None) of both."""
        return [
            line for line in self.lines if line.severity in severities and claims in {None, line.is_claim}
        ]

    def sections(self) -> dict[str, list[Line]]:
        """Heading (a key of the locale's `page`) to lines, in the order of the page."""
        return {
            "arithmetic": self.section(*CONTRADICTIONS, claims=False),
            "claims": self.section(*CONTRADICTIONS, claims=True),
            "unread": self.section(Severity.UNREAD),
            "notes": self.section(Severity.NOTE),
            "not_testable": self.section(Severity.NOT_TESTABLE),
        }

    @property
    def checked(self) -> bool:
        """Whether any check of its numbers could be made."""
        return any(line.consistent is not None for line in self.lines)

    @property
    def has_power(self) -> bool:
        """Whether wrong digits were tried."""
        return any(one.changes for one in self.coverage)

    def verdict(self) -> str:
        """The key of the sentence that says that all is well, or that nothing was checked; else empty."""
        if not self.checked:
            return "nothing_checked"
        return "" if self.section(*CONTRADICTIONS) else "nothing"

    def counts(self) -> dict[Severity, int]:
        """How many lines of each severity, the gravest first."""
        found = Counter(line.severity for line in self.lines)
        return {severity: found[severity] for severity in Severity if found[severity]}

    def exit_code(self, fail_on: Severity | None, *, strict: bool) -> int:
        """0 consistent; 1 a finding of `fail_on` or graver; 2 unreadable, with `strict` in part too.

        A table of which nothing is checked was not read.
        """
        if self.problem is not None:
            return 2
        tables = [one for one in self.coverage if one.object != TEXT]
        if strict and (self.section(Severity.UNREAD) or not all(one.checked for one in tables)):
            return 2
        if strict and not self.checked:
            return 2
        worst = min((line.severity.rank for line in self.lines), default=Severity.NONE.rank)
        return int(fail_on is not None and worst <= fail_on.rank)


def papers_in(path: Path) -> list[Path]:
    """The paper at a path, or all those of a folder: its subfolders with a `paper.yaml`, and other papers.

    Raises
    ------
    SurveyError
        where there is none.
    """
    if not path.is_dir() or (path / "paper.yaml").is_file():
        return [path]
    found = [file.parent for file in sorted(path.glob("*/paper.yaml"))]
    found += [file for file in sorted([*path.glob("*.yaml"), *path.glob("*.yml")]) if _is_paper(file)]
    if not found:
        raise SurveyError(
            str(path), "there is no paper in this folder.", "Give a paper.yaml, or folders of them."
        )
    return found


def _is_paper(file: Path) -> bool:
    """Whether a file may be a paper; one that is no YAML at all is told when it is read."""
    try:
        content = read_yaml(file)
    except SurveyError:
        return True
    return isinstance(content, dict) and "objects" in content


def audited(path: Path, language: str, *, with_power: bool = True) -> Outcome:
    """Audit a paper; one that cannot be read is an outcome too."""
    read_locale(language)
    try:
        paper, cases = settled(read_paper(path))
        findings, wording = audit_cases(paper, cases), Wording(paper, language)
        lines = tuple(line_of(wording, finding) for finding in findings)
        coverage = tuple(covered(paper, cases, with_power=with_power))
    except SurveyError as error:
        return Outcome(path, path.name, language, problem=error)
    title, named = coverage_in(paper, coverage, language)
    return Outcome(path, title or path.name, language, lines, named)


def coverage_in(paper: Paper, coverage: Sequence[Covered], language: str) -> tuple[str, tuple[Covered, ...]]:
    """The paper's title, and the coverage of its tables, as readers of a language know them."""
    wording = Wording(paper, language)
    names = {one.object: wording.object(paper.objects[one.object]) for one in coverage}
    names |= {TEXT: read_locale(language)["objects"]["text"]}
    return wording.text(paper.title), tuple(one.called(names[one.object]) for one in coverage)


def line_of(wording: Wording, finding: Finding) -> Line:
    """A finding in words."""
    return Line(
        finding.case.check.name,
        finding.severity,
        finding.is_claim,
        finding.judgement.consistent,
        wording.place(finding),
        wording.printed(finding),
        wording.expected(finding),
        finding.units,
        wording.explanation(finding),
    )


def worst(outcomes: Sequence[Outcome], fail_on: Severity | None, *, strict: bool) -> int:
    """The exit code of a run over several papers."""
    return max(outcome.exit_code(fail_on, strict=strict) for outcome in outcomes)
