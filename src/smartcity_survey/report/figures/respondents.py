"""Who answered and how: demographic bars and stacked answers to every item."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from smartcity_survey.report.figures.drawing import BLUE, INK, MUTED, WIDTH, styled, telling, text_on
from smartcity_survey.report.figures.long_labels import CATEGORY, ITEM, in_lines
from smartcity_survey.report.setting import Setting

ANSWERS = LinearSegmentedColormap.from_list(
    "survey_answers", ["#b35900", "#ecb877", "#e4e7eb", "#86bde0", "#00558c"]
)
"""From disagreement to agreement; orange and blue stay apart for every kind of colour vision."""

LEGEND = 110
"""Letters that fit side by side above the figure, four for each patch of colour."""

HEADING = 1.35
"""Room of a group's heading, in bars."""


@styled
def plot_demographics(demographics: pd.DataFrame, setting: Setting) -> Figure:
    """Bars of percent and n, question by question in two columns.

    Parameters
    ----------
    demographics : `variable, code, n, percent, valid_n`; n is empty where it is left out.
    """
    questions = [lines for _, lines in demographics.groupby("variable", sort=False)]
    columns = _columns([len(lines) + HEADING for lines in questions])
    tallest = max(sum(len(questions[index]) + HEADING for index in column) for column in columns)
    figure = Figure(figsize=(WIDTH, 0.24 * tallest + 0.1), layout="constrained")
    for axes, column in zip(figure.subplots(1, len(columns), squeeze=False)[0], columns, strict=True):
        _bars(axes, pd.concat([questions[index] for index in column]), setting)
        axes.set_ylim(tallest - 0.4, -0.2)
    return figure


def _columns(rows: list[float]) -> list[list[int]]:
    """Questions in reading order, broken into two columns of similar height."""
    if len(rows) < 2:
        return [list(range(len(rows)))]
    cut = min(range(1, len(rows)), key=lambda k: max(sum(rows[:k]), sum(rows[k:])))
    return [list(range(cut)), list(range(cut, len(rows)))]


def _bars(axes: Axes, lines: pd.DataFrame, setting: Setting) -> None:
    labels, numbers = setting.labels, setting.wording.numbers
    variables = list(lines["variable"])
    position, headings = _positions(variables)
    for at, variable in headings:
        question = in_lines(labels.demographics.get(variable, variable), 20)
        axes.text(0, at, question, fontweight="bold", color=INK, va="center")
    percent = lines["percent"].fillna(0).to_numpy()
    axes.barh(position, percent, height=0.68, color=BLUE)
    for y, share, n in zip(position, percent, lines["n"], strict=True):
        hidden = setting.wording["page.hidden_mark"]
        label = hidden if math.isnan(n) else f"{numbers.percentage(share, 1)}  ({numbers.count(n)})"
        axes.annotate(
            label, (share, y), (4, 0), textcoords="offset points", va="center", fontsize=7.5, color=INK
        )
    categories = [
        labels.categories[variable, int(code)]
        for variable, code in zip(variables, lines["code"], strict=True)
    ]
    axes.set_yticks(position, [in_lines(text, CATEGORY, 1) for text in categories])
    axes.set_xlim(0, 112)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(False)


def _positions(groups: Sequence[str]) -> tuple[list[float], list[tuple[float, str]]]:
    """Height of each bar, and of the heading before each group, counted downwards in bars."""
    bars, headings = [], []
    y, current = 0.0, None
    for group in groups:
        if group != current:
            headings.append((y + 0.55, group))
            y, current = y + HEADING, group
        bars.append(y)
        y += 1
    return bars, headings


