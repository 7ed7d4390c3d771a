"""Claims about a construct made of constructs stand among the verdicts, from the config to the first page."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from smartcity_survey.io import read_json, read_table
from tests.workflow.degenerate_studies import PLAIN
from tests.workflow.in_process import run_steps

STUDY = replace(PLAIN, items=(3, 3, 3, 3))
ABOUT_IT = {"H2": {"from": "tech", "to": "c4"}}
OF_ITEMS = {"H1": {"from": "c3", "to": "c4"}}


def write(folder: Path, claims: dict[str, dict[str, str]]) -> None:
    STUDY.write(folder)
    for name in ("config", "codebook"):
        path = folder / f"{name}.yaml"
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if name == "config":
            content["model"] |= {"paths": [{"from": ["tech", "c3"], "to": "c4"}], "hypotheses": claims}
            content["model"]["constructs"]["tech"] = {"of": ["c1", "c2"]}
        else:
            content["constructs"]["tech"] = {"label": "Technology"}
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


@pytest.mark.parametrize("claims", [ABOUT_IT, ABOUT_IT | OF_ITEMS], ids=["all", "mixed"])
def test_the_first_page_has_their_verdicts(claims: dict[str, dict[str, str]], tmp_path: Path) -> None:
    write(tmp_path, claims)
    run_steps(tmp_path)
    reports = tmp_path / "reports"
    table = read_table(reports / "tables/hypotheses.csv")
    assert list(table["hypothesis"].unique()) == list(claims)
    own = table[table["hypothesis"] == "H2"]
    path = (
        read_table(reports / "tables/higher_order_paths.csv")
        .set_index(["source", "target"])
        .loc["tech", "c4"]
    )
    assert own[["method", "estimate", "p", "verdict"]].to_numpy().tolist() == [
        ["pls", path["estimate"], path["p"], path["verdict"]]
    ]
    assert "higher_order" in read_json(reports / "cards/hypotheses.json")["hypotheses"]

    page = (reports / "report.html").read_text(encoding="utf-8")
    section = page.split('<section id="verdicts">')[1].split("</section>")[0]
    assert re.search(r"<b>H2</b> Technology → c4 \(\+\)", section)
    row = section.split("<b>H2</b>")[1].split("</tr>")[0]
    cells = re.findall(r'data-method="([^"]+)">(.*?)</td>', row, re.DOTALL)
    assert [method for method, cell in cells if "mark" in cell] == ["PLS-SEM"]
    assert "of 0" not in page.split('<section id="verdicts">')[0] + section
    assert ("same verdict by every method" in section) == (len(claims) == 2)
    if len(claims) == 2:
        assert [method for method, _ in cells] == ["OLS regression", "PLS-SEM", "CFA-based SEM"]
        assert re.search(r"same verdict by every method: \d of 1\.", section)
        assert list(read_table(reports / "tables/verdict_sheet.csv")["hypothesis"]) == ["H1"]
