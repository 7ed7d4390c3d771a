"""A study in which one construct has a single item, from the check to the report."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from smartcity_survey.io import read_json, read_table
from smartcity_survey.report.wording import load_wording
from tests.conftest import REPOSITORY
from tests.workflow.studies.test_pls_options import codebook, config, survey

pytestmark = pytest.mark.slow

SINGLE, ITEM = "norm", "N1"


def settings() -> dict[str, Any]:
    """The item stands for its construct, moderates a path and is part of a higher-order construct."""
    content = config()
    model = content["model"]
    model["constructs"] |= {SINGLE: {"items": [ITEM]}, "technology": {"of": ["ease", SINGLE]}}
    model["paths"] = [{"from": ["technology", "trust"], "to": "use"}]
    model["moderations"] = [{"moderator": SINGLE, "from": "trust", "to": "use"}]
    content["regression"] = {"controls": ["city"]}
    content["groups"] = {"variables": ["city"], "permutations": 20}
    content["cfa"] = {"dynamic_draws": 20}
    content["robustness"] = {"null_draws": 100, "power_draws": 20, "controls": ["city"]}
    return content


def command(verb: str, folder: Path) -> str:
    line = [sys.executable, "-m", "smartcity_survey.cli", verb, str(folder)]
    finished = subprocess.run(line, capture_output=True, encoding="utf-8", check=False, cwd=REPOSITORY)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_a_construct_of_a_single_item_goes_through_the_whole_run(study: Callable[..., Path]) -> None:
    book, answers = codebook(), survey()
    book["demographics"] = {"city": {"label": "City", "categories": {1: "North", 2: "South"}}}
    answers["city"] = np.random.default_rng(5).integers(1, 3, len(answers))
    folder = study(config=settings(), codebook=book, answers=answers)
    assert "Nothing stands in the way of a run." in command("check", folder)
    command("run", folder)
    tables = {file.stem: read_table(file) for file in (folder / "reports/tables").glob("*.csv")}
    # Every estimator has an estimate of every path, the peers agree, and no specification failed.
    for name in ("pls_paths", "plsc_paths", "sem_paths", "moderation", "higher_order_paths"):
        assert tables[name]["estimate" if "estimate" in tables[name] else "consistent"].notna().all(), name
        assert tables[name]["p"].between(0, 1).all(), name
    assert tables["crosscheck"]["agrees"].all()
    assert tables["specification_failures"].empty
    assert tables["invariance"]["status"].eq("converged").all()
    assert tables["group_comparisons"]["status"].eq("compared").all()
    # What the item cannot tell is empty, in tables and on the page, where a note says why.
    line = tables["reliability"].set_index("construct").loc[SINGLE]
    assert line[["cronbach_alpha", "omega", "rho_a"]].isna().all()
    assert line["ave"] == pytest.approx(1)
    assert tables["pls_loadings"].set_index("item").loc[ITEM, ["boot_se", "t", "p"]].isna().all()
    assert read_json(folder / "reports/cards/measurement.json")["reliability"]["single_items"] == SINGLE
    page = (folder / "reports/report.html").read_text(encoding="utf-8")
    wording = load_wording("en")
    for name in ("reliability", "htmt", "pls_loadings", "plsc_quality", "cfa_loadings", "sem_paths", "micom"):
        own = page.split(f'id="table-{name}"')[1].split("</figure>")[0].split('id="table-')[0]
        assert wording[f"tables.{name}.single_items"].replace("'", "&#39;") in own, name
