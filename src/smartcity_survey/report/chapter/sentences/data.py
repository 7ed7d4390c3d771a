"""Sample, answers, adequacy and components in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.report.cells import records
from smartcity_survey.report.chapter.document import unmarked
from smartcity_survey.report.chapter.facts import Facts, ends, joined
from smartcity_survey.report.names import name_text
from smartcity_survey.study.limits import limit


def sample(facts: Facts) -> Iterator[str]:
    """Who answered: from questionnaires received to respondents analysed, and their most frequent answers."""
    paragraphs = (
        joined(_cleaning(facts)),
        joined(_missing(facts)),
        joined(_design(facts)),
        _demographics(facts),
        joined(_careless(facts)),
    )
    yield from filter(None, paragraphs)


def _cleaning(facts: Facts) -> Iterator[str]:
    log = facts.lines("cleaning_log", "n_remaining")
    if not log or log[0]["rule"] != "as_read":
        return
    received, kept = log[0]["n_remaining"], log[-1]["n_remaining"]
    yield facts.say(
        "sample.kept",
        received=facts.count(received),
        kept=facts.count(kept),
        percent=facts.percent(100 * kept / received),
        see=facts.see("cleaning_log"),
    )
    excluded = [line for line in log[1:] if line["n_excluded"] > 0]
    if excluded:
        yield facts.say(
            "sample.excluded",
            rules=facts.listed(
                (_word(facts, "rule", line), facts.count(line["n_excluded"])) for line in excluded
            ),
        )


def _missing(facts: Facts) -> Iterator[str]:
    """How many answers are missing among the questionnaires kept, and whether completely at random."""
    n, see = facts.statistic("missing_summary", "n_incomplete"), facts.see("missing_summary")
    if n is None:
        if facts.statistic("missing_summary", "n_complete") is not None:
            yield facts.say("sample.missing_none", see=see)
        return
    percent, of_answers = (
        facts.statistic("missing_summary", name) for name in ("percent_incomplete", "percent_missing_answers")
    )
    if percent is not None and of_answers is not None:
        yield facts.say(
            "sample.missing",
            n=facts.count(n),
            percent=facts.percent(percent),
            of_answers=facts.percent(of_answers),
            see=see,
        )
    chi2, df, p = (facts.statistic("missing_summary", f"mcar_{name}") for name in ("chi2", "df", "p"))
    if chi2 is not None and df is not None and p is not None:
        key = "sample.mcar_rejected" if p < facts.config["model"]["alpha"] else "sample.mcar"
        yield facts.say(key, test=facts.together(facts.test("χ²", chi2, df), facts.p(p)))


def _word(facts: Facts, column: str, line: dict[str, Any]) -> str:
    return unmarked(name_text(column, str(line[column]), line, facts.setting))


def _demographics(facts: Facts) -> str:
    found = facts.frame("demographics", "n", "valid_percent")
    if found is None:
        return ""
    most = []
    for variable, group in found.groupby("variable", sort=False):
        _, line = ends(group, "valid_percent")
        label = facts.setting.labels.demographics.get(str(variable), str(variable))
        alike = records(group[group["valid_percent"] == line["valid_percent"]])
        answer = ", ".join(name_text("code", str(one["code"]), one, facts.setting) for one in alike)
        most.append((f"{label}", f"{answer} ({facts.percent(line['valid_percent'])})"))
    answers = "; ".join(f"{unmarked(label)} – {unmarked(answer)}" for label, answer in most)
    return facts.say("sample.most", answers=answers, see=facts.see("demographics"))


def _design(facts: Facts) -> Iterator[str]:
    """Which column weights the respondents or tells their clusters, and how many of them that is worth."""
    found = {str(line["statistic"]): float(line["value"]) for line in facts.lines("survey_design", "value")}
    data = facts.config["data"]
    weighed = [
        (name, key) for name, key in (("effective", "effective_n"), ("design_effect", "design_effect"))
    ]
    raked = bool((facts.config.get("weighting") or {}).get("margins"))
    if "effective_n" in found and (data.get("weight") or raked):
        told = [
            facts.say("stat.plain", symbol=facts.say(f"sample.{name}"), value=written(found[key]))
            for (name, key), written in zip(weighed, (facts.count, facts.fixed), strict=True)
            if key in found
        ]
        design = facts.together(*told)
        if raked:
            yield facts.say("sample.raked", design=design)
        else:
            yield facts.say("sample.weights", column=str(data["weight"]), design=design)
    if "n_clusters" in found and data.get("cluster"):
        told = [
            facts.say(
                "stat.plain", symbol=facts.say("sample.clusters_n"), value=facts.count(found["n_clusters"])
            )
        ]
        yield facts.say("sample.clusters", column=str(data["cluster"]), design=facts.together(*told))


def _careless(facts: Facts) -> Iterator[str]:
    """What the screens flag; a screen that flags a share of any sample by definition is told apart."""
    lines = [line for line in facts.lines("careless", "n_flagged", "n_valid") if line["n_valid"]]

    def flagged(line: dict[str, Any]) -> str:
        return facts.say("of", part=facts.count(line["n_flagged"]), all=facts.count(line["n_valid"]))

    shares = [line for line in lines if line["screen"] == "lowest_percent"]
    others = [(_word(facts, "index", line), flagged(line)) for line in lines if line not in shares]
    if others:
        yield facts.say("sample.careless", found=facts.listed(others))
    for line in shares:
        yield facts.say(
            "sample.careless_share",
            name=_word(facts, "index", line),
            percent=facts.percent(line["limit"], 0),
            found=flagged(line),
        )


def answers(facts: Facts) -> Iterator[str]:
    """Means and spread of the scores, their shape, and how the items are distributed."""
    yield from filter(None, (joined((*_scores(facts), *_items(facts))), _correlations(facts)))


def _scores(facts: Facts) -> Iterator[str]:
    frame = facts.frame("descriptives", "mean", "sd")
    if frame is None:
        return
    low, high = ends(frame, "mean")

    def told(line: dict[str, Any]) -> str:
        return facts.together(
            facts.construct(str(line["score"])),
            facts.equals("M", line["mean"], 2, bounded=False),
            facts.equals("SD", line["sd"], 2, bounded=False),
        )

    if len(frame) > 1:
        yield facts.say("answers.means", low=told(low), high=told(high), see=facts.see("descriptives"))
    else:
        yield facts.say("answers.mean", score=told(low), see=facts.see("descriptives"))
    shape = facts.frame("descriptives", "skewness", "kurtosis")
    if shape is not None:
        yield facts.say(
            "answers.shape",
            skewness_low=facts.fixed(shape["skewness"].min()),
            skewness_high=facts.fixed(shape["skewness"].max()),
            kurtosis_low=facts.fixed(shape["kurtosis"].min()),
            kurtosis_high=facts.fixed(shape["kurtosis"].max()),
        )


def _items(facts: Facts) -> Iterator[str]:
    frame = facts.frame("item_descriptives", "skewness", "kurtosis")
    if frame is None:
        return
    beyond = ~(frame["skewness"].abs().map(limit("skewness").met)) | ~(
        frame["kurtosis"].abs().map(limit("kurtosis").met)
    )
    values = {
        "skewness": facts.limit("skewness"),
        "kurtosis": facts.limit("kurtosis"),
        "all": facts.count(len(frame)),
    }
    if beyond.any():
        yield facts.say(
            "answers.items_beyond",
            n=facts.count(beyond.sum()),
            names=", ".join(frame.loc[beyond, "item"].map(unmarked)),
            **values,
        )
    else:
        yield facts.say("answers.items_within", **values)


def _correlations(facts: Facts) -> str:
    frame = facts.frame("score_correlations")
    pairs = [] if frame is None else pairs_of(frame)
    if len(pairs) < 2:
        return ""
    ordered = sorted(pairs, key=lambda pair: abs(pair[2]))
    low, high = ordered[0], ordered[-1]
    return facts.say(
        "answers.correlations",
        low=facts.equals("r", low[2], 2),
        low_pair=pair_text(facts, low),
        high=facts.equals("r", high[2], 2),
        high_pair=pair_text(facts, high),
        see=facts.see("score_correlations"),
    )


def pairs_of(matrix: pd.DataFrame) -> list[tuple[str, str, float]]:
    """The pairs below the diagonal of a square table of constructs; empty cells are left out."""
    names = [str(name) for name in matrix.iloc[:, 0]]
    values = matrix[names].to_numpy(dtype=float)
    return [
        (names[column], names[row], float(values[row, column]))
        for row in range(len(names))
        for column in range(row)
        if not np.isnan(values[row, column])
    ]


def pair_text(facts: Facts, pair: tuple[str, str, float]) -> str:
    """Two constructs and a dash between."""
    return f"{facts.construct(pair[0])} – {facts.construct(pair[1])}"


def factors(facts: Facts) -> Iterator[str]:
    """Whether the items may be summarised, by how many components, and which items stay."""
    yield from filter(None, (joined(_adequacy(facts)), joined(_components(facts)), joined(_retention(facts))))


def _adequacy(facts: Facts) -> Iterator[str]:
    kmo = facts.statistic("adequacy", "kmo")
    if kmo is not None:
        met = "met" if limit("kmo").met(kmo) else "missed"
        yield facts.say(
            f"factors.kmo_{met}", kmo=facts.ratio(kmo), limit=facts.limit("kmo"), see=facts.see("adequacy")
        )
    chi2, df, p = (facts.statistic("adequacy", f"bartlett_{name}") for name in ("chi2", "df", "p"))
    if chi2 is not None and df is not None and p is not None:
        key = "factors.bartlett" if limit("bartlett_p").met(p) else "factors.bartlett_not"
        yield facts.say(key, test=facts.together(facts.test("χ²", chi2, df), facts.p(p)))
    msa = facts.frame("item_msa", "msa")
    if msa is not None:
        low, _ = ends(msa, "msa")
        yield facts.say("factors.msa", msa=facts.ratio(low["msa"]), item=unmarked(str(low["item"])))


def _components(facts: Facts) -> Iterator[str]:
    explained = facts.frame("variance_explained", "extracted_cumulative_percent")
    if explained is not None:
        percent = float(explained["extracted_cumulative_percent"].max())
        yield facts.say(
            "factors.kept" if len(explained) > 1 else "factors.kept_one",
            n=facts.count(len(explained)),
            percent=facts.percent(percent),
            see=facts.see("variance_explained"),
        )
        yield from _and_constructs(facts, len(explained))
    counted = [line for line in facts.lines("component_count", "n_components") if line["rule"] != "kept"]
    if counted:
        rules = facts.listed(
            (_word(facts, "rule", line), facts.count(line["n_components"])) for line in counted
        )
        yield facts.say("factors.counted", rules=rules, see=facts.see("component_count", figure="scree"))
    extracted = facts.frame("communalities", "extraction")
    if extracted is not None:
        low, high = ends(extracted, "extraction")
        yield facts.say(
            "factors.communalities",
            low=facts.ratio(low["extraction"]),
            low_item=unmarked(str(low["item"])),
            high=facts.ratio(high["extraction"]),
            high_item=unmarked(str(high["item"])),
        )


def _and_constructs(facts: Facts, n_components: int) -> Iterator[str]:
    """Whether the components are the constructs, one to one, and items that load on no component."""
    construct_of = {
        str(line["item"]): str(line["construct"]) for line in facts.lines("pls_loadings", "loading")
    }
    rotated = facts.frame("rotated_loadings")
    constructs = list(dict.fromkeys(construct_of.values()))
    if rotated is None or n_components < 2 or not constructs:
        return
    items = rotated["item"].astype(str)
    sizes = rotated.drop(columns="item").apply(pd.to_numeric, errors="coerce").abs()
    if len(constructs) != n_components:
        yield facts.say("factors.not_one_each", m=facts.count(len(constructs)), n=facts.count(n_components))
        highest = (
            pd.Series(sizes.to_numpy(dtype=float).argmax(axis=1)).groupby(items.map(construct_of)).agg(_mode)
        )
        for component in range(n_components):
            alike = [name for name in constructs if highest.get(name) == component]
            if len(alike) > 1:
                yield facts.named("factors.shared", map(facts.construct, alike))
    least = facts.setting.suppress_below
    nowhere = items[sizes.max(axis=1) < least]
    yield facts.named("factors.nowhere", nowhere.map(unmarked), limit=facts.level(least))


def _mode(values: pd.Series[int]) -> int:
    return int(values.mode().iloc[0])


def _retention(facts: Facts) -> Iterator[str]:
    frame = facts.frame("item_retention", "retained")
    if frame is None:
        return
    if why := facts.refused("item_retention"):
        yield facts.say("factors.unsolved", reason=why)
        return
    kept = frame["retained"].astype(bool)
    if kept.all():
        see = facts.see("item_deletion_log")
        yield facts.say("factors.all_items", all=facts.count(len(frame)), see=see)
        return
    yield facts.say(
        "factors.items",
        kept=facts.count(kept.sum()),
        all=facts.count(len(frame)),
        names=", ".join(frame.loc[~kept, "item"].map(unmarked)),
        see=facts.see("item_deletion_log"),
    )
