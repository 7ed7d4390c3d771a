"""The small study's stage files with results on the one or the other side of every limit."""

from __future__ import annotations

import pandas as pd

from tests.report.chapter.conftest import Tables


def with_all(frame: pd.DataFrame, **values: object) -> pd.DataFrame:
    return frame.assign(**values)


def on_the_better_side(tables: Tables) -> dict[str, pd.DataFrame]:
    """Every result on the better side of its limit; one component, one score."""
    fit = {"cfi": 0.99, "tli": 0.99, "rmsea": 0.01, "srmr": 0.01}
    return {
        "adequacy": statistics(tables["adequacy"], kmo=0.9, bartlett_p=0.0001),
        "item_descriptives": with_all(tables["item_descriptives"], skewness=0.1, kurtosis=0.1),
        "item_retention": with_all(tables["item_retention"], retained=True),
        "variance_explained": tables["variance_explained"].head(1),
        "descriptives": tables["descriptives"].head(1),
        "reliability": with_all(
            tables["reliability"], n_items=3, cronbach_alpha=0.8, composite_reliability=0.8, ave=0.6
        ),
        "pls_loadings": with_all(tables["pls_loadings"], loading=0.8),
        "htmt": square(tables["htmt"], 0.5),
        "fornell_larcker": square(tables["fornell_larcker"], 0.2),
        "cfa_fit": statistics(tables["cfa_fit"], **fit),
        "pls_paths": with_all(tables["pls_paths"], vif=1.1, f2=[0.4, 0.2]),
        "pls_quality": tables["pls_quality"].assign(adj_r2=float("nan")),
        "pls_predict": with_all(tables["pls_predict"], q2_predict=0.3, rmse=0.5, rmse_lm=0.6),
        "cvpat": with_all(tables["cvpat"], difference=-0.1),
        "coefficients": with_all(tables["coefficients"], vif=1.1),
        "regression_diagnostics": with_all(tables["regression_diagnostics"], p=0.5),
        "hypothesis_tests": with_all(tables["hypothesis_tests"], confirmed_after_holm=True, negligible=True),
        "common_method_bias": with_all(tables["common_method_bias"], value=1.0),
        "multigroup": with_all(tables["multigroup"], p=0.5),
        "wave_path_differences": with_all(tables["wave_path_differences"], p=0.5),
        "hypotheses": with_all(tables["hypotheses"], verdict="confirmed"),
        "crosscheck": tables["crosscheck"].head(0),
    }


