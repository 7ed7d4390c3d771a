"""Every check of the registry, once on numbers that agree and once on numbers that do not."""

import pytest

from smartcity_survey.audit.bound import Bound
from smartcity_survey.audit.checks import CHECKS
from smartcity_survey.audit.paper import Printed
from smartcity_survey.audit.reported import exactly, read_number
from tests.audit import cases_of_models

ALPHA = exactly(0.05)
N676 = exactly(676)
SIX = exactly(6)


def printed(**texts):
    """Roles from printed text; a list is several numbers."""
    return {
        role: tuple(map(read_number, text)) if isinstance(text, list) else read_number(text)
        for role, text in texts.items()
    }


def descriptives(**changed):
    """The adoption score of the bundled paper, with a cell changed."""
    cells = {"min": "0.91", "max": "4.57", "mean": "3.5595", "sd": "0.76482", "skewness": "-1.079"}
    return printed(**(cells | {"kurtosis": "1.134"} | changed)) | {"n": N676}


def roles(good, *names):
    return {name: good[name] for name in names}


EXTREMES = ("min", "max", "mean", "n")
TABLE = Printed("table_3", "table", 3, shows=frozenset({"means"}))
OPEN = {"low": exactly(float("-inf")), "high": exactly(float("inf"))}
SCALE = {"scale_min": exactly(1), "scale_max": exactly(5)}
SQUARES = {"ss_regression": "228.292", "ss_residual": "166.551"}
FREEDOM = {"df_regression": exactly(6), "df_residual": exactly(669), "df_total": exactly(675)}
CONSTANT = {
    "b": ["0.480", "0.241"],
    "mean": ["3.7066", "3.8230"],
    "sd": ["0.77790", "0.69388"],
}
VERDICT = {"sign": "positive", "confirmed": "confirmed"}
ARROW = {"expected_source": "x", "expected_target": "y"}
REFERENCE = {"kind": "table", "topics": ["means"], "shown": [TABLE]}