@styled
def plot_items(frequencies: pd.DataFrame, setting: Setting) -> Figure:
    """Every item's answers as one bar of 100 %, construct by construct.

    With `setting.diverging_items` disagreement runs to the left and agreement to the right of the middle of
    the scale, whose category stands half on each side.

    Parameters
    ----------
    frequencies : `item, code, n, percent`, all codes of an item in rising order; empty where left out.
    """
    wording, labels = setting.wording, setting.labels
    items = list(frequencies["item"].unique())
    position, headings = _positions([labels.owner.get(item, "") for item in items])
    texts = [f"{in_lines(labels.items.get(item, ''), ITEM)}   {item}" for item in items]
    row = 0.28 if any("\n" in text for text in texts) else 0.195
    figure = Figure(figsize=(WIDTH, row * position[-1] + 0.8), layout="constrained")
    axes = figure.subplots()
    codes = sorted({int(code) for code in frequencies["code"]})
    for y, (_, lines) in zip(position, frequencies.groupby("item", sort=False), strict=True):
        _stack(axes, lines, y, setting)
    reach = _reach(frequencies) if setting.diverging_items else 0
    for at, construct in headings:
        axes.text(
            -reach, at, labels.construct(construct), fontweight="bold", fontsize=8.5, color=INK, va="center"
        )
    axes.set_yticks(position, texts)
    axes.set_ylim(position[-1] + 0.6, -0.2)
    ticks = list(range(-reach, 101, 25)) if reach else [0, 25, 50, 75, 100]
    axes.set_xlim(ticks[0], ticks[-1])
    axes.set_xticks(ticks, [wording.numbers.percentage(abs(tick), 0) for tick in ticks])
    if reach:
        axes.axvline(0, color=INK, linewidth=0.8, zorder=0.5)
    axes.tick_params(axis="y", length=0, labelsize=7.5, labelcolor=INK)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", length=0, labelcolor=MUTED)
    shades = [Rectangle((0, 0), 1, 1, facecolor=shade) for shade in answer_colors(len(codes))]
    answers = [labels.answers.get(code, str(code)) for code in codes]
    figure.legend(
        shades,
        answers,
        loc="outside upper center",
        ncols=len(codes) if len("".join(answers)) + 4 * len(codes) < LEGEND else math.ceil(len(codes) / 2),
        handlelength=1,
        handleheight=1,
        columnspacing=1.4,
    )
    return figure


def answer_colors(n: int) -> list[str]:
    """One colour per answer category, from disagreement to agreement."""
    return [to_hex(ANSWERS(position)) for position in np.linspace(0, 1, n)]


def before_middle(percent: Sequence[float]) -> float:
    """Percent of the answers below the middle of the scale; of a middle category one half."""
    half, odd = divmod(len(percent), 2)
    return float(sum(percent[:half]) + (percent[half] / 2 if odd else 0))


def _reach(frequencies: pd.DataFrame) -> int:
    """Percent that the axis shows left of the middle: the next 25 beyond the longest bar."""
    lefts = [before_middle(own.fillna(0).tolist()) for _, own in frequencies.groupby("item")["percent"]]
    return 25 * math.ceil(max(lefts) / 25) or 25


def _stack(axes: Axes, lines: pd.DataFrame, y: float, setting: Setting) -> None:
    wording = setting.wording
    shares = lines["percent"].fillna(0).tolist()
    left = -before_middle(shares) if setting.diverging_items else 0.0
    item = str(lines["item"].iloc[0])
    of_item = f"{item} {setting.labels.items.get(item, '')}".strip()
    if lines["n"].isna().any():
        axes.text(1, y, wording["page.hidden_mark"], va="center", fontsize=7.5, color=INK)
    columns = (lines[column] for column in ("code", "n", "percent"))
    for code, n, share, color in zip(*columns, answer_colors(len(lines)), strict=True):
        if math.isnan(share):
            continue
        told = wording.fill(
            "figures.items.told",
            item=of_item,
            answer=setting.labels.answers.get(int(code), str(code)),
            percent=wording.numbers.percentage(share, 1),
            n=wording.numbers.count(n),
        )
        (bar,) = axes.barh(y, share, left=left, height=0.82, color=color, edgecolor="white", linewidth=0.6)
        telling(bar, told)
        if share >= 6:
            number = axes.text(
                left + share / 2,
                y,
                wording.numbers.fixed(share, 0),
                ha="center",
                va="center",
                in_layout=False,
                fontsize=6.8,
                color=text_on(color),
            )
            telling(number, told)
        left += share
