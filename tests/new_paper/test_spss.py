"""Tables as SPSS prints them: correlations with p and n below one another, tables without a header."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest
import yaml

from smartcity_survey import audit
from smartcity_survey.new_paper import start_new_paper

# r of 100 cases with its p: .25 has .012, .40 and .30 less.
WORDS = {
    "en": ("Pearson Correlation", "Sig. (2-tailed)", "Table 5. Correlations"),
    "ru": ("Корреляция Пирсона", "Знч.(2-сторон)", "Таблица 5 – Корреляции"),
    "kk": ("Пирсон корреляциясы", "Мәнділік (2-жақты)", "5-кесте. Корреляциялар"),
    "one": ("Pearson Correlation", "Sig. (1-tailed)", "Table 5. Correlations"),
}


def page(folder: Path, caption: str, rows: list[list[str]]) -> Path:
    cells = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    file = folder / "output.html"
    file.write_text(f"<meta charset='utf-8'><p>{caption}</p><table>{cells}</table>", encoding="utf-8")
    return file


def contradictions(folder: Path) -> list[str]:
    findings = audit.run(folder)
    return list(findings[findings.consistent.eq(False).fillna(False)].check)


def correlations(language: str, p: str, sizes: tuple[str, str] = ("100", "100")) -> list[list[str]]:
    r_name, p_name, _ = WORDS[language]
    small, second = ".000", ".001" if language == "one" else ".002"
    r = ".250**" if language == "one" else ".250*"
    rows = [["", "", "trust", "use", "norm"]]
    for name, rs, ps in (
        ("trust", ["1", r, ".400**"], ["", p, small]),
        ("use", [r, "1", ".300**"], [p, "", second]),
        ("norm", [".400**", ".300**", "1"], [small, second, ""]),
    ):
        rows += [[name, r_name, *rs], ["", p_name, *ps], ["", "N", *[sizes[0]] * 2, sizes[1]]]
    return rows


@pytest.mark.parametrize("language", WORDS)
def test_correlations_with_p_and_n_below_become_two_matrices(language: str, tmp_path: Path) -> None:
    right, wrong = (".006", ".060") if language == "one" else (".012", ".120")
    for p in (right, wrong):
        folder = tmp_path / p
        started = start_new_paper(folder, page(tmp_path, WORDS[language][2], correlations(language, p)))
        assert any("table_05 (Table 5" in said and "`correlations`" in said for said in started.guesses)
        (relation,) = yaml.safe_load((folder / "relations.yaml").read_text("utf-8"))
        assert relation["n"] == 100
        assert relation["p"] == "table_05_2"
        assert relation.get("tails", 2) == (1 if language == "one" else 2)
        # One caption over both is no number given twice.
        assert set(contradictions(folder)) == (set() if p == right else {"p_of_correlation"})


def test_correlations_whose_n_differs_by_pair_stay_as_they_are(tmp_path: Path) -> None:
    rows = correlations("en", ".012", ("100", "98"))
    started = start_new_paper(tmp_path / "a", page(tmp_path, WORDS["en"][2], rows))
    assert any("nothing says what it is" in said for said in started.to_do)


def test_a_table_without_a_header_keeps_its_first_line(tmp_path: Path) -> None:
    """KMO and Bartlett's test: 12 items have 66 degrees of freedom, which tell how many they are."""
    kmo, bartlett = "Kaiser-Meyer-Olkin Measure of Sampling Adequacy.", "Bartlett's Test of Sphericity"
    rows = [[kmo, kmo, ".868"], [bartlett, "Approx. Chi-Square", "85.24"], ["", "df", "66"], ["", "Sig.", ""]]
    for p, found in ((".056", set()), (".560", {"p_of_sphericity"})):
        rows[3][2] = p
        folder = tmp_path / p
        start_new_paper(folder, page(tmp_path, "Table 3. KMO and Bartlett's Test", rows))
        (relation,) = yaml.safe_load((folder / "relations.yaml").read_text("utf-8"))
        assert relation == {"kind": "adequacy", "table": "table_03", "items": 12}
        assert set(contradictions(folder)) == found
        assert audit.coverage(folder).set_index("object").loc["table_03"].tolist() == [4, 4]


def test_the_summary_of_one_model_has_no_name_of_its_line(tmp_path: Path) -> None:
    rows = [["R", "R Square", "Adjusted R Square"], [".90", ".81", ".77"]]
    start_new_paper(tmp_path / "a", page(tmp_path, "Table 1. Model Summary", rows))
    assert (tmp_path / "a/table_01.csv").read_text("utf-8") == "row,r,r2,adj_r2\n1,.90,.81,.77\n"


def test_eigenvalues_under_headers_of_two_rows(tmp_path: Path) -> None:
    heads = ["Initial Eigenvalues"] * 3 + ["Rotation Sums of Squared Loadings"] * 3
    names = ["Total", "% of Variance", "Cumulative %"] * 2
    rows = [["Component", *heads], ["", *names]]
    rows += [["1", "2.500", "62.500", "62.500", "1.900", "47.500", "47.500"]]
    rows += [["2", "1.000", "25.000", "87.500", "1.600", "40.000", "87.500"]]
    rows += [["3", ".300", "7.500", "95.000", "", "", ""], ["4", ".200", "5.000", "100.000", "", "", ""]]
    start_new_paper(tmp_path / "a", page(tmp_path, "Table 2. Total Variance Explained", rows))
    (relation,) = yaml.safe_load((tmp_path / "a/relations.yaml").read_text("utf-8"))
    assert relation == {"kind": "variance_explained", "table": "table_02", "items": 4}
    assert contradictions(tmp_path / "a") == []
    rows[3][6] = "78.500"
    start_new_paper(tmp_path / "b", page(tmp_path, "Table 2. Total Variance Explained", rows))
    assert contradictions(tmp_path / "b") == ["cumulative_percent"]


def test_the_same_answers_under_each_question_are_names_of_lines(tmp_path: Path) -> None:
    rows = [["Variable", "Group", "N", "Mean", "SD"]]
    rows += [[name, group, "40", "3.10", "0.90"] for name in ("trust", "use") for group in ("men", "women")]
    start_new_paper(tmp_path / "a", page(tmp_path, "Table 2. Means", rows))
    text = (tmp_path / "a/table_02.csv").read_text("utf-8").splitlines()
    assert text[0] == "group,row,n,mean,sd"
    assert text[4].startswith("use,women,")
