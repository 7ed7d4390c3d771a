"""Identified sets, witnesses and decided verdicts, held against their own computation."""

from __future__ import annotations

import hashlib
import math
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.data.bounds import (
    END_COLUMNS,
    FURTHER_COLUMNS,
    PRICE_COLUMNS,
    WITNESS_COLUMNS,
    Bounds,
    read_bounds,
)
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import StageResult
from smartcity_survey.stages.comparison.bounds import (
    compare_with_bounds,
    further_tables,
    identified_sets,
    listed_witnesses,
    prices,
)
from smartcity_survey.stages.comparison.witnesses import OF, witness_paths
from smartcity_survey.stages.measurement.measurement import evaluate_measurement
from smartcity_survey.stages.sem.sem import estimate_sem
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import CleaningSection
from tests.stages import simulated
from tests.stages.comparison.ends import NO_FURTHER, NO_PRICES, PLS, SOURCES, TARGET, end, model, surveys
from tests.stages.refusals import refused

NO_ENDS = pd.DataFrame(columns=list(END_COLUMNS))


@cache
def compared() -> StageResult:
    own, first, second = surveys()
    ends = [end("pls", SOURCES[0], "claimed", side, value) for side, value in (("low", -0.2), ("high", 0.3))]
    found = Bounds(
        pd.DataFrame(ends, columns=list(END_COLUMNS)),
        pd.DataFrame({"name": ["one", "two"], "missed": [0, 2]}, columns=list(WITNESS_COLUMNS)),
        {"one": first, "two": second},
        NO_PRICES,
        NO_FURTHER,
    )
    return compare_with_bounds(own, found, model(), PLS, "cfa_regression", 5)


# -- identified sets -----------------------------------------------------------------------------------------


def test_the_furthest_end_of_all_starts_counts_and_how_far_the_other_is_off() -> None:
    lines = [
        end("pls", "a", "strict", "low", -0.2, seed=7, chi2=900.0),
        end("pls", "a", "strict", "low", -0.25, seed=8, chi2=950.0, settled=False),
        end("pls", "a", "strict", "high", 0.4, seed=7),
        end("pls", "a", "strict", "high", 0.1, seed=8),
    ]
    (found,) = identified_sets(pd.DataFrame(lines)).to_dict("records")
    assert (found["low"], found["high"], found["starts"]) == (-0.25, 0.4, 2)
    assert (found["low_chi2"], found["low_settled"], found["high_settled"]) == (950.0, False, True)
    assert (found["low_apart"], found["high_apart"]) == (pytest.approx(0.05), pytest.approx(0.3))


def test_a_wider_reading_is_never_narrower_than_a_stricter_one() -> None:
    ends = {
        ("strict", "low"): -0.3,
        ("strict", "high"): 0.2,
        ("claimed", "low"): -0.1,
        ("claimed", "high"): 0.5,
    }
    ends |= {("print", "low"): -0.2, ("print", "high"): 0.4}
    lines = [end("pls", "a", *key, value, chi2=abs(value)) for key, value in ends.items()]
    found = identified_sets(pd.DataFrame(lines)).set_index("reading")
    assert found["low"].to_dict() == {"strict": -0.3, "claimed": -0.3, "print": -0.3}
    assert found["high"].to_dict() == {"strict": 0.2, "claimed": 0.5, "print": 0.5}
    assert found["low_chi2"].to_dict() == {"strict": 0.3, "claimed": 0.3, "print": 0.3}


def test_a_set_with_one_end_is_not_shown() -> None:
    assert identified_sets(pd.DataFrame([end("pls", "a", "strict", "low", 0.1)])).empty


