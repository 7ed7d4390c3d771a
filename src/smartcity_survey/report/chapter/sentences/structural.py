"""The structural model by PLS-SEM in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from smartcity_survey.report.cells import records
from smartcity_survey.report.chapter.document import unmarked
from smartcity_survey.report.chapter.facts import Facts, ends, joined, known
from smartcity_survey.report.names import factor, name_text
from smartcity_survey.study.limits import limit

EFFECTS = ((0.35, "large"), (0.15, "medium"), (0.02, "small"))
"""Smallest f² of an effect that counts as such (Cohen 1988)."""


def structural(facts: Facts) -> Iterator[str]:
    """Collinearity, paths, explained variance, effect sizes, prediction.

    Of a reconstruction whose print leaves the paths open no path is a finding: their ends stand instead.
    """
    if facts.bounded:
        yield from filter(None, (joined(_left_open(facts)),))
        if facts.frame("pls_paths", "estimate") is not None:
            yield facts.say("in_use")
    paragraphs = (
        _collinearity(facts),
        _paths(facts),
        _explained(facts),
        _effects(facts),
        _further_paths(facts),
        _controlled(facts),
        _prediction(facts),
    )
    yield from filter(None, map(joined, paragraphs))


def _left_open(facts: Facts) -> Iterator[str]:
    lines = [line for line in facts.lines("decisions", "low", "high") if line["method"] == "pls"]
    if lines:
        told = facts.listed(
            (
                facts.path({"source": line["predictor"], "target": line["outcome"]}),
                _ends(facts, line),
            )
            for line in lines
        )
        yield facts.say("structural.open_paths", paths=told, see=facts.see("decisions", figure="path"))
    for line in facts.lines("identified_sets", "low", "high"):
        whole = line["predictor"] != line["predictor"]
        if line["method"] == "pls" and whole:
            yield facts.say(
                "structural.open_r2",
                outcome=facts.construct(line["outcome"]),
                low=facts.end(line["low"]),
                high=facts.end(line["high"]),
            )


def _ends(facts: Facts, line: dict[str, Any]) -> str:
    return facts.say("from_to", low=facts.end(line["low"]), high=facts.end(line["high"]))


def _collinearity(facts: Facts) -> Iterator[str]:
    frame = facts.frame("pls_paths", "vif")
    if frame is None:
        return
    low, high = facts.fixed(frame["vif"].min()), facts.fixed(frame["vif"].max())
    alike = low == high
    values = {
        "range": facts.say("structural.vif_alike" if alike else "structural.vif_range", low=low, high=high),
        "see": facts.see("pls_paths"),
        "ideal": facts.limit("vif_ideal"),
        "critical": facts.limit("vif_critical"),
    }
    critical = frame.loc[~frame["vif"].map(limit("vif_critical").met), "source"]
    raised = frame.loc[~frame["vif"].map(limit("vif_ideal").met), "source"]
    if len(critical):
        names = ", ".join(dict.fromkeys(map(facts.construct, critical)))
        yield facts.say("structural.vif_critical", names=names, **values)
    elif len(raised):
        names = ", ".join(dict.fromkeys(map(facts.construct, raised)))
        yield facts.say("structural.vif_raised", names=names, **values)
    else:
        yield facts.say("structural.vif_ideal", **values)


def _level(facts: Facts, table: str) -> float:
    """Level of the intervals of a table, by its card; else the config's."""
    card = facts.cards.get(table, {})
    return float(str(card.get("confidence_level", facts.config["pls"]["confidence_level"])))


def estimates(facts: Facts, table: str, lines: list[dict[str, Any]]) -> str:
    """Paths or products with their coefficients, intervals, tests and effect sizes."""
    level = _level(facts, table)

    def told(line: dict[str, Any]) -> str:
        return facts.together(
            facts.equals("β", line["estimate"]),
            facts.interval(line["ci_low"], line["ci_high"], level)
            if known(line, "ci_low", "ci_high")
            else "",
            facts.test("t", line["t"]) if known(line, "t") else "",
            facts.p(line["p"]) if known(line, "p") else "",
            facts.equals("f²", line["f2"]) if known(line, "f2") else "",
        )

    return facts.listed((_name(facts, line), told(line)) for line in lines)


