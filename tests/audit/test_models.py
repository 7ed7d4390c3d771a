"""Kinds of relation for measurement and structural models: computed tables hold, seeded errors are told.

Every table is computed here from random scores and answers and rounded for print, so nothing in it is wrong;
then one number is changed.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.audit.small_papers import judged, show, table, wrong

CONSTRUCTS = ("trust", "use", "intent")
ITEMS = 4
N = 320


@pytest.fixture(scope="module")
def model():
    """A composite model of three constructs: equal weights, so that SmartPLS would print nearly the same."""
    rng = np.random.default_rng(7)
    common = rng.normal(size=(N, 1))
    trust = common + 0.8 * rng.normal(size=(N, 1))
    use = common + 0.9 * rng.normal(size=(N, 1))
    intent = 0.3 * trust + 0.4 * use + rng.normal(size=(N, 1))
    blocks = [latent + 0.7 * rng.normal(size=(N, ITEMS)) for latent in (trust, use, intent)]
    items = [np.clip(np.rint(block + 3.4), 1, 5) for block in blocks]
    scores = np.column_stack([_standardised(_standardised(block).sum(axis=1)) for block in items])
    r = np.corrcoef(scores.T)
    x, y = scores[:, :2], scores[:, 2]
    beta = np.linalg.solve(r[:2, :2], r[:2, 2])
    r2 = float(beta @ r[:2, 2])
    resid = y - x @ beta
    se = np.sqrt(np.sum(resid**2) / (N - 3) * np.diag(np.linalg.inv(x.T @ x)))
    without = [r[1, 2] ** 2, r[0, 2] ** 2]
    loadings = [
        [float(np.corrcoef(item, scores[:, j])[0, 1]) for item in block.T] for j, block in enumerate(items)
    ]
    return {
        "items": items, "r": r, "beta": beta, "r2": r2, "se": se, "without": without, "loadings": loadings,
        "alpha": [_alpha(_standardised(block)) for block in items],
    }  # fmt: skip


def _standardised(values):
    return (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)


def _alpha(block):
    k = block.shape[1]
    return k / (k - 1) * (1 - block.var(axis=0, ddof=1).sum() / block.sum(axis=1).var(ddof=1))


def measurement(model):
    lines = []
    for j, name in enumerate(CONSTRUCTS):
        loadings = np.array(model["loadings"][j])
        ave = np.mean(loadings**2)
        cr = loadings.sum() ** 2 / (loadings.sum() ** 2 + np.sum(1 - loadings**2))
        for i, loading in enumerate(loadings):
            first = [show(v) for v in (model["alpha"][j], cr, ave)] if i == 0 else ["", "", ""]
            lines.append([name, f"{name}{i + 1}", show(loading), *first])
    return table(["group", "row", "loading", "alpha", "cr", "ave"], lines)


def square(model, aves):
    lines = []
    for i, name in enumerate(CONSTRUCTS):
        cells = [
            show(model["r"][i, j]) if j < i else show(np.sqrt(aves[i])) if j == i else "" for j in range(3)
        ]
        lines.append([name, *cells])
    return table(["row", *CONSTRUCTS], lines)


def paths(model, rows=("trust->intent", "use->intent")):
    t = model["beta"] / model["se"]
    f2 = [(model["r2"] - less) / (1 - model["r2"]) for less in model["without"]]
    return table(
        ["row", "beta", "std_error", "t", "p", "f2"],
        [
            [row, show(model["beta"][i]), show(model["se"][i], 4), show(t[i]), "<0.001", show(f2[i])]
            for i, row in enumerate(rows)
        ],
    )


def paper(numbers, **changed):
    aves = [np.mean(np.square(loadings)) for loadings in numbers["loadings"]]
    r2 = numbers["r2"]
    tables = {
        "model": measurement(numbers),
        "fl": square(numbers, aves),
        "paths": paths(numbers),
        "fitted": table(
            ["row", "r2", "adj_r2"],
            [["intent", show(r2), show(1 - (1 - r2) * (N - 1) / (N - 3))]],
        ),
    }
    for name, (old, new) in changed.items():
        assert tables[name].count(old) == 1, (name, old, tables[name])
        tables[name] = tables[name].replace(old, new)
    return {
        "n": N,
        "objects": {name: {"number": i + 1, "csv": csv} for i, (name, csv) in enumerate(tables.items())},
        "relations": [
            {"kind": "measurement", "table": "model"},
            {"kind": "discriminant", "fornell_larcker": "fl", "measurement": "model", "holds": True},
            {"kind": "paths", "table": "paths", "r2": "fitted", "correlations": "fl"},
        ],
    }


def test_a_computed_model_holds(tmp_path, model):
    findings = judged(tmp_path, paper(model))
    assert list(wrong(findings).explanation) == []
    made = set(findings.check)
    assert {
        "alpha_from_loadings",
        "average_variance_extracted",
        "root_of_ave",
        "possible_correlations",
    } <= made
    assert {"path_t", "path_p", "betas_fit_together", "correlation_from_betas", "r2_from_betas"} <= made


def cell(csv, row, column):
    header, *lines = (line.split(",") for line in csv.splitlines())
    return next(line[header.index(column)] for line in lines if row in line)


def test_alpha_above_its_composite_reliability_is_told(tmp_path, model):
    alpha = cell(measurement(model), "trust1", "alpha")
    found = wrong(judged(tmp_path, paper(model, model=(f",{alpha},", ",0.965,"))))
    assert list(found.check) == ["alpha_from_loadings"]
    assert "0.965 is printed" in found.explanation.iloc[0]


def test_alpha_above_composite_reliability_is_told_where_no_loading_is_printed(tmp_path):
    csv = "row,alpha,cr,ave\ntrust,0.965,0.921,0.745\nuse,0.860,0.905,0.705\n"
    content = {
        "objects": {"t": {"number": 1, "csv": csv}},
        "relations": [{"kind": "measurement", "table": "t", "items": 4}],
    }
    found = wrong(judged(tmp_path, content))
    assert list(found.check) == ["alpha_within_composite"]
    assert found.place.str.contains("trust").all()


def without(content, name, *columns):
    """The paper with columns of a table left out."""
    header, *lines = (line.split(",") for line in content["objects"][name]["csv"].splitlines())
    keep = [i for i, column in enumerate(header) if column not in columns]
    rows = [[line[i] for i in keep] for line in (header, *lines)]
    content["objects"][name]["csv"] = table(rows[0], rows[1:])
    return content


@pytest.mark.parametrize(
    ("missing", "correlations", "check"),
    [
        (("f2",), False, "path_t"),
        # Without standard error or SD: f2 and R2 imply its VIF, and the other predictor's is another.
        (("std_error",), False, "betas_fit_together"),
        # Without either: the constructs' correlations leave one pair of coefficients only.
        (("std_error", "t", "p", "f2"), True, "correlation_from_betas"),
    ],
)
def test_a_changed_coefficient_is_told_by_whatever_stands_beside_it(
    tmp_path, model, missing, correlations, check
):
    beta = cell(paths(model), "trust->intent", "beta")
    content = without(paper(model, paths=(f"trust->intent,{beta}", "trust->intent,0.821")), "paths", *missing)
    if not correlations:
        del content["relations"][2]["correlations"]
    found = wrong(judged(tmp_path, content))
    assert check in set(found.check)
    assert set(found.place.str.split(",").str[0]) <= {"Table 2", "Table 3", "Table 4"}


def test_a_changed_beta_of_a_regression_is_told_without_standard_deviations(tmp_path, model):
    b = model["beta"] * 1.1
    t = model["beta"] / model["se"]
    rows = [
        [name, show(b[i]), show(b[i] / t[i], 4), show(model["beta"][i]), show(t[i]), "<0.001"]
        for i, name in enumerate(("trust", "use"))
    ]
    summary = table(["row", "r", "r2"], [["intent", show(np.sqrt(model["r2"])), show(model["r2"])]])
    content = {
        "n": N,
        "objects": {
            "c": {"number": 1, "csv": table(["row", "b", "std_error", "beta", "t", "p"], rows)},
            "s": {"number": 2, "csv": summary},
        },
        "relations": [{"kind": "regression", "coefficients": "c", "summary": "s"}],
    }
    assert wrong(judged(tmp_path, content)).empty
    content["objects"]["c"]["csv"] = content["objects"]["c"]["csv"].replace(rows[0][3], "0.821")
    assert list(wrong(judged(tmp_path, content)).check) == ["betas_fit_t"]
