"""The head of the page: what was checked, what was found, and each hypothesis in one line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from smartcity_survey.audit.paper import read_paper
from smartcity_survey.audit.severity import CONTRADICTIONS, Severity
from smartcity_survey.io import split_names
from smartcity_survey.report.cells import records
from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.names import claimed_path
from smartcity_survey.report.remark_codes import remark_codes
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import in_language, remarks
from smartcity_survey.report.verdicts import Verdict, set_of, verdicts
from smartcity_survey.study.codebook import Label, text

Tables = Mapping[str, pd.DataFrame]
Citation = Mapping[str, Label]
"""What is known of the work that is checked: `paper.yaml`, citation."""

CHANGES = Severity.CHANGES_A_CONCLUSION.value
_SEVERE = tuple(severity.value for severity in CONTRADICTIONS)


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A line of the audit's table: its address on the page, where it stands in print, and what is said."""

    address: str
    place: str
    explanation: str


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A hypothesis with all that bears on it.

    Attributes
    ----------
    bottom_line : what is known of it, in one sentence.
    remarks : every sentence of the verdict sheet, with the table that has its numbers.
    findings : lines of the audit that name it.
    """

    verdict: Verdict
    bottom_line: str
    remarks: tuple[str, ...]
    findings: tuple[AuditLine, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of the page.

    Attributes
    ----------
    checked : what was checked, in short sentences.
    found : what was found.
    lines : the hypotheses.
    changes : findings of the audit that change a conclusion.
    """

    checked: tuple[str, ...]
    found: tuple[str, ...]
    lines: tuple[AnswerLine, ...]
    changes: tuple[AuditLine, ...]


def citation_of(published: str | Path | None) -> Citation:
    """What is known of the work whose printed numbers stand in a folder; empty without one."""
    return {} if published is None else read_paper(Path(published)).citation  # type: ignore[return-value]


def answer(tables: Tables, setting: Setting, citation: Citation | None = None) -> Answer:
    """The head of the page, as far as the stage files say."""
    hypotheses = tables.get("hypotheses", pd.DataFrame(columns=["hypothesis", "method"]))
    sheet = tables.get("verdict_sheet")
    audit = _audit_lines(tables.get("audit"), setting)
    sheet_lines = {} if sheet is None else {str(line["hypothesis"]): line for line in records(sheet)}
    by_name = {str(name): records(own) for name, own in hypotheses.groupby("hypothesis", sort=False)}
    lines = tuple(
        _line(
            verdict,
            _by_states(by_name[verdict.name], setting),
            sheet_lines.get(verdict.name, {}),
            [found for _, found in audit],
            setting,
        )
        for verdict in verdicts(hypotheses, setting, sheet)
    )
    return Answer(
        checked=tuple(_checked(tables, len(lines), setting, citation or {})),
        found=tuple(_found(tables, lines, setting)),
        lines=lines,
        changes=tuple(found for severity, found in audit if severity == CHANGES),
    )


def _line(
    verdict: Verdict, states: str, sheet: Mapping[str, Any], audit: Sequence[AuditLine], setting: Setting
) -> AnswerLine:
    contents = load_contents()
    entry = next(entry for entry in contents.entries("table") if entry.name == "verdict_sheet")
    told = {
        column: tuple(remarks(sheet, replace(entry, remarks=(column,)), contents, setting))
        for column in entry.remarks
    }
    named = re.compile(rf"(?<!\w){re.escape(verdict.name)}(?!\w)")
    return AnswerLine(
        verdict=verdict,
        bottom_line=states or " ".join([*_by_methods(verdict, setting), *told.get("answer", ())]),
        remarks=tuple(sentence for column in entry.remarks for sentence in told[column]),
        findings=tuple(one for one in audit if named.search(f"{one.place} {one.explanation}")),
    )


