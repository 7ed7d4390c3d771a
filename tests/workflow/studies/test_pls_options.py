"""What the bundled study does not use of PLS-SEM, from the config to the report."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import read_json, read_table
from smartcity_survey.stages.collection import frames_of_respondents
from smartcity_survey.stages.needs import frames_of
from smartcity_survey.stages.pls.higher_order import HIGHER_ORDER_TABLES
from smartcity_survey.stages.pls.moderation import MODERATION_TABLES
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import read_config
from smartcity_survey.workflow.catalogue import Catalogue
from tests.conftest import REPOSITORY

CONSTRUCTS = ("trust", "ease", "norm", "use")
ITEMS = tuple(f"{name[0].upper()}{number}" for name in CONSTRUCTS for number in (1, 2, 3))

pytestmark = pytest.mark.slow


def codebook() -> dict[str, Any]:
    owner = {name[0].upper(): name for name in CONSTRUCTS}
    return {
        "scale": {"minimum": 1, "maximum": 5},
        "constructs": {name: {"label": name.title()} for name in (*CONSTRUCTS, "technology")},
        "items": {item: {"construct": owner[item[0]], "label": item} for item in ITEMS},
    }


def survey() -> pd.DataFrame:
    """Three hundred respondents, whose use depends on the other three."""
    rng = np.random.default_rng(12)
    trust, ease, norm = rng.multivariate_normal(np.zeros(3), 0.7 * np.eye(3) + 0.3, size=300).T
    use = 0.4 * trust + 0.3 * ease + 0.3 * norm + 0.2 * trust * norm + rng.normal(scale=0.6, size=300)
    factors = np.column_stack([trust, ease, norm, use])
    answers = 3 + 0.9 * np.repeat(factors, 3, axis=1) + rng.normal(scale=0.6, size=(300, 12))
    frame = pd.DataFrame(np.clip(np.rint(answers), 1, 5).astype(int), columns=list(ITEMS))
    frame.insert(0, "id", [f"P{number}" for number in range(300)])
    frame["w"] = rng.uniform(0.5, 2, size=300).round(2)
    return frame


def config(**pls: Any) -> dict[str, Any]:
    return {
        "study": {"title": "Options"},
        "data": {"file": "survey.csv", "codebook": "codebook.yaml", "respondent": "id"},
        "cleaning": {"rules": ["out_of_range", "missing_items"]},
        "factors": {"n_components": 4, "parallel": {"draws": 10}},
        "model": {
            "constructs": {name: {} for name in CONSTRUCTS},
            "paths": [{"from": ["trust", "ease", "norm"], "to": "use"}],
            "hypotheses": {"H1": {"from": "trust", "to": "use"}},
        },
        "scores": {"method": "mean"},
        "pls": {"bootstrap_draws": 100, "exact_fit_draws": 20, "repetitions": 1} | pls,
        "robustness": {"null_draws": 100},
        "seed": 3,
    }


def run(folder: Path) -> None:
    command = [sys.executable, "-m", "smartcity_survey.cli", "run", str(folder), "--cores", "2"]
    finished = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=REPOSITORY)
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("interval", ["bca", "studentised"])
def test_weights_moderations_and_higher_orders(
    study: Callable[..., Path], interval: Literal["bca", "studentised"]
) -> None:
    content = config(interval=interval)
    content["data"]["weight"] = "w"
    model = content["model"]
    model["constructs"]["ease"] = {"mode": "sum_score"}
    model["constructs"]["technology"] = {"of": ["trust", "ease"], "mode": "mode_b"}
    model["paths"] = [{"from": ["technology", "norm"], "to": "use"}]
    model["hypotheses"] = {"H1": {"from": "technology", "to": "use"}}
    model["moderations"] = [{"moderator": "norm", "from": "trust", "to": "use"}]
    folder = study(config=content, codebook=codebook(), answers=survey())
    run(folder)
    tables, cards = folder / "reports/tables", read_json(folder / "reports/cards/pls.json")
    for name in ("pls_paths", "plsc_paths", *MODERATION_TABLES, *HIGHER_ORDER_TABLES):
        assert cards[name]["interval"] == interval
        assert cards[name]["weights"] == "sampling_weights"
    for name in ("pls_paths", "pls_loadings", "moderation", "simple_slopes", "higher_order_paths"):
        table = read_table(tables / f"{name}.csv")
        assert (table["ci_low"] < table["ci_high"]).all(), name
    verdict = (
        read_table(tables / "higher_order_paths.csv").set_index(["source", "target"]).loc["technology", "use"]
    )
    assert (verdict["hypothesis"], verdict["verdict"]) == ("H1", "confirmed")
    page = (folder / "reports/report.html").read_text(encoding="utf-8")
    # No table of respondents counts them alike in silence.
    own = read_config(folder / "config.yaml")
    for each in Catalogue(own, read_codebook(folder / "codebook.yaml")).stages():
        if frames_of_respondents() & set(frames_of(each.needs, own)):
            for name, card in read_json(folder / f"reports/cards/{each.name}.json").items():
                reasons = {line["reason"] for line in card.get("refused", ())}
                told = card.get("sampling", card.get("weights"))
                assert told == "sampling_weights" or "no_weights" in reasons, (name, card)
    for anchor in (
        "table-survey_design",
        "table-moderation",
        "figure-simple_slopes",
        "table-higher_order_paths",
        "figure-ipma",
    ):
        assert f'id="{anchor}"' in page

    # Without them, nothing of theirs is left to be shown.
    study(config=config(), codebook=codebook(), answers=survey())
    run(folder)
    optional = (*MODERATION_TABLES, *HIGHER_ORDER_TABLES)
    assert not [name for name in optional if (tables / f"{name}.csv").exists()]
    assert 'id="figure-simple_slopes"' not in (folder / "reports/report.html").read_text(encoding="utf-8")


def test_ordinal_answers(study: Callable[..., Path]) -> None:
    folder = study(config=config(correlation="polychoric"), codebook=codebook(), answers=survey())
    run(folder)
    for stage in ("pls", "pls_assessment", "measurement"):
        cards = read_json(folder / f"reports/cards/{stage}.json")
        assert "polychoric" in {card.get("correlations") for card in cards.values()}, stage
