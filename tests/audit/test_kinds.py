"""Kinds of relation for correlations, paths, mediation, fit, groups, reliability and effect sizes."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.errors import SurveyError
from tests.audit.small_papers import judged, show, table, wrong

ITEMS = 4


def alpha_of(block):
    k = block.shape[1]
    return k / (k - 1) * (1 - block.var(axis=0, ddof=1).sum() / block.sum(axis=1).var(ddof=1))


def test_correlations_that_no_sample_has_are_told_with_their_variables(tmp_path):
    csv = "row,1,2,3,4\na,1,,,\nb,.90**,1,,\nc,.80**,-.20**,1,\nd,.10,.05,.08,1\n"
    content = {
        "n": 200,
        "objects": {"r": {"number": 1, "csv": csv}},
        "relations": [{"kind": "correlations", "table": "r"}],
    }
    found = wrong(judged(tmp_path, content))
    assert list(found.check) == ["possible_correlations"]
    assert all(name in found.explanation.iloc[0] for name in ("a", "b", "c"))
    content["relations"][0]["deletion"] = "pairwise"
    assert wrong(judged(tmp_path, content)).empty


def test_stars_follow_from_r_and_n(tmp_path):
    csv = "row,a,b,c\na,,,\nb,.25*,,\nc,.31**,.12**,\n"
    content = {
        "n": 100,
        "objects": {"r": {"number": 1, "csv": csv}},
        "relations": [{"kind": "correlations", "table": "r"}],
    }
    found = wrong(judged(tmp_path, content))
    assert list(found.check) == ["starred_correlation"]
    assert found.printed.iloc[0] == ".12**"


@pytest.mark.parametrize("seed", range(12))
def test_rounded_correlations_of_a_real_sample_are_always_possible(tmp_path, seed):
    """Nearly singular matrices are where rounding leaves the positive semidefinite ones."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(3, 9))
    x = rng.normal(size=(60, k))
    x[:, 0] = x[:, 1:].sum(axis=1) + 0.02 * rng.normal(size=60)
    r = np.corrcoef(x.T)
    names = [f"v{i}" for i in range(k)]
    rows = [[name, *(show(r[i, j], 2) if j < i else "" for j in range(k))] for i, name in enumerate(names)]
    content = {
        "objects": {"r": {"number": 1, "csv": table(["row", *names], rows)}},
        "relations": [{"kind": "correlations", "table": "r"}],
    }
    assert wrong(judged(tmp_path, content)).empty


def test_one_tailed_paths_are_recognised_and_said(tmp_path):
    csv = (
        "row,beta,std_error,t,p\nA->C,0.115,0.0620,1.855,0.032\nB->C,0.342,0.0630,5.429,0.000\n"
        "D->C,0.101,0.0580,1.741,0.041\n"
    )
    content = {
        "n": 240,
        "objects": {"p": {"number": 1, "csv": csv}},
        "relations": [{"kind": "paths", "table": "p"}],
    }
    findings = judged(tmp_path, content)
    assert wrong(findings).empty
    assert "one tail" in findings.explanation[findings.check == "one_tailed"].iloc[0]
    content["relations"][0]["tails"] = 2
    assert set(wrong(judged(tmp_path, content)).check) == {"path_p"}


def test_mediation_follows_from_its_paths(tmp_path):
    csv = "row,indirect,total,vaf,ci_low,ci_high,p\nA->M->B,0.120,0.320,37.5%,0.060,0.190,0.001\n"
    content = {
        "n": 240,
        "objects": {
            "p": {"number": 1, "csv": "row,beta,t\nA->M,0.400,5.1\nM->B,0.300,4.2\nA->B,0.200,2.2\n"},
            "m": {"number": 2, "csv": csv},
        },
        "relations": [{"kind": "mediation", "table": "m", "paths": "p"}],
    }
    findings = judged(tmp_path, content)
    assert wrong(findings).empty
    assert {"indirect_effect", "total_effect", "variance_accounted_for", "interval_against_p"} <= set(
        findings.check
    )
    content["objects"]["m"]["csv"] = csv.replace("0.120", "0.210")
    # One number is wrong: what follows from it is told with it.
    found = wrong(judged(tmp_path, content))
    assert list(found.check) == ["indirect_effect"]
    content["objects"]["m"]["csv"] = csv.replace("0.001", "0.301")
    found = wrong(judged(tmp_path, content))
    assert list(found.severity) == ["changes_a_conclusion"]


