"""Hypotheses, groups and waves in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from smartcity_survey.data.demographics import NO_ANSWER
from smartcity_survey.report.cells import records
from smartcity_survey.report.chapter.document import unmarked
from smartcity_survey.report.chapter.facts import Facts, joined, known
from smartcity_survey.report.names import claimed_path, name_text
from smartcity_survey.study.limits import limit

UNSOLVED = "no_solution"
ESTIMATES = {"ols": "coefficients", "pls": "pls_paths", "sem": "sem_paths"}
"""Method -> the table of its estimates, under which stands why there are none."""


def hypotheses(facts: Facts) -> Iterator[str]:
    """Each hypothesis by each method, then what all methods say alike.

    What the print of a reconstruction leaves open is told by its ends, never by the estimate of one file.
    """
    frame = facts.frame("hypotheses", "hypothesis", "method")
    if frame is None:
        return
    yield facts.say("hypotheses.level", alpha=facts.level(facts.config["model"]["alpha"]))
    for name, lines in frame.groupby("hypothesis", sort=False):
        yield _hypothesis(facts, str(name), records(lines))
    yield from filter(None, (joined(_altogether(facts, frame)),))


def _hypothesis(facts: Facts, name: str, lines: list[dict[str, Any]]) -> str:
    first = lines[0]
    labels = facts.setting.labels
    claim = facts.say(
        f"hypotheses.claim_{first['expected_sign']}",
        hypothesis=unmarked(name),
        path=unmarked(claimed_path(first, facts.setting)),
        groups=unmarked(labels.demographics.get(str(first.get("groups")), "")),
    )
    return joined((claim, *(_finding(facts, line) for line in lines)))


def _finding(facts: Facts, line: dict[str, Any]) -> str:
    method = unmarked(facts.setting.wording.value("method", str(line["method"])))
    table, own = _evidence(facts, line)
    method += facts.sample(table)
    state = line.get("state")
    if state in ("open", "decided") and known(line, "low", "high"):
        return facts.say(
            f"hypotheses.{state}",
            method=method,
            low=facts.end(line["low"]),
            high=facts.end(line["high"]),
            verdict=_verdict(facts, line),
            fit=unmarked(facts.setting.wording.value("reading", str(line["reading"]))),
            wherever=unmarked(facts.setting.wording.value("wherever", str(line["reading"]))),
        )
    if state == "open":
        return facts.say("hypotheses.open_without_ends", method=method)
    if line["verdict"] == UNSOLVED or not known(line, "estimate"):
        return facts.say("hypotheses.no_solution", method=method)
    told = facts.together(
        facts.equals("Δβ" if _of_groups(line) else "β", line["estimate"]),
        facts.interval(line["ci_low"], line["ci_high"], _level(facts, str(line["method"])))
        if known(line, "ci_low", "ci_high")
        else "",
        _test(facts, line, table, own),
        facts.p(line["p"]) if known(line, "p") else "",
    )
    key = "hypotheses.published" if line["method"] == "published" else "hypotheses.found"
    return facts.say(key, method=method, numbers=told, verdict=_verdict(facts, line))


def _of_groups(line: dict[str, Any]) -> bool:
    """Whether a claim is about a difference between groups: its estimate is one of two coefficients."""
    return isinstance(line.get("groups"), str) and bool(line["groups"])


def _verdict(facts: Facts, line: dict[str, Any]) -> str:
    return unmarked(facts.setting.wording.value("verdict", str(line["verdict"])))


def _level(facts: Facts, method: str) -> float:
    """Level of a method's intervals; those of the CFA-based model are always at .95."""
    levels = {"ols": facts.config["regression"], "pls": facts.config["pls"]}
    return float(levels[method]["confidence_level"]) if method in levels else 0.95


