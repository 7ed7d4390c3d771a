"""Claims about a construct made of constructs stand among the verdicts, from the config to the first page."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from smartcity_survey.check import check_study
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import read_json, read_table
from smartcity_survey.stages.collection import stages
from tests.workflow.in_process import run_steps
from tests.workflow.studies.degenerate_studies import PLAIN

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
    assert read_json(reports / "cards/sem.json")["sem_paths"]["higher_order"] == "by_components"
    of_pls = read_json(reports / "cards/pls.json")
    assert of_pls["pls_paths"]["higher_order"] == "by_components"
    assert "higher_order" not in of_pls["higher_order_paths"]

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
    sheet = read_table(reports / "tables/verdict_sheet.csv").set_index("hypothesis")
    assert set(sheet.index) == set(claims)
    assert sheet.loc["H2", ["verdict_pls", "estimate_pls"]].tolist() == [path["verdict"], path["estimate"]]
    assert sheet.loc["H2", "caveats"] == "verdict_alone"
    assert "The verdict rests on the estimate and its p-value alone" in page


def test_where_its_components_take_its_place_is_told_before_a_run(tmp_path: Path) -> None:
    write(tmp_path, ABOUT_IT)
    found = {warning.place.rpartition(", ")[2]: warning.found for warning in check_study(tmp_path).warnings}
    assert found["model.constructs.tech"].startswith("its components c1, c2 take its place in all tables but")
    own = {name for name, each in stages().items() if each.by_components}
    assert {"segments", "oriented_segments", "copulas", "model_comparison", "necessary_conditions"} <= own
    assert not {"pls", "hypotheses", "verdict_sheet", "audit"} & own


def test_a_construct_without_items_need_not_stand_in_the_codebook_and_may_be_mediated(tmp_path: Path) -> None:
    write(tmp_path, {"H3": {"from": "tech", "to": "c4", "via": "c3"}})
    config = yaml.safe_load((tmp_path / "config.yaml").read_text(encoding="utf-8"))
    config["model"]["paths"].append({"from": ["tech"], "to": "c3"})
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    codebook = yaml.safe_load((tmp_path / "codebook.yaml").read_text(encoding="utf-8"))
    del codebook["constructs"]["tech"]
    (tmp_path / "codebook.yaml").write_text(yaml.safe_dump(codebook, sort_keys=False), encoding="utf-8")
    assert check_study(tmp_path).verdict == "Nothing stands in the way of a run."
    run_steps(tmp_path)
    reports = tmp_path / "reports"
    paths = read_table(reports / "tables/higher_order_paths.csv").set_index(["source", "target"])["estimate"]
    (row,) = read_table(reports / "tables/hypotheses.csv").to_dict("records")
    assert row["estimate"] == pytest.approx(paths["tech", "c3"] * paths["c3", "c4"])
    assert row["verdict"] in ("confirmed", "not_confirmed")
    assert "tech → c3 → c4" in (reports / "report.html").read_text(encoding="utf-8")


def test_a_difference_between_groups_of_its_paths_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"H2": {"from": "tech", "to": "c4", "groups": "group"}})
    with pytest.raises(SurveyError, match=r"hypotheses\.H2\.groups: groups are compared by paths between"):
        check_study(tmp_path)