def _by_states(lines: Sequence[Mapping[str, Any]], setting: Setting) -> str:
    """Of a reconstruction: `Confirmed in print (β = −.105); open: PLS-SEM from −.37 to .49 (strict fit).`"""
    wording = setting.wording
    parts: dict[str, list[str]] = {}
    printed = []
    for line in lines:
        verdict = wording.value("verdict", str(line["verdict"]))
        if line["method"] == "published":
            estimate = wording.numbers.fixed(float(line["estimate"]), 3, bounded=True)
            printed.append(wording.fill("verdicts.bottom_published", verdict=verdict, estimate=estimate))
        elif line.get("state") in ("open", "decided") and line["low"] == line["low"]:
            method = wording.value("method", str(line["method"]))
            state = str(line["state"])
            ends, reading = set_of(line, setting)
            told = method if state == "open" else f"{method} {verdict}"
            words = f"{told} {ends} ({reading})"
            parts.setdefault(wording.value("state", state), []).append(words)
    if not parts:
        return ""
    by_state = [f"{state}{wording['page.colon']}{', '.join(methods)}" for state, methods in parts.items()]
    return _sentence("; ".join([*printed, *by_state]))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _by_methods(verdict: Verdict, setting: Setting) -> Iterator[str]:
    """Which methods say what of a hypothesis, the same words said once."""
    by_words: dict[str, list[str]] = {}
    for finding in verdict.findings:
        if finding:
            by_words.setdefault(finding.verdict, []).append(finding.method)
    parts = [f"{words} ({', '.join(methods)})" for words, methods in by_words.items()]
    if parts:
        yield _sentence("; ".join(parts))


def _audit_lines(audit: pd.DataFrame | None, setting: Setting) -> list[tuple[str, AuditLine]]:
    """Severity and line of each finding, addressed as the page numbers the lines of the audit's table."""
    if audit is None or "severity" not in audit:
        return []
    shown = records(in_language(audit, setting.wording.language).dropna(subset=["severity"]))
    numbered = [
        (str(line["severity"]), AuditLine(f"table-audit-{n}", str(line["place"]), str(line["explanation"])))
        for n, line in enumerate(shown, start=1)
    ]
    return [(severity, line) for severity, line in numbered if severity in _SEVERE]


def _checked(tables: Tables, n_hypotheses: int, setting: Setting, citation: Citation) -> Iterator[str]:
    wording, style = setting.wording, setting.wording.numbers
    known = {
        key: text(value, wording.language, f"paper.yaml, citation.{key}") for key, value in citation.items()
    }
    work = ", ".join(known[key] for key in ("kind", "language", "place", "year") if key in known)
    if work:
        yield wording.fill("answer.work", work=work.removesuffix("."))
    elif n_hypotheses:
        yield wording.fill("answer.own", n=style.count(n_hypotheses))
    if "fieldwork" in known:
        yield wording.fill("answer.fieldwork", fieldwork=known["fieldwork"])
    if len(tables.get("cleaning_log", ())):
        kept = tables["cleaning_log"]["n_remaining"].iloc[[0, -1]]
        if not kept.isna().any():
            received, analysed = map(style.count, kept)
            yield wording.fill("answer.questionnaires", received=received, analysed=analysed)


def _found(tables: Tables, lines: Sequence[AnswerLine], setting: Setting) -> Iterator[str]:
    """Sentences about all hypotheses together; each only where its numbers are there."""
    wording, style = setting.wording, setting.wording.numbers
    frame = tables.get("hypotheses", pd.DataFrame())
    if frame.empty:
        return
    methods = dict(list(frame.groupby("method", sort=False)))
    if (printed := methods.get("published")) is not None:
        yield wording.fill("answer.printed", **_split(printed, setting))
        yield from _recomputed(printed, methods.get("ols"), setting)
    elif agreed := _agreed(methods, setting):
        yield agreed
    else:
        for method, own in methods.items():
            name = wording.value("method", str(method))
            unsolved = own["hypothesis"][own["verdict"] == "no_solution"]
            key = "answer.by_method_unsolved" if len(unsolved) else "answer.by_method"
            told = _split(own[own["verdict"] != "no_solution"], setting)
            yield wording.fill(key, method=name, unsolved=_listed(unsolved, setting), **told)
    for key in ("effect", "effect_without_bayes"):
        if names := _with_answer(tables, key):
            yield wording.fill(f"answer.{key}", names=_listed(names, setting))
    if names := _with_caveat(tables, "lost_after_holm"):
        yield wording.fill("answer.lost", names=_listed(names, setting))
    yield from _decided(methods, setting)
    if len(tables.get("audit_summary", ())):
        counts = tables["audit_summary"].set_index("severity")["n_checks"]
        if CHANGES in counts:
            sentence = wording.fill(
                "answer.audit", n=style.count(counts[CHANGES]), checks=style.count(counts.sum())
            )
            yield (
                f"{sentence.removesuffix('.')} ({setting.numbers['audit']})."
                if ("audit" in setting.numbers)
                else sentence
            )