def test_ends_of_plsc_beyond_one_are_inadmissible_and_others_not_told() -> None:
    ends = {
        ("plsc", "a", "strict"): (-0.9, 1.0),
        ("plsc", "a", "claimed"): (-2.3, 0.8),
        ("plsc", "a", "print"): (-1.5, 1.2),
        ("plsc", "", "strict"): (0.2, 1.1),
        ("pls", "a", "strict"): (-1.6, 2.1),
    }
    lines = [
        end(method, predictor, reading, side, value)
        for (method, predictor, reading), pair in ends.items()
        for side, value in zip(("low", "high"), pair, strict=True)
    ]
    found = identified_sets(pd.DataFrame(lines)).set_index(["method", "predictor", "reading"])
    marked = (found[["low_inadmissible", "high_inadmissible"]].map(lambda value: value is True)).to_dict(
        "index"
    )
    assert {key: tuple(of.values()) for key, of in marked.items()} == {
        ("plsc", "a", "strict"): (False, False),
        ("plsc", "a", "claimed"): (True, False),
        ("plsc", "a", "print"): (True, True),  # the low end is the claimed one's
        ("plsc", "", "strict"): (False, True),
        ("pls", "a", "strict"): (False, False),
    }


def test_the_table_that_would_leave_least_stands_first() -> None:
    sides = (("low", -0.2), ("high", 0.6))
    sets = identified_sets(pd.DataFrame([end("pls", "a", "strict", side, value) for side, value in sides]))
    ends = {("loadings", "low"): -0.1, ("loadings", "high"): 0.3, ("correlations", "low"): 0.09}
    ends |= {("correlations", "high"): 0.11}
    lines = [(table, TARGET, "a", side, value) for (table, side), value in ends.items()]
    found = further_tables(sets, pd.DataFrame(lines, columns=list(FURTHER_COLUMNS)))
    assert found["table"].tolist() == ["correlations", "loadings"]
    assert found["width"].tolist() == pytest.approx([0.02, 0.4])
    assert found["of_width"].tolist() == pytest.approx([0.025, 0.5])


def test_a_value_costs_the_fit_at_which_it_is_first_found() -> None:
    """By hand: what a better fit holds, a worse one holds too, with the misfit at which it was found."""
    found = {
        ("a", "low"): ((0.0, -0.1, 1059), (0.02, -0.3, 1300), (0.04, -0.2, 1900)),
        ("a", "high"): ((0.0, 0.2, 1050), (0.02, 0.1, 1340), (0.04, 0.5, 2203)),
        ("b", "low"): ((0.0, 0.4, 1059), (0.02, 0.35, 1340)),
        ("b", "high"): ((0.0, 0.6, 1059), (0.02, 0.6, 1060)),
    }
    lines = [
        (TARGET, predictor, side, *line, True) for (predictor, side), own in found.items() for line in own
    ]
    table = prices(pd.DataFrame(lines, columns=list(PRICE_COLUMNS)), identified_sets(NO_ENDS))
    columns = ["predictor", "rmsea", "low", "high", "low_chi2", "high_chi2"]
    assert [tuple(row) for row in table[columns].itertuples(index=False)] == [
        ("a", 0.0, -0.1, 0.2, 1059, 1050),
        ("a", 0.02, -0.3, 0.2, 1300, 1050),
        ("a", 0.04, -0.3, 0.5, 1300, 2203),
        ("b", 0.0, 0.4, 0.6, 1059, 1059),
        ("b", 0.02, 0.35, 0.6, 1340, 1059),
    ]