# name: (numbers and options that agree, those of them that change to what cannot be)
CASES = {
    "counts_within_total": (printed(counts=["5", "5"]) | {"total": exactly(10)}, printed(counts=["8", "5"])),
    "percent_of_total": (
        printed(percent="18.3%") | {"count": exactly(124), "total": N676},
        printed(percent="19.3%"),
    ),
    "percents_add_up": (
        printed(percents=["50.0%", "50.0%"]) | {"counts": (exactly(5), exactly(5)), "total": exactly(10)},
        printed(percents=["50.0%", "52.0%"]),
    ),
    "shares_add_up": (printed(shares=["78.8%", "9.4%", "11.8%"]), printed(shares=["78.8%", "9.4%", "12.2%"])),
    "shares_of_whole_counts": (
        printed(shares=["16%", "8%"]) | {"n": exactly(25)},
        printed(shares=["16%", "9%"]),
    ),
    "proportion": (
        {"low": exactly(0.5), "high": OPEN["high"], "found": 6, "among": 10, "bound": Bound.ABOVE},
        {"found": 5},
    ),
    "parts_add_up": (printed(parts=["0.5", "0.7"], whole="1.2"), printed(whole="1.4")),
    "parts_within_whole": (printed(parts=["0.5", "0.7"], whole="1.3"), printed(whole="0.9")),
    "ratio": (printed(numerator="377553", denominator="389495", quotient="96.9%"), printed(quotient="97.9%")),
    "same_value": (printed(values=["0.578", "57.8%", "0.58"]), printed(values=["0.578", "57.8%", "0.57"])),
    "repeated_value": (printed(copy="0.579", original="0.5785"), printed(original="0.578")),
    "number_of_lines": (printed(stated="51") | {"found": 51}, printed(stated="56")),
    "within_period": (
        printed(years=["2019", "2020"], first="2018", last="2020"),
        printed(years=["2019", "2021"]),
    ),
    "standard_error_of_mean": (
        printed(se_mean="0.02942") | roles(descriptives(), "sd", "n"),
        printed(se_mean="0.02952"),
    ),
    "standard_error_of_skewness": (printed(se_skewness="0.094") | {"n": N676}, printed(se_skewness="0.095")),
    "standard_error_of_kurtosis": (printed(se_kurtosis="0.188") | {"n": N676}, printed(se_kurtosis="0.178")),
    "mean_within_extremes": (roles(descriptives(), "min", "max", "mean"), printed(mean="5.3595")),
    "sd_within_extremes": (roles(descriptives(), *EXTREMES, "sd"), printed(sd="1.96482")),
    "skewness_within_extremes": (
        roles(descriptives(), *EXTREMES, "sd", "skewness"),
        printed(skewness="1.079"),
    ),
    "kurtosis_within_skewness": (
        roles(descriptives(), "skewness", "kurtosis", "n"),
        printed(kurtosis="-1.134"),
    ),
    "kurtosis_within_extremes": (descriptives(), printed(kurtosis="11.34")),
    "minimum_on_scale": (printed(min="1.00") | SCALE, printed(min="0.91")),
    "maximum_on_scale": (printed(max="5.00") | SCALE, printed(max="5.20")),
    "mean_on_scale": (printed(mean="3.56") | SCALE, printed(mean="5.36")),
    "sd_on_scale": (printed(sd="0.99", mean="4.00") | SCALE | {"n": N676}, printed(sd="1.99")),
    "maximum_of_weighted_score": (printed(min="0.91", max="4.57") | SCALE, printed(max="4.75")),
    "grim": (printed(mean="3.52", n="48", items="1"), printed(mean="3.53")),
    "grimmer": (printed(sd="1.15", mean="3.52", n="48", items="1"), printed(mean="3.53")),
    "debit": (printed(sd="0.502", mean="0.52") | {"n": exactly(100)}, printed(sd="0.551")),
    "no_grid": (printed(mean=["3.56"]), None),
    "kmo_in_range": (printed(kmo="0.979"), printed(kmo="1.979")),
    "df_of_sphericity": (printed(bartlett_df="1275") | {"items": exactly(51)}, printed(bartlett_df="1257")),
    "p_of_sphericity": (
        printed(bartlett_p="0.000", bartlett_chi2="46310.317", bartlett_df="1275") | {"alpha": ALPHA},
        printed(bartlett_p="0.100"),
    ),
    "p_of_chi2": (
        printed(p="0.025", chi2="5.02", df="1") | {"df": exactly(1), "alpha": ALPHA},
        printed(p="0.035"),
    ),
    "p_of_f_test": (
        printed(p="0.023", f="4.10") | {"df1": exactly(2), "df2": exactly(45), "alpha": ALPHA},
        printed(p="0.033"),
    ),
    "p_of_t_test": (
        printed(p="0.025", t="-2.31") | {"df": exactly(45), "tails": exactly(2), "alpha": ALPHA},
        printed(p="0.012"),
    ),
    "p_of_z_test": (printed(p="0.050", z="1.96") | {"tails": exactly(2), "alpha": ALPHA}, printed(p="0.025")),
    "p_of_correlation": (
        printed(p="0.032", r="-0.31") | {"n": exactly(48), "tails": exactly(2), "alpha": ALPHA},
        printed(p="0.132"),
    ),
    "loading_is_shown": (printed(loading="0.556", cut="0.50"), printed(loading="0.456")),
    "squares_within_one": (printed(loadings=["0.8", "0.5"]), printed(loadings=["0.8", "0.8"])),
    "communality": (
        printed(communality="0.75", loadings=["0.80"], cut="0.50") | {"blanks": exactly(1)},
        printed(communality="0.95"),
    ),
    "number_of_components": (printed(components="7") | {"columns": 7}, printed(components="8")),
    "items_left_out": ({"blank": ["SG7"], "dropped": ["SG7"]}, {"dropped": ["SG6"]}),
    "variance_explained": (
        {"loadings": tuple(map(read_number, ["0.80"] * 3)), "items": exactly(3), "cut": exactly(0.5)}
        | {"low": exactly(0.5), "high": OPEN["high"], "blanks": 3, "bound": Bound.ABOVE},
        {"low": exactly(0.95)},
    ),
    "average_variance_extracted": (
        printed(ave="0.53", loadings=["0.81", "0.70", "0.66"]),
        printed(ave="0.63"),
    ),
    "composite_reliability": (printed(cr="0.77", loadings=["0.81", "0.70", "0.66"]), printed(cr="0.87")),
    "r_in_range": (printed(r="0.760a"), printed(r="1.760")),
    "r2_from_r": (printed(r2="0.578", r="0.760"), printed(r2="0.587")),
    "r2_from_sums_of_squares": (printed(r2="0.578", **SQUARES), printed(r2="0.587")),
    "adjusted_r2": (
        printed(adj_r2="0.574", r2="0.578") | {"n": N676, "predictors": SIX},
        printed(adj_r2="0.584"),
    ),
    "adjusted_r2_from_error": (
        printed(adj_r2="0.574", std_error_estimate="0.49895", sd_outcome="0.76482"),
        printed(adj_r2="0.584"),
    ),
    "sums_of_squares": (printed(ss_total="394.843", **SQUARES), printed(ss_total="394.943")),
    "total_sum_of_squares": (
        printed(ss_total="394.843", sd_outcome="0.76482") | {"n": N676},
        printed(ss_total="395.843"),
    ),
    "degrees_of_freedom": (FREEDOM, {"df_total": exactly(676)}),
    "df_of_regression": (
        roles(FREEDOM, "df_regression") | {"predictors": SIX},
        {"df_regression": exactly(7)},
    ),
    "df_of_residual": (
        roles(FREEDOM, "df_residual") | {"n": N676, "predictors": SIX},
        {"df_residual": exactly(670)},
    ),
    "df_of_total": (roles(FREEDOM, "df_total") | {"n": N676}, {"df_total": exactly(676)}),
    "mean_square_regression": (
        printed(ms_regression="38.049", ss_regression="228.292") | roles(FREEDOM, "df_regression"),
        printed(ms_regression="38.094"),
    ),
    "mean_square_residual": (
        printed(ms_residual="0.249", ss_residual="166.551") | roles(FREEDOM, "df_residual"),
        printed(ms_residual="0.294"),
    ),
    "f_from_mean_squares": (
        printed(f="152.834", ms_regression="38.049", ms_residual="0.249"),
        printed(f="162.834"),
    ),
    "f_from_sums_of_squares": (
        printed(f="152.834", **SQUARES) | roles(FREEDOM, "df_regression", "df_residual"),
        printed(f="152.934"),
    ),
    "f_from_r2": (printed(f="152.834", r2="0.578") | {"n": N676, "predictors": SIX}, printed(f="162.834")),
    "p_of_f": (
        printed(f_p="0.000b", f="152.834")
        | roles(FREEDOM, "df_regression", "df_residual")
        | {"alpha": ALPHA},
        printed(f_p="0.600"),
    ),
    "error_of_estimate": (
        printed(std_error_estimate="0.49895", ss_residual="166.551") | roles(FREEDOM, "df_residual"),
        printed(std_error_estimate="0.48995"),
    ),
    "durbin_watson_in_range": (printed(durbin_watson="1.846"), printed(durbin_watson="4.846")),
    "t_ratio": (printed(t="10.156", b="0.480", std_error="0.047"), printed(t="11.156")),
    "p_of_t": (
        printed(p="0.285", t="1.070") | {"n": N676, "predictors": SIX, "alpha": ALPHA, "tails": exactly(2)},
        printed(p="0.258"),
    ),
    "p_of_z": (printed(p="0.036", t="1.80") | {"alpha": ALPHA, "tails": exactly(1)}, {"tails": exactly(2)}),
    "size_of_t": (printed(t="2.381", b="-0.128", std_error="0.05376"), printed(t="3.381")),
    "percent_of_answers": (
        printed(percent="37.97%") | {"count": exactly(150), "counts": (exactly(150), exactly(245))},
        printed(percent="37.50%"),
    ),
    "pattern_within_one": (
        printed(pattern=["1.05", "0.20"]) | {"cut": exactly(0), "blanks": 0},
        printed(pattern=["2.30", "0.20"]),
    ),
    "communality_of_pattern": (
        printed(communality="0.396", pattern=["0.74", "-0.02", "-0.23"])
        | {"blanks": exactly(0), "cut": exactly(0)},
        printed(communality="0.196"),
    ),
    "lower_limit": (
        printed(ci_low="0.39", b="0.480", std_error="0.047")
        | {"n": N676, "predictors": SIX, "level": exactly(0.95)},
        printed(ci_low="0.49"),
    ),
    "upper_limit": (
        printed(ci_high="0.57", b="0.480", std_error="0.047")
        | {"n": N676, "predictors": SIX, "level": exactly(0.95)},
        printed(ci_high="0.67"),
    ),
    "beta_from_b": (
        printed(beta="0.488", b="0.480", sd="0.77790", sd_outcome="0.76482"),
        printed(beta="-0.488"),
    ),
    "tolerance_from_vif": (printed(tolerance="0.80", vif="1.25"), printed(tolerance="0.70")),
    "vif_from_standard_error": (
        printed(vif="4.99", std_error="0.062", sd="0.69388", std_error_estimate="0.49895") | {"n": N676},
        printed(vif="5.99"),
    ),
    "implied_vif": (
        printed(std_error="0.062", sd="0.69388", std_error_estimate="0.49895") | {"n": N676},
        printed(std_error="0.026"),
    ),
    "t_within_r2": (printed(t="10.156", r2="0.578") | {"n": N676, "predictors": SIX}, printed(t="40.156")),
    "constant_from_means": (
        printed(b_constant="0.859", mean_outcome="3.5595", b=CONSTANT["b"], mean=CONSTANT["mean"]),
        printed(b_constant="0.959"),
    ),
    "constant_error_floor": (
        printed(
            std_error_constant="0.127", std_error_estimate="0.49895", mean=CONSTANT["mean"], sd=CONSTANT["sd"]
        )
        | {"n": N676},
        printed(std_error_constant="0.027"),
    ),
    "line_of_its_own": (
        printed(copies=["-0.027", "0.619"], own=["-0.027", "0.619"], others=["0.056", "0.285"])
        | {"names": ["senv"]},
        printed(copies=["-0.056", "0.285"]),
    ),
    "starred": (printed(p="0.017*") | {"below": ALPHA, "mark": "*"}, printed(p="0.017")),
    "starred_by_p": (
        printed(estimate="0.51***", p="0.000") | {"below": ALPHA, "mark": "*"},
        printed(estimate="0.51"),
    ),
    "starred_by_t": (
        printed(estimate="0.513***", t="3.736")
        | {"below": ALPHA, "mark": "*", "tails": exactly(2), "df": None},
        printed(t="1.267"),
    ),
    "starred_untested": (printed(estimate="0.51***"), None),
    "verdict_by_t": (
        printed(verdict="confirmed", estimate="0.513", t="3.736") | {"alpha": ALPHA, "df": None} | VERDICT,
        printed(t="1.528"),
    ),
    "verdict_by_stars": (
        printed(verdict="confirmed", estimate="0.513***") | {"mark": "*"} | VERDICT,
        printed(estimate="0.513"),
    ),
    "supported_by_p": (
        printed(verdict="Supported", estimate="0.513", p="0.012", alpha="0.05"),
        printed(p="0.212"),
    ),
    "limit_contradicted": (
        printed(numbers=["3.475"])
        | {"low": OPEN["low"], "high": exactly(188), "bound": Bound.AT_MOST}
        | {"other_low": exactly(-2), "other_high": exactly(2), "other": Bound.BETWEEN},
        None,
    ),
    "number_of_its_own": (
        {"kind": "figure", "number": 7, "captions": ["one"]},
        {"captions": ["one", "another"]},
    ),
    "unread_column": ({"column": "Std. Devation", "nearest": "sd"}, None),
    "unread_cell": (printed(cells=["O.50", "ns"]), None),
    "unread_key": ({"column": "bta", "nearest": "beta", "taken": True}, None),
    "unread_relation": ({"relation": "relations, no. 1", "columns": ["x"]}, None),
    "verdict_follows": (
        printed(verdict="confirmed", estimate="0.105", p="0.017*") | {"alpha": ALPHA} | VERDICT,
        printed(estimate="-0.105"),
    ),
    "direction_as_hypothesised": (printed(source="x", target="y") | ARROW, printed(source="y", target="x")),
    "bounded_numbers": (
        printed(numbers=["-1.079", "1.134"])
        | {"low": exactly(-2), "high": exactly(2), "lines": ["a", "b"], "bound": Bound.BETWEEN},
        printed(numbers=["-1.079", "3.475"]),
    ),
    "trend": (
        printed(numbers=["150", "1000", "1000"]) | {"direction": "increase"},
        printed(numbers=["150", "1000", "740"]),
    ),
    "ranked_first": (
        printed(named=["4.0", "3.9"], others=["3.9", "3.1"]) | {"lines": ["c", "d"], "highest": True},
        printed(others=["4.1", "3.1"]),
    ),
    "listed_names": ({"names": ["smart parking"], "among": ["smart parking"]}, {"names": ["smart campus"]}),
    "normal_shape": (
        printed(statistics=["0.2"], std_errors=["0.094"]) | {"lines": ["a"]},
        printed(statistics=["-1.079"]),
    ),
    "autocorrelated": (
        printed(durbin_watson="1.846") | {"n": N676, "predictors": SIX, "direction": "positive"},
        printed(durbin_watson="1.996"),
    ),
    "untestable": ({"why": "nothing is printed"}, None),
    "reference_leads_there": (REFERENCE | {"number": 3}, {"number": 4}),
    "numbered_without_gap": ({"kind": "table", "number": 3, "found": True}, {"found": False}),
    "continued_under_its_number": ({"kind": "table", "number": 14, "continued_as": 14}, {"continued_as": 15}),
    "caption_has_contents": ({"kind": "table", "number": 10, "filled": True}, {"filled": False}),
    **cases_of_models.CASES,
}