def test_fit_indices_of_lavaans_example_hold_in_both_layouts(tmp_path):
    """HolzingerSwineford1939, three factors: the numbers of lavaan's own tutorial."""
    numbers = {
        "chi2": "85.306", "df": "24", "p": "0.000", "rmsea": "0.092", "rmsea_low": "0.071",
        "rmsea_high": "0.114", "cfi": "0.931", "tli": "0.896", "srmr": "0.065", "aic": "7517.490",
        "bic": "7595.339",
    }  # fmt: skip
    wide = table(["row", *numbers], [["cfa", *numbers.values()]])
    long = table(["row", "value"], list(numbers.items()))
    for csv in (wide, long):
        content = {
            "n": 301,
            "objects": {"f": {"number": 1, "csv": csv}},
            "relations": [{"kind": "fit_indices", "table": "f", "items": 9, "parameters": 21}],
        }
        findings = judged(tmp_path, content)
        assert wrong(findings).empty
        assert {"rmsea_upper_limit", "tli_from_cfi", "bic_from_aic", "p_of_chi2"} <= set(findings.check)
        content["objects"]["f"]["csv"] = csv.replace("0.896", "0.968")
        assert list(wrong(judged(tmp_path, content)).check) == ["tli_from_cfi"]


@pytest.mark.parametrize("layout", ["wide", "long"])
def test_groups_of_published_examples_hold(tmp_path, layout):
    """R's `sleep` (Welch) and `PlantGrowth` (one-way), as t.test() and aov() print them."""
    wide = (
        "row,mean_1,sd_1,n_1,mean_2,sd_2,n_2,t,df,p,d\n"
        "extra,0.75,1.789,10,2.33,2.002,10,-1.861,17.8,0.079,-0.832\n"
    )
    long = (
        "group,row,n,mean,sd,f,df1,df2,p,eta2\nweight,ctrl,10,5.032,0.583,4.846,2,27,0.016,0.264\n"
        "weight,trt1,10,4.661,0.794,,,,,\nweight,trt2,10,5.526,0.443,,,,,\n"
    )
    csv, seeded, check = {
        "wide": (wide, ("2.33", "3.23"), "t_of_groups"),
        "long": (long, ("5.526", "5.256"), "f_of_groups"),
    }[layout]
    content = {
        "objects": {"g": {"number": 1, "csv": csv}},
        "relations": [{"kind": "groups", "table": "g"}],
    }
    findings = judged(tmp_path, content)
    assert wrong(findings).empty
    assert check in set(findings.check)
    content["objects"]["g"]["csv"] = csv.replace(*seeded)
    assert check in set(wrong(judged(tmp_path, content)).check)


def test_the_running_percentage_of_f6_is_told_and_nothing_else(tmp_path):
    """PMC2095324: 50.67 printed for 50.17."""
    csv = "row,eigenvalue,percent,cumulative\nF1,4.26,35.48,35.48\nF2,1.76,14.69,50.67\nF3,1.47,12.27,62.44\n"
    content = {
        "objects": {"e": {"number": 33, "csv": csv}},
        "relations": [{"kind": "variance_explained", "table": "e", "items": 12}],
    }
    found = wrong(judged(tmp_path, content))
    assert list(found.check) == ["cumulative_percent"]
    assert "50.67% is printed" in found.explanation.iloc[0]


def test_alpha_follows_from_the_items_of_a_scale(tmp_path):
    rng = np.random.default_rng(3)
    items = np.clip(np.rint(3.4 + rng.normal(size=(320, 1)) + 0.7 * rng.normal(size=(320, ITEMS))), 1, 5)
    rows = [[f"q{i}", show(c.mean(), 2), show(c.std(ddof=1), 3)] for i, c in enumerate(items.T)]
    r = np.corrcoef(items.T)
    square = [[f"q{i}", *(show(r[i, j]) if j < i else "" for j in range(ITEMS))] for i in range(ITEMS)]
    alpha = show(alpha_of(items))
    content = {
        "text": f"row,place,printed,same_as,says\nalpha,methods,{alpha},,alpha\n",
        "objects": {
            "i": {"number": 1, "csv": table(["row", "mean", "sd"], rows)},
            "r": {"number": 2, "csv": table(["row", *(f"q{i}" for i in range(ITEMS))], square)},
        },
        "relations": [{"kind": "reliability", "table": "i", "correlations": "r", "alpha": "text:alpha"}],
    }
    findings = judged(tmp_path, content)
    assert wrong(findings).empty
    assert "alpha_from_correlations" in set(findings.check)
    content["text"] = content["text"].replace(alpha, "0.965")
    assert list(wrong(judged(tmp_path, content)).check) == ["alpha_from_correlations"]