def _name(facts: Facts, line: dict[str, Any]) -> str:
    moderator = line.get("moderator")
    if isinstance(moderator, str) and moderator:
        product = f"{facts.construct(line['source'])} × {unmarked(factor(moderator, facts.setting.labels))}"
        return f"{product} → {facts.construct(line['target'])}"
    return facts.path(line)


def _paths(facts: Facts) -> Iterator[str]:
    lines = facts.lines("pls_paths", "estimate")
    if not lines or facts.bounded:
        return
    see = facts.see("pls_paths", figure="path")
    yield facts.say("structural.paths", paths=estimates(facts, "pls_paths", lines), see=see)


def _explained(facts: Facts) -> Iterator[str]:
    for line in facts.lines("pls_quality", "r2"):
        level = _level(facts, "pls_quality")
        told = facts.together(
            facts.equals("R²", line["r2"]),
            facts.interval(line["r2_ci_low"], line["r2_ci_high"], level)
            if known(line, "r2_ci_low", "r2_ci_high")
            else "",
        )
        adjusted = facts.ratio(line["adj_r2"]) if known(line, "adj_r2") else ""
        yield facts.say(
            "structural.explained" if adjusted else "structural.explained_alone",
            outcome=facts.construct(line["construct"]),
            r2=told,
            see=facts.see("pls_quality"),
            **({"adjusted": adjusted} if adjusted else {}),
        )


def _effects(facts: Facts) -> Iterator[str]:
    frame = facts.frame("pls_paths", "f2")
    if frame is None or facts.bounded:
        return
    rest, parts = frame, []
    for least, size in EFFECTS:
        found = rest[rest["f2"] >= least]
        rest = rest[rest["f2"] < least]
        names = ", ".join(facts.path(line) for line in records(found))
        parts += [facts.say(f"structural.effect_{size}", names=names)] if names else []
    names = ", ".join(facts.path(line) for line in records(rest))
    parts += [facts.say("structural.effect_none", names=names)] if names else []
    bounds = {size: facts.ratio(least, 2) for least, size in EFFECTS}
    yield facts.say("structural.effects", parts="; ".join(parts), **bounds)


def _further_paths(facts: Facts) -> Iterator[str]:
    for table, key in (
        ("specific_indirect", "indirect"),
        ("moderation", "moderation"),
        ("higher_order_paths", "higher_order"),
    ):
        lines = facts.lines(table, "estimate")
        if table == "moderation":
            lines = [line for line in lines if isinstance(line["moderator"], str)]
        if lines:
            told = estimates(facts, table, lines)
            figure = "johnson_neyman" if table == "moderation" else ""
            yield facts.say(f"structural.{key}", paths=told, see=facts.see(table, figure=figure))
        if table == "moderation" and lines:
            yield from _categories(facts)


def _categories(facts: Facts) -> Iterator[str]:
    """Which category of a moderator of two is the higher one, that a product's sign is about."""
    frame = facts.frame("simple_slopes", "category")
    if frame is None:
        return
    for moderator, own in frame.groupby("moderator", sort=False):
        ordered = records(own.sort_values("moderator_at", kind="stable"))
        low, high = (
            unmarked(name_text("slope_at", "", line, facts.setting)) for line in (ordered[0], ordered[-1])
        )
        name = unmarked(factor(str(moderator), facts.setting.labels))
        yield facts.say("structural.moderator_categories", moderator=name, low=low, high=high)


def _controlled(facts: Facts) -> Iterator[str]:
    """The paths with demographic variables held constant, and the verdicts that they would change."""
    frame = facts.frame("controlled_paths", "estimate")
    if frame is None or facts.bounded:
        return
    asked = facts.config["model"].get("controls") or ()
    variables = ", ".join(unmarked(facts.setting.labels.demographics.get(one, one)) for one in asked)
    see = facts.see("controlled_paths")
    for method, own in frame.groupby("method", sort=False):
        told = facts.listed(
            (
                facts.path(line),
                facts.say(
                    "structural.controlled_path",
                    estimate=facts.together(
                        facts.equals("β", line["estimate"]),
                        facts.p(line["p"]) if known(line, "p") else "",
                    ),
                    without=facts.ratio(line["without_controls"]),
                )
                if known(line, "without_controls")
                else facts.equals("β", line["estimate"]),
            )
            for line in records(own)
        )
        yield facts.say(
            "structural.controlled",
            method=unmarked(facts.setting.wording.value("method", str(method)))
            + _of_complete(facts, str(method)),
            variables=variables,
            paths=told,
            see=see,
        )
        see = ""
    changed = list(dict.fromkeys(_changed_by_controls(facts, frame)))
    yield facts.named("structural.controls_change", changed) or facts.say("structural.controls_keep")


