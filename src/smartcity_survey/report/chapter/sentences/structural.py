"""The structural model by PLS-SEM and the regression in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.report.cells import records
from smartcity_survey.report.chapter.document import unmarked
from smartcity_survey.report.chapter.facts import Facts, ends, joined, known
from smartcity_survey.report.names import factor
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
        yield facts.say("structural.open_paths", paths=told, see=facts.see("decisions"))
    for line in facts.lines("identified_sets", "low", "high"):
        whole = line["predictor"] != line["predictor"]
        if line["method"] == "pls" and whole:
            yield facts.say(
                "structural.open_r2",
                outcome=facts.construct(line["outcome"]),
                low=facts.ratio(line["low"], 2),
                high=facts.ratio(line["high"], 2),
            )


def _ends(facts: Facts, line: dict[str, Any]) -> str:
    return facts.say("from_to", low=facts.ratio(line["low"], 2), high=facts.ratio(line["high"], 2))


def _collinearity(facts: Facts) -> Iterator[str]:
    frame = facts.frame("pls_paths", "vif")
    if frame is None:
        return
    low, high = frame["vif"].min(), frame["vif"].max()
    values = {
        "low": facts.fixed(low),
        "high": facts.fixed(high),
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


def _estimates(facts: Facts, table: str, lines: list[dict[str, Any]]) -> str:
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
    yield facts.say("structural.paths", paths=_estimates(facts, "pls_paths", lines), see=see)


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
            told = _estimates(facts, table, lines)
            yield facts.say(f"structural.{key}", paths=told, see=facts.see(table))


def _prediction(facts: Facts) -> Iterator[str]:
    for line in facts.lines("blindfolding", "q2"):
        yield facts.say(
            "structural.q2",
            outcome=facts.construct(line["construct"]),
            q2=facts.equals("Q²", line["q2"]),
            distance=facts.count(line["omission_distance"]),
        )
    frame = facts.frame("pls_predict", "q2_predict", "rmse", "rmse_lm")
    if frame is not None:
        for construct, items in frame.groupby("construct", sort=False):
            yield _predicted(facts, str(construct), items)
    see = facts.see("cvpat")
    for line in facts.lines("cvpat", "difference"):
        yield facts.say(
            f"structural.cvpat_{line['benchmark']}_{'lower' if line['difference'] < 0 else 'higher'}",
            subject=_subject(facts, str(line["subject"])),
            difference=facts.fixed(abs(line["difference"]), 3),
            test=facts.together(facts.test("t", line["t"], line["df"]), facts.p(line["p"])),
            see=see,
        )
        see = ""


def _subject(facts: Facts, subject: str) -> str:
    """A construct, or a word for all items together."""
    wording = facts.setting.wording
    return (
        unmarked(wording.value("subject", subject))
        if wording.knows("subject", subject)
        else facts.construct(subject)
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


def regression(facts: Facts) -> Iterator[str]:
    """Each outcome's regression: the whole, its coefficients, its assumptions, and what demographics add."""
    for line in facts.lines("model_summary", "r2"):
        outcome = str(line["outcome"])
        yield joined((*_whole(facts, outcome, line), *_coefficients(facts, outcome)))
        yield from filter(None, (joined(_assumptions(facts, outcome)),))
    yield from filter(None, (joined(_blocks(facts)),))


def _of(facts: Facts, table: str, outcome: str, *columns: str) -> list[dict[str, Any]]:
    return [line for line in facts.lines(table, *columns) if str(line["outcome"]) == outcome]


def _whole(facts: Facts, outcome: str, line: dict[str, Any]) -> Iterator[str]:
    """R² and its F test, which stands by itself where it is of complete questionnaires and R² of all."""
    test = _f_test(facts, outcome)
    alike = facts.n_of("anova") == facts.n_of("model_summary")
    told = facts.together(facts.equals("R²", line["r2"]), test if alike else "")
    adjusted = {"adjusted": facts.ratio(line["adj_r2"])} if known(line, "adj_r2") else {}
    yield facts.say(
        "regression.whole" if adjusted else "regression.whole_alone",
        outcome=facts.construct(outcome),
        r2=told,
        see=facts.see("model_summary", *(["anova"] if test and alike else [])),
        **adjusted,
    )
    if test and not alike:
        yield facts.say("regression.f_of_complete", test=test, see=facts.see("anova"))