def test_effect_sizes_follow_from_their_tests(tmp_path):
    content = {
        "objects": {"e": {"number": 1, "csv": "row,f,df1,df2,eta2\nx,4.846,2,27,0.264\nz,9.10,1,98,0.850\n"}},
        "relations": [{"kind": "effect_sizes", "table": "e"}],
    }
    found = wrong(judged(tmp_path, content))
    assert list(found.check) == ["eta2_from_f"]
    assert "z" in found.place.iloc[0]


@pytest.mark.parametrize(
    "relation",
    [
        {"kind": "measurement", "table": "t"},
        {"kind": "discriminant", "fornell_larcker": "t"},
        {"kind": "discriminant"},
        {"kind": "paths", "table": "t"},
        {"kind": "paths", "table": "t", "tails": 3},
        {"kind": "mediation", "table": "t"},
        {"kind": "fit_indices", "table": "t", "items": 0},
        {"kind": "correlations", "table": "t", "stars": {"*": "no"}},
        {"kind": "correlations", "table": "sq", "stars": {"*": "no"}},
        {"kind": "groups", "table": "t"},
        {"kind": "reliability", "table": "t"},
        {"kind": "effect_sizes", "table": "t"},
        {"kind": "effect_sizes"},
        {"kind": "variance_explained", "table": "t", "items": 3},
    ],
    ids=str,
)
def test_odd_cells_are_read_or_refused_in_words(tmp_path, relation):
    """Words, zeros, dashes and blanks where numbers are asked for: a message or a judgement, no traceback."""
    header = (
        "row,loading,alpha,cr,ave,beta,std_error,t,p,ci_low,ci_high,r2,f2,chi2,df,rmsea,rmsea_low,rmsea_high,"
        "cfi,tli,aic,bic,mean_1,sd_1,n_1,mean_2,sd_2,n_2,f,df1,df2,eta2,d,eigenvalue,percent,cumulative,"
        "indirect,total,vaf,sd,mean"
    )
    width = header.count(",")
    rows = [
        ",".join(["a->b", *["0"] * width]),
        ",".join(["a->c", *["ns"] * width]),
        ",".join(["b->c", *["-1.0e9"] * width]),
        ",".join(["c->d", *["***"] * width]),
        ",".join(["d->e", *["1"] * width]),
        ",".join(["e->f", *["<.001"] * width]),
    ]
    content = {
        "n": 1,
        "objects": {
            "t": {"number": 1, "csv": "\n".join([header, *rows]) + "\n"},
            "sq": {"number": 2, "csv": "row,a,b\na,,\nb,0.5,\n"},
        },
        "relations": [relation],
    }
    try:
        told = list(judged(tmp_path, content).explanation)
    except SurveyError as error:
        told = [str(problem) for problem in error.problems]
    assert all(told)
    assert told


def test_no_slip_is_told_that_makes_a_number_meaningless(tmp_path):
    """Negative degrees of freedom, or a negative alpha, would leave nothing to contradict."""
    content = {
        "n": 100,
        "objects": {
            "f": {"number": 1, "csv": "row,chi2,df,rmsea\nm,85.3,24,0.29\n"},
            "t": {"number": 2, "csv": "row,alpha,cr,ave\ntrust,0.965,0.905,0.705\n"},
        },
        "relations": [
            {"kind": "fit_indices", "table": "f"},
            {"kind": "measurement", "table": "t", "items": 4},
        ],
    }
    found = wrong(judged(tmp_path, content))
    assert set(found.check) == {"rmsea_from_chi2", "alpha_within_composite"}
    assert not found.explanation.str.contains("is meant").any()
