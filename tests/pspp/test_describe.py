"""FREQUENCIES, DESCRIPTIVES and RELIABILITY: every number that PSPP prints, beside ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stages.answers.describe import describe_answers
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.items.descriptives import Descriptives, describe
from smartcity_survey.stats.measurement.reliability_coefficients import cronbach_alpha, item_total
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import read_config
from tests.conftest import REPOSITORY

from .program import ABSENT, PROGRAM, require_all_compared, run
from .surveys import Survey, bundled

pytestmark = pytest.mark.skipif(PROGRAM is None, reason=ABSENT)

MOMENTS = "MEAN SEMEAN STDDEV VARIANCE SKEWNESS KURTOSIS RANGE MINIMUM MAXIMUM SUM"


def moments(described: Descriptives) -> Array:
    """(11, p), in the order in which PSPP prints them."""
    return np.stack(
        [
            described.mean,
            described.se_mean,
            described.sd,
            described.sd**2,
            described.kurtosis,
            described.se_kurtosis,
            described.skewness,
            described.se_skewness,
            described.maximum - described.minimum,
            described.minimum,
            described.maximum,
            described.n * described.mean,
        ]
    )


def test_frequencies(tmp_path: Path) -> None:
    survey = bundled(tmp_path)
    config = read_config(REPOSITORY / "config.yaml")
    codebook = read_codebook(REPOSITORY / config.data.codebook)
    result = describe_answers(survey.frame, codebook).tables
    # Cleaning leaves no gaps in the items, so their two percentages are the same.
    of_items = result["item_frequencies"].rename(columns={"item": "variable"})
    ours = pd.concat([result["demographics"], of_items.assign(valid_percent=of_items["percent"])])
    names = [*codebook.demographics, *codebook.items]
    printed = run(
        tmp_path,
        survey.load
        + f"FREQUENCIES VARIABLES={' '.join(names)} /STATISTICS={MOMENTS} SESKEWNESS SEKURTOSIS.\n",
    )
    n = len(survey.frame)
    for name in names:
        table, expected = printed[name], ours[(ours["variable"] == name) & (ours["n"] > 0)]
        valid, valid_percent = expected["n"].sum(), expected["valid_percent"]
        table.labels(1, 1, [f"{code:g}" for code in expected["code"]])
        columns = (expected["n"], expected["percent"], valid_percent, valid_percent.cumsum())
        table.compare(1, 2, np.column_stack(columns))
        if valid < n:
            table.compare(1 + len(expected), 2, [[n - valid, 100 * (n - valid) / n]])
        table.compare(len(table.cells) - 1, 2, [[n, 100.0]])
        table.complete(label_columns=2)

    statistics = printed["Statistics"]
    assert statistics.cells[0][2:] == names
    described = [describe(survey.complete([name])) for name in names]
    statistics.compare(1, 2, [[d.n for d in described], [n - d.n for d in described]])
    statistics.compare(3, 2, np.column_stack([moments(d) for d in described]))
    statistics.complete(label_columns=2)
    require_all_compared(printed)


def test_descriptives(survey: Survey, tmp_path: Path) -> None:
    names = [*survey.items, survey.outcome, *survey.predictors]
    printed = run(
        tmp_path, survey.load + f"DESCRIPTIVES VARIABLES={' '.join(names)} /STATISTICS={MOMENTS}.\n"
    )
    table = printed["Descriptive Statistics"]
    table.labels(1, 0, names)
    described = [describe(survey.complete([name])) for name in names]
    table.compare(1, 1, [[d.n, *moments(d)[:, 0]] for d in described])
    complete = len(survey.complete(names))
    table.compare(1 + len(names), 1, [[len(survey.frame)], [len(survey.frame) - complete]])
    table.complete()
    require_all_compared(printed)


def test_reliability(survey: Survey, tmp_path: Path) -> None:
    for scale, items in survey.scales.items():
        variables = " ".join(items)
        printed = run(
            tmp_path,
            survey.load + f"RELIABILITY VARIABLES={variables} /SCALE('{scale}')={variables}"
            " /MODEL=ALPHA /SUMMARY=TOTAL.\n",
        )
        answers = survey.complete(items)
        n, total = len(answers), len(survey.frame)
        cases = [n, total - n, total]
        summary = printed["Case Processing Summary"]
        summary.compare(1, 1, np.column_stack([cases, 100 * np.array(cases) / total]))
        summary.complete()

        S = covariance(answers)
        printed["Reliability Statistics"].compare(1, 0, [[cronbach_alpha(S), len(items)]])
        printed["Reliability Statistics"].complete(label_columns=0)
        ours = item_total(S, answers.mean(axis=0))
        table = printed["Item-Total Statistics"]
        table.labels(1, 0, items)
        columns = (
            ours.mean_if_deleted,
            ours.variance_if_deleted,
            ours.corrected_correlation,
            ours.alpha_if_deleted,
        )
        table.compare(1, 1, np.column_stack(columns))
        table.complete()
        require_all_compared(printed)