def test_what_another_search_found_within_a_fit_belongs_to_it() -> None:
    """The strictest set lies within that of the best fit; the claimed one is that of the last."""
    lines = [
        (TARGET, "a", side, rmsea, value, 1000, True)
        for rmsea, ends in ((0.0, (-0.1, 0.2)), (0.05, (-0.3, 0.7)))
        for side, value in zip(("low", "high"), ends, strict=True)
    ]
    others = [end("pls", "a", "strict", side, v, chi2=900) for side, v in (("low", -0.2), ("high", 0.1))]
    others += [end("pls", "a", "claimed", side, v, chi2=2000) for side, v in (("low", -0.25), ("high", 0.9))]
    others += [end("sem", "a", "claimed", side, v) for side, v in (("low", -9.0), ("high", 9.0))]
    table = prices(pd.DataFrame(lines, columns=list(PRICE_COLUMNS)), identified_sets(pd.DataFrame(others)))
    assert table[["rmsea", "low", "high", "low_chi2", "high_chi2"]].to_numpy().tolist() == [
        [0.0, -0.2, 0.2, 900, 1000],
        [0.05, -0.3, 0.9, 1000, 2000],
    ]


# -- witnesses -----------------------------------------------------------------------------------------------


def test_paths_are_those_of_the_stages_that_print_them() -> None:
    shown = compared().tables["witness_paths"]
    assert set(shown["witness"]) == {"data_in_use", "one", "two"}
    for name, frame in zip(("data_in_use", "one", "two"), surveys(), strict=True):
        own = shown[shown["witness"] == name].set_index(["method", "predictor"])
        sem = estimate_sem(frame, model(), 0.95).tables["sem_paths"].set_index("source")
        means = pd.DataFrame(
            {c: frame[list(simulated.items_of(c))].mean(axis=1) for c in simulated.CONSTRUCTS}
        ).corr()
        betas = np.linalg.solve(means.loc[SOURCES, SOURCES], means.loc[SOURCES, TARGET])
        for source, beta in zip(SOURCES, betas, strict=True):
            assert own.at[("sem", source), "estimate"] == pytest.approx(sem.at[source, "estimate"], abs=1e-9)
            assert own.at[("sem", source), "p"] == pytest.approx(sem.at[source, "p"], abs=1e-9)
            assert own.at[("mean", source), "estimate"] == pytest.approx(beta, abs=1e-9)


def values(quantity: str, *of: str) -> tuple[float, ...]:
    """Minimum, maximum and range in the table."""
    table = compared().tables["witness_ranges"].set_index(["quantity", *OF])
    row = table.loc[(quantity, *of, *[""] * (len(OF) - len(of))), ["minimum", "maximum", "range"]]
    return tuple(row.astype(float))


def expected(numbers: list[float]) -> object:
    return pytest.approx((min(numbers), max(numbers), max(numbers) - min(numbers)), abs=1e-9)


def test_each_listed_witness_stands_beside_the_end_it_was_made_at() -> None:
    """Whatever `witnesses.csv` lists; one near no end of today has none beside it."""
    listed = pd.DataFrame(
        [("a_low", TARGET, "a", "low", 0, ""), ("a_old", TARGET, "a", "", 2, "x; y")],
        columns=["name", "outcome", "predictor", "side", "missed", "missed_cells"],
    )
    lines = [end("pls", "a", "strict", side, value) for side, value in (("low", -0.2), ("high", 0.6))]
    lines += [end("pls", "a", "claimed", side, value) for side, value in (("low", -0.4), ("high", 0.7))]
    shown = pd.DataFrame(
        [
            {"witness": name, "method": method, "predictor": "a", "outcome": TARGET, "estimate": v, "p": 0.1}
            for name, method, v in (("a_low", "ols", 9.0), ("a_low", "pls", -0.19), ("a_old", "pls", 0.1))
        ]
    )
    sets = identified_sets(pd.DataFrame(lines))
    found = listed_witnesses(listed, sets, shown, {"a_old": 0.03}).set_index("witness")
    assert found["rmsea"].tolist() == [pytest.approx(math.nan, nan_ok=True), 0.03]
    assert found["end"].tolist() == [-0.2, pytest.approx(math.nan, nan_ok=True)]
    assert found["estimate"].tolist() == [-0.19, 0.1]
    assert found["missed"].tolist() == [0, 2]
    assert found["side"].tolist() == ["low", ""]


