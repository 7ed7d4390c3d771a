"""How everything was computed: software, versions, seed, and a paragraph for each analysis."""

from __future__ import annotations

from collections.abc import Iterator

from smartcity_survey.io import Card
from smartcity_survey.report.chapter.document import unmarked
from smartcity_survey.report.chapter.facts import Facts
from smartcity_survey.report.tables import card_entries

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
        own = unmarked(wording[f"methods.{section}"].strip())
        options = _options(facts, facts.cards.get(table)) if section != "hypotheses" else ""
        method = f"methods.{table}_{facts.cards.get(table, {}).get('method')}"
        another = f" {facts.say(method)}" if f"chapter.{method}" in wording else ""
        yield f"**{title}.** {own}{another} {facts.say(f'methods.{section}')}{options}"


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
