"""Checks of models, groups and effect sizes: numbers that agree, and what makes them disagree."""

from smartcity_survey.audit.reported import exactly, read_number

ALPHA = exactly(0.05)


def printed(**texts):
    """Roles from printed text; a list is several numbers."""
    return {
        role: tuple(map(read_number, text)) if isinstance(text, list) else read_number(text)
        for role, text in texts.items()
    }


def whole(**numbers):
    """Roles that are counts or constants; a list is several."""
    return {
        role: tuple(map(exactly, number)) if isinstance(number, list) else exactly(number)
        for role, number in numbers.items()
    }


# lavaan's HolzingerSwineford1939, three factors and nine items (its tutorial "CFA"): chi2 85.306, df 24;
# baseline 918.852 on 36, n 301, CFI .931, TLI .896, RMSEA .092 (.071-.114), AIC 7517.490, BIC 7595.339.
HOLZINGER = printed(chi2="85.306", chi2_baseline="918.852") | whole(df=24, df_baseline=36, n=301)
CHI2 = {role: HOLZINGER[role] for role in ("chi2", "df", "n")}
BASELINE = {role: HOLZINGER[role] for role in ("chi2", "df", "chi2_baseline", "df_baseline")}
# R's `sleep` data as two groups: means 0.75 and 2.33, SDs 1.78901 and 2.002249, n 10 each; t.test() gives t
# -1.8608 with 17.776 degrees of freedom (Welch), p .07939.
SLEEP = printed(means=["0.75", "2.33"], sds=["1.789", "2.002"]) | whole(ns=[10, 10])
# R's PlantGrowth: means 5.032, 4.661, 5.526, SDs 0.583, 0.794, 0.443, 10 each; aov() gives F 4.846, p .0159.
PLANTS = printed(means=["5.032", "4.661", "5.526"], sds=["0.583", "0.794", "0.443"]) | whole(ns=[10, 10, 10])
DIFFERENCE = printed(difference="-.04895", se_difference=".09534") | whole(df=285)
LEVEL = whole(level=0.95, tails=2)
LIMITS = printed(ci_low="0.120", ci_high="0.420")
MATRIX = {"pairs": [(1, 0), (2, 0), (2, 1)], "names": ["a", "b", "c"]}
# Two predictors that correlate .5, and an outcome that correlates .5 and .6 with them: betas 4/15 and 7/15,
# R2 .4133, both VIFs 4/3, f2 .0909 and .2784.
TWO = printed(betas=["0.267", "0.467"], r2="0.413")

