"""What is written in a path diagram: coefficients beside the arrows, lines in the boxes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

import pandas as pd

from smartcity_survey.data.bounds import READINGS
from smartcity_survey.report.figures.drawing import INK, MUTED, RUST
from smartcity_survey.report.figures.path_layout import Edge
from smartcity_survey.report.names import of_several_paths
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.wording import Wording

LETTER, BOLD = 0.62, 0.7
"""Mean width of a letter of the figures' typeface, as a share of its size."""
STARS = ((0.001, 3, "***"), (0.01, 2, "**"), (0.05, 2, "*"))
"""Limits of p, their decimals, and the marks below them, as journals print them."""
SMALLEST_P = 0.001
"""Below it a p value is given by this limit."""


@dataclass(frozen=True, slots=True)
class BoxLine:
    """A line of text in a box; sizes in points."""

    text: str
    size: float
    weight: str
    color: str

    @property
    def height(self) -> float:
        """Inches, with leading."""
        return (self.text.count("\n") + 1) * self.size * 1.45 / 72


@dataclass(frozen=True, slots=True)
class Coefficient:
    """What is shown of a path.

    Attributes
    ----------
    kind : `certain` or `uncertain` by its p value, `open` where a print leaves it open.
    above, below : what stands above and below its arrow.
    told : what the arrow tells to whoever points at it: estimate, interval, p, f2, what a print decides.
    """

    estimate: float
    kind: str
    above: str
    below: str
    told: str = ""

    def width(self, above: float, below: float) -> float:
        """Inches of the wider text, at those sizes in points."""
        return max(text_width(self.above, above, BOLD), text_width(self.below, below))


def text_width(text: str, size: float, letter: float = LETTER) -> float:
    """About how many inches a line of text takes; a layout needs it before anything is drawn."""
    return len(text) * letter * size / 72


def stars(p: float) -> str:
    """Marks of a p value; none at .05 or more."""
    return next((mark for limit, _, mark in STARS if p < limit), "")


def coefficients_of(
    paths: pd.DataFrame, hypotheses: pd.DataFrame | None, setting: Setting
) -> dict[Edge, Coefficient]:
    """Every path's texts, by (source, target)."""
    claims: dict[Edge, pd.Series] = {}
    if hypotheses is not None:
        own = hypotheses[(hypotheses["method"] == "pls") & ~hypotheses.apply(of_several_paths, axis=1)]
        claims = {(str(line["predictor"]), str(line["outcome"])): line for _, line in own.iterrows()}
    found = {}
    for _, line in paths.iterrows():
        edge = str(line["source"]), str(line["target"])
        found[edge] = _coefficient(line, claims.get(edge), setting)
    return found


def note_of(name: str, tables: Mapping[str, pd.DataFrame], setting: Setting) -> str:
    """The note below a figure; that of the path diagram names the hypotheses that have no arrow there."""
    note = setting.wording[setting.told(f"figures.{name}.note")]
    claims = tables.get("hypotheses", pd.DataFrame())
    if name != "path" or claims.empty:
        return note
    without = dict.fromkeys(
        map(str, claims["hypothesis"][claims.apply(of_several_paths, axis=1).astype(bool)])
    )
    if not without:
        return note
    return f"{note} {setting.wording.fill('figures.path.without', names=', '.join(without))}"


def _coefficient(line: pd.Series, claim: pd.Series | None, setting: Setting) -> Coefficient:
    wording = setting.wording
    style = wording.numbers
    name = "" if claim is None else f"{claim['hypothesis']}  "
    estimate = f"{style.fixed(line['estimate'], 3, bounded=True)}{stars(line['p'])}"
    interval = style.range(line["ci_low"], line["ci_high"], 2, bounded=True)
    told = "\n".join(_told(line, claim, setting))
    if _is_open(claim):
        here = f"({estimate} {interval})"
        ends = range_text(claim["low"], claim["high"], wording)
        return Coefficient(line["estimate"], "open", f"{name}{ends}", here, told)
    kind = "certain" if line["p"] < setting.alpha else "uncertain"
    return Coefficient(line["estimate"], kind, f"{name}{estimate}", interval, told)


def _is_open(claim: pd.Series | None) -> TypeGuard[pd.Series]:
    return claim is not None and claim.get("state") == "open" and bool(pd.notna(claim["low"]))