def _of_complete(facts: Facts, method: str) -> str:
    """` (n = 168)` of SEM with controls, which takes complete questionnaires where PLS-SEM takes all."""
    n = facts.cards.get("controlled_paths", {}).get("n_complete")
    return f" ({facts.equals_count('n', float(n))})" if method == "sem" and isinstance(n, int | float) else ""


def _changed_by_controls(facts: Facts, frame: pd.DataFrame) -> Iterator[str]:
    """Hypotheses about a path whose verdict by a method is another with the controls."""
    alpha = float(facts.config["model"]["alpha"])
    for line in facts.lines("hypotheses", "hypothesis", "p"):
        if any(isinstance(line.get(key), str) and line[key] for key in ("via", "moderator", "groups")):
            continue
        for own in records(frame):
            same = (own["method"], own["source"], own["target"]) == (
                *(line["method"], line["predictor"], line["outcome"]),
            )
            sign = 1 if line["expected_sign"] == "positive" else -1
            if same and known(own, "p"):
                confirmed = own["p"] < alpha and own["estimate"] * sign > 0
                if confirmed != (line["verdict"] == "confirmed"):
                    yield unmarked(str(line["hypothesis"]))


def _prediction(facts: Facts) -> Iterator[str]:
    told = list(_predictions(facts))
    if told and facts.bounded:
        yield facts.say("structural.prediction_in_use")
    yield from told


def _predictions(facts: Facts) -> Iterator[str]:
    by_distance: dict[float, list[dict[str, Any]]] = {}
    for line in facts.lines("blindfolding", "q2"):
        by_distance.setdefault(float(line["omission_distance"]), []).append(line)
    for distance, lines in by_distance.items():
        yield facts.say(
            "structural.q2",
            values=facts.listed(
                (facts.construct(line["construct"]), facts.equals("Q²", line["q2"])) for line in lines
            ),
            distance=facts.count(distance),
        )
    frame = facts.frame("pls_predict", "q2_predict", "rmse", "rmse_lm")
    if frame is not None:
        for construct, items in frame.groupby("construct", sort=False):
            yield _predicted(facts, str(construct), items)
    see, compared = facts.see("cvpat"), facts.lines("cvpat", "difference")
    for benchmark in dict.fromkeys(str(line["benchmark"]) for line in compared):
        told = facts.listed(
            (
                _subject(facts, str(line["subject"])),
                facts.together(
                    facts.fixed(line["difference"], 3),
                    facts.test("t", line["t"], line["df"]),
                    facts.p(line["p"]),
                ),
            )
            for line in compared
            if str(line["benchmark"]) == benchmark
        )
        yield facts.say(f"structural.cvpat_{benchmark}", values=told, see=see)
        see = ""
    if compared:
        yield facts.say("structural.cvpat_sign")


def _subject(facts: Facts, subject: str) -> str:
    """A construct, or a word for all items together."""
    wording = facts.setting.wording
    if not wording.knows("subject", subject):
        return facts.construct(subject)
    return (
        facts.say("structural.all_items") if subject == "all" else unmarked(wording.value("subject", subject))
    )


def _predicted(facts: Facts, construct: str, items: pd.DataFrame) -> str:
    low, high = ends(items, "q2_predict")
    values = {
        "construct": facts.construct(construct),
        "low": facts.ratio(low["q2_predict"]),
        "high": facts.ratio(high["q2_predict"]),
        "see": facts.see("pls_predict"),
    }
    # The linear model is a benchmark for what predicts at all.
    if not (items["q2_predict"] > 0).all():
        return facts.say("structural.predicted_no_better", **values)
    below = int((items["rmse"] < items["rmse_lm"]).sum())
    if below == len(items):
        power = "high"
    elif below > len(items) / 2:
        power = "medium"
    else:
        power = "low" if below else "none"
    return facts.say(
        "structural.predicted",
        n=facts.say("of", part=facts.count(below), all=facts.count(len(items))),
        power=facts.say(f"structural.power_{power}"),
        **values,
    )