def on_the_worse_side(tables: Tables) -> dict[str, pd.DataFrame]:
    """Every result on the worse side of its limit."""
    fit = {"cfi": 0.5, "tli": 0.5, "rmsea": 0.2, "srmr": 0.2}
    names = ("use", "ease", "trust", "other")
    predicted = pd.concat([tables["pls_predict"].assign(construct=name) for name in names])
    predicted = predicted.assign(q2_predict=0.3, rmse=0.5, rmse_lm=0.6)
    each = len(tables["pls_predict"])
    predicted["rmse"] = (
        [0.7] * (each // 3)
        + [0.5] * (each - each // 3)
        + [0.7] * (each - 1)
        + [0.5]
        + [0.5] * each
        + [0.7] * each
    )
    predicted["q2_predict"] = [0.3] * (2 * each) + [-0.3] * each + [0.3] * each
    verdicts = tables["hypotheses"]
    split = ["confirmed" if method == "ols" else "not_confirmed" for method in verdicts["method"]]
    first = verdicts["hypothesis"] == verdicts["hypothesis"].iloc[0]
    return {
        "adequacy": statistics(tables["adequacy"], kmo=0.3, bartlett_p=0.5),
        "item_descriptives": with_all(tables["item_descriptives"], skewness=9.0),
        "item_retention": with_all(
            tables["item_retention"], retained=[False, *[True] * (len(tables["item_retention"]) - 1)]
        ),
        "reliability": with_all(
            tables["reliability"], n_items=3, cronbach_alpha=0.3, composite_reliability=0.99, ave=0.1
        ),
        "pls_loadings": with_all(tables["pls_loadings"], loading=0.3),
        "htmt": square(tables["htmt"], 0.99),
        "fornell_larcker": square(tables["fornell_larcker"], 0.99),
        "cfa_fit": statistics(tables["cfa_fit"], **fit),
        "pls_paths": with_all(tables["pls_paths"], vif=3.5, f2=[0.05, 0.001]),
        "pls_predict": predicted,
        "cvpat": with_all(tables["cvpat"], difference=0.1),
        "coefficients": with_all(tables["coefficients"], vif=9.0),
        "regression_diagnostics": with_all(tables["regression_diagnostics"], p=0.001),
        "hypothesis_tests": with_all(
            tables["hypothesis_tests"], confirmed_after_holm=False, negligible=False
        ),
        "common_method_bias": with_all(tables["common_method_bias"], value=99.0),
        "multigroup": with_all(tables["multigroup"], p=0.001),
        "wave_path_differences": with_all(tables["wave_path_differences"], p=0.001),
        "hypotheses": verdicts.assign(
            verdict=[
                one if is_first else "not_confirmed" for one, is_first in zip(split, first, strict=True)
            ],
            expected_sign=["negative" if is_first else "positive" for is_first in first],
        ),
    } | {"power": tables["power"]}


def statistics(frame: pd.DataFrame, **values: float) -> pd.DataFrame:
    names = frame["statistic"]
    known = frame.assign(
        value=[values.get(name, old) for name, old in zip(names, frame["value"], strict=True)]
    )
    missing = [name for name in values if name not in set(names)]
    return pd.concat(
        [known, pd.DataFrame({"statistic": missing, "value": [values[name] for name in missing]})]
    )


def square(frame: pd.DataFrame, value: float) -> pd.DataFrame:
    names = list(frame["construct"])
    rows = [[0.8 if row == column else value for column in names] for row in names]
    return pd.DataFrame(rows, columns=names).assign(construct=names)[["construct", *names]]


ASKED_OTHERWISE = {
    "data": {"file": "survey.csv", "codebook": "codebook.yaml", "weight": "w", "cluster": "village"},
    "groups": {"variables": ["city"]},
}
"""Sections of a config whose respondents are weighted, drawn in clusters and compared."""


def of_another_design(tables: Tables) -> dict[str, object]:
    """Cards of a study with weights, gaps that some methods take, and tables without a solution."""
    refused = {"refused": [{"part": "table", "reason": "no_weights", "at_fault": ""}]}
    own = {
        "reliability": {"n": 153, "n_covariances": 184},
        "pls_paths": {"n": 153, "weights": "sampling_weights"},
        "demographics": {"n": 184, "weights": "sampling_weights"},
        "group_comparisons": {"smallest": 50},
        "multigroup": {"method": "design_based_t"},
        "power": refused,
    }
    return {**{name: {"n": 184} for name in tables}, **own}


def of_doubtful_measures(tables: Tables) -> dict[str, pd.DataFrame]:
    """Items against their constructs, components that are none, groups measured otherwise, one method."""
    loadings = tables["pls_loadings"].assign(loading=0.8)
    loadings.loc[loadings.index[0], "loading"] = -0.6
    fewer = tables["rotated_loadings"].drop(columns="component_3")
    fewer.loc[fewer.index[0], ["component_1", "component_2"]] = 0.2
    hypotheses = tables["hypotheses"].query("method in ['ols', 'pls']").reset_index(drop=True)
    alone = hypotheses[(hypotheses["hypothesis"] == "H1") | (hypotheses["method"] == "pls")]
    alone = alone[(alone["hypothesis"] != "H1") | (alone["method"] == "pls")]
    verdicts = ["confirmed" if name == "H1" else "not_confirmed" for name in alone["hypothesis"]]
    both = pd.concat([tables["simple_slopes"].head(2)]).assign(moderator="city", category=[1.0, 2.0])
    log = pd.DataFrame({"statistic": ["n_complete"], "value": [153.0]})
    return {
        "pls_loadings": loadings,
        "reliability": tables["reliability"].assign(n_items=3, ave=0.6),
        "htmt_bounds": tables["htmt_bounds"].assign(upper_bound=0.7),
        "variance_explained": tables["variance_explained"].head(2),
        "rotated_loadings": fewer,
        "hypotheses": alone.assign(verdict=verdicts, groups="city"),
        "hypothesis_tests": tables["hypothesis_tests"].assign(confirmed_after_holm=False, negligible=False),
        "group_comparisons": tables["group_comparisons"].assign(second=1),
        "invariance": tables["invariance"].assign(d_cfi=-0.02),
        "simple_slopes": both,
        "pls_paths": tables["pls_paths"].assign(vif=[1.2, 2.4]),
        "cvpat": tables["cvpat"].assign(subject="all"),
        "missing_summary": log,
        "power": tables["power"].head(0),
    }