def _f_test(facts: Facts, outcome: str) -> str:
    test = next(iter(_of(facts, "anova", outcome, "f", "p")), None)
    degrees = {str(line["source"]): float(line["df"]) for line in _of(facts, "anova", outcome, "df")}
    if test is None:
        return ""
    return facts.together(
        facts.test("F", test["f"], degrees["regression"], degrees["residual"]), facts.p(test["p"])
    )


def _coefficients(facts: Facts, outcome: str) -> Iterator[str]:
    lines = _of(facts, "coefficients", outcome, "beta", "t", "p")
    if not lines:
        return
    df = facts.residual_df(outcome)
    level = float(facts.config["regression"]["confidence_level"])

    def told(line: dict[str, Any]) -> str:
        low, high = beta_interval(line)
        return facts.together(
            facts.equals("β", line["beta"]),
            facts.interval(low, high, level) if low == low and high == high else "",
            facts.test("t" if df else "z", line["t"], *([df] if df else [])),
            facts.p(line["p"]),
        )

    coefficients = facts.listed((facts.construct(line["term"]), told(line)) for line in lines)
    yield facts.say("regression.coefficients", coefficients=coefficients, see=facts.see("coefficients"))


def beta_interval(line: Mapping[str, Any]) -> tuple[float, float]:
    """Interval of β: that of b, scaled as β is; NaN where there is none."""
    scale = line["beta"] / line["b"] if known(line, "b", "ci_low", "ci_high") and line["b"] else np.nan
    return tuple(scale * line[end] for end in ("ci_low", "ci_high"))


def _assumptions(facts: Facts, outcome: str) -> Iterator[str]:
    vif = [float(line["vif"]) for line in _of(facts, "coefficients", outcome, "vif")]
    if vif:
        key = "regression.vif" if limit("vif_critical").met(max(vif)) else "regression.vif_critical"
        yield facts.say(key, vif=facts.fixed(max(vif)), limit=facts.limit("vif_critical"))
    see = facts.see("regression_diagnostics")
    summary = next(iter(_of(facts, "model_summary", outcome, "durbin_watson")), None)
    if summary is not None:
        yield facts.say("regression.durbin_watson", value=facts.fixed(summary["durbin_watson"], 3))
    found = {str(line["statistic"]): line for line in _of(facts, "regression_diagnostics", outcome, "value")}
    variance = found.get("breusch_pagan_koenker")
    if variance is not None and known(variance, "p"):
        equal = limit("equal_variance_p").met(variance["p"])
        test = facts.together(facts.test("χ²", variance["value"]), facts.p(variance["p"]))
        yield facts.say(f"regression.{'equal' if equal else 'unequal'}_variance", test=test, see=see)
    cooks = found.get("max_cooks_distance")
    if cooks is not None:
        yield facts.say("regression.cooks", value=facts.fixed(cooks["value"], 3), see=see)


def _blocks(facts: Facts) -> Iterator[str]:
    lines = facts.lines("hierarchical_blocks", "r2_change", "f_change", "p_change")
    after = {line["outcome"] for line in lines if line["block"] == "demographics"}
    for line in lines:
        alone = "" if line["outcome"] in after or line["block"] == "demographics" else "_alone"
        yield facts.say(
            f"regression.block_{line['block']}{alone}",
            outcome=facts.construct(line["outcome"]),
            change=facts.together(
                facts.equals("ΔR²", line["r2_change"]),
                facts.test("F", line["f_change"], line["df_1"], line["df_2"]),
                facts.p(line["p_change"]),
            ),
            see=facts.see("hierarchical_blocks"),
        )
