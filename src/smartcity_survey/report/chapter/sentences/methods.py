"""How everything was computed: software, versions, seed, and a paragraph for each analysis."""

from __future__ import annotations

from collections.abc import Iterator

from smartcity_survey.io import Card
from smartcity_survey.report.chapter.document import unmarked
from smartcity_survey.report.chapter.facts import Facts, joined
from smartcity_survey.report.tables import card_entries

BY_ML = "ml_of_saturated_items"
"""Method of a regression that takes answers with gaps."""
BY_DESIGN = "linearised_by_design"
"""Standard errors of a regression of weighted or clustered answers."""
ANALYSES = {
    "sample": "cleaning_log",
    "answers": "descriptives",
    "adequacy": "adequacy",
    "factors": "variance_explained",
    "measurement": "reliability",
    "pls": "pls_paths",
    "regression": "coefficients",
    "hypotheses": "hypotheses",
    "groups": "multigroup",
    "waves": "wave_mean_differences",
    "robustness": "hypothesis_tests",
}
"""Section of the page -> the stage file whose card says how it was computed."""

DONE = {
    "sample": (("sample", "careless", "n_valid"),),
    "pls": (("pls", "pls_paths", "estimate"), ("prediction", "pls_predict", "q2_predict")),
    "regression": (
        ("unequal_variance", "coefficients", "hc3_std_error"),
        ("equal_variance", "regression_diagnostics", "value"),
    ),
    "groups": (("groups", "micom", "invariance"),),
    "robustness": (
        ("holm", "hypothesis_tests", "p_holm"),
        ("curve", "specification_summary", "share_confirmed"),
        ("common_method", "common_method_bias", "value"),
    ),
}
"""Section -> its sentences, each with the stage file and the column whose numbers it is about.

What a study has not made, as where a method takes no weights, is not said to have been done.
"""
WHOLE = {
    "regression": (("regression_diagnostics", "value"),),
    "groups": (("invariance", "cfi"),),
    "robustness": (("hypothesis_tests", "log_bf10"), ("specification_summary", "share_confirmed")),
}
"""Section -> what its text on the page tells of all at once; left out where one of it has not been made."""

OPTIONS = (
    *("method", "rules", "missing_items_at_most", "components", "rotation", "starts", "mode", "scheme"),
    *("correlations", "tolerance", "max_iterations", "scores", "standard_errors", "bootstrap_draws"),
    *("inadmissible_draws", "interval", "confidence_level", "permutations", "family", "equivalence_bound"),
    *("bayes_factor", "weights", "clusters", "n", "n_effective", "missing"),
)
"""Lines of a card that a reader needs to repeat the analysis, in this order."""


def methods(facts: Facts) -> Iterator[str]:
    """The software, then each analysis: what it is, the options of its card, and whom it follows."""
    yield _software(facts)
    wording = facts.setting.wording
    for section, table in ANALYSES.items():
        if facts.frame(table) is None or (section == "groups" and facts.bounded):
            continue
        title = unmarked(wording[f"sections.{section}.title"]).rstrip("?.")
        own = _own(facts, section)
        options = _options(facts, facts.cards.get(table)) if section != "hypotheses" else ""
        sentences = joined((own, *_done(facts, section)))
        yield f"**{title}.** {sentences}{options}"
    yield from filter(None, (_two_samples(facts),))


def _own(facts: Facts, section: str) -> str:
    """What the page says of a section's methods, or what stands for it where they were others."""
    if section == "regression":
        card = facts.cards.get("coefficients", {})
        if card.get("method") == BY_ML:
            return joined(
                facts.say(f"methods.{one}") for one in (f"coefficients_{BY_ML}", "regression_by_ml")
            )
        if card.get("standard_errors") == BY_DESIGN:
            return facts.say("methods.regression_by_design")
    if any(facts.frame(*one) is None for one in WHOLE.get(section, ())):
        return ""
    said = unmarked(facts.setting.wording[f"methods.{section}"].strip())
    table = ANALYSES[section]
    otherwise = f"methods.{table}_{facts.cards.get(table, {}).get('method')}"
    return joined((said, facts.say(otherwise))) if f"chapter.{otherwise}" in facts.setting.wording else said


def _done(facts: Facts, section: str) -> Iterator[str]:
    """The sentences about what was computed."""
    for key, table, column in DONE.get(section, ((section, ANALYSES[section], ""),)):
        if facts.frame(table, *filter(None, (column,))) is not None:
            yield facts.say(f"methods.{key}")


def _two_samples(facts: Facts) -> str:
    """Why a quantity may stand with two values: some methods take gaps, others complete questionnaires."""
    complete = facts.statistic("missing_summary", "n_complete")
    numbers = {n for table in ANALYSES.values() if (n := facts.n_of(table))}
    if not complete or complete == facts.analysed or len(numbers) < 2 or facts.analysed != facts.analysed:
        return ""
    return facts.say("methods.two_samples", all=facts.count(facts.analysed), complete=facts.count(complete))


def _software(facts: Facts) -> str:
    packages = facts.manifest["packages"]
    names = [f"{name} {packages[name]}" for name in ("pandas", "snakemake") if name in packages]
    return facts.say(
        "methods.software",
        version=packages["smartcity_survey"],
        python=facts.manifest["python"],
        numpy=packages["numpy"],
        scipy=packages.get("scipy", ""),
        others=", ".join(names),
        seed=str(facts.manifest["seed"]),
    )


def _options(facts: Facts, card: Card | None) -> str:
    words = facts.setting.wording
    told = card_entries(card, facts.setting) if card else {}
    names = [words.value("card_key", key) for key in OPTIONS if card and key in card]
    entries = "; ".join(f"{name}{words['page.colon']}{told[name]}" for name in names if name in told)
    return f" {facts.say('methods.options', options=unmarked(entries))}" if entries else ""
