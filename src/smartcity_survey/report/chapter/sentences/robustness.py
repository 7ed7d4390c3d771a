"""How far the verdicts hold, and what limits them, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smartcity_survey.audit.severity import CONTRADICTIONS
from smartcity_survey.io import NONE_FOUND
from smartcity_survey.report.cells import records
from smartcity_survey.report.chapter.document import unmarked
from smartcity_survey.report.chapter.facts import Facts, ends, joined
from smartcity_survey.report.names import name_text
from smartcity_survey.report.tables import remarks
from smartcity_survey.study.limits import limit

SCORES = ("cfa_regression", "cfa_bartlett")
"""Ways of scoring that bias a regression."""


def robustness(facts: Facts) -> Iterator[str]:
    """Several tests, negligible effects, other specifications, one common method, power."""
    paragraphs = _tests(facts), _curve(facts), _common_method(facts), _power(facts)
    yield from filter(None, map(joined, paragraphs))


def _tests(facts: Facts) -> Iterator[str]:
    frame = facts.frame("hypothesis_tests", "p_holm")
    if frame is None or facts.regression_open:
        return
    lines = records(frame)
    told = facts.listed((unmarked(str(line["hypothesis"])), facts.p(line["p_holm"])) for line in lines)
    kept = [
        unmarked(str(line["hypothesis"])) for line in lines if line["confirmed_after_holm"] in (True, "True")
    ]
    yield facts.say("robustness.holm", tests=told, see=facts.see("hypothesis_tests"))
    yield facts.named("robustness.holm_kept", kept) or facts.say("robustness.holm_none")
    negligible = [
        unmarked(str(line["hypothesis"])) for line in lines if line.get("negligible") in (True, "True")
    ]
    bound = facts.level(facts.config["robustness"]["equivalence_bound"])
    open_ = [unmarked(str(line["hypothesis"])) for line in lines]
    open_ = [name for name in open_ if name not in (*kept, *negligible)]
    yield facts.named("robustness.negligible", negligible, bound=bound)
    yield facts.named("robustness.absence_not_shown", open_, bound=bound)
    evidence = facts.lines("hypothesis_tests", "log_bf10")
    if evidence:
        told = facts.listed(
            (
                unmarked(str(line["hypothesis"])),
                facts.equals("lnBF₁₀", line["log_bf10"], 2, bounded=False),
            )
            for line in evidence
        )
        yield facts.say("robustness.bayes", factors=told)


def _curve(facts: Facts) -> Iterator[str]:
    lines = facts.lines("specification_summary", "share_confirmed", "estimate_median")
    if facts.bounded:  # shares of one file among many
        every = facts.lines("specification_summary", "n_specifications")
        if every:
            n = facts.count(max(line["n_specifications"] for line in every))
            see = facts.see("specification_summary", figure="specification_curve")
            yield facts.say("robustness.open_curve", n=n, see=see)
        return
    if not lines:
        return

    def told(line: dict[str, Any]) -> str:
        return facts.say(
            "robustness.specification",
            share=facts.percent(100 * line["share_confirmed"], 0),
            median=facts.equals("β", line["estimate_median"]),
            low=facts.ratio(line["estimate_min"]),
            high=facts.ratio(line["estimate_max"]),
        )

    yield facts.say(
        "robustness.curve",
        n=facts.count(max(line["n_specifications"] for line in lines)),
        curves=facts.listed((unmarked(str(line["hypothesis"])), told(line)) for line in lines),
        see=facts.see("specification_summary", figure="specification_curve"),
    )


def _common_method(facts: Facts) -> Iterator[str]:
    frame = facts.frame("common_method_bias", "value", "limit")
    if frame is None:
        return
    harman = [line for line in records(frame) if line["test"] == "harman_component"]
    for line in harman:
        key = "harman_below" if line["value"] < line["limit"] else "harman_above"
        yield facts.say(
            f"robustness.{key}",
            percent=facts.percent(line["value"]),
            limit=facts.percent(line["limit"], 0),
            see=facts.see("common_method_bias"),
        )
    collinear = frame[frame["test"] == "full_collinearity_vif"]
    if len(collinear):
        _, high = ends(collinear, "value")
        above = collinear[collinear["value"] >= collinear["limit"]]
        values = {"vif": facts.fixed(high["value"]), "limit": facts.compact(high["limit"])}
        if len(above):
            names = ", ".join(map(facts.construct, above["subject"]))
            yield facts.say("robustness.collinearity_above", names=names, **values)
        else:
            yield facts.say("robustness.collinearity_below", **values)


def _power(facts: Facts) -> Iterator[str]:
    frame = facts.frame("power", "detectable_beta")
    if frame is None:
        return
    low, high = ends(frame, "detectable_beta")
    yield facts.say(
        "robustness.power",
        power=facts.percent(100 * limit("power").value, 0),
        low=facts.ratio(low["detectable_beta"]),
        high=facts.ratio(high["detectable_beta"]),
        see=facts.see("power"),
    )


def limitations(facts: Facts) -> Iterator[str]:
    """What holds of every such study, what is known of the print, and the caveats of each verdict."""
    general = [facts.say("limitations.cross_sectional"), facts.say("limitations.self_report")]
    if facts.reconstruction:
        general.append(facts.say("limitations.reconstruction"))
    yield joined(general)
    yield from _not_computed(facts)
    yield from filter(None, (joined(_print(facts)), joined(_doubts(facts))))
    yield from _caveats(facts)


def _not_computed(facts: Facts) -> Iterator[str]:
    """Tables of the chapter that have no solution, or of which nothing was found, once for each reason.

    A model without paths is the study's own choice, and lacks nothing.
    """
    chosen = facts.setting.wording.value("reason", "no_paths")
    by_reason: dict[tuple[str, str], list[str]] = {}
    for name in facts.unsolved:
        title = unmarked(facts.setting.wording[f"tables.{name}.title"])
        for part, reason in dict.fromkeys(facts.reasons(name)):
            if reason == chosen:
                continue
            key = "limitations.none_found" if part == NONE_FOUND else "limitations.not_computed"
            by_reason.setdefault((key, reason), []).append(title)
    for (key, reason), titles in by_reason.items():
        yield facts.say(key, names="; ".join(titles), reason=unmarked(reason))


def _print(facts: Facts) -> Iterator[str]:
    found = {
        str(line["severity"]): int(line["n_checks"]) for line in facts.lines("audit_summary", "n_checks")
    }
    wrong = sum(found.get(severity.value, 0) for severity in CONTRADICTIONS)
    if found:
        yield facts.say(
            "limitations.audit",
            checks=facts.count(sum(found.values())),
            wrong=facts.count(wrong),
            grave=facts.count(found.get("changes_a_conclusion", 0)),
        )
    matches = facts.frame("reproduction", "matches")
    if matches is not None:
        met = matches["matches"].astype(str) == "True"
        yield facts.say("limitations.reproduction", met=facts.count(met.sum()), all=facts.count(len(matches)))
    if facts.bounded:
        lines = [line for line in facts.lines("decisions", "state") if line["state"] != "printed"]
        decided = sum(line["state"] == "decided" for line in lines)
        yield facts.say(
            "limitations.decided",
            decided=facts.count(decided),
            all=facts.count(len(lines)),
            see=facts.see("decisions", figure="bounds"),
        )


def _doubts(facts: Facts) -> Iterator[str]:
    """What another package computed otherwise, and what the way of scoring does."""
    for line in facts.lines("crosscheck", "agrees"):
        if str(line["agrees"]) == "False":
            quantity = name_text("quantity_of", "", line, facts.setting)
            yield unmarked(
                facts.setting.wording.fill(
                    "page.disagreement", quantity=quantity, package=str(line["package"])
                )
            )
    scores = str(facts.cards.get("coefficients", {}).get("scores", ""))
    if scores in SCORES:
        yield facts.say(f"limitations.{scores}")


def _caveats(facts: Facts) -> Iterator[str]:
    entry = next(one for one in facts.contents.entries("table") if one.name == "verdict_sheet")
    for line in facts.lines("verdict_sheet", "hypothesis"):
        told = list(remarks(line, entry, facts.contents, facts.setting))
        if told:
            name = unmarked(name_text("hypothesis", str(line["hypothesis"]), line, facts.setting))
            yield f"**{name}.** {unmarked(' '.join(told))}"
