"""One pass over a survey file: its answers read, cleaned and summed up, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.data.clean import apply_rules, out_of_range, recode
from smartcity_survey.data.read import Responses, read_slices
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.io import StageResult
from smartcity_survey.stages.answers.clean import exclusion_counts
from smartcity_survey.stats.core.streamed import StreamedMoments
from smartcity_survey.stream.honoured import require_honoured
from smartcity_survey.study.codebook import Codebook, read_codebook
from smartcity_survey.study.config import Config, read_config
from smartcity_survey.study.model import Model, build_model

ROWS_AT_ONCE = 500_000
"""Complete questionnaires that are dealt to groups at a time."""
COMPLETE = "complete_rows"
"""Last line of the log: who left out an item of the model, and who is analysed."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """A study of whose respondents counts and moments are left.

    moments : of the model's items. read : what was read and left out, as the ordinary run tells it. n_read :
    questionnaires.
    """

    config: Config
    codebook: Codebook
    model: Model
    moments: StreamedMoments
    read: StageResult
    n_read: int


@dataclass(slots=True)
class _Tables:
    """Tables of counts, a part for each slice of rows."""

    read_log: list[pd.DataFrame]
    cleaning_log: list[pd.DataFrame]
    exclusions: list[pd.DataFrame]


def one_pass(folder: Path) -> Streamed:
    """Read, clean and sum up the answers of a study.

    Raises
    ------
    SurveyError
        where config, codebook or file are wrong, or ask for what one pass cannot honour; of the first rows
        that have a problem, answers outside a scale among them that no rule excludes; where nobody is left.
    """
    config = read_config(folder / "config.yaml")
    codebook = read_codebook(folder / config.data.codebook)
    model = build_model(config.model, codebook)
    require_honoured(config, codebook)
    scales = [codebook.scale_of(item) for item in model.items]
    moments = StreamedMoments(
        len(scales), min(s.minimum for s in scales), max(s.maximum for s in scales), seed=config.seed
    )
    path, counts = folder / config.data.file, _Tables([], [], [])
    for x in _large(_complete(path, config, codebook, model, counts)):
        moments.add(x)
    read = _read(path, counts, config.cleaning.rules, moments.n)
    n_read = int(read.tables["cleaning_log"]["n_remaining"].iloc[0])
    if not moments.n:
        raise SurveyError(
            "config.yaml, cleaning.rules",
            f"no questionnaire with an answer to every item of the model is left of {n_read}.",
            "Run `smartcity-survey check` on some of the rows to see why, and relax a rule.",
        )
    return Streamed(config, codebook, model, moments, read, n_read)


def _complete(
    path: Path, config: Config, codebook: Codebook, model: Model, counts: _Tables
) -> Iterator[np.ndarray]:
    """Answers to the model's items of those who are kept and left out none, slice by slice."""
    for rows in read_slices(path, codebook, config.data):
        kept, log, excluded = apply_rules(rows.answers, codebook, config.cleaning)
        _require_in_range(kept, rows, codebook, path)
        x = recode(kept, codebook)[list(model.items)].dropna()
        last = {"rule": COMPLETE, "n_excluded": len(kept) - len(x), "n_remaining": len(x)}
        counts.read_log.append(rows.log)
        counts.cleaning_log.append(pd.concat([log, pd.DataFrame([last])]))
        counts.exclusions.append(exclusion_counts(excluded))
        yield x.to_numpy(dtype=np.int8)


def _require_in_range(kept: pd.DataFrame, rows: Responses, codebook: Codebook, path: Path) -> None:
    problems = [
        Problem(
            f"{path}, row {rows.rows[kept.index[position]]}",
            f"{found.detail.partition(', ')[0]} stands outside its scale.",
            "Add the rule `out_of_range` under `cleaning.rules`, or correct the cell.",
        )
        for position, found in out_of_range(kept, codebook).items()
    ]
    if problems:
        raise SurveyError.of(problems)


def _large(slices: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """The slices put together to larger ones: every group is dealt as many respondents of each."""
    waiting: list[np.ndarray] = []
    for x in slices:
        waiting.append(x)
        if sum(map(len, waiting)) >= ROWS_AT_ONCE:
            yield np.concatenate(waiting)
            waiting = []
    if waiting:
        yield np.concatenate(waiting)


def _read(path: Path, counts: _Tables, rules: Sequence[str], n: int) -> StageResult:
    """What was read and left out, summed up."""
    exclusions = _summed(counts.exclusions, ["rule", "detail"])
    order = exclusions["rule"].map(rules.index)
    tables = {
        "read_log": _summed(counts.read_log, ["column"]),
        "cleaning_log": _summed(counts.cleaning_log, ["rule"]),
        "exclusions": exclusions.loc[order.sort_values(kind="stable").index].reset_index(drop=True),
    }
    return StageResult(tables, {name: {"file": path.name, "n": n} for name in tables})


def _summed(parts: list[pd.DataFrame], key: list[str]) -> pd.DataFrame:
    return pd.concat(parts).groupby(key, sort=False, as_index=False).sum()
