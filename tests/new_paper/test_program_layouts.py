"""Tables as SPSS, AMOS, SmartPLS and journals lay them out: right ones raise no alarm, a slip does."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from smartcity_survey import audit
from smartcity_survey.audit.checks.said import said_of
from smartcity_survey.audit.outcome import audited
from smartcity_survey.new_paper import start_new_paper

Rows = list[str]

SPSS = {
    "Model Summary": [
        "Model|R|R Square|Adjusted R Square|Std. Error of the Estimate",
        "1|.466a|.217|.209|.69304",
    ],
    "ANOVA": [
        "Model||Sum of Squares|df|Mean Square|F|Sig.",
        "1|Regression|37.734|3|12.578|26.188|.000b",
        "1|Residual|135.924|283|.480||",
        "1|Total|173.658|286|||",
    ],
    "Coefficients": [
        "Model||B|Std. Error|Beta|t|Sig.|Tolerance|VIF",
        "1|(Constant)|1.680|.310||5.426|.000||",
        "1|Trust|.150|.057|.155|2.634|.009|.800|1.250",
        "1|Risk|-.067|.057|-.064|-1.174|.241|.934|1.071",
        "1|Usefulness|.360|.057|.364|6.321|.000|.836|1.196",
    ],
}
AMOS = {
    "Regression Weights": [
        "|||Estimate|S.E.|C.R.|P|Label",
        "Use|<---|Trust|.390|.056|7.003|***|par_9",
        "Use|<---|Risk|-.046|.058|-.803|.422|par_10",
        "Intention|<---|Trust|.156|.058|2.677|.007|par_11",
    ],
    "CMIN": [
        "Model|NPAR|CMIN|DF|P|CMIN/DF",
        "Default model|32|118.214|59|.000|2.004",
        "Saturated model|91|.000|0||",
        "Independence model|13|1543.882|78|.000|19.793",
    ],
    "Baseline Comparisons": [
        "Model|NFI|RFI|IFI|TLI|CFI",
        "|Delta1|rho1|Delta2|rho2|",
        "Default model|.923|.899|.960|.947|.960",
        "Saturated model|1.000||1.000||1.000",
        "Independence model|.000|.000|.000|.000|.000",
    ],
    "RMSEA": [
        "Model|RMSEA|LO 90|HI 90|PCLOSE",
        "Default model|.059|.044|.075|.155",
        "Independence model|.256|.245|.267|.000",
    ],
}
PATHS = {
    "Path coefficients": [
        "|Original sample (O)|Standard deviation (STDEV)|T statistics|P values",
        "Trust -> Use|0.390|0.056|7.003|0.000",
        "Trust -> Intention|0.156|0.058|2.677|0.008",
        "Use -> Intention|0.364|0.057|6.376|0.000",
    ],
    "Specific indirect effects": [
        "|Original sample (O)|Standard deviation (STDEV)|T statistics|P values",
        "Trust -> Use -> Intention|0.142|0.030|4.726|0.000",
    ],
    "Total effects": [
        "|Original sample (O)|Standard deviation (STDEV)|T statistics|P values",
        "Trust -> Use|0.390|0.056|7.003|0.000",
        "Trust -> Intention|0.298|0.060|4.967|0.000",
        "Use -> Intention|0.364|0.057|6.376|0.000",
    ],
    "R-square": ["|R-square|R-square adjusted", "Use|0.152|0.149", "Intention|0.201|0.195"],
    "f-square - Matrix": [
        "|Trust|Use|Intention",
        "Trust||0.194|0.024",
        "Use|||0.141",
        "Intention|||",
    ],
}
HYPOTHESES = {
    "Results of hypothesis testing": [
        "Hypothesis|Path|β|SE|t-value|p-value|Decision",
        "H1|Trust → Use|0.390|0.056|7.00|<.001***|Supported",
        "H2|Risk → Use|−0.046|0.058|0.80|.422|Not supported",
        "H3|Trust → Intention|0.156|0.058|2.68|.008**|Supported",
    ]
}
STEPS = {
    "Model Summary": [
        "Model|R|R Square|Adjusted R Square|Std. Error of the Estimate"
        "|R Square Change|F Change|df1|df2|Sig. F Change",
        "1|.317|.101|.097|.74028|.101|31.887|1|285|.000",
        "2|.327|.107|.100|.73904|.006|1.956|1|284|.163",
        "3|.466|.217|.209|.69303|.111|39.958|1|283|.000",
    ],
    "ANOVA": [
        "Model||Sum of Squares|df|Mean Square|F|Sig.",
        "1|Regression|17.474|1|17.474|31.887|.000",
        "1|Residual|156.183|285|.548||",
        "1|Total|173.658|286|||",
        "2|Regression|18.543|2|9.271|16.975|.000",
        "2|Residual|155.115|284|.546||",
        "2|Total|173.658|286|||",
        "3|Regression|37.734|3|12.578|26.188|.000",
        "3|Residual|135.924|283|.480||",
        "3|Total|173.658|286|||",
    ],
    "Coefficients": [
        "Model||B|Std. Error|Beta|t|Sig.",
        "1|(Constant)|2.145|.180||11.885|.000",
        "1|Trust|.307|.054|.317|5.647|.000",
        "2|(Constant)|2.482|.301||8.244|.000",
        "2|Trust|.287|.056|.297|5.118|.000",
        "2|Risk|-.084|.060|-.081|-1.398|.163",
        "3|(Constant)|1.680|.310||5.426|.000",
        "3|Trust|.150|.057|.155|2.634|.009",
        "3|Risk|-.067|.057|-.064|-1.174|.241",
        "3|Usefulness|.360|.057|.364|6.321|.000",
    ],
}
SMARTPLS = {
    "Outer loadings": [
        "|Trust|Risk",
        "TR1|0.841|",
        "TR2|0.858|",
        "TR3|0.851|",
        "RI1||0.838",
        "RI2||0.844",
        "RI3||0.825",
    ],
    "Construct reliability and validity": [
        "|Composite reliability (rho_c)|Average variance extracted (AVE)",
        "Trust|0.887|0.723",
        "Risk|0.874|0.698",
    ],
    "Cross loadings": [
        "|Trust|Risk",
        "TR1|0.841|-0.243",
        "TR2|0.858|-0.191",
        "TR3|0.851|-0.212",
        "RI1|-0.201|0.838",
        "RI2|-0.244|0.844",
        "RI3|-0.190|0.825",
    ],
    "Discriminant validity: square roots of AVE on the diagonal": [
        "Variable|M|SD|1. Trust|2. Risk",
        "1. Trust|3.22|0.81|(.850)|",
        "2. Risk|3.24|0.75|−.253**|(.835)",
    ],
}
GROUPS = {
    "Сравнение средних значений шкал (M±SD)": [
        "Шкала|Мужчины (n=136)|Женщины (n=151)|t-критерий Стьюдента|p",
        "Доверие|3,22±0,74|3,03±0,80|2,08|0,038",
        "Риск|3,24±0,75|3,20±0,71|0,46|0,643",
    ]
}
T_TEST = {
    "Independent Samples Test": [
        "||Levene's Test for Equality of Variances|Levene's Test for Equality of Variances"
        "|t-test for Equality of Means|t-test for Equality of Means|t-test for Equality of Means"
        "|t-test for Equality of Means|t-test for Equality of Means|t-test for Equality of Means"
        "|t-test for Equality of Means",
        "||F|Sig.|t|df|Sig. (2-tailed)|Mean Difference|Std. Error Difference|Lower|Upper",
        "Trust|Equal variances assumed|3.443|.065|-.513|285|.608|-.04895|.09534|-.23662|.13871",
        "Trust|Equal variances not assumed|||-.518|284.208|.605|-.04895|.09456|-.23508|.13717",
    ]
}
CASES = {
    "t test": T_TEST,
    "groups": GROUPS,
    "smartpls": SMARTPLS,
    "spss": SPSS,
    "amos": AMOS,
    "paths": PATHS,
    "hypotheses": HYPOTHESES,
}


def page(tables: dict[str, Rows], change: tuple[str, str] | None = None) -> str:
    """An HTML page with a caption above each table; `change` replaces one text of its cells."""
    parts = ["<p>The sample comprised 287 respondents.</p>"]
    for number, (caption, rows) in enumerate(tables.items(), start=1):
        body = "".join(
            f"<tr>{''.join(f'<td>{cell}</td>' for cell in row.replace('<', '&lt;').split('|'))}</tr>"
            for row in rows
        )
        parts.append(f"<p>Table {number}. {caption}</p><table>{body}</table>")
    text = "\n".join(parts)
    if change is not None:
        assert text.count(change[0]) == 1, change
        text = text.replace(*change)
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{text}</body></html>"


def drafted(folder: Path, text: str) -> Path:
    """The folder that is drafted from a page."""
    (folder / "paper.html").write_text(text, encoding="utf-8")
    start_new_paper(folder / "paper", folder / "paper.html")
    return folder / "paper"


def wrong_in(folder: Path, text: str):
    findings = audit.run(drafted(folder, text))
    return findings[findings["consistent"].eq(False).fillna(False)]


@pytest.mark.parametrize("name", CASES)
def test_right_tables_of_a_program_raise_no_alarm(tmp_path, name):
    assert wrong_in(tmp_path, page(CASES[name])).empty


@pytest.mark.parametrize(
    ("name", "printed", "slip", "check"),
    [
        ("smartpls", ">0.723<", ">0.813<", "average_variance_extracted"),
        ("smartpls", ">0.887<", ">0.937<", "composite_reliability"),
        ("smartpls", ">(.850)<", ">(.702)<", "root_of_ave"),
        ("spss", ">.209<", ">.239<", "adjusted_r2"),
        ("spss", ">1.071<", ">1.471<", "tolerance_from_vif"),
        ("amos", ">2.004<", ">2.304<", "chi2_by_df"),
        ("amos", ">.059<", ">.079<", "rmsea_from_chi2"),
        ("amos", ">.007<", ">.621<", "path_p"),
        ("t test", ">-.513<", ">.487<", "t_of_difference"),
        ("t test", ">.605<", ">.065<", "p_of_t_test"),
        ("t test", ">.13871<", ">.18371<", "upper_limit_of_difference"),
        ("groups", ">2,08<", ">3,08<", "p_of_t_test"),
        ("paths", ">0.142<", ">0.202<", "indirect_effect"),
        ("paths", ">0.298<", ">0.368<", "total_effect"),
        ("paths", ">0.195<", ">0.215<", "adjusted_r2"),
        ("hypotheses", ">Not supported<", ">Supported<", "supported_by_p"),
    ],
)
def test_a_slip_in_tables_of_a_program_is_found(tmp_path, name, printed, slip, check):
    found = wrong_in(tmp_path, page(CASES[name], (printed, slip)))
    assert check in set(found.check), list(found.explanation)


def test_a_model_numbered_by_spss_leaves_its_lines_their_names(tmp_path):
    folder = drafted(tmp_path, page(SPSS))
    lines = (folder / "table_03.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[:2] for line in lines[1:3]] == [["1", "(Constant)"], ["1", "Trust"]]


def test_a_number_that_several_rules_judge_alike_is_one_finding(tmp_path):
    found = wrong_in(tmp_path, page(SPSS, (">26.188<", ">33.188<")))
    assert len(found) == 1, list(found.explanation)


def test_models_built_step_by_step_are_each_checked_alone(tmp_path):
    text = page(STEPS)
    assert wrong_in(tmp_path, text).empty
    for folder, printed, slip in (("b", ">.097<", ">.087<"), ("c", ">.100<", ">.110<")):
        (tmp_path / folder).mkdir()
        assert len(wrong_in(tmp_path / folder, text.replace(printed, slip, 1))), printed


def test_a_table_that_nothing_checks_fails_a_strict_run(tmp_path):
    tables = {**HYPOTHESES, "Opening hours": ["City|Offices|Visits", "A|12|340", "B|15|410"]}
    outcome = audited(drafted(tmp_path, page(tables)), "en", with_power=False)
    assert outcome.exit_code(None, strict=False) == 0
    assert outcome.exit_code(None, strict=True) == 2


def test_a_wrong_number_that_two_tables_contradict_is_one_finding(tmp_path):
    found = wrong_in(tmp_path, page(SMARTPLS, (">0.723<", ">0.813<")))
    assert len(found) == 1, list(found.explanation)
    assert "Table 4" in found.explanation.iloc[0]


def test_a_loading_that_another_matrix_prints_otherwise_is_found(tmp_path):
    text = page(SMARTPLS).replace(">0.844<", ">0.774<", 2).replace(">0.774<", ">0.844<", 1)
    (check,) = wrong_in(tmp_path, text).check
    assert check == "repeated_value"


def test_a_count_has_lost_no_minus(tmp_path):
    tables = {
        "Group Statistics": [
            "Gender|N|Mean|Std. Deviation|Std. Error Mean",
            "Male|136|3.2157|.73755|.11324",
            "Female|151|3.2274|.80117|.06520",
        ]
    }
    found = wrong_in(tmp_path, page(tables))
    assert len(found) == 1
    assert "-136" not in found.explanation.iloc[0]


def test_a_matrix_of_effects_is_not_taken_for_correlations(tmp_path):
    folder = drafted(tmp_path, page(PATHS))
    kinds = [entry["kind"] for entry in yaml.safe_load((folder / "relations.yaml").read_text())]
    assert kinds == ["paths", "mediation", "paths"]


@pytest.mark.parametrize(
    ("said", "confirmed"),
    [
        ("Supported", True), ("Accepted", True), ("Yes", True), ("Подтверждена", True), ("Принимается", True),
        ("Расталды", True), ("Қабылданды", True), ("Not supported", False), ("Unsupported", False),
        ("Rejected", False), ("No", False), ("Не подтверждена", False), ("Отклонена", False),
        ("Расталмады", False), ("Қабылданбады", False), ("Partially supported", None), ("H0 rejected", None),
        ("see text", None),
    ],
)  # fmt: skip
def test_verdicts_in_words_are_known(said, confirmed):
    assert said_of(said) is confirmed


def test_words_that_are_no_verdict_are_named(tmp_path):
    found = audit.run(drafted(tmp_path, page(HYPOTHESES, (">Not supported<", ">see text<"))))
    assert any("see text" in text for text in found.explanation)
