"""One finding for each contradiction: what the same slip or mix-up explains is told once."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace

from smartcity_survey.audit.address import Term
from smartcity_survey.audit.checks.arithmetic import repeated_value
from smartcity_survey.audit.checks.frequencies import shares_of_whole_counts
from smartcity_survey.audit.checks.hypotheses import direction_as_hypothesised, line_of_its_own
from smartcity_survey.audit.checks.loadings import loading_is_shown, pattern_within_one, squares_within_one
from smartcity_survey.audit.finding import Finding
from smartcity_survey.audit.interval import Interval
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.printed import TEXT, Address
from smartcity_survey.audit.reported import Reported

# So many numbers of one passage that differ from one table are one contradiction.
_SERIES = 3
# A rule that leaves so many units of the last digit, or such a share of the number, says which is meant.
_UNITS, _SHARE = 5, 0.01


def folded(paper: Paper, findings: Sequence[Finding]) -> list[Finding]:
    """Findings with those of the same contradiction under the gravest and most telling of them."""
    failing = [finding for finding in findings if finding.judgement.consistent is False]
    groups = _Groups(range(len(failing)))
    # Judgements of a person stay apart from arithmetic.
    computed = [i for i, finding in enumerate(failing) if not finding.is_claim]
    for keys in (
        _by_slip,
        _by_cell,
        _by_mix_up,
        _by_copy,
        _by_series,
        _by_arrows,
        _by_verdict,
        _by_loading,
        _by_object,
    ):
        for together in keys(paper, {i: failing[i] for i in computed}):
            groups.join(together)
    members: dict[int, list[Finding]] = defaultdict(list)
    for i, finding in enumerate(failing):
        members[groups.of(i)].append(finding)
    main = {}
    for group in members.values():
        first = min(group, key=lambda finding: _telling(finding, group))
        others = tuple(finding for finding in group if finding is not first)
        main[id(first)] = replace(first, also=others)
    return [
        main.get(id(finding), finding)
        for finding in findings
        if finding.judgement.consistent is not False or id(finding) in main
    ]


def _telling(finding: Finding, group: Sequence[Finding]) -> tuple[int, bool, bool, int, int]:
    """The gravest first; of these a rule of arithmetic before a copy, then one that judges a number all see.

    Of several such, the one of fewest numbers.
    """
    check = finding.case.check
    judged = set(finding.case.terms(check.target))
    # Where a slip explains them, it is named whichever rule speaks.
    slips = any(other.slip is not None for other in group)
    seen = 0 if slips else sum(bool(judged & set(other.case.addresses())) for other in group)
    return (
        finding.severity.rank,
        check is shares_of_whole_counts,
        check is repeated_value,
        -seen,
        len(finding.case.addresses()),
    )


Found = dict[int, Finding]


def _by_slip(paper: Paper, found: Found) -> Iterator[list[int]]:
    """Everything that one slip settles."""
    slips = {(f.slip.address, f.slip.meant) for f in found.values() if f.slip is not None}
    for address, meant in slips:
        edited = paper.read_text(address, meant)

        def read(term: Term, address: str = address, edited: Reported = edited) -> Reported:
            return edited if term == address else paper.read(term)

        yield [
            i
            for i, f in found.items()
            if address in f.case.addresses()
            and (f.slip is None or (f.slip.address, f.slip.meant) == (address, meant))
            and f.case.judge(read).consistent is True
        ]


def _by_cell(paper: Paper, found: Found) -> Iterator[list[int]]:
    """One printed number that several rules judge, where all would have the same one in its place."""
    cells: dict[Hashable, list[int]] = defaultdict(list)
    for i, f in found.items():
        terms = f.case.terms(f.case.check.target)
        if len(terms) == 1 and isinstance(terms[0], Address) and _says_which(paper, f, terms[0]):
            cells[terms[0]].append(i)
    for cell, alone in cells.items():
        for i in alone:
            yield [i, *_settled_with(paper, found, i, cell)]  # type: ignore[arg-type]
    for together in cells.values():
        expected = [e for i in together if isinstance(e := found[i].judgement.expected, Interval)]
        if max(e.low for e in expected) <= min(e.high for e in expected):
            yield together


def _says_which(paper: Paper, finding: Finding, cell: Address) -> bool:
    """Whether a rule says which number is meant, and not only between which limits it lies."""
    expected = finding.judgement.expected
    if not isinstance(expected, Interval) or not math.isfinite(expected.width):
        return False
    size = max(abs(expected.low), abs(expected.high))
    return expected.width <= max(_UNITS * paper.read(cell).unit, _SHARE * size)


def _settled_with(paper: Paper, found: Found, i: int, cell: Address) -> list[int]:
    """What else agrees once a number is what its rule expects."""
    expected, printed = found[i].judgement.expected, paper.read(cell)
    if not isinstance(expected, Interval):
        return []
    meant = replace(printed, value=(expected.low + expected.high) / 2, interval=expected)

    def read(term: Term) -> Reported:
        return meant if term == cell else paper.read(term)

    return [
        j
        for j, f in found.items()
        if j != i and cell in f.case.addresses() and f.case.judge(read).consistent is True
    ]


def _by_mix_up(paper: Paper, found: Found) -> Iterator[list[int]]:
    """A line with another line's values, and whatever else disagrees with these values."""
    for i, mixed in found.items():
        if mixed.case.check is line_of_its_own:
            cells = set(mixed.case.terms("copies"))
            yield [i] + [
                j
                for j, f in found.items()
                if f.case.check is repeated_value and cells & set(f.case.addresses())
            ]


