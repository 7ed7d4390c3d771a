"""The regression in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from smartcity_survey.report.chapter.facts import Facts, joined, known
from smartcity_survey.report.chapter.sentences.structural import estimates
from smartcity_survey.study.limits import limit


def regression(facts: Facts) -> Iterator[str]:
    """Each outcome's regression: the whole, its coefficients, its assumptions, and what demographics add."""
    for line in facts.lines("model_summary", "r2"):
        outcome = str(line["outcome"])
        yield joined((*_whole(facts, outcome, line), *_coefficients(facts, outcome)))
        yield from filter(None, (joined(_assumptions(facts, outcome)),))
    yield from filter(None, (joined(_interactions(facts)), joined(_blocks(facts))))


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


def _interactions(facts: Facts) -> Iterator[str]:
    lines = [line for line in facts.lines("interactions", "estimate") if isinstance(line["moderator"], str)]
    if lines:
        told = estimates(facts, "interactions", lines)
        yield facts.say("regression.interactions", paths=told, see=facts.see("interactions"))


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
    told = list(_residuals(facts, outcome, see))
    if told and facts.bounded:
        yield facts.say("regression.residuals_in_use")
    yield from told


def _residuals(facts: Facts, outcome: str, see: str) -> Iterator[str]:
    """What the residuals of single respondents show: equal variance, and the largest distance."""
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
    if facts.bounded:
        return  # demographics of a reconstruction are attached at random
    blocks = Counter(line["outcome"] for line in lines)
    for line in lines:
        if blocks[line["outcome"]] == 1:
            continue  # its only block is the regression that is told already
        yield facts.say(
            f"regression.block_{line['block']}",
            outcome=facts.construct(line["outcome"]),
            change=facts.together(
                facts.equals("ΔR²", line["r2_change"]),
                facts.test("F", line["f_change"], line["df_1"], line["df_2"]),
                facts.p(line["p_change"]),
            ),
            see=facts.see("hierarchical_blocks"),
        )