def _told(line: pd.Series, claim: pd.Series | None, setting: Setting) -> Iterator[str]:
    """The path, what a print decides of it, its coefficient, its effect size; each where it is known."""
    wording, style = setting.wording, setting.wording.numbers
    name = "" if claim is None else f"{claim['hypothesis']}{wording['page.colon']}"
    source, target = (setting.labels.construct(str(line[end])) for end in ("source", "target"))
    yield f"{name}{source} → {target}"
    state = "" if claim is None else str(claim.get("state"))
    if claim is not None and state in ("open", "decided") and pd.notna(claim["low"]):
        ends = range_text(claim["low"], claim["high"], wording)
        if wording.knows("reading", reading := str(claim.get("reading"))):
            ends = f"{ends} ({wording.value('reading', reading)})"
        verdict = wording.value("verdict", str(claim["verdict"]))
        yield wording.fill(f"figures.path.told.{state}", ends=ends, verdict=verdict)
    numbers = wording.fill(
        f"figures.path.told.{'in_use' if state in ('open', 'decided') else 'estimate'}",
        estimate=style.fixed(line["estimate"], 3, bounded=True),
        level=style.percentage(100 * setting.level, 0),
        interval=style.range(line["ci_low"], line["ci_high"], 3, bounded=True),
        p=("p " if line["p"] < SMALLEST_P else "p = ") + style.p_value(line["p"]),
    )
    if pd.notna(line.get("f2")):
        effect = wording.fill("figures.path.told.effect", f2=style.fixed(line["f2"], 3, bounded=True))
        numbers = f"{numbers}; {effect}"
    yield numbers


def range_text(low: float, high: float, wording: Wording) -> str:
    """A set of values that a print allows, told from an interval by its words."""
    low_text, high_text = (wording.numbers.end(end) for end in (low, high))
    return wording.fill("figures.path.range", low=low_text, high=high_text)


def box_lines(
    name: str,
    quality: pd.DataFrame,
    loadings: pd.DataFrame,
    identified_sets: pd.DataFrame | None,
    across: float,
    setting: Setting,
) -> list[BoxLine]:
    """What stands in a construct's box, broken into lines that fit `across` inches."""
    wording = setting.wording
    lines = [BoxLine(_broken(setting.labels.construct(name), 8.8, across), 8.8, "bold", INK)]
    explained = quality.set_index("construct")["r2"].dropna().get(name)
    if explained is not None:
        lines += _explained(name, explained, identified_sets, across, setting)
    if not setting.path_items:
        own = loadings.loc[loadings["construct"] == name, "loading"]
        lines.append(BoxLine(_broken(_measured(own, wording), 6.8, across), 6.8, "normal", MUTED))
    return lines


def explained_text(name: str, r2: float, identified_sets: pd.DataFrame | None, setting: Setting) -> str:
    """R2 of a construct; the set that the print allows with the file's own value in brackets."""
    value = setting.wording.numbers.fixed(r2, 3, bounded=True)
    ends = _explained_set(name, identified_sets)
    return value if ends is None else f"{range_text(*ends, setting.wording)} ({value})"


def _explained_set(name: str, identified_sets: pd.DataFrame | None) -> tuple[float, float] | None:
    """The smallest set of a construct's R2 that was searched."""
    if identified_sets is None:
        return None
    sets = identified_sets[
        (identified_sets["method"] == "pls")
        & (identified_sets["outcome"] == name)
        & (identified_sets["predictor"].fillna("") == "")
    ]
    found = {line["reading"]: (float(line["low"]), float(line["high"])) for line in sets.to_dict("records")}
    return next((found[reading] for reading in READINGS if reading in found), None)


def _explained(
    name: str, r2: float, identified_sets: pd.DataFrame | None, across: float, setting: Setting
) -> list[BoxLine]:
    """R2, or the set of it that the print allows with the value of the file in use below."""
    value = setting.wording.numbers.fixed(r2, 3, bounded=True)
    ends = _explained_set(name, identified_sets)
    if ends is None:
        return [BoxLine(f"R² = {value}", 9.5, "bold", RUST)]
    text = f"R² {range_text(*ends, setting.wording)}"
    return [
        BoxLine(_broken(text, 9.0, across), 9.0, "bold", RUST),
        BoxLine(f"({value})", 6.8, "normal", MUTED),
    ]


def _measured(loadings: pd.Series, wording: Wording) -> str:
    if len(loadings) == 1:
        return wording["figures.path.single"]
    style = wording.numbers
    low, high = (style.fixed(end, 2, bounded=True) for end in (loadings.min(), loadings.max()))
    return wording.fill("figures.path.measured", n=style.count(len(loadings)), low=low, high=high)


def _broken(text: str, size: float, across: float) -> str:
    return textwrap.fill(text, int(across / (0.68 * size / 72)))
