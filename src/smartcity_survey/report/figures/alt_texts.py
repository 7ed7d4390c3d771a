"""What a figure shows, in a sentence for those who do not see it: its kind, then its result in numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from smartcity_survey.data.bounds import READINGS
from smartcity_survey.report.figures.bootstrap import claim_names
from smartcity_survey.report.figures.coefficients import reversed_signs
from smartcity_survey.report.figures.heatmaps import HTMT_LIMITS, by_component, dropped_items
from smartcity_survey.report.figures.item_correlations import block_edges, block_means, observed_correlations
from smartcity_survey.report.figures.path_texts import coefficients_of, explained_text, range_text
from smartcity_survey.report.figures.respondents import before_middle
from smartcity_survey.report.figures.simple_slopes import region_in_words
from smartcity_survey.report.names import factor
from smartcity_survey.report.setting import Setting

Tables = Mapping[str, pd.DataFrame]
MOST = 12
"""Parts of a list that are read out; of the others there is the figure's table."""


def alt_text(name: str, tables: Tables, setting: Setting) -> str:
    """The alternative text of a figure: what kind it is, and its result where the tables of it are there.

    Parameters
    ----------
    name : of the figure.
    tables : stage files by name.
    """
    kind = setting.wording[f"figures.{name}.alt"]
    result = RESULTS.get(name)
    if result is None or not all(table in tables and len(tables[table]) for table in result.needs):
        return kind
    values = result.fill(_Words(setting), *(tables[table] for table in result.needs), tables)
    return f"{kind} {setting.wording.fill(setting.told(f'figures.{name}.result'), **values)}"


@dataclass(frozen=True, slots=True)
class _Words:
    """Numbers, names and lists in the language of a report."""

    setting: Setting

    def ratio(self, value: float, decimals: int = 2) -> str:
        """A number that cannot exceed one, such as a correlation."""
        return self.setting.wording.numbers.fixed(value, decimals, bounded=True)

    def fixed(self, value: float, decimals: int = 0) -> str:
        """Any other number."""
        return self.setting.wording.numbers.fixed(value, decimals)

    def percent(self, value: float) -> str:
        """A percentage without decimals."""
        return self.setting.wording.numbers.percentage(value, 0)

    def construct(self, name: object) -> str:
        """Label of a construct."""
        return self.setting.labels.construct(str(name))

    def listed(self, parts: Iterable[str]) -> str:
        """Parts with semicolons; a dash where there is none."""
        shown = list(parts)
        return "; ".join([*shown[:MOST], *(["…"] if len(shown) > MOST else [])]) or "–"


Values = dict[str, str]


def _demographics(words: _Words, frame: pd.DataFrame, _: Tables) -> Values:
    labels, largest = words.setting.labels, []
    for variable, own in frame.groupby("variable", sort=False):
        if own["percent"].notna().any():
            line = own.iloc[int(own["percent"].argmax())]
            category = labels.categories[str(variable), int(line["code"])]
            question = labels.demographics.get(str(variable), str(variable))
            largest.append(f"{question}: {category} {words.percent(line['percent'])}")
    return {"largest": words.listed(largest)}


def _items(words: _Words, frame: pd.DataFrame, _: Tables) -> Values:
    shares = {}
    for item, own in frame.groupby("item", sort=False):
        percent = own["percent"].to_numpy(np.float64)
        if not np.isnan(percent).any():
            half, odd = divmod(len(percent), 2)
            shares[str(item)] = float(
                percent.sum() - before_middle(percent.tolist()) - odd * percent[half] / 2
            )
    if not shares:
        return {"most": "–", "least": "–"}
    most, least = max(shares, key=lambda i: shares[i]), min(shares, key=lambda i: shares[i])
    return {
        "most": f"{most} {words.percent(shares[most])}",
        "least": f"{least} {words.percent(shares[least])}",
    }


def _scree(words: _Words, frame: pd.DataFrame, _: Tables) -> Values:
    beyond = (frame["eigenvalue"] > frame["parallel_quantile"]).to_numpy()
    return {
        "kaiser": words.fixed(float((frame["eigenvalue"] > 1).sum())),
        "parallel": words.fixed(len(frame) if beyond.all() else int(beyond.argmin())),
        "quantile": words.percent(100 * words.setting.parallel_quantile),
        "first": words.fixed(frame["eigenvalue"].iloc[0], 2),
        "share": words.percent(frame["percent_variance"].iloc[0]),
    }


def _loadings(words: _Words, frame: pd.DataFrame, tables: Tables) -> Values:
    values = by_component(frame).set_index("item")
    largest = []
    for number, column in enumerate(values, start=1):
        place = int(values[column].abs().argmax())
        largest.append(f"{number}: {values.index[place]} {words.ratio(float(values[column].iloc[place]))}")
    dropped = dropped_items(tables.get("item_retention"))
    small = values.abs().max(axis=1) < words.setting.suppress_below
    return {
        "largest": words.listed(largest),
        "below": words.listed(map(str, values.index[small])),
        "limit": words.ratio(words.setting.suppress_below),
        "dropped": words.listed(str(item) for item in frame["item"] if item in dropped),
    }