def _agreed(methods: Mapping[Any, pd.DataFrame], setting: Setting) -> str:
    """One sentence where several methods judge the same hypotheses alike, which are named by their paths."""
    verdicts = [dict(zip(own["hypothesis"], own["verdict"], strict=True)) for own in methods.values()]
    states = [state for own in methods.values() if "state" in own for state in own["state"].dropna()]
    alike = all(other == verdicts[0] for other in verdicts)
    if len(verdicts) < 2 or not alike or "no_solution" in verdicts[0].values() or any(states):
        return ""
    first = next(iter(methods.values()))
    told = first.assign(
        hypothesis=[f"{line['hypothesis']} ({claimed_path(line, setting)})" for line in records(first)]
    )
    kind = {True: "all_confirm", False: "none_confirms"} if len(set(verdicts[0].values())) < 2 else {}
    key = kind.get("confirmed" in verdicts[0].values(), "all_agree")
    names = [setting.wording.value("method", str(method)) for method in methods]
    return setting.wording.fill(f"answer.{key}", methods=_listed(names, setting), **_split(told, setting))


def _split(own: pd.DataFrame, setting: Setting) -> dict[str, str]:
    """The hypotheses that one method confirms, and the others."""
    yes = own["verdict"] == "confirmed"
    return {
        "confirmed": _listed(own["hypothesis"][yes], setting),
        "rest": _listed(own["hypothesis"][~yes], setting),
    }


def _recomputed(printed: pd.DataFrame, ols: pd.DataFrame | None, setting: Setting) -> Iterator[str]:
    """Whether the regression comes to the printed verdicts, and where its sign is another."""
    if ols is None:
        return
    both = printed.merge(ols, on="hypothesis", suffixes=("", "_ols"))
    compared = len(printed)
    if "state_ols" in both:
        open_ = both["state_ols"] == "open"
        compared, both = compared - open_.sum(), both[~open_]
    if not compared:
        return
    count = setting.wording.numbers.count
    same = (both["verdict"] == both["verdict_ols"]).sum()
    yield setting.wording.fill("answer.recomputed", same=count(same), all=count(compared))
    reversed_ = both["estimate"] * both["estimate_ols"] < 0
    if reversed_.any():
        yield setting.wording.fill("answer.reversed", names=_listed(both["hypothesis"][reversed_], setting))


def _decided(methods: Mapping[Any, pd.DataFrame], setting: Setting) -> Iterator[str]:
    """Of a reconstruction: the verdicts that the printed tables decide without the answers."""
    told = []
    for method, own in methods.items():
        if "state" in own and own["state"].isin(["open", "decided"]).any():
            names = _listed(own["hypothesis"][own["state"] == "decided"], setting)
            told.append(f"{setting.wording.value('method', str(method))} – {names}")
    if told:
        yield setting.wording.fill("answer.decided", decided="; ".join(told))


def _with_answer(tables: Tables, words: str) -> list[str]:
    """Hypotheses whose answer is told in these words."""
    sheet = tables.get("verdict_sheet", pd.DataFrame(columns=["answer", "hypothesis"]))
    return [
        str(line["hypothesis"])
        for line in records(sheet)
        if any(key == words for _, _, key in remark_codes(line, ("answer",)))
    ]


def _with_caveat(tables: Tables, code: str) -> list[str]:
    sheet = tables.get("verdict_sheet", pd.DataFrame(columns=["caveats", "hypothesis"]))
    return [str(line["hypothesis"]) for line in records(sheet) if code in split_names(line["caveats"])]


def _listed(names: Sequence[str] | pd.Series[Any], setting: Setting) -> str:
    """`H1, H4 and H6`; `none` without a name."""
    words = [str(name) for name in names]
    if len(words) < 2:
        return words[0] if words else setting.wording["answer.none"]
    return setting.wording.fill("answer.and", first=", ".join(words[:-1]), last=words[-1])
