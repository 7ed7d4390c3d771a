"""What a reader wants to know first: each hypothesis by every method, and the study in a few numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from smartcity_survey.data.bounds import SIDES
from smartcity_survey.report.cells import interval, records
from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.names import claim
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import remarks
from smartcity_survey.stages.evidence.hypotheses import UNPRINTED, methods_of

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Finding:
    """One hypothesis by one method.

    Attributes
    ----------
    verdict : its wording.
    confirmed : whether it says so.
    numbers : estimate, interval and p in words; of what is not printed, the ends of its set and the reading
        they are of.
    contrary : the estimate points against the claim, whatever the verdict says.
    open : the print leaves the verdict open.
    """

    method: str
    verdict: str
    confirmed: bool
    numbers: tuple[str, ...]
    contrary: bool
    open: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """One hypothesis, its claim in words, and what each method found.

    `compared`: several methods judged it, and the print leaves none of their verdicts open. `agreed`: all say
    the same; `split`: some say otherwise than others. `caveats`: sentences without which the findings would
    mislead. `bottom_line`: of a reconstruction, what is printed and what the print decides, in one sentence;
    else empty.
    """

    name: str
    claim: str
    findings: tuple[Finding | None, ...]
    compared: bool
    agreed: bool
    split: bool
    caveats: tuple[str, ...] = ()
    bottom_line: str = ""


def verdicts(
    hypotheses: pd.DataFrame, setting: Setting, sheet: pd.DataFrame | None = None
) -> tuple[Verdict, ...]:
    """One line per hypothesis; findings in the order of `methods_of`, None where a method has none.

    `sheet`: the stage file `verdict_sheet`, whose foremost caveats (`contents.yaml`) come along.
    """
    caveats = {} if sheet is None else _foremost(sheet, setting)
    methods = methods_of(hypotheses)
    lines = []
    for name, group in hypotheses.groupby("hypothesis", sort=False):
        own = records(group)
        unsolved = (group["verdict"] == "no_solution") | (_states(group) == "open")
        by_method = {line["method"]: _finding(line, setting) for line in own}
        lines.append(
            Verdict(
                name=str(name),
                claim=claim(own[0], setting),
                findings=tuple(by_method.get(method) for method in methods),
                compared=len(by_method) > 1 and "open" not in set(_states(group)),
                agreed=group["verdict"].nunique() == 1 and not unsolved.any(),
                split=group["verdict"][~unsolved].nunique() > 1,
                caveats=caveats.get(str(name), ()),
                bottom_line=_bottom_line(str(name), own, setting),
            )
        )
    return tuple(lines)


def regression_open(tables: Mapping[str, pd.DataFrame]) -> bool:
    """Whether the answers are a reconstruction and its regression is not the printed one: the print leaves
    it open."""
    found = tables.get("decisions")
    return found is not None and bool((found["state"][found["method"] == "ols"] == "open").any())


def _states(hypotheses: pd.DataFrame) -> pd.Series[Any]:
    """What is known of each verdict of a reconstruction; empty where the answers are people's."""
    return hypotheses["state"] if "state" in hypotheses else pd.Series("", index=hypotheses.index)


def _bottom_line(name: str, lines: list[dict[str, Any]], setting: Setting) -> str:
    """`H5: not confirmed in print (beta .056); PLS-SEM: anything from -.02 to .16 with the same tables.`

    Each set is that of its reading, which is named.
    """
    if not any(isinstance(line.get("state"), str) for line in lines):
        return ""
    wording, parts = setting.wording, []
    for line in lines:
        words = {
            "method": wording.value("method", str(line["method"])),
            "verdict": wording.value("verdict", str(line["verdict"])),
            "reading": wording.value("reading", str(line["reading"])),
            "wherever": wording.value("wherever", str(line["reading"])),
            **{side: wording.numbers.end(float(line[side])) for side in SIDES if line[side] == line[side]},
            "estimate": wording.numbers.fixed(float(line["estimate"]), 3, bounded=True),
        }
        key = "published" if line["method"] == "published" else line["state"]
        if key == "published" or (key in UNPRINTED and "low" in words):
            parts.append(wording.fill(f"verdicts.bottom_{key}", **words))
    return wording.fill("verdicts.bottom", hypothesis=name, parts="; ".join(parts))