def _htmt(words: _Words, frame: pd.DataFrame, _: Tables) -> Values:
    names = list(frame["construct"])
    values = frame[names].to_numpy(np.float64)
    lower = np.where(
        np.tri(len(names), k=-1, dtype=bool), np.where(np.isnan(values), values.T, values), np.nan
    )
    row, column = np.unravel_index(int(np.nanargmax(lower)), lower.shape)
    limit = HTMT_LIMITS[0].value
    return {
        "pair": f"{words.construct(names[column])} – {words.construct(names[row])}",
        "value": words.ratio(float(lower[row, column])),
        "n": words.fixed(float(np.count_nonzero(lower >= limit))),
        "all": words.fixed(float(np.count_nonzero(~np.isnan(lower)))),
        "limit": words.ratio(limit),
    }


def _item_correlations(words: _Words, reproduced: pd.DataFrame, residual: pd.DataFrame, _: Tables) -> Values:
    R = observed_correlations(reproduced, residual)
    owners = [words.setting.labels.owner.get(item, "") for item in reproduced["item"]]
    edges = block_edges(owners)
    blocks = list(pairwise(edges))
    own = [(owners[block[0]], block_means(R, block, block)) for block in blocks]
    between = [block_means(R, one, other) for place, one in enumerate(blocks) for other in blocks[:place]]
    return {
        "own": words.listed(f"{words.construct(name)} {words.ratio(mean)}" for name, mean in own),
        "low": words.ratio(min(between, default=float("nan"))),
        "high": words.ratio(max(between, default=float("nan"))),
    }


def _path(words: _Words, paths: pd.DataFrame, quality: pd.DataFrame, tables: Tables) -> Values:
    setting = words.setting
    coefficients = coefficients_of(paths, tables.get("hypotheses"), setting)
    kinds = {kind: setting.wording[f"figures.path.words.{kind}"] for kind in ("certain", "uncertain", "open")}
    return {
        "paths": words.listed(
            f"{setting.labels.path(*edge)}: {one.above} {one.below}, {kinds[one.kind]}"
            for edge, one in coefficients.items()
        ),
        "explained": words.listed(
            f"{words.construct(name)} {explained_text(str(name), r2, tables.get('identified_sets'), setting)}"
            for name, r2 in quality[["construct", "r2"]].dropna().itertuples(index=False)
        ),
    }


def _bootstrap(words: _Words, _distributions: pd.DataFrame, paths: pd.DataFrame, tables: Tables) -> Values:
    names = claim_names(tables.get("hypotheses"))
    found: dict[bool, list[str]] = {True: [], False: []}
    for line in paths.to_dict("records"):
        edge = str(line["source"]), str(line["target"])
        interval = words.setting.wording.numbers.range(line["ci_low"], line["ci_high"], 2, bounded=True)
        name = names.get(edge) or words.setting.labels.path(*edge)
        found[line["ci_low"] <= 0 <= line["ci_high"]].append(f"{name} {interval}")
    return {"off": words.listed(found[False]), "across": words.listed(found[True])}


def _slopes(words: _Words, frame: pd.DataFrame, _: Tables) -> Values:
    labels, parts = words.setting.labels, []
    for (source, target, moderator), own in frame.groupby(["source", "target", "moderator"], sort=False):
        ends = f"{words.ratio(own['estimate'].iloc[0])} … {words.ratio(own['estimate'].iloc[-1])}"
        by = factor(str(moderator), words.setting.labels)
        parts.append(f"{labels.path(str(source), str(target))} × {by}: {ends}")
    return {"slopes": words.listed(parts)}


def _regions(words: _Words, frame: pd.DataFrame, _: Tables) -> Values:
    labels = words.setting.labels
    return {
        "regions": words.listed(
            f"{labels.path(str(line['source']), str(line['target']))} × "
            f"{factor(str(line['moderator']), labels)}: {region_in_words(line, words.setting.wording)}"
            for line in frame.to_dict("records")
        )
    }


def _ipma(words: _Words, frame: pd.DataFrame, _: Tables) -> Values:
    most = frame.iloc[int(frame["importance"].argmax())]
    least = frame.iloc[int(frame["performance"].argmin())]
    return {
        "most": f"{words.construct(most['construct'])} {words.fixed(most['importance'], 2)}",
        "lowest": f"{words.construct(least['construct'])} {words.fixed(least['performance'], 1)}",
        "low": words.fixed(frame["performance"].min(), 1),
        "high": words.fixed(frame["performance"].max(), 1),
    }


def _diagnostics(words: _Words, frame: pd.DataFrame, _: Tables) -> Values:
    own = frame[frame["statistic"] == "max_cooks_distance"]
    return {
        "cooks": words.listed(
            f"{words.construct(o)} {words.ratio(v, 3)}"
            for o, v in zip(own["outcome"], own["value"], strict=True)
        ),
    }