def test_every_check_of_the_registry_is_tried_here():
    # A note on the layout says something of a whole table: see test_layouts.py.
    assert set(CASES) == set(CHECKS) - {"layout_recognised"}


@pytest.mark.parametrize("name", CASES)
def test_numbers_that_agree(name):
    good, bad = CASES[name]
    # Some checks exist to say that nothing can be tested; three never contradict.
    never = {"order_of_reliabilities", "one_tailed", "aic_from_chi2"}
    assert CHECKS[name].judge(**good).consistent is (True if bad is not None or name in never else None)


@pytest.mark.parametrize("name", [name for name, (_, bad) in CASES.items() if bad is not None])
def test_numbers_that_do_not(name):
    good, bad = CASES[name]
    assert CHECKS[name].judge(**(good | bad)).consistent is False


def test_a_p_value_on_the_other_side_of_alpha_is_decisive():
    t = printed(t="2.31", p="0.060") | {"n": exactly(48), "predictors": exactly(2), "alpha": ALPHA}
    t |= {"tails": exactly(2)}
    assert CHECKS["p_of_t"].judge(**t).decisive
    near = t | printed(p="0.035")
    judged = CHECKS["p_of_t"].judge(**near)
    assert (judged.consistent, judged.decisive) == (False, False)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("grim", printed(mean="3.52", n="676", items="1")),
        ("grimmer", printed(mean="3.52", sd="1.15", n="676", items="1")),
        ("shares_of_whole_counts", printed(shares=["0.2", "0.4"], n="25")),
        ("starred", printed(p="0.05") | {"below": ALPHA, "mark": "*"}),
        (
            "verdict_follows",
            printed(verdict="confirmed", estimate="0.1", p="0.05") | {"alpha": ALPHA} | VERDICT,
        ),
        ("autocorrelated", CASES["autocorrelated"][0] | printed(durbin_watson="1.873")),
        ("variance_explained", CASES["variance_explained"][0] | {"low": exactly(0.7)}),
    ],
)
def test_where_the_digits_are_too_few_nothing_is_claimed(name, numbers):
    assert CHECKS[name].judge(**numbers).consistent is None


def test_the_nearest_possible_mean_is_named():
    judged = CHECKS["grim"].judge(**printed(mean="3.53", n="48", items="1"))
    assert judged.expected == "3.521, 3.542"
