"""From the file a tool exports to the report, by `new-wave`, the edit that `check` names, and `run`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from smartcity_survey.io import read_table
from tests.conftest import REPOSITORY
from tests.new_wave.tools.exports import EXPORTS

pytestmark = pytest.mark.slow

FAST = {
    "cfa": {"dynamic_draws": 20},
    "robustness": {"null_draws": 100, "power_draws": 20},
    "pls": {"bootstrap_draws": 100, "exact_fit_draws": 20, "folds": 2, "repetitions": 1},
}


def command(*words: str) -> str:
    line = [sys.executable, "-m", "smartcity_survey.cli", *words]
    finished = subprocess.run(line, capture_output=True, encoding="utf-8", check=False, cwd=REPOSITORY)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def quicken(folder: Path) -> None:
    """Few draws: only that the run ends in a report is looked at."""
    path = folder / "config.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content = content | FAST | {"factors": content["factors"] | {"parallel": {"draws": 20}}}
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


@pytest.mark.parametrize("name", ["surveymonkey.csv", "google_sheet_kk.xlsx", "scales_by_block.csv"])
def test_an_export_reaches_a_report(name: str, tmp_path: Path) -> None:
    export = next(one for one in EXPORTS if one.name == name)
    file, folder = tmp_path / name, tmp_path / "wave"
    file.write_bytes(export.make())
    command("new-wave", str(folder), "--from", str(file))
    said = command("check", str(folder))
    (item,) = set(re.findall(r": (\w+) runs against", said))
    book = folder / "codebook.yaml"
    text = book.read_text(encoding="utf-8")
    changed = re.sub(rf"^(  {item}: \{{construct: \w+)", r"\1, reverse: true", text, flags=re.MULTILINE)
    assert changed != text
    book.write_text(changed, encoding="utf-8")
    assert "runs against" not in command("check", str(folder))
    quicken(folder)
    command("run", str(folder), "--cores", "2")
    tables = {file.stem: read_table(file) for file in (folder / "reports/tables").glob("*.csv")}
    assert tables["reliability"]["cronbach_alpha"].gt(0.6).all()
    assert len(tables["hypotheses"]) >= 2
    page = (folder / "reports/report.html").read_text(encoding="utf-8")
    assert ('id="table-multiple_choice"' in page) == bool(export.choices)
    everything = "".join(
        path.read_text(encoding="utf-8") for path in (folder / "reports/tables").glob("*.csv")
    )
    assert "10.0.0." not in everything + page


def test_continuous_indicators_reach_a_report(tmp_path: Path) -> None:
    """Nine tests of Holzinger and Swineford (1939): three factors by their correlations alone."""
    examples = pytest.importorskip("semopy.examples.holzinger39")
    file, folder = tmp_path / "tests.csv", tmp_path / "wave"
    examples.get_data().to_csv(file, index=False)
    command("new-wave", str(folder), "--from", str(file))
    content = yaml.safe_load((folder / "codebook.yaml").read_text(encoding="utf-8"))
    assert {name: item["construct"] for name, item in content["items"].items()} == {
        f"x{k}": f"c{(k + 2) // 3}" for k in range(1, 10)
    }
    assert "keep 301." in command("check", str(folder))
    quicken(folder)
    command("run", str(folder), "--cores", "2")
    loadings = read_table(folder / "reports/tables/cfa_loadings.csv").set_index("item")
    # lavaan's tutorial on this file: standardised loadings .772 (x1), .838 (x6), .570 (x7).
    assert loadings.loc[["x1", "x6", "x7"], "std_loading"].tolist() == pytest.approx(
        [0.772, 0.838, 0.570], abs=6e-4
    )
    assert (folder / "reports/report.html").exists()
