"""Statistics in running text: tests as APA prints them, coefficients, percentages, n, references, claims."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from smartcity_survey.new_paper.document import Paragraph, squeezed

_NUM = r"[-−–]?\s?(?:\d+(?:[.,]\d+)?|[.,]\d+)"
_P = rf",?\s*(?:and\s+|;\s*)?p(?:-?value)?\s*(?P<sign>[=<>≤≥])\s*(?P<p>{_NUM})"
_DF = r"\d+(?:[.,]\d+)?"
_TESTS = {
    "t": rf"\bt\s*(?:\(\s*(?P<df>{_DF})\s*\)|\[\s*(?P<df_b>{_DF})\s*\])\s*=\s*(?P<stat>{_NUM}){_P}",
    "f": rf"\bF\s*\(\s*(?P<df1>{_DF})\s*[,;]\s*(?P<df2>{_DF})\s*\)\s*=\s*(?P<stat>{_NUM}){_P}",
    "chi2": (
        rf"(?:χ\s*[2²]|χ|chi-?square|хи-квадрат)\s*\(\s*(?P<df>{_DF})\s*(?:[,;]\s*[Nn]\s*=\s*\d+)?\s*\)\s*=\s*"
        rf"(?P<stat>{_NUM}){_P}"
    ),
    "r": rf"\br\s*\(\s*(?P<df>\d+)\s*\)\s*=\s*(?P<stat>{_NUM}){_P}",
    "z": rf"\b[Zz]\s*=\s*(?P<stat>{_NUM}){_P}",
}
_COEFFICIENT = re.compile(
    rf"(?P<name>β|beta|B|b|OR|R²|R2|R\^2|AVE|CR|α|alpha|HTMT|M|SD|CFI|TLI|RMSEA|SRMR|KMO)\s*=\s*(?P<value>{_NUM}%?)"
)
_PERCENT = re.compile(r"(?<![\w.,])(?P<value>\d+(?:[.,]\d+)?)\s?%")
_N = re.compile(
    r"(?:\b[Nn]\s*=\s*(?P<n>\d[\d, ]*\d|\d+))|(?:\b(?P<m>\d{2,6})\s+(?:valid\s+|usable\s+|complete\s+)?"
    r"(?:respondents|participants|questionnaires|responses|students|residents|cases|респондент\w*|анкет\w*|"
    r"участник\w*|респонденттер\w*))",
)
_REFERS = re.compile(
    r"\b(?:(?P<word>table|figure|fig\.|таблиц\w*|табл\.|рис\w*\.?)\s*(?P<number>\d+)|(?P<kazakh>\d+)\s*-?\s*(?P<kz>кесте|сурет))",
    re.I,
)
_BOUND = (
    ("above", r"(?:above|exceed\w*|greater than|higher than|more than|over|>|выше|больше|превыша\w*|жоғары)"),
    ("at_least", r"(?:at least|≥|not less than|не менее|не ниже|кемінде)"),
    ("below", r"(?:below|less than|lower than|under|smaller than|<|ниже|меньше|төмен)"),
    ("at_most", r"(?:at most|≤|not more than|не более|аспайды)"),
)
_SUBJECTS = {
    "loading": r"loadings?|нагруз\w+|жүктеме\w*",
    "ave": r"AVE|average variance extracted",
    "cr": r"composite reliabilit\w+|\bCR\b|составн\w+ надежност\w+",
    "alpha": r"cronbach\W*s? ?\W*(?:alpha|α)|\balphas?\b|альф\w+ Кронбаха",
    "vif": r"VIFs?|variance inflation",
}
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZА-ЯӘҒҚҢӨҰҮІ(])")
# A quotation is cut here; the place says where the rest is.
_QUOTED = 160


@dataclass(slots=True)
class Said:
    """A number in running text.

    Attributes
    ----------
    row : its name. printed : its digits. says : the words around it, `β = .28`.
    place, quote : where it stands, and the sentence.
    tables : numbers of the tables that the sentence refers to.
    """

    row: str
    printed: str
    place: str
    says: str
    quote: str
    tables: tuple[int, ...] = ()
    same_as: str = ""


@dataclass(slots=True)
class Running:
    """Everything found in running text."""

    numbers: list[Said] = field(default_factory=list)
    tests: list[dict[str, object]] = field(default_factory=list)
    references: list[dict[str, object]] = field(default_factory=list)
    bounds: list[tuple[str, str, str, str, str, tuple[int, ...]]] = field(default_factory=list)
    n: str = ""
    sizes: list[str] = field(default_factory=list)


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph."""
    return [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]


