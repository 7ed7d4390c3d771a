"""Three waves with different item sets, from their files to the report, and back to one wave."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from smartcity_survey.io import read_json, read_table
from tests.workflow.studies.test_small_study import QUICK, run, steps

EARLIER, OWN, LATER = "2022", "2024", "2026"


@pytest.fixture
def waves(
    study: Callable[..., Path],
    survey: pd.DataFrame,
    config_content: dict[str, Any],
    codebook_content: dict[str, Any],
) -> Path:
    """The small study of 2024; 2022 did not ask T3; 2026 named its columns otherwise, U3 has 7 points."""
    content = deepcopy(config_content | QUICK)
    content["pls"]["bootstrap_draws"] = 100
    content["groups"] = {"permutations": 20}
    content["study"]["wave"] = OWN
    content["waves"] = {
        LATER: {"file": "wave 26.csv", "codebook": "codebook_26.yaml"},
        EARLIER: {"file": "wave_22.csv", "codebook": "codebook_22.yaml", "respondent": "id"},
    }
    folder = study(config=content)
    again = np.random.default_rng(3)
    for name, rows in (("wave_22.csv", 38), ("wave 26.csv", 45)):
        frame = survey.iloc[again.integers(0, len(survey), rows)].reset_index(drop=True)
        frame["id"] = [f"Q{number}" for number in range(rows)]
        shifted = frame[["U1", "U2", "U3"]] + again.integers(-1, 2, size=(rows, 3))
        frame[["U1", "U2", "U3"]] = shifted.clip(1, 5)
        own = deepcopy(codebook_content)
        if name == "wave_22.csv":
            del own["items"]["T3"]
            frame.loc[0, "U1"] = 9
            frame.drop(columns="T3").to_csv(folder / name, index=False, encoding="utf-8")
            (folder / "codebook_22.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
        else:
            own["items"]["U3"]["scale"] = {"minimum": 1, "maximum": 7}
            for item in own["items"]:
                own["items"][item]["column"] = f"q_{item}"
            frame = frame.rename(columns={item: f"q_{item}" for item in own["items"]})
            frame.to_csv(folder / name, index=False, encoding="utf-8")
            (folder / "codebook_26.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    return folder


def test_waves_are_compared_from_their_files_to_the_report(waves: Path) -> None:
    finished = run(waves)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "waves" in steps(finished)
    tables = {path.stem: read_table(path) for path in (waves / "reports/tables").glob("wave_*.csv")}
    sizes = tables["wave_sizes"].set_index("wave")
    assert sizes["n_read"].to_dict() == {EARLIER: 38, OWN: 40, LATER: 45}
    assert sizes.loc[EARLIER, "n"] == 37
    missing = tables["wave_items"].dropna(subset="not_common")
    assert set(zip(missing["item"], missing["wave"], missing["not_common"], strict=True)) == {
        ("T3", EARLIER, "not_asked"),
        ("U3", LATER, "other_scale"),
    }
    means = tables["wave_means"]
    assert set(means["wave"]) == {EARLIER, OWN, LATER}
    assert set(means["n_items"]) == {2}
    differences = tables["wave_mean_differences"]
    changes = list(dict.fromkeys(zip(differences["earlier"], differences["later"], strict=True)))
    assert changes == [("2022", "2024"), ("2022", "2026"), ("2024", "2026")]
    paths = tables["wave_path_differences"]
    assert set(zip(paths["source"], paths["target"], strict=True)) == {("trust", "use")}
    assert {"wave_comparisons", "wave_micom", "wave_multigroup", "wave_invariance"} <= set(tables)

    cards = read_json(waves / "reports/cards/waves.json")
    assert set(cards) == set(tables)
    assert cards["wave_paths"]["bootstrap_draws"] == 100
    page = (waves / "reports/report.html").read_text(encoding="utf-8")
    assert 'id="waves"' in page
    assert 'id="figure-waves"' in page
    inputs = read_json(waves / "reports/manifest.json")["inputs"]
    assert {"wave_22.csv", "wave 26.csv", "codebook_22.yaml", "codebook_26.yaml"} <= set(inputs)

    assert steps(run(waves)) == []
    book = yaml.safe_load((waves / "codebook_26.yaml").read_text(encoding="utf-8"))
    book["items"]["T1"]["label"] = "Other words"
    (waves / "codebook_26.yaml").write_text(yaml.safe_dump(book), encoding="utf-8")
    assert steps(run(waves)) == ["report"]
    other = waves / "wave_22.csv"
    other.write_text(other.read_text(encoding="utf-8").replace(",9,", ",5,"), encoding="utf-8")
    assert set(steps(run(waves))) == {"waves", "report"}

    alone = yaml.safe_load((waves / "config.yaml").read_text(encoding="utf-8"))
    del alone["waves"]
    (waves / "config.yaml").write_text(yaml.safe_dump(alone), encoding="utf-8")
    assert steps(run(waves)) == ["report"]
    assert not list((waves / "reports").rglob("wave_*"))
    assert not (waves / "reports/figures/waves.svg").exists()
    assert 'id="waves"' not in (waves / "reports/report.html").read_text(encoding="utf-8")