def _coefficients(words: _Words, frame: pd.DataFrame, _: Tables) -> Values:
    style = words.setting.wording.numbers
    method = "ols" if "ols" in set(frame["method"]) else frame["method"].iloc[0]
    own = frame[frame["method"] == method]
    return {
        "method": words.setting.wording.value("method", method),
        "values": words.listed(
            f"{line['hypothesis']} {words.ratio(line['estimate'], 3)}"
            + (
                ""
                if pd.isna(line["ci_low"])
                else f" {style.range(line['ci_low'], line['ci_high'], 2, bounded=True)}"
            )
            for line in own.to_dict("records")
        ),
        "reversed": words.listed(f"{h} {words.ratio(v, 3)}" for h, v in reversed_signs(frame).items()),
    }


def _bounds(words: _Words, frame: pd.DataFrame, _: Tables) -> Values:
    frame = frame[frame["predictor"].fillna("") != ""]
    reading = next(one for one in READINGS if one in set(frame["reading"]))
    own = frame[frame["reading"] == reading]
    across = (own["low"] < 0) & (own["high"] > 0)
    widest = own.iloc[int((own["high"] - own["low"]).argmax())]
    wording = words.setting.wording
    ends = range_text(widest["low"], widest["high"], wording)
    method = wording.value("method", widest["method"])
    return {
        "reading": wording[f"figures.bounds.{reading}"],
        "all": words.fixed(len(own)),
        "across": words.fixed(int(across.sum())),
        "widest": f"{words.construct(widest['predictor'])}, {method}, {ends}",
    }


def _curve(words: _Words, frame: pd.DataFrame, _: Tables) -> Values:
    if words.setting.bounded:  # shares of one file among many are left out
        return {
            "medians": words.listed(
                f"{line['hypothesis']} {words.ratio(line['estimate_median'])}"
                for line in frame.to_dict("records")
            )
        }
    return {
        "shares": words.listed(
            f"{line['hypothesis']} {words.percent(100 * line['share_confirmed'])}"
            for line in frame.to_dict("records")
        )
    }


def _importance(words: _Words, frame: pd.DataFrame, _: Tables) -> Values:
    ordered = frame.sort_values("lmg_share", ascending=False, kind="stable")
    return {
        "shares": words.listed(
            f"{words.construct(p)} {words.percent(100 * s)}"
            for p, s in zip(ordered["predictor"], ordered["lmg_share"], strict=True)
        )
    }


def _ridge(words: _Words, frame: pd.DataFrame, _: Tables) -> Values:
    parts = []
    for _outcome, trace in frame.groupby("outcome", sort=False):
        own = trace.dropna(axis=1, how="all").sort_values("lambda")
        best = own.iloc[int(own["gcv"].argmin())]
        for column in (name for name in map(str, own) if name.startswith("beta_")):
            ends = f"{words.ratio(own[column].iloc[0])} → {words.ratio(best[column])}"
            parts.append(f"{words.construct(column.removeprefix('beta_'))} {ends}")
    return {"changes": words.listed(parts)}


def _waves(words: _Words, means: pd.DataFrame, _: Tables) -> Values:
    parts = []
    for name, own in means.groupby("construct", sort=False):
        first, last = (words.fixed(mean, 2) for mean in own["mean"].iloc[[0, -1]])
        parts.append(f"{words.construct(name)} {first} → {last}")
    return {"means": words.listed(parts)}


@dataclass(frozen=True, slots=True)
class Result:
    """What fills the sentence `figures.<name>.result`, and from which tables.

    Attributes
    ----------
    needs : tables that it takes, in order; all tables follow as the last argument.
    fill : returns the values of the sentence.
    """

    needs: tuple[str, ...]
    fill: Callable[..., Values]


RESULTS: Mapping[str, Result] = {
    "bounds": Result(("identified_sets",), _bounds),
    "demographics": Result(("demographics",), _demographics),
    "items": Result(("item_frequencies",), _items),
    "scree": Result(("eigenvalues",), _scree),
    "loadings": Result(("rotated_loadings",), _loadings),
    "htmt": Result(("htmt",), _htmt),
    "item_correlations": Result(("reproduced_correlations", "residual_correlations"), _item_correlations),
    "path": Result(("pls_paths", "pls_quality"), _path),
    "bootstrap": Result(("pls_bootstrap_distributions", "pls_paths"), _bootstrap),
    "simple_slopes": Result(("simple_slopes",), _slopes),
    "johnson_neyman": Result(("johnson_neyman",), _regions),
    "ipma": Result(("ipma",), _ipma),
    "diagnostics": Result(("regression_diagnostics",), _diagnostics),
    "coefficients": Result(("hypotheses",), _coefficients),
    "specification_curve": Result(("specification_summary",), _curve),
    "importance": Result(("relative_importance",), _importance),
    "ridge": Result(("ridge_trace",), _ridge),
    "waves": Result(("wave_means",), _waves),
}
"""Figure name -> what its alternative text says of its result; another figure has its kind only."""
