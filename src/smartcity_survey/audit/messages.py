"""Findings in words: every sentence comes from the files in `locale`, never from code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from smartcity_survey import locales
from smartcity_survey.audit.address import Term
from smartcity_survey.audit.contradiction import extra_sentences, series, text_of
from smartcity_survey.audit.finding import Finding
from smartcity_survey.audit.interval import Interval
from smartcity_survey.audit.numbers import in_words
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.printed import TEXT, Address, Printed
from smartcity_survey.audit.severity import Severity
from smartcity_survey.audit.style import Style
from smartcity_survey.errors import SurveyError

LANGUAGES = locales.LANGUAGES
LOCALES = Path(__file__).parent / "locale"
# More numbers than this are counted, not listed.
_LISTED = 8
# Roles that are settings of a check and no printed numbers.
_SETTINGS = frozenset({"alpha", "level", "tails", "below"})


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
        With them numbers are in the language's style; without, as in the paper's files.
    """

    def __init__(self, paper: Paper, language: str, names: Mapping[str, str] | None = None) -> None:
        self.paper = paper
        self.language = language
        self.locale = read_locale(language)
        self.style = Style(paper, self.locale, names or {}, language, names is not None)

    def place(self, finding: Finding) -> str:
        """Where the judged number stands, or where the text says so."""
        return self._set(self._where(finding), finding)

    def _set(self, text: str, finding: Finding) -> str:
        """In the language's style; a finding about numbers that cannot exceed one has all of them so."""
        terms = [str(term) for term in finding.case.terms(finding.case.check.target)]
        if all(term.startswith(f"{TEXT}:") for term in terms):
            terms = list(finding.case.addresses())
        return self.style.typeset(text, bounded=any(map(self.style.bounded, terms)))

    def _where(self, finding: Finding) -> str:
        case = finding.case
        if copies := series(finding):
            return self.places([one.case.terms("copy")[0] for one in copies])
        if case.place in self.paper.objects:
            return self.object(self.paper.objects[case.place])
        if case.place:
            return self.text(case.place)
        if "object" in finding.judgement.details:
            return self._numbered(finding.judgement.details["object"])
        addresses = [term for term in case.terms(case.check.target) if isinstance(term, str)]
        return self.places(addresses or list(case.addresses()))

    def printed(self, finding: Finding) -> str:
        """What is printed: the judged number, or all of them."""
        return self._set(self._printed(finding), finding)

    def _printed(self, finding: Finding) -> str:
        if finding.judgement.printed:
            return ", ".join(map(self.text, finding.judgement.printed.split(", ")))
        case = finding.case
        return "; ".join(self.cell(term) for term in case.terms(case.check.target))

    def cell(self, term: Term) -> str:
        """A printed cell: a number as printed, a line's name or a verdict in words."""
        return self.style.cell(self.paper.read(term).text, term if isinstance(term, str) else "")

    def expected(self, finding: Finding) -> str:
        """What the other numbers allow."""
        return self._set(self._expected(finding), finding)

    def _expected(self, finding: Finding) -> str:
        expected = finding.judgement.expected
        if not isinstance(expected, Interval):
            words, plain = self.locale["words"], expected.removeprefix("not ")
            if expected not in words and plain != expected:
                return self.locale["sentences"]["not"].format(word=words.get(plain, plain))
            return self.style.arrow(words.get(expected, expected))
        terms = finding.case.terms(finding.case.check.target)
        return in_words(expected, [self.paper.read(term) for term in terms], self.locale["sentences"])

    def explanation(self, finding: Finding) -> str:
        """The fact in one plain sentence, and what follows from it."""
        sentences = [self._sentence(finding), *extra_sentences(self, finding)]
        if finding.slip:
            place = self.places([finding.slip.address])
            values = {"place": place, "meant": finding.slip.meant, "printed": finding.slip.printed}
            sentences.append(self.locale["sentences"]["slip"].format(**values))
        if finding.severity is Severity.CHANGES_A_CONCLUSION:
            conclusions = self.all_of([self.locale["words"].get(one, one) for one in finding.bears_on])
            key = "bears_on" if conclusions else "decides"
            sentences.append(self.locale["sentences"][key].format(conclusions=conclusions))
        return self._set(" ".join(sentences), finding)

    def _sentence(self, finding: Finding) -> str:
        values = self._values(finding)
        return self._template(finding, values).format(**values)

    def _template(self, finding: Finding, values: Mapping[str, str]) -> str:
        judgement, check, sentences = finding.judgement, finding.case.check, self.locale["sentences"]
        if reason := text_of(finding):
            return self.locale["reasons"][reason]
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
        values = {key: self.text(text) for key, text in details.items() if isinstance(text, str | Mapping)}
        values |= {
            "printed": self._printed(finding),
            "expected": self._expected(finding),
            "inputs": self._inputs(finding),
            "says": self.text(case.says),
            "here": self._where(finding),
            "size": self._size(finding),
            "nearest": self._nearest(details),
            "name": str(details.get("nearest") or ""),
        }
        if "exceptions" in details:
            values["exceptions"] = self.style.listed(details["exceptions"])
        if "taken" in details:
            values["taken"] = ", ".join(map(self.style.line, details["taken"]))
        if "arrow" in details:
            values["arrow"] = self.style.arrow(details["arrow"])
        if "names" in details:
            values["exceptions"] = ", ".join(map(self.text, details["names"]))
        if "captions" in details:
            values["captions"] = self.all_of([f"“{self.text(one)}”" for one in details["captions"]])
        if "object" in details:
            kind, number = details["object"]
            values["object"] = self._numbered((kind, number)) if number is not None else ""
        if "topics" in details:
            topics = [self.locale["topics"].get(topic, topic) for topic in details["topics"]]
            values["topics"] = self.all_of(topics) or self.locale["sentences"]["contents"]
        if "elsewhere" in details:
            objects = [self._numbered(one) for one in dict.fromkeys(details["elsewhere"])]
            text = self.locale["reasons"]["elsewhere"]
            values["elsewhere"] = text.format(objects=self.all_of(objects)) if objects else ""
        if original := [term for term in case.terms("original") if isinstance(term, str)]:
            values |= {"original": self.cell(original[0]), "origin": self.places(original)}
            if isinstance(original[0], Address):
                values["origin_table"] = self._object_of(original[0])
        copies = [term for term in case.terms("copy") if isinstance(term, Address)]
        if copies and copies[0].object == TEXT:
            values["what"] = self.said_of(copies[0])
        return values | {"rule": self.locale["rules"][case.check.name].format(**values)}

    def _size(self, finding: Finding) -> str:
        if finding.units is None or finding.units < 1.5:
            return ""
        return self.locale["sentences"]["size"].format(units=f"{finding.units:.0f}")

    def _nearest(self, details: Mapping[str, object]) -> str:
        name = str(details.get("nearest") or "")
        return self.locale["sentences"]["nearest"].format(name=name) if name else ""

    def _inputs(self, finding: Finding) -> str:
        case = finding.case
        named = [
            (role, term)
            for role in case.roles
            if role != case.check.target and role not in _SETTINGS
            for term in case.terms(role)
            if term != 0
        ]
        if len(named) > _LISTED:
            return self.locale["sentences"]["several"].format(count=len(named))
        words: list[str] = []
        before = ""
        for role, term in named:
            name = self.locale["roles"].get(role, role)
            words.append(self.cell(term) if role == before else f"{name} {self.cell(term)}")
            before = role
        return self.all_of(words)

    def all_of(self, words: Sequence[str]) -> str:
        """Words in a row, with `and` before the last."""
        if len(words) < 2:
            return "".join(words)
        return self.locale["sentences"]["and"].format(first=", ".join(words[:-1]), last=words[-1])

    def places(self, addresses: Sequence[Term]) -> str:
        """Where numbers stand; many are counted, by the question they are of where it is one."""
        places = dict.fromkeys(self._place(address) for address in addresses if isinstance(address, str))
        if len(places) <= 2:
            return "; ".join(places)
        found = [address for address in addresses if isinstance(address, Address)]
        objects: dict[str, None] = {}
        for address in found:
            printed = self.paper.objects[address.object]
            if printed.id == TEXT:
                where = self.text(printed.cells.get((address.line, "place"), self.locale["objects"][TEXT]))
            else:
                where = self.object(printed)
                groups = {printed.group_of(one.line) for one in found if one.object == printed.id}
                where += (
                    f", {self.style.line(next(iter(groups)))}" if len(groups) == 1 and any(groups) else ""
                )
            objects[where] = None
        return "; ".join(objects) + f" ({self.locale['sentences']['several'].format(count=len(addresses))})"

    def _place(self, address: str) -> str:
        if not isinstance(address, Address):
            return address
        printed = self.paper.objects[address.object]
        if printed.id == TEXT:
            place = self.text(printed.cells.get((address.line, "place"), self.locale["objects"][TEXT]))
            return f"{place} ({self.said_of(address)})"
        return self.style.place(self.object(printed), address)

    def _object_of(self, address: Address) -> str:
        printed = self.paper.objects[address.object]
        return self.locale["objects"][TEXT] if printed.id == TEXT else self.object(printed)

    def said_of(self, address: Address) -> str:
        """What a number of the running text is."""
        return self.text(self.paper.objects[TEXT].cells.get((address.line, "says"), address.line))

    def object(self, printed: Printed) -> str:
        """`Table 7`; one without a number goes by its caption, or by its name in the paper's files."""
        if printed.number is None:
            return f"“{self.text(printed.caption)}”" if printed.caption else printed.id
        return self._numbered((printed.kind, printed.number))

    def _numbered(self, named: tuple[str, int | str | None]) -> str:
        kind, number = named
        known = self.locale["objects"].get(kind)
        return f"{kind} {number}" if known is None else known.format(number=number)

    def text(self, text: str | Mapping[str, str]) -> str:
        """A text of the paper's files in this language, or in the first it has."""
        if isinstance(text, str):
            return self.paper.wording.get(text, {}).get(self.language) or text
        return text.get(self.language) or next(iter(text.values()), "")