def quoted(text: str) -> str:
    """A sentence, cut where it is long."""
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED].rsplit(' ', 1)[0]} ..."


def read_running_text(paragraphs: Sequence[Paragraph]) -> Running:
    """Statistics, percentages, sample sizes, references to tables and bounds, in the order of the text."""
    found = Running()
    seen: set[tuple[str, str]] = set()
    for paragraph in paragraphs:
        for sentence in sentences(paragraph.text):
            _read(found, sentence, paragraph.place, seen)
    return found


def _read(found: Running, sentence: str, place: str, seen: set[tuple[str, str]]) -> None:
    tables = tuple(dict.fromkeys(number for kind, number in _references(sentence) if kind == "table"))
    for kind, number in dict.fromkeys(_references(sentence)):
        entry: dict[str, object] = {"place": place, "kind": kind, "number": number}
        if entry not in found.references:
            found.references.append(entry)
    taken: list[tuple[int, int]] = []
    for name, pattern in _TESTS.items():
        for match in re.finditer(pattern, sentence):
            taken.append(match.span())
            _test(found, name, match, sentence, place, tables)
    for match in _COEFFICIENT.finditer(sentence):
        if (match["value"], sentence) not in seen:
            taken.append(match.span())
            seen.add((match["value"], sentence))
            _number(found, _name(match["name"]), match["value"], match[0], sentence, place, tables)
    for match in _PERCENT.finditer(sentence):
        if not _within(match, taken):
            _number(found, "percent", f"{match['value']}%", match[0], sentence, place, tables)
    for match in _N.finditer(sentence):
        text = re.sub(r"[ ,]", "", match["n"] or match["m"])
        if not _within(match, taken) or match["n"]:
            row = _number(found, "n", text, match[0], sentence, place, tables)
            found.sizes.append(row)
            found.n = found.n or row
    found.bounds += _bounds(sentence, place, tables)


def _within(match: re.Match[str], spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= match.start() < end for start, end in spans)


def _name(symbol: str) -> str:
    names = {"β": "beta", "R²": "r2", "R2": "r2", "R^2": "r2", "α": "alpha", "OR": "odds_ratio", "M": "mean"}
    return names.get(symbol, symbol.lower())


def _number(
    found: Running, name: str, text: str, says: str, sentence: str, place: str, tables: tuple[int, ...]
) -> str:
    row = f"{name}_{sum(said.row.startswith(f'{name}_') for said in found.numbers) + 1}"
    digits = re.sub(r"\s", "", text)
    found.numbers.append(Said(row, digits, place, squeezed(says), quoted(sentence), tables))
    return row


def _test(
    found: Running, name: str, match: re.Match[str], sentence: str, place: str, tables: tuple[int, ...]
) -> None:
    """The statistic and its p become numbers of the text, its degrees of freedom stand in the relation."""
    groups = match.groupdict()
    statistic = _number(found, name, match["stat"], match[0], sentence, place, tables)
    sign = "" if match["sign"] == "=" else match["sign"]
    p = _number(found, "p", f"{sign}{match['p']}", match[0], sentence, place, tables)
    relation: dict[str, object] = {"kind": "test", name: f"text:{statistic}", "p": f"text:{p}"}
    for role in ("df", "df1", "df2"):
        text = groups.get(role) or (groups.get("df_b") if role == "df" else None)
        if text:
            relation[role] = float(text.replace(",", "."))
    if name == "r":
        relation["n"] = float(match["df"]) + 2
        relation.pop("df", None)
    relation |= {"place": place, "says": quoted(sentence)}
    found.tests.append(relation)


def _references(sentence: str) -> Iterator[tuple[str, int]]:
    for match in _REFERS.finditer(sentence):
        word = (match["word"] or match["kz"]).casefold()
        kind = "table" if word.startswith(("tab", "табл", "кесте")) else "figure"
        yield kind, int(match["number"] or match["kazakh"])


def _bounds(
    sentence: str, place: str, tables: tuple[int, ...]
) -> Iterator[tuple[str, str, str, str, str, tuple[int, ...]]]:
    """`all loadings exceed 0.70`: the column, the bound, the limit, and where it is said."""
    if not re.search(r"\b(?:all|every|each|both|все|каждый|каждая|барлық)\b", sentence, re.I):
        return
    for column, subject in _SUBJECTS.items():
        for bound, words in _BOUND:
            match = re.search(
                rf"(?:{subject})[^.;]{{0,60}}?{words}[^.;\d]{{0,40}}(?P<limit>\d?[.,]\d+|\d+(?![\d.]))",
                sentence,
                re.I,
            )
            if match:
                yield column, bound, match["limit"].replace(",", "."), place, quoted(sentence), tables
                break