def test_a_witness_has_the_fit_of_its_own_answers() -> None:
    _, first, _ = surveys()
    x = first[list(model().items)].to_numpy(dtype=float)
    fit = fit_cfa(np.cov(x.T, ddof=0), len(x), model().membership())
    table = compared().tables["witnesses"].set_index("witness")
    assert table.loc["one", "rmsea"] == pytest.approx(fit_indices(fit).rmsea, abs=1e-12)


def test_ranges_over_the_witnesses() -> None:
    item, construct = simulated.ITEMS[4], SOURCES[0]
    columns = [frame[item].to_numpy() for frame in surveys()]
    assert values("item_mean", item) == expected([float(column.mean()) for column in columns])
    assert values("item_sd", item) == expected([float(np.std(column, ddof=1)) for column in columns])
    measured = [evaluate_measurement(frame, model(), PLS).tables for frame in surveys()]
    for name in ("cronbach_alpha", "ave"):
        numbers = [float(one["reliability"].set_index("construct").at[construct, name]) for one in measured]
        assert values(name, construct) == expected(numbers)
    ratios = [float(one["htmt"].set_index("construct").loc["c", "b"]) for one in measured]
    assert values("htmt", "c", "b") == expected(ratios)
    cfi = []
    for frame in surveys():
        x = frame[list(model().items)].to_numpy()
        cfi.append(fit_indices(fit_cfa(np.cov(x.T, ddof=0), len(x), model().membership())).cfi)
    assert values("cfa_fit", "cfi") == expected(cfi)
    table = compared().tables["witness_ranges"]
    assert (table["surveys"] == 3).all()
    assert not table.duplicated(["quantity", *OF]).any()
    assert "subgroup_difference" not in set(table["quantity"])


def test_the_card_tells_how_many_witnesses_and_what_they_miss() -> None:
    card = compared().cards["decisions"]
    assert (card["witnesses"], card["missed_cells"], card["bootstrap_draws"], card["seed"]) == (2, 2, 100, 5)


def test_a_constant_item_is_named_with_its_witness_and_the_others_stand() -> None:
    own, first, _ = surveys()
    item = simulated.ITEMS[0]
    spoilt = Bounds(
        pd.DataFrame(columns=list(END_COLUMNS)),
        pd.DataFrame({"name": ["flat"], "missed": [0]}, columns=list(WITNESS_COLUMNS)),
        {"flat": first.assign(**{item: 4.0})},
        NO_PRICES,
        NO_FURTHER,
    )
    result = compare_with_bounds(own, spoilt, model(), PLS, "cfa_regression", 5)
    assert refused(result, "witness_paths") == [("flat", "constant", item)]
    assert set(result.tables["witness_paths"]["witness"]) == {"data_in_use"}


# -- the folder ----------------------------------------------------------------------------------------------

RULES = CleaningSection(rules=("blank_form", "out_of_range", "missing_items", "unknown_category"))


def written(folder: Path, survey: pd.DataFrame, names: tuple[str, ...] = ("b_low", "a_high")) -> Path:
    """A folder of bounds with sound files."""
    (folder / "witnesses").mkdir(parents=True)
    line = {"settled": True, "steps": 9, "seed": 7, **end("pls", "a", "strict", "low", -0.1)}
    pd.DataFrame([line], columns=list(END_COLUMNS)).to_csv(folder / "ends.csv", index=False)
    lines = []
    for name in names:
        path = folder / "witnesses" / f"{name}.csv"
        survey.drop(columns="id").to_csv(path, index=False)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines.append(
            {"name": name, "outcome": "use", "predictor": "a", "side": "low", "missed": 0, "sha256": digest}
        )
    pd.DataFrame(lines, columns=list(WITNESS_COLUMNS)).to_csv(folder / "witnesses.csv", index=False)
    return folder


