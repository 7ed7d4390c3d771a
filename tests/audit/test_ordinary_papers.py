"""Layouts that programs print and journals keep: computed tables hold, and one changed number is told.

All tables are computed here from random answers and rounded for print.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from smartcity_survey.audit.headers import canonical
from tests.audit.small_papers import judged, show, table, wrong


def of(folder: Path, csvs: dict[str, str], *relations: dict[str, Any], **content: Any) -> Any:
    """The findings of a paper of several tables."""
    objects = {name: {"number": i, "csv": csv} for i, (name, csv) in enumerate(csvs.items(), start=1)}
    return judged(folder, {"objects": objects, "relations": list(relations), **content})


def explained(findings: Any) -> list[str]:
    return list(wrong(findings).explanation)


def unread(findings: Any) -> list[str]:
    return list(findings.explanation[findings.severity == "unread"])


def anova(total: str = "Total", f: str | None = None, eta2: str | None = None) -> str:
    rng = np.random.default_rng(3)
    groups = [rng.normal(3 + shift, 0.8, size) for shift, size in ((0, 60), (0.1, 75), (0.2, 48))]
    everybody = np.concatenate(groups)
    test = stats.f_oneway(*groups)
    df2 = len(everybody) - 3
    share = test.statistic * 2 / (test.statistic * 2 + df2)
    first = [f or show(test.statistic), 2, df2, show(test.pvalue), eta2 or show(share)]
    lines = [
        [
            "trust",
            name,
            len(group),
            show(group.mean(), 2),
            show(group.std(ddof=1)),
            *(first if i == 0 else [""] * 5),
        ]
        for i, (name, group) in enumerate(zip(("school", "college", "university"), groups, strict=True))
    ]
    last = [len(everybody), show(everybody.mean(), 2), show(everybody.std(ddof=1))]
    lines.append(["trust", total, *last, *[""] * 5])
    header = ["group", "row", "N", "Mean", "Std. Deviation", "F", "df1", "df2", "Sig.", "η²"]
    return table(header, lines)


@pytest.mark.parametrize("total", ["Total", "Всего", "Барлығы"])
def test_the_line_of_all_groups_together_is_no_group(total: str, tmp_path: Path) -> None:
    findings = of(tmp_path, {"t": anova(total)}, {"kind": "groups", "table": "t"})
    assert explained(findings) == []
    assert {"f_of_groups", "df_within", "eta2_of_groups"} <= set(findings.check)


def test_degrees_of_freedom_are_counts_whatever_their_column_is_called(tmp_path: Path) -> None:
    """Read as 2 ± 0.5 they would let any F pass for this eta squared."""
    csv = "row,f,df1,df2,eta2\nx,4.846,2,27,{}\n"
    relation = {"kind": "effect_sizes", "table": "t"}
    assert explained(of(tmp_path, {"t": csv.format("0.264")}, relation)) == []
    assert explained(of(tmp_path, {"t": csv.format("0.304")}, relation)) != []
    # Welch's F prints a fraction, which is rounded like any other number.
    welch = csv.replace("27", "27.4").format("0.2613")
    assert explained(of(tmp_path, {"t": welch}, relation)) == []


def paths(tails: int) -> str:
    return table(
        ["row", "Original sample (O)", "Standard deviation (STDEV)", "T statistics (|O/STDEV|)", "P values"],
        [
            [f"{a}->{b}", show(beta), show(se), show(beta / se), show(tails * stats.norm.sf(beta / se))]
            for a, b, beta, se in (("A", "M", 0.30, 0.16), ("M", "Y", 0.40, 0.22), ("A", "Y", 0.10, 0.07))
        ],
    )


INDIRECT = "row,Original sample (O),T statistics (|O/STDEV|),P values\nA->M->Y,{},1.740,0.041\n"
MODEL = ({"kind": "paths", "table": "p"}, {"kind": "mediation", "table": "i", "paths": "p"})


def test_a_table_of_one_indirect_effect_has_the_tails_of_the_paths(tmp_path: Path) -> None:
    one = of(tmp_path, {"p": paths(1), "i": INDIRECT.format("0.120")}, *MODEL, n=300)
    assert explained(one) == []
    assert "one_tailed" in set(one.check)
    two = wrong(of(tmp_path, {"p": paths(2), "i": INDIRECT.format("0.120")}, *MODEL, n=300))
    assert list(two.check) == ["path_p"]
    assert two.place.str.contains("A->M->Y").all()


def test_a_specific_indirect_effect_is_the_product_of_its_paths_whatever_its_column(tmp_path: Path) -> None:
    found = wrong(of(tmp_path, {"p": paths(1), "i": INDIRECT.format("0.210")}, *MODEL, n=300))
    assert list(found.check) == ["indirect_effect"]


def steps(change: str | None = None, f: str | None = None, p: str | None = None) -> str:
    """SPSS: the summary of a regression in two blocks."""
    rng = np.random.default_rng(5)
    n = 230
    x = rng.normal(size=(n, 4))
    y = x @ [0.4, 0.2, 0.15, 0.1] + rng.normal(size=n)
    lines, before, k_before = [], 0.0, 0
    for k in (2, 4):
        design = np.column_stack([np.ones(n), x[:, :k]])
        rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
        r2 = 1 - rest @ rest / np.sum((y - y.mean()) ** 2)
        added, free = k - k_before, n - k - 1
        statistic = (r2 - before) / added / ((1 - r2) / free)
        fit = [show(np.sqrt(r2)), show(r2), show(1 - (1 - r2) * (n - 1) / free)]
        tail = stats.f.sf(statistic, added, free)
        lines.append([k // 2, *fit, show(r2 - before), show(statistic), added, free, show(tail)])
        before, k_before = r2, k
    for i, new in ((4, change), (5, f), (8, p)):
        lines[1][i] = new or lines[1][i]
    header = [
        "row",
        "R",
        "R Square",
        "Adjusted R Square",
        "R Square Change",
        "F Change",
        "df1",
        "df2",
        "Sig. F Change",
    ]
    return table(header, lines)


COEFFICIENTS = "row,B,SE,t\nconstant,0.10,0.07,1.43\na,1,1,1\nb,1,1,1\nc,1,1,1\nd,1,1,1\n"


@pytest.mark.parametrize(
    ("changed", "check"),
    [
        ({}, None),
        ({"change": "0.093"}, "change_of_r2"),
        ({"f": "9.870"}, "f_of_change"),
        ({"p": "0.300"}, "p_of_change"),
    ],
)
def test_steps_of_a_regression_hang_together(
    changed: dict[str, str], check: str | None, tmp_path: Path
) -> None:
    relation = {"kind": "regression", "coefficients": "c", "summary": "s"}
    findings = of(tmp_path, {"c": COEFFICIENTS, "s": steps(**changed)}, relation, n=230)
    assert {"change_of_r2", "f_of_change", "p_of_change", "adjusted_r2"} <= set(findings.check)
    found = set(wrong(findings).check)
    assert check in found if check else found == set()
    assert unread(findings) == []


LOGISTIC = "row,B,S.E.,Wald,df,Sig.,Exp(B),Lower,Upper\nage,0.482,0.110,{},1,{},1.619,1.305,2.009\n"


@pytest.mark.parametrize(
    ("wald", "p", "check"),
    [
        ("19.200", "0.000", None),
        ("4.382", "<0.001", None),
        ("12.900", "0.000", "wald_of_b"),
        ("19.200", "0.090", "p_from_wald"),
    ],
)
def test_walds_statistic_or_its_root(wald: str, p: str, check: str | None, tmp_path: Path) -> None:
    findings = of(tmp_path, {"t": LOGISTIC.format(wald, p)}, {"kind": "effect_sizes", "table": "t"})
    found = set(wrong(findings).check)
    assert check in found if check else found == set()
    assert unread(findings) == []


@pytest.mark.parametrize(
    "names",
    [
        ("Valid", "Missing", "Total"),
        ("Допустимо", "Пропущенные", "Всего"),
        ("Жарамды", "Жауап жоқ", "Барлығы"),
    ],
)
@pytest.mark.parametrize("n", [None, 120])
def test_valid_and_missing_are_parts_of_one_question(
    names: tuple[str, ...], n: int | None, tmp_path: Path
) -> None:
    """SPSS, whose `Percent` is of all who were asked and `Valid Percent` of those who answered."""
    valid, missing, total = names
    lines = [
        [valid, "male", 60, "50.0", "54.5", "54.5"], [valid, "female", 50, "41.7", "45.5", "100.0"],
        [valid, total, 110, "91.7", "100.0", ""], [missing, "System", 10, "8.3", "", ""],
        [total, total, 120, "100.0", "", ""],
    ]  # fmt: skip
    header = ["group", "row", "Frequency", "Percent", "Valid Percent", "Cumulative Percent"]
    relation = {"kind": "frequencies", "table": "t"}
    content = {} if n is None else {"n": n}
    assert explained(of(tmp_path, {"t": table(header, lines)}, relation, **content)) == []
    for line, column, new in ((0, 3, "54.5"), (1, 4, "41.7"), (0, 2, 66)):
        changed = [list(row) for row in lines]
        changed[line][column] = new
        assert explained(of(tmp_path, {"t": table(header, changed)}, relation, **content)) != []


def test_loadings_left_blank_are_below_the_smallest_that_is_printed(tmp_path: Path) -> None:
    """Where nobody says the limit, a blank is no zero: .28 and .25 are hidden here."""
    lines = [["q1", "0.78", "", show(0.78**2 + 0.28**2)], ["q2", "", "0.70", show(0.70**2 + 0.25**2)]]
    lines += [["q3", "0.66", "0.41", show(0.66**2 + 0.41**2)]]
    csv = table(["row", "Component 1", "Component 2", "h²"], lines)
    relation = {"kind": "loadings", "table": "t"}
    assert explained(of(tmp_path, {"t": csv}, relation)) == []
    assert explained(of(tmp_path, {"t": csv.replace(lines[2][3], "0.707")}, relation)) != []
    assert explained(of(tmp_path, {"t": csv.replace(lines[0][3], "0.507")}, relation)) != []


CORRELATIONS = (
    "row,M,SD,(1),(2),3.\n1_Trust,3.52,{},,,\n2_Use,3.10,0.95,.50**,,\n3_Norm,2.90,1.05,.40**,.30**,\n"
)


def test_means_and_sds_beside_correlations_are_read(tmp_path: Path) -> None:
    relations = (
        {"kind": "correlations", "table": "t"},
        {"kind": "descriptives", "table": "t", "items": 4},
    )
    scale = {"n": 212, "scale": {"minimum": 1, "maximum": 5}}
    findings = of(tmp_path, {"t": CORRELATIONS.format("0.88")}, *relations, **scale)
    assert explained(findings) == []
    assert unread(findings) == []
    assert {"sd_on_scale", "possible_correlations", "starred_correlation"} <= set(findings.check)
    assert "sd_on_scale" in set(
        wrong(of(tmp_path, {"t": CORRELATIONS.format("8.80")}, *relations, **scale)).check
    )


def test_ave_beside_a_fornell_larcker_table_is_what_its_diagonal_is_the_root_of(tmp_path: Path) -> None:
    csv = "row,CR,AVE,trust,use\ntrust,0.845,0.645,{},\nuse,0.901,0.694,0.512,0.833\n"
    relation = {"kind": "discriminant", "fornell_larcker": "t"}
    findings = of(tmp_path, {"t": csv.format("0.803")}, relation)
    assert explained(findings) == []
    assert "root_of_ave" in set(findings.check)
    assert list(wrong(of(tmp_path, {"t": csv.format("0.830")}, relation)).check) == ["root_of_ave"]


@pytest.mark.parametrize(
    ("csv", "relation"),
    [
        ("row,a,b,Rleiability\na,1,,.8\nb,.3,1,.8\n", {"kind": "correlations", "table": "t"}),
        (
            "row,M1,SD1,N1,M2,SD2,N2,t,Levine\nx,3.1,.9,40,3.2,.8,40,-.5,.1\n",
            {"kind": "groups", "table": "t"},
        ),
    ],
)
def test_a_strange_column_of_a_matrix_or_of_groups_is_named(
    csv: str, relation: dict[str, str], tmp_path: Path
) -> None:
    header = csv.partition("\n")[0].rpartition(",")[2]
    (said,) = unread(of(tmp_path, {"t": csv}, relation))
    assert f"“{header}” is unknown" in said


def test_the_independence_model_is_known_by_its_name(tmp_path: Path) -> None:
    """lavaan's HolzingerSwineford1939: three factors, chi2 85.306 with 24, baseline 918.852 with 36."""
    csv = (
        "row,Chi-square,df,CFI,AIC,BIC\nThree factors,85.306,24,{},7517.490,7595.339\n"
        "Independence model,918.852,36,,,\n"
    )
    relation = {"kind": "fit_indices", "table": "t", "n": 301}
    findings = of(tmp_path, {"t": csv.format("0.931")}, relation)
    assert explained(findings) == []
    assert unread(findings) == []
    assert {"cfi_from_baseline", "bic_from_aic"} <= set(findings.check)
    assert "cfi_from_baseline" in set(wrong(of(tmp_path, {"t": csv.format("0.913")}, relation)).check)


