"""The measurement model in sentences: reliability, convergent and discriminant validity."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from smartcity_survey.report.cells import records
from smartcity_survey.report.chapter.document import unmarked
from smartcity_survey.report.chapter.facts import Facts, ends, joined
from smartcity_survey.report.chapter.sentences.data import pair_text, pairs_of
from smartcity_survey.study.limits import limit

COEFFICIENTS = {"cronbach_alpha": "*α*", "omega": "*ω*", "rho_a": "*ρ*A", "composite_reliability": "*ρ*C"}
"""Coefficients of reliability and their signs."""


def measurement(facts: Facts) -> Iterator[str]:
    """Whether each construct is measured reliably, and as something distinct from the others."""
    paragraphs = _reliability(facts), _convergent(facts), _discriminant(facts), _factor_model(facts)
    yield from filter(None, map(joined, paragraphs))


def _several(frame: pd.DataFrame | None) -> pd.DataFrame | None:
    """Constructs of several items: one of a single item is reliable by definition, which proves nothing."""
    if frame is None or "n_items" not in frame:
        return frame
    frame = frame[frame["n_items"] > 1]
    return frame if len(frame) else None


def _range(facts: Facts, frame: pd.DataFrame, column: str) -> dict[str, str]:
    low, high = ends(frame, column)
    return {
        "low": facts.ratio(low[column]),
        "low_construct": facts.construct(low["construct"]),
        "high": facts.ratio(high[column]),
        "high_construct": facts.construct(high["construct"]),
    }


def _reliability(facts: Facts) -> Iterator[str]:
    found = {
        column: frame
        for column in COEFFICIENTS
        if (frame := _several(facts.frame("reliability", column))) is not None
    }
    ranges = "; ".join(
        facts.say("measurement.range", sign=COEFFICIENTS[column], **_range(facts, frame, column))
        for column, frame in found.items()
    )
    if not ranges:
        return
    n, of_covariances = facts.n_of("reliability"), _n_of_covariances(facts)
    if n is None or of_covariances is None or of_covariances == n:
        yield facts.say("measurement.reliability", ranges=ranges, see=facts.see("reliability"))
    else:
        yield facts.say("measurement.reliability", ranges=ranges, see=facts.see("reliability", told_n=False))
        yield facts.say(
            "measurement.reliability_samples",
            n_covariances=facts.equals_count("n", of_covariances),
            n=facts.equals_count("n", n),
        )
    below = {
        str(line["construct"]): None
        for column, asked in (("cronbach_alpha", "alpha"), ("composite_reliability", "composite_reliability"))
        if column in found
        for line in found[column].to_dict("records")
        if not limit(asked).met(line[column])
    }
    asked = facts.limit("composite_reliability")
    if below:
        yield facts.say("measurement.unreliable", names=", ".join(map(facts.construct, below)), limit=asked)
    else:
        yield facts.say("measurement.reliable", limit=asked)
    if "composite_reliability" in found:
        frame = found["composite_reliability"]
        names = frame.loc[~frame["composite_reliability"].map(limit("redundancy").met), "construct"]
        if len(names):
            yield facts.say(
                "measurement.redundant",
                names=", ".join(map(facts.construct, names)),
                limit=facts.limit("redundancy"),
            )


def _n_of_covariances(facts: Facts) -> float | None:
    """How many respondents alpha and omega are of, where the PLS part is of others; else None."""
    n = facts.cards.get("reliability", {}).get("n_covariances")
    return float(n) if isinstance(n, int | float) else None


def _convergent(facts: Facts) -> Iterator[str]:
    loadings = facts.frame("pls_loadings", "loading")
    if loadings is not None:
        low, high = ends(loadings, "loading")
        below = loadings.loc[~loadings["loading"].map(limit("outer_loading").met), "item"]
        yield facts.say(
            "measurement.loadings",
            low=facts.ratio(low["loading"]),
            low_item=unmarked(str(low["item"])),
            high=facts.ratio(high["loading"]),
            high_item=unmarked(str(high["item"])),
            see=facts.see("pls_loadings"),
        )
        if len(below):
            yield facts.say(
                "measurement.loadings_below",
                n=facts.say("of", part=facts.count(len(below)), all=facts.count(len(loadings))),
                names=", ".join(below.map(unmarked)),
                limit=facts.limit("outer_loading"),
            )
        else:
            yield facts.say("measurement.loadings_above", limit=facts.limit("outer_loading"))
        against = loadings.loc[loadings["loading"] < 0, "item"]
        yield facts.named("measurement.loadings_against", against.map(unmarked))
    frame = _several(facts.frame("reliability", "ave"))
    if frame is not None:
        names = frame.loc[~frame["ave"].map(limit("ave").met), "construct"]
        values = _range(facts, frame, "ave") | {"limit": facts.limit("ave"), "see": facts.see("reliability")}
        if len(names):
            told = ", ".join(map(facts.construct, names))
            yield facts.say("measurement.ave_below", names=told, **values)
        elif doubtful := _doubtful(facts):
            told = ", ".join(map(facts.construct, doubtful))
            yield facts.say("measurement.ave_in_doubt", names=told, alpha=facts.limit("alpha"), **values)
        else:
            yield facts.say("measurement.ave", **values)


def _doubtful(facts: Facts) -> list[str]:
    """Constructs that have an item with a negative loading, or too low an alpha: their AVE proves nothing."""
    against = [
        str(line["construct"]) for line in facts.lines("pls_loadings", "loading") if line["loading"] < 0
    ]
    low = [
        str(line["construct"])
        for line in facts.lines("reliability", "cronbach_alpha")
        if not limit("alpha").met(line["cronbach_alpha"])
    ]
    return list(dict.fromkeys((*against, *low)))


def _discriminant(facts: Facts) -> Iterator[str]:
    ratios = facts.frame("htmt")
    pairs = [] if ratios is None else pairs_of(ratios)
    if pairs:
        high = max(pairs, key=lambda pair: pair[2])
        yield facts.say(
            "measurement.htmt",
            htmt=facts.ratio(high[2]),
            pair=pair_text(facts, high),
            see=facts.see("htmt"),
        )
        above = [pair for pair in pairs if not limit("htmt_distinct").met(pair[2])]
        if above:
            named = "; ".join(pair_text(facts, pair) for pair in above)
            yield facts.say("measurement.htmt_above", pairs=named, limit=facts.limit("htmt_distinct"))
        else:
            yield facts.say("measurement.htmt_below", limit=facts.limit("htmt_distinct"))
    upper = facts.frame("htmt_bounds", "upper_bound")
    if upper is not None:
        asked = facts.limit("htmt_distinct")
        reached = [
            f"{facts.construct(line['construct_1'])} – {facts.construct(line['construct_2'])}"
            for line in records(upper)
            if not limit("htmt_distinct").met(line["upper_bound"])
        ]
        yield facts.say(
            "measurement.htmt_bound",
            bound=facts.ratio(upper["upper_bound"].max()),
            see=facts.see("htmt_bounds"),
        )
        yield facts.named("measurement.htmt_bound_above", reached, limit=asked) or facts.say(
            "measurement.htmt_bound_below", limit=asked
        )
    frame = facts.frame("fornell_larcker")
    if frame is not None:
        names = [facts.construct(name) for name in _failing(frame)]
        see = facts.see("fornell_larcker")
        if names:
            yield facts.say("measurement.fornell_not", names=", ".join(names), see=see)
        else:
            yield facts.say("measurement.fornell", see=see)


def _failing(frame: pd.DataFrame) -> list[str]:
    """Constructs that correlate with another by at least the root of their average variance extracted."""
    names = [str(name) for name in frame["construct"]]
    values = frame[names].to_numpy(dtype=float, copy=True)
    roots = np.diag(values).copy()
    np.fill_diagonal(values, np.nan)
    return [
        name
        for name, root, others in zip(names, roots, values, strict=True)
        if not np.isnan(root) and np.nanmax(np.abs(others), initial=0) >= root
    ]


def _factor_model(facts: Facts) -> Iterator[str]:
    chi2, df, p = (facts.statistic("cfa_fit", name) for name in ("chi2", "df", "p"))
    why = facts.refused("cfa_fit")
    if chi2 is None or df is None:
        if why:
            yield facts.say("measurement.cfa_unsolved", reason=why)
        return
    fit = [facts.test("χ²", chi2, df), *([] if p is None else [facts.p(p)])]
    for name in ("cfi", "tli", "rmsea", "srmr"):
        value = facts.statistic("cfa_fit", name)
        if value is not None:
            fit.append(facts.say("stat.plain", symbol=name.upper(), value=facts.ratio(value)))
        low, high = (facts.statistic("cfa_fit", f"rmsea_{end}") for end in ("low", "high"))
        if name == "rmsea" and low is not None and high is not None:
            fit.append(facts.interval(low, high, 0.9, 3))
    yield facts.say("measurement.cfa", fit=facts.together(*fit), see=facts.see("cfa_fit"))
    missed = [
        name.upper()
        for name in ("cfi", "tli", "rmsea", "srmr")
        if (value := facts.statistic("cfa_fit", name)) is not None and not limit(name).met(value)
    ]
    if missed:
        yield facts.say("measurement.cfa_missed", names=", ".join(missed))
    else:
        yield facts.say("measurement.cfa_met")
    if why:
        yield why