def _by_copy(paper: Paper, found: Found) -> Iterator[list[int]]:
    """Copies of one number that all print the same other value."""
    yield from _same(
        (i, (f.case.terms("original"), paper.read(f.case.terms("copy")[0]).value))
        for i, f in found.items()
        if f.case.check is repeated_value
    )


def _by_series(paper: Paper, found: Found) -> Iterator[list[int]]:
    """Numbers of one passage that differ from one table throughout."""
    passages: dict[Hashable, list[int]] = defaultdict(list)
    for i, f in found.items():
        if f.case.check is repeated_value:
            copy, original = f.case.terms("copy")[0], f.case.terms("original")[0]
            if not (isinstance(copy, Address) and isinstance(original, Address)):
                continue
            if copy.object == TEXT != original.object:
                place = paper.cells.get(Address(TEXT, copy.line, "place"), "")
                passages[place, original.object, original.column].append(i)
    for together in passages.values():
        if len(together) >= _SERIES:
            cells = {found[i].case.terms("copy")[0] for i in together}
            yield together + [
                i
                for i, f in found.items()
                if f.case.check is shares_of_whole_counts and cells & set(f.case.terms("shares"))
            ]
    yield from _same(
        (i, (f.case.terms("n"), f.case.check.name))
        for i, f in found.items()
        if f.case.check is shares_of_whole_counts
    )


def _by_arrows(paper: Paper, found: Found) -> Iterator[list[int]]:
    yield from _same(
        (i, cell.object)
        for i, f in found.items()
        if f.case.check is direction_as_hypothesised
        for cell in f.case.cells()[:1]
    )


def _by_verdict(paper: Paper, found: Found) -> Iterator[list[int]]:
    """One verdict that neither p nor t nor a mark bears out."""
    yield from _same(
        (i, f.case.terms("verdict")) for i, f in found.items() if f.case.check.target == "verdict"
    )


def _by_loading(paper: Paper, found: Found) -> Iterator[list[int]]:
    """A loading beyond 1, and the sum of squares of its row."""
    for i, f in found.items():
        if f.case.check in {squares_within_one, pattern_within_one}:
            cells = set(f.case.addresses())
            yield [i] + [
                j
                for j, one in found.items()
                if one.case.check is loading_is_shown and cells & set(one.case.addresses())
            ]


def _by_object(paper: Paper, found: Found) -> Iterator[list[int]]:
    """A table that is not there, and references to it."""
    yield from _same(
        (i, f.judgement.details["object"])
        for i, f in found.items()
        if f.judgement.details.get("object", (None, None))[1] is not None
        and f.case.check.name in {"numbered_without_gap", "reference_leads_there"}
        and f.judgement.reason in {"", "reference_to_nothing"}
    )


def _same(keyed: Iterable[tuple[int, Hashable]]) -> Iterator[list[int]]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for i, key in keyed:
        groups[key].append(i)
    yield from groups.values()


class _Groups:
    """Disjoint groups of indices, joined as contradictions turn out to be one."""

    def __init__(self, members: Iterable[int]) -> None:
        self.parent = {member: member for member in members}

    def of(self, member: int) -> int:
        while self.parent[member] != member:
            member = self.parent[member]
        return member

    def join(self, members: Sequence[int]) -> None:
        for other in members[1:]:
            self.parent[self.of(other)] = self.of(members[0])