def _evidence(facts: Facts, line: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Stage file with the estimate behind a verdict, and its line; none of a claim about groups."""
    via, moderator = (line.get(key) for key in ("via", "moderator"))
    keys = {"source": line["predictor"], "target": line["outcome"]}
    tables: tuple[str, ...] = (f"{line['method']}_paths", "higher_order_paths")
    if _of_groups(line):
        return "", {}
    if isinstance(via, str) and via:
        tables, keys = ("mediation",), {**keys, "effect": "specific", "via": via}
    elif isinstance(moderator, str) and moderator:
        tables = ("interactions" if line["method"] == "ols" else "moderation",)
        keys |= {"moderator": moderator}
    elif line["method"] == "ols":
        tables, keys = ("coefficients",), {"term": line["predictor"], "outcome": line["outcome"]}
    return next(
        (
            (table, own)
            for table in tables
            for own in facts.lines(table)
            if all(str(own.get(column)) == str(value) for column, value in keys.items())
        ),
        ("", {}),
    )


def _test(facts: Facts, line: dict[str, Any], table: str, own: dict[str, Any]) -> str:
    """The test behind a verdict; that of a coefficient of the regression with its degrees of freedom.

    None of a claim about groups, whose verdict rests on permutations.

    table, own : as `_evidence` finds them.
    """
    df = facts.residual_df(str(line["outcome"])) if table == "coefficients" else None
    if known(own, "z"):
        return facts.test("z", own["z"])
    if not known(own, "t"):
        return ""
    return facts.test("z" if table == "coefficients" and not df else "t", own["t"], *([df] if df else []))


def _altogether(facts: Facts, frame: pd.DataFrame) -> Iterator[str]:
    """Which hypotheses all methods confirm, which none, which some, which the print leaves open."""
    found: dict[str, list[str]] = {"all": [], "solved": [], "none": [], "split": [], "open": []}
    alone: dict[tuple[str, str], list[str]] = {}
    for name, lines in frame.groupby("hypothesis", sort=False):
        open_ = "state" in lines and (lines["state"] == "open").any()
        own = lines if not open_ else lines[lines["state"] != "open"]
        every = set(own.loc[own["method"] != "published", "verdict"])
        verdicts = every - {UNSOLVED}
        judges = set(own["method"]) - {"published"}
        if open_:
            found["open"].append(unmarked(str(name)))
        elif len(judges) == 1 and verdicts and verdicts <= {"confirmed", "not_confirmed"}:
            alone.setdefault((*judges, *verdicts), []).append(unmarked(str(name)))
        elif verdicts == {"confirmed"}:
            found["all" if verdicts == every else "solved"].append(unmarked(str(name)))
        elif verdicts == {"not_confirmed"}:
            found["none"].append(unmarked(str(name)))
        elif verdicts:
            found["split"].append(unmarked(str(name)))
    see = facts.see("hypotheses", figure="coefficients")
    for key, names in found.items():
        if names:
            yield facts.say(f"hypotheses.altogether_{key}", names=", ".join(names), see=see)
            see = ""
    for (judge, verdict), names in alone.items():
        yield facts.say(
            f"hypotheses.alone_{verdict}",
            method=unmarked(facts.setting.wording.value("method", judge)),
            names=", ".join(names),
            see=see,
        )
        see = ""
    for method, own in frame[frame["verdict"] == UNSOLVED].groupby("method", sort=False):
        if why := facts.refused(ESTIMATES.get(str(method), "")):
            yield facts.say(
                "hypotheses.unsolved",
                method=unmarked(facts.setting.wording.value("method", str(method))),
                names=", ".join(unmarked(str(name)) for name in own["hypothesis"]),
                reason=why,
            )


def groups(facts: Facts) -> Iterator[str]:
    """How many paths differ between groups of respondents; nothing where demographics are random."""
    if facts.bounded:
        return
    paragraphs = (
        joined(_invariance(facts)),
        joined((_compared(facts), _differences(facts, "multigroup", "groups"), _too_small(facts))),
    )
    yield from filter(None, paragraphs)


def _compared(facts: Facts) -> str:
    """The two groups that are compared, where there is one comparison; of more there is a table."""
    lines = facts.lines("group_comparisons", "first", "second")
    if len(lines) != 1 or lines[0].get("status") != "compared":
        return ""
    line = lines[0] | {"variable": lines[0]["demographic"]}

    def told(side: str) -> str:
        name = unmarked(name_text("code", str(line[side]), line, facts.setting))
        return f"{name}, {facts.equals_count('n', line[f'n_{side}'])}" if known(line, f"n_{side}") else name

    group = unmarked(facts.setting.labels.demographics.get(str(line["demographic"]), ""))
    facts.see("group_comparisons")
    return facts.say("groups.compared", group=group, first=told("first"), second=told("second"))


def _too_small(facts: Facts) -> str:
    """The categories that are not compared for want of respondents."""
    compared = facts.lines("group_comparisons", "first", "second")
    card = facts.cards.get("group_comparisons", {})
    asked = facts.config.get("groups", {}).get("variables") or ()
    found = {(str(line["demographic"]), str(line[side])) for line in compared for side in ("first", "second")}
    left = [
        f"{facts.setting.labels.demographics.get(str(line['variable']), '')}"
        f"{facts.setting.wording['page.colon']}{name_text('code', str(line['code']), line, facts.setting)}"
        for line in facts.lines("demographics", "n")
        if line["variable"] in asked
        and str(line["code"]) != NO_ANSWER
        and line["n"]
        and (str(line["variable"]), str(line["code"])) not in found
    ]
    if "smallest" not in card or not compared:
        return ""
    return facts.named(
        "groups.too_small", map(unmarked, left), smallest=facts.count(float(str(card["smallest"])))
    )


def _invariance(facts: Facts) -> Iterator[str]:
    """Whether groups are measured alike: by the factor model level by level, and as composites."""
    frame, asked = facts.frame("invariance", "cfi"), limit("cfi_fall")
    if frame is not None:
        see, lost = facts.see("invariance"), []
        for demographic, own in frame.groupby("demographic", sort=False):
            group = unmarked(facts.setting.labels.demographics.get(str(demographic), str(demographic)))
            steps = []
            for line in records(own):
                level = unmarked(facts.setting.wording.value("level", str(line["level"])))
                step = known(line, "d_cfi")
                steps.append(
                    (level, facts.equals("ΔCFI" if step else "CFI", line["d_cfi" if step else "cfi"]))
                )
                if step and not asked.met(-line["d_cfi"]):
                    lost.append(f"{group}, {level}")
            yield facts.say("groups.invariance", group=group, steps=facts.listed(steps), see=see)
            see = ""
        fall = facts.level(asked.value)
        yield facts.named("groups.invariance_lost", lost, limit=fall) or facts.say(
            "groups.invariance_kept", limit=fall
        )
    lines = [line for line in facts.lines("micom") if isinstance(line.get("invariance"), str)]
    if lines:
        left = [line for line in lines if line["invariance"] == "not_shown"]
        n = facts.say("of", part=facts.count(len(lines) - len(left)), all=facts.count(len(lines)))
        yield facts.say("groups.micom", n=n, see=facts.see("micom"))
        yield facts.named("groups.micom_not", (_not_shown(facts, line) for line in left))


def _not_shown(facts: Facts, line: dict[str, Any]) -> str:
    numbers = facts.together(
        unmarked(name_text("groups", "", line, facts.setting)),
        facts.equals("c", line["correlation"], 4) if known(line, "correlation") else "",
        facts.p(line["correlation_p"]) if known(line, "correlation_p") else "",
    )
    return f"{facts.construct(line['construct'])} ({numbers})"


def _differences(facts: Facts, table: str, section: str) -> str:
    frame = facts.frame(table, "p")
    if frame is None:
        return ""
    alpha = float(facts.config["model"]["alpha"])
    different = frame[frame["p"] < alpha]
    values = {
        "n": facts.count(len(different)),
        "all": facts.count(len(frame)),
        "alpha": facts.level(alpha),
        "see": facts.see(table),
    }
    if different.empty:
        return facts.say(f"{section}.paths_alike", **values)
    which = "groups" if section == "groups" else "waves"
    told = "; ".join(
        f"{facts.path(line)} ({unmarked(name_text(which, '', line, facts.setting))}; {facts.p(line['p'])})"
        for line in records(different)
    )
    return facts.say(f"{section}.paths_differ", paths=told, **values)


def waves(facts: Facts) -> Iterator[str]:
    """How means and paths changed between waves."""
    means = facts.lines("wave_mean_differences", "difference", "p")
    if means:
        level = float(facts.config["regression"]["confidence_level"])

        def told(line: dict[str, Any]) -> str:
            return facts.together(
                facts.equals("ΔM", line["difference"], 2, bounded=False),
                facts.interval(line["ci_low"], line["ci_high"], level, bounded=False),
                facts.test("t", line["t"], line["df"]),
                facts.p(line["p"]),
            )

        changes = facts.listed(
            (
                f"{facts.construct(line['construct'])}, {unmarked(str(line['earlier']))} → "
                f"{unmarked(str(line['later']))}",
                told(line),
            )
            for line in means
        )
        yield facts.say("waves.means", changes=changes, see=facts.see("wave_mean_differences"))
    yield from filter(None, (_differences(facts, "wave_path_differences", "waves"),))