def test_n_of_a_regression_follows_from_its_analysis_of_variance(tmp_path: Path) -> None:
    """Output of SPSS names no n: the total has n - 1 degrees of freedom."""
    coefficients = (
        "row,B,Std. Error,t,Sig.\n(Constant),1.18,.83,1.42,{}\n"
        "trust,.13,.38,.35,.734\nuse,.44,.40,1.09,.302\n"
    )
    variance = "row,Sum of Squares,df,F\nRegression,6.04,2,3.06\nResidual,8.87,9,\nTotal,14.92,11,\n"
    relation = {"kind": "regression", "coefficients": "c", "anova": "a"}
    assert explained(of(tmp_path, {"c": coefficients.format(".190"), "a": variance}, relation)) == []
    found = wrong(of(tmp_path, {"c": coefficients.format(".290"), "a": variance}, relation))
    assert list(found.check) == ["p_of_t"]


def test_vif_is_no_sixth_factor() -> None:
    assert canonical("VIF", "loadings") == "vif"
    assert canonical("VI", "loadings") == canonical("F6", "loadings") == "component_6"


STARRED = (
    "row,B,SE,β,t,p\na,0.40,0.10,.31{},4.00,<0.001\nb,0.20,0.10,.15{},2.00,0.046\n"
    "c,0.27,0.10,.20{},2.70,0.007\nd,0.05,0.10,.04{},0.50,0.617\n"
)


@pytest.mark.parametrize(
    ("marks", "wrong_lines"),
    [
        (("***", "*", "**", ""), ""),
        # Economics: * p < .10, ** p < .05, *** p < .01.
        (("***", "**", "***", ""), ""),
        # One star of the usual levels is astray: too many, too few, or one where p says none.
        (("***", "**", "**", ""), "b"),
        (("***", "*", "", ""), "c"),
        (("***", "*", "**", "*"), "d"),
        # Nobody knows what these mean.
        (("*", "", "", "***"), ""),
        (("a", "b", "a", ""), ""),
        (("", "", "", ""), ""),
    ],
)
def test_stars_on_coefficients_go_with_p(marks: tuple[str, ...], wrong_lines: str, tmp_path: Path) -> None:
    relation = {"kind": "regression", "coefficients": "t"}
    found = wrong(of(tmp_path, {"t": STARRED.format(*marks)}, relation, n=300))
    assert set(found.check) == ({"starred_by_p"} if wrong_lines else set())
    assert all(f", {wrong_lines}, " in place for place in found.place)