def test_witnesses_are_read_as_listed_and_reverse_items_recoded(
    tmp_path: Path, codebook: Codebook, survey: pd.DataFrame
) -> None:
    found = read_bounds(written(tmp_path / "bounds", survey), codebook, RULES, len(survey))
    assert list(found.answers) == ["b_low", "a_high"]
    assert found.answers["a_high"]["T2"].tolist() == (6 - survey["T2"]).tolist()
    assert found.ends["value"].tolist() == [-0.1]


def test_a_file_that_is_not_the_one_listed_is_named(
    tmp_path: Path, codebook: Codebook, survey: pd.DataFrame
) -> None:
    folder = written(tmp_path / "bounds", survey)
    path = folder / "witnesses" / "a_high.csv"
    path.write_text(path.read_text().replace("5", "4", 1))
    with pytest.raises(SurveyError, match=r"a_high\.csv.*checksum"):
        read_bounds(folder, codebook, RULES, len(survey))
    path.unlink()
    with pytest.raises(SurveyError, match=r"witnesses\.csv, row 3.*no file witnesses/a_high\.csv"):
        read_bounds(folder, codebook, RULES, len(survey))


def test_what_the_list_lacks_or_a_table_lacks_is_named(
    tmp_path: Path, codebook: Codebook, survey: pd.DataFrame
) -> None:
    folder = written(tmp_path / "bounds", survey)
    (folder / "witnesses" / "new.csv").write_text("T1\n1\n")
    with pytest.raises(SurveyError, match=r"new\.csv.*does not list it"):
        read_bounds(folder, codebook, RULES, len(survey))
    (folder / "witnesses" / "new.csv").unlink()
    ends = folder / "ends.csv"
    ends.write_text(ends.read_text().replace(",low,", ",left,"))
    with pytest.raises(SurveyError, match=r"ends\.csv, row 2, column side.*`left`"):
        read_bounds(folder, codebook, RULES, len(survey))
    ends.write_text(ends.read_text().replace("reading", "read"))
    with pytest.raises(SurveyError, match=r"column reading.*no such column"):
        read_bounds(folder, codebook, RULES, len(survey))
    ends.unlink()
    with pytest.raises(SurveyError, match=r"ends\.csv.*no such file"):
        read_bounds(folder, codebook, RULES, len(survey))


def test_ends_alone_are_enough(tmp_path: Path, codebook: Codebook, survey: pd.DataFrame) -> None:
    folder = written(tmp_path / "bounds", survey, names=())
    (folder / "witnesses.csv").unlink()
    found = read_bounds(folder, codebook, RULES, len(survey))
    assert (len(found.ends), len(found.listed), found.answers, len(found.further)) == (1, 0, {}, 0)


def test_a_witness_has_fewer_draws_and_the_data_in_use_its_own() -> None:
    """The p of PLS-SEM of the data in use is that of its own stage, which another table prints."""
    many = PLS.model_copy(update={"bootstrap_draws": 2500})
    own, first, _ = surveys()
    found = Bounds(
        pd.DataFrame(columns=list(END_COLUMNS)),
        pd.DataFrame({"name": ["one"], "missed": [0]}, columns=list(WITNESS_COLUMNS)),
        {"one": first},
        NO_PRICES,
        NO_FURTHER,
    )
    result = compare_with_bounds(own, found, model(), many, "cfa_regression", 5)
    card = result.cards["witness_paths"]
    assert (card["bootstrap_draws"], card["witness_draws"]) == (2500, 2000)
    shown = result.tables["witness_paths"].query("method == 'pls'").set_index(["witness", "predictor"])["p"]
    for name, frame, draws in (("data_in_use", own, 2500), ("one", first, 2000)):
        drawn = many.model_copy(update={"bootstrap_draws": draws})
        expected = witness_paths(frame, model(), drawn, "cfa_regression", 5).query("method == 'pls'")
        assert shown[name].to_numpy() == pytest.approx(expected["p"].to_numpy(), abs=1e-12)