def _foremost(sheet: pd.DataFrame, setting: Setting) -> dict[str, tuple[str, ...]]:
    contents = load_contents()
    entry = next(entry for entry in contents.entries("table") if entry.name == "verdict_sheet")
    return {
        str(line["hypothesis"]): tuple(remarks(line, entry, contents, setting, entry.foremost))
        for line in records(sheet)
    }


def _finding(line: Mapping[str, Any], setting: Setting) -> Finding:
    wording, style = setting.wording, setting.wording.numbers
    if line.get("state") in UNPRINTED:
        decided = line["state"] == "decided"
        return Finding(
            method=wording.value("method", str(line["method"])),
            verdict=wording.value("verdict", str(line["verdict"]) if decided else "open"),
            confirmed=decided and line["verdict"] == "confirmed",
            numbers=(*((wording.value("state", "decided"),) if decided else ()), *set_of(line, setting)),
            contrary=False,
            open=not decided,
        )
    estimate, low, high, p = (float(line[key]) for key in ("estimate", "ci_low", "ci_high", "p"))
    written_p = style.p_value(p)
    parts = []
    if not math.isnan(estimate):
        parts = [wording.fill("verdicts.estimate", estimate=style.fixed(estimate, 3, bounded=True))]
    parts += [text for text in [interval(low, high, "ratio:2", style).text] if text]
    parts += [wording.fill("verdicts.p_below" if p < 0.001 else "verdicts.p", p=written_p)] if p == p else []
    return Finding(
        method=wording.value("method", str(line["method"])),
        verdict=wording.value("verdict", str(line["verdict"])),
        confirmed=line["verdict"] == "confirmed",
        numbers=tuple(parts),
        contrary=line["verdict"] == "confirmed"
        and line["expected_sign"] != "differs"
        and (estimate > 0) != (line["expected_sign"] == "positive"),
    )


def set_of(line: Mapping[str, Any], setting: Setting) -> tuple[str, ...]:
    """The ends of a set, not in the brackets of an interval, and the reading they are of."""
    wording = setting.wording
    if line["low"] != line["low"]:
        return ()
    ends = {side: wording.numbers.end(float(line[side])) for side in SIDES}
    return wording.fill("verdicts.set", **ends), wording.value("reading", str(line["reading"]))


def facts(tables: Tables, setting: Setting) -> tuple[tuple[str, str, str], ...]:
    """The study at a glance: (what, number, out of what), as far as the stage files say."""
    return tuple(_facts(tables, setting))


def _facts(tables: Tables, setting: Setting) -> Iterator[tuple[str, str, str]]:
    wording, style = setting.wording, setting.wording.numbers

    def of(number: float) -> str:
        return wording.fill("facts.of", all=style.count(number))

    if "cleaning_log" in tables:
        kept = tables["cleaning_log"]["n_remaining"]
        yield wording["facts.respondents"], style.count(kept.iloc[-1]), of(kept.iloc[0])
    if "item_retention" in tables:
        retained = tables["item_retention"]["retained"]
        yield wording["facts.items"], style.count(retained.sum()), of(len(retained))
    if len(tables.get("adequacy", ())):
        kmo = tables["adequacy"].set_index("statistic")["value"]["kmo"]
        yield wording["facts.kmo"], style.fixed(kmo, 3, bounded=True), ""
    for table, key in (("model_summary", "r2_ols"), ("pls_quality", "r2_pls")):
        if (key == "r2_pls" and "decisions" in tables) or (key == "r2_ols" and regression_open(tables)):
            continue
        if table in tables and len(tables[table]) == 1:
            yield wording[f"facts.{key}"], style.fixed(tables[table]["r2"].iloc[0], 3, bounded=True), ""
    if "reproduction" in tables:
        matches = tables["reproduction"]["matches"]
        yield wording["facts.reproduced"], style.count(matches.sum()), of(len(matches))
    if "hypotheses" in tables:
        for method in ("ols", "pls"):
            own = tables["hypotheses"].query("method == @method")
            if own.empty and len(tables["hypotheses"]):
                continue
            if _states(own).isin(UNPRINTED).any():
                decided = style.count((_states(own) == "decided").sum())
                yield (
                    wording.fill("facts.decided", method=_within(wording.value("method", method))),
                    decided,
                    of(len(own)),
                )
                continue
            confirmed = style.count((own["verdict"] == "confirmed").sum())
            yield (
                wording.fill("facts.confirmed", method=_within(wording.value("method", method))),
                confirmed,
                of(len(own)),
            )


def _within(name: str) -> str:
    """A name as it stands within a sentence: no capital but those of abbreviations."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name
