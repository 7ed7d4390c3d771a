"""Findings in words: every sentence comes from the files in `locale`, never from code."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from smartcity_survey import locales
from smartcity_survey.audit.address import Term
from smartcity_survey.audit.findings import Finding, Severity
from smartcity_survey.audit.interval import Interval
from smartcity_survey.audit.paper import TEXT, Paper
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.style import Style
from smartcity_survey.errors import SurveyError

LANGUAGES = locales.LANGUAGES
LOCALES = Path(__file__).parent / "locale"
# More numbers than this are counted, not listed.
_LISTED = 8


@cache
def read_locale(language: str) -> Mapping[str, Mapping[str, str]]:
    """Words and sentences of a language."""
    known = next((each for each in LANGUAGES if each == language), None)
    if known is None:
        raise SurveyError("language", f"`{language}` is unknown.", f"Use one of {', '.join(LANGUAGES)}.")
    return locales.read_locale(LOCALES, known)


class Wording:
    """Places, expected values and explanations of findings in one language.

    Parameters
    ----------
    names : what the study calls the lines of printed tables, by the pipeline's names (`economy`, `age/1`).
        With them lines and columns are in words and numbers in the language's style; without, as in the
        paper's files.
    """

    def __init__(self, paper: Paper, language: str, names: Mapping[str, str] | None = None) -> None:
        self.paper = paper
        self.language = language
        self.locale = read_locale(language)
        self.style = None if names is None else Style(paper, self.locale, names)

    def place(self, finding: Finding) -> str:
        """Where the judged number stands, or where the text says so."""
        return self._set(self._where(finding), finding)

    def _set(self, text: str, finding: Finding) -> str:
        """In the language's style; a finding about numbers that cannot exceed one has all of them so."""
        if not self.style:
            return text
        terms = [str(term) for term in finding.case.terms(finding.case.check.target)]
        if all(term.startswith(f"{TEXT}:") for term in terms):
            terms = list(finding.case.addresses())
        return self.style.typeset(text, bounded=any(map(self.style.bounded, terms)))

    def _where(self, finding: Finding) -> str:
        case = finding.case
        if case.place in self.paper.objects:
            printed = self.paper.objects[case.place]
            return self._object((printed.kind, printed.number))
        if case.place:
            return self._text(case.place)
        if "object" in finding.judgement.details:
            return self._object(finding.judgement.details["object"])
        addresses = [term for term in case.terms(case.check.target) if isinstance(term, str)]
        return self._places(addresses or list(case.addresses()))

    def printed(self, finding: Finding) -> str:
        """What is printed: the judged number, or all of them."""
        return self._set(self._printed(finding), finding)

    def _printed(self, finding: Finding) -> str:
        if finding.judgement.printed:
            return ", ".join(map(self._text, finding.judgement.printed.split(", ")))
        case = finding.case
        return "; ".join(self._cell(term) for term in case.terms(case.check.target))

    def _cell(self, term: Term) -> str:
        """A printed cell: a number as printed, a line's name or a verdict in words."""
        text = self.paper.read(term).text
        return self.style.cell(text, str(term)) if self.style else text

    def expected(self, finding: Finding) -> str:
        """What the other numbers allow."""
        return self._set(self._expected(finding), finding)

    def _expected(self, finding: Finding) -> str:
        expected = finding.judgement.expected
        if not isinstance(expected, Interval):
            words = self.locale["words"].get(expected, expected)
            return self.style.arrow(words) if self.style else words
        terms = finding.case.terms(finding.case.check.target)
        return self._interval(expected, [self.paper.read(term) for term in terms])

    def explanation(self, finding: Finding) -> str:
        """One plain sentence, and what follows from it."""
        sentences = [self._sentence(finding)]
        if finding.slip:
            place = self._places([finding.slip.address])
            values = {"place": place, "meant": finding.slip.meant, "printed": finding.slip.printed}
            sentences.append(self.locale["sentences"]["slip"].format(**values))
        if finding.severity is Severity.CHANGES_A_CONCLUSION:
            conclusions = self._and([self.locale["words"].get(one, one) for one in finding.case.bears_on])
            key = "bears_on" if conclusions else "decides"
            sentences.append(self.locale["sentences"][key].format(conclusions=conclusions))
        return self._set(" ".join(sentences), finding)

    def _sentence(self, finding: Finding) -> str:
        values = self._values(finding)
        return self._template(finding, values).format(**values)

    def _template(self, finding: Finding, values: Mapping[str, str]) -> str:
        judgement, check, sentences = finding.judgement, finding.case.check, self.locale["sentences"]
        if judgement.reason:
            return self.locale["reasons"][judgement.reason]
        if judgement.consistent:
            return sentences["claim_holds" if finding.case.says else "agrees"]
        if check.name in self.locale["fails"]:
            return self.locale["fails"][check.name]
        if finding.case.says:
            return sentences["claim_fails_for" if values.get("exceptions") else "claim_fails"]
        if not values["expected"]:
            return sentences["contradicts"]
        return sentences["differs" if values["inputs"] else "differs_alone"]

    def _values(self, finding: Finding) -> dict[str, str]:
        case, details = finding.case, finding.judgement.details
        values = {key: self._text(text) for key, text in details.items() if isinstance(text, str | Mapping)}
        values |= {
            "printed": self._printed(finding),
            "expected": self._expected(finding),
            "inputs": self._inputs(finding),
            "says": self._text(case.says),
        }
        if self.style:
            told = {key: values[key] for key in ("exceptions", "taken", "arrow") if key in values}
            values |= {key: self.style.listed(text) for key, text in told.items()}
        if "names" in details:
            values["exceptions"] = ", ".join(map(self._text, details["names"]))
        if "object" in details:
            kind, number = details["object"]
            values["object"] = self._object((kind, number)) if number is not None else ""
        if "topics" in details:
            topics = [self.locale["topics"].get(topic, topic) for topic in details["topics"]]
            values["topics"] = self._and(topics)
        if "elsewhere" in details:
            objects = [self._object(one) for one in dict.fromkeys(details["elsewhere"])]
            found = self.locale["reasons"]["elsewhere"].format(objects=self._and(objects)) if objects else ""
            values["elsewhere"] = found
        if original := [term for term in case.terms("original") if isinstance(term, str)]:
            values |= {"original": self._cell(original[0]), "origin": self._places(original)}
        return values | {"rule": self.locale["rules"][case.check.name].format(**values)}

    def _inputs(self, finding: Finding) -> str:
        case = finding.case
        named = [
            (role, term)
            for role in case.roles
            if role != case.check.target and role != "alpha"
            for term in case.terms(role)
        ]
        if len(named) > _LISTED:
            return self.locale["sentences"]["several"].format(count=len(named))
        words = [f"{self.locale['roles'].get(role, role)} {self._cell(term)}" for role, term in named]
        return self._and(words)

    def _and(self, words: list[str]) -> str:
        if len(words) < 2:
            return "".join(words)
        return self.locale["sentences"]["and"].format(first=", ".join(words[:-1]), last=words[-1])

    def _interval(self, expected: Interval, beside: list[Reported]) -> str:
        percent = any(number.percent for number in beside)
        decimals = max((number.decimals for number in beside), default=2) - (2 if percent else 0)
        ends = [
            _number(end * (100 if percent else 1), decimals) + ("%" if percent else "")
            for end in (expected.low, expected.high)
        ]
        sentences = self.locale["sentences"]
        if ends[0] == ends[1]:
            return ends[0]
        if math.isinf(expected.low):
            return sentences["at_most"].format(high=ends[1])
        if math.isinf(expected.high):
            return sentences["at_least"].format(low=ends[0])
        return sentences["from_to"].format(low=ends[0], high=ends[1])

    def _places(self, addresses: list[Term] | list[str]) -> str:
        places = dict.fromkeys(self._place(str(address)) for address in addresses)
        if len(places) <= 2:
            return "; ".join(places)
        objects = dict.fromkeys(place.split(" (")[0].split(", ")[0] for place in places)
        return "; ".join(objects) + f" ({self.locale['sentences']['several'].format(count=len(addresses))})"

    def _place(self, address: str) -> str:
        name, line, *column = address.split(":")
        printed = self.paper.objects[name]
        if name == TEXT:
            place = self._text(printed.cells.get((line, "place"), self.locale["objects"][TEXT]))
            return f"{place} ({self._text(printed.cells.get((line, 'says'), line))})"
        where = self._object((printed.kind, printed.number))
        if self.style:
            return self.style.place(where, line, *column)
        return ", ".join([where, line, *column])

    def _object(self, named: tuple[str, int | None]) -> str:
        kind, number = named
        return self.locale["objects"].get(kind, f"{kind} {{number}}").format(number=number)

    def _text(self, text: str | Mapping[str, str]) -> str:
        """A text of the paper's files in this language, or in the first it has."""
        if isinstance(text, str):
            return self.paper.wording.get(text, {}).get(self.language, text)
        return text.get(self.language) or next(iter(text.values()), "")


def _number(value: float, decimals: int) -> str:
    if math.isinf(value):
        return str(value)
    if value != 0 and abs(value) < 10.0 ** -(decimals + 1):
        return f"{value:.1e}"
    return (
        f"{value:.{max(decimals, 0)}f}"
        if math.isclose(value, round(value, decimals))
        else (f"{value:.{max(decimals + 1, 0)}f}")
    )