CASES = {
    # Ten answers of 1-5 with mean 1.30 have SD .48 (three twos), .67 (a three and a two) or .95 (a four).
    "possible_sample": (
        printed(sd="0.67", mean="1.30") | whole(n=10, items=1, scale_min=1, scale_max=5),
        printed(sd="0.82"),
    ),
    "percent_of_variance": (
        printed(percent="35.48", eigenvalue="4.26") | whole(items=12) | {"hundred": True},
        printed(percent="35.84"),
    ),
    "cumulative_percent": (
        printed(cumulative="50.17", percents=["35.48", "14.69"]) | {"hundred": True},
        printed(cumulative="50.67"),
    ),
    "eigenvalues_within_items": (
        printed(eigenvalues=["4.26", "1.76"]) | whole(items=12),
        printed(eigenvalues=["14.26", "1.76"]),
    ),
    "rotation_keeps_variance": (
        printed(rotated=["3.22", "2.80"], extracted=["4.26", "1.76"]),
        printed(rotated=["3.22", "2.60"]),
    ),
    "loading_in_range": (printed(loading="-0.93"), printed(loading="2.30")),
    "root_of_ave": (printed(sqrt_ave="0.937", ave="0.878"), printed(sqrt_ave="0.973")),
    "composite_within_ave": (printed(cr="0.898", ave="0.687") | whole(items=4), printed(cr="0.989")),
    "alpha_from_loadings": (
        printed(alpha="0.848", loadings=["0.857", "0.826", "0.866", "0.763"]),
        printed(alpha="0.965"),
    ),
    "alpha_within_composite": (printed(alpha="0.865", cr="0.898"), printed(alpha="0.965")),
    "order_of_reliabilities": (printed(rho_a="0.860", alpha="0.848", cr="0.898"), None),
    # SPSS: two items with SDs 1 and 1 that correlate .5 make a sum with variance 3 and alpha 2/3.
    "alpha_from_variances": (
        printed(alpha="0.667", sds=["1.00", "1.00"], scale_sd="1.732"),
        printed(alpha="0.767"),
    ),
    "alpha_from_correlations": (
        printed(alpha="0.67", correlations=["0.50"], sds=["1.00", "1.00"]),
        printed(alpha="0.76"),
    ),
    "alpha_from_mean_correlation": (
        printed(alpha="0.75", correlations=["0.50", "0.45", "0.55"]) | whole(items=3),
        printed(alpha="0.57"),
    ),
    "alpha_of_standardised": (printed(alpha="0.75", mean_r="0.50") | whole(items=3), printed(alpha="0.57")),
    "mean_without_item": (
        printed(mean_if_deleted="7.50", scale_mean="11.00", mean="3.50"),
        printed(mean="3.05"),
    ),
    "variance_without_item": (
        printed(variance_if_deleted="3.00", scale_sd="2.45", sd="1.00", item_total="0.577"),
        printed(variance_if_deleted="3.90"),
    ),
    "alpha_without_item": (
        printed(alpha_if_deleted="0.667", variance_if_deleted="3.00", others=["1.00", "1.00"]),
        printed(alpha_if_deleted="0.766"),
    ),
    "ave_on_diagonal": (printed(diagonal="0.69", ave="0.687"), printed(diagonal="0.96")),
    "htmt_in_range": (printed(htmt="0.85"), printed(htmt="-0.85")),
    "htmt_above_correlation": (printed(htmt="0.82", correlation="0.71"), printed(htmt="0.28")),
    "fornell_larcker_criterion": (
        printed(diagonal="0.83", correlations=["0.71", "-0.60"]) | {"holds": True},
        printed(diagonal="0.63"),
    ),
    "correlation_in_range": (printed(correlation="-0.93"), printed(correlation="9.30")),
    "possible_correlations": (
        printed(correlations=["0.80", "0.70", "0.60"]) | MATRIX,
        printed(correlations=["0.90", "0.80", "-0.20"]),
    ),
    # r .25 in 100 cases: p .012.
    "starred_correlation": (
        printed(r="0.25*") | whole(n=100, tails=2) | {"levels": {"*": 0.05, "**": 0.01}},
        printed(r="0.25**"),
    ),
    # t of each beta with n 100, from the numbers of TWO.
    "beta_from_t": (
        printed(beta="0.267", t="2.97", vif="1.33", r2="0.413") | whole(n=100, predictors=2),
        printed(beta="0.627"),
    ),
    "beta_from_f2": (printed(beta="-0.267", f2="0.091", r2="0.413", vif="1.33"), printed(beta="0.627")),
    "betas_fit_together": (
        TWO | printed(f2s=["0.091", "0.278"]) | {"names": ["x", "z"]},
        printed(betas=["0.267", "0.764"]),
    ),
    "betas_fit_t": (
        TWO | printed(ts=["2.97", "5.19"]) | whole(n=100, predictors=2) | {"names": ["x", "z"]},
        printed(betas=["0.267", "0.764"]),
    ),
    "path_t": (printed(t="3.736", estimate="-0.513", std_error="0.1373"), printed(t="7.336")),
    "path_p": (
        printed(p="0.047", t="1.99") | whole(tails=2) | {"alpha": ALPHA, "freedom": (299.0, float("inf"))},
        printed(p="0.023"),
    ),
    "one_tailed": (whole(tails=1) | printed(p=["0.023"]), None),
    "estimate_in_interval": (printed(estimate="0.281") | LIMITS, printed(estimate="0.821")),
    "interval_width": (printed(std_error="0.077") | LIMITS | whole(level=0.95), printed(std_error="0.177")),
    "interval_against_p": (printed(p="0.001") | LIMITS | LEVEL, printed(p="0.301")),
    "r2_in_range": (printed(r2="0.58"), printed(r2="5.80")),
    "f2_from_r2": (printed(f2="0.091", r2="0.413", r2_without="0.360"), printed(f2="0.191")),
    "correlation_from_betas": (
        printed(correlation="0.50", beta="0.267", others=["0.467"], between=["0.50"]),
        printed(beta="0.627"),
    ),
    "r2_from_betas": (
        printed(r2="0.413", betas=["0.267", "0.467"], with_outcome=["0.50", "0.60"]),
        printed(betas=["0.267", "0.764"]),
    ),
    "indirect_effect": (printed(indirect="0.125", links=["0.50", "0.25"]), printed(indirect="0.215")),
    "total_effect": (printed(total="0.325", direct="0.200", indirects=["0.125"]), printed(total="0.352")),
    "variance_accounted_for": (printed(vaf="38.5%", indirect="0.125", total="0.325"), printed(vaf="83.5%")),
    # A worked case of Sobel's test: a .5 (SE .1), b .25 (SE .1) give z 2.236.
    "sobel": (printed(z="2.236", path_a="0.50", path_b="0.25", se_a="0.10", se_b="0.10"), printed(z="3.236")),
    "chi2_by_df": (printed(chi2_df="3.554", chi2="85.306") | whole(df=24), printed(chi2_df="5.354")),
    "rmsea_from_chi2": (printed(rmsea="0.092") | CHI2, printed(rmsea="0.029")),
    "rmsea_lower_limit": (printed(rmsea_low="0.071") | CHI2, printed(rmsea_low="0.017")),
    "rmsea_upper_limit": (printed(rmsea_high="0.114") | CHI2, printed(rmsea_high="0.141")),
    "cfi_from_baseline": (printed(cfi="0.931") | BASELINE, printed(cfi="0.913")),
    "tli_from_baseline": (printed(tli="0.896") | BASELINE, printed(tli="0.986")),
    "nfi_from_baseline": (
        printed(nfi="0.907") | {r: HOLZINGER[r] for r in ("chi2", "chi2_baseline")},
        printed(nfi="0.970"),
    ),
    "ifi_from_baseline": (
        printed(ifi="0.931") | {r: HOLZINGER[r] for r in ("chi2", "df", "chi2_baseline")},
        printed(ifi="0.913"),
    ),
    "index_in_range": (printed(cfi="0.931"), printed(cfi="9.31")),
    "srmr_in_range": (printed(srmr="0.065"), printed(srmr="6.5")),
    "df_of_baseline": (whole(df_baseline=36, items=9), whole(df_baseline=63)),
    "df_from_parameters": (whole(df=24, items=9, parameters=21), whole(df=42)),
    # 9 items and 24 degrees of freedom: AGFI = 1 - 90/48 (1 - .943).
    "agfi_from_gfi": (printed(agfi="0.893", gfi="0.943") | whole(df=24, items=9), printed(agfi="0.983")),
    "aic_from_chi2": (printed(aic="127.306", chi2="85.306") | whole(df=24, items=9), None),
    "bic_from_aic": (printed(aic="7517.490", bic="7595.339") | whole(n=301), printed(bic="7559.339")),
    "tli_from_cfi": (printed(tli="0.896", cfi="0.931") | whole(df=24, df_baseline=36), printed(tli="0.986")),
    "tli_at_most_cfi": (printed(tli="0.896", cfi="0.931"), printed(tli="0.986")),
    # SPSS: difference -.04895 with standard error .09534 on 285 degrees of freedom, 95 % -.23662 to .13871.
    "t_of_difference": (printed(t="-.513") | DIFFERENCE, printed(t="-.315")),
    "lower_limit_of_difference": (printed(ci_low="-.23662") | DIFFERENCE, printed(ci_low="-.26232")),
    "upper_limit_of_difference": (printed(ci_high=".13871") | DIFFERENCE, printed(ci_high=".18371")),
    "t_of_groups": (printed(t="-1.861") | SLEEP, printed(t="-1.186")),
    "df_of_groups": (printed(df="17.776") | {r: SLEEP[r] for r in ("sds", "ns")}, printed(df="71.776")),
    "d_of_groups": (printed(d="0.832") | SLEEP, printed(d="0.382")),
    "f_of_groups": (printed(f="4.846") | PLANTS, printed(f="8.446")),
    "df_between": (whole(df1=2, groups=3), whole(df1=3)),
    "df_within": (whole(df2=27, ns=[10, 10, 10]), whole(df2=72)),
    "eta2_of_groups": (printed(eta2="0.264") | PLANTS, printed(eta2="0.624")),
    "eta2_from_f": (printed(eta2="0.264", f="4.846") | whole(df1=2, df2=27), printed(eta2="0.624")),
    "omega2_from_f": (printed(omega2="0.204", f="4.846") | whole(df1=2, df2=27), printed(omega2="0.402")),
    "r_from_t": (printed(r="0.40", t="-1.861") | whole(df=18), printed(r="0.60")),
    "d_from_t": (printed(d="-0.832", t="-1.861") | whole(n1=10, n2=10), printed(d="-0.382")),
    # A table of 2 by 2 with 40, 10, 20, 30: chi2 16.667, phi .408.
    "v_from_chi2": (printed(v="0.408", chi2="16.667") | whole(n=100, smaller=2), printed(v="0.804")),
    "f2_of_r2": (printed(f2="0.704", r2="0.413"), printed(f2="0.407")),
    "variance_of_sd": (printed(variance="1.90", sd="1.38"), printed(variance="1.09")),
    "range_of_extremes": (printed(range="4.00", min="1.00", max="5.00"), printed(range="5.00")),
    "sum_of_answers": (printed(sum="35.00", mean="2.92") | whole(n=12), printed(sum="53.00")),
    "wald_of_b": (printed(wald="21.544", b="-0.500", std_error="0.1077"), printed(wald="23.544")),
    # chi-square 3.84 with one degree of freedom, and z 1.96 its root: p .050.
    "p_from_wald": (printed(p="0.050", wald="3.84") | {"alpha": ALPHA}, printed(p="0.150")),
    # Two predictors raise R2 of 230 cases from .320 to .380: F (2, 225) is 10.9.
    "change_of_r2": (printed(r2="0.380", r2_before="0.320", r2_change="0.060"), printed(r2_change="0.600")),
    "f_of_change": (
        printed(r2="0.380", r2_change="0.060", f_change="10.870") | whole(df1=2, df2=225),
        printed(f_change="12.870"),
    ),
    "p_of_change": (
        printed(f_change="3.04", p_change="0.050") | whole(df1=2, df2=225) | {"alpha": ALPHA},
        printed(p_change="0.500"),
    ),
    "odds_ratio_of_b": (printed(odds_ratio="1.65", b="0.50"), printed(odds_ratio="6.15")),
    "odds_ratio_in_interval": (
        printed(odds_ratio="1.65", ci_low="1.11", ci_high="2.44"),
        printed(odds_ratio="2.15"),
    ),
    "p_of_odds_ratio": (
        printed(p="0.012", odds_ratio="1.65", ci_low="1.11", ci_high="2.44") | {"alpha": ALPHA},
        printed(p="0.210"),
    ),
}
