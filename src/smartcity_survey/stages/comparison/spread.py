"""Spread: what the printed tables leave open, from several reconstructions that all agree with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd

from smartcity_survey.data.demographics import demographic_codes, require_demographics
from smartcity_survey.data.reconstructions import read_reconstructions, reconstruction_files
from smartcity_survey.io import Card, StageResult, read_table
from smartcity_survey.stages.cards import pls_estimator, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.needs import Codes, Files, MeasuredClaims, Need, Options, PlsFitOptions
from smartcity_survey.stages.pls.pls import fit_model
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stages.refusals import Refusals
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.items.mean_differences import mean_difference
from smartcity_survey.stats.measurement.validity import htmt
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import CleaningSection, Config, GroupsSection, PlsSection
from smartcity_survey.study.model import Model

Pair = tuple[str, str, str]
"""A demographic question and the codes of two of its answers."""

OF = ("of", "other", "demographic", "first", "second")
"""Columns that say what a quantity is one of: `of` an item, an index of fit, the source of a path (`other`:
its target), one construct of a pair (`other`: the second), or an outcome whose groups `first` and `second` of
a demographic question are compared."""

FIT = ("rmsea", "cfi", "tli", "srmr")
"""Chi2 is left out: at the same n and df RMSEA tells it, and its unit would hide the others' ranges."""


@dataclass(frozen=True)
class _Reconstructions(Need):
    """Seed -> cleaned answers of each further reconstruction."""

    def frames(self, config: Config) -> tuple[str, ...]:
        return ("answers",)

    def files(self, config: Config) -> tuple[str, ...]:
        return tuple(path.as_posix() for path in reconstruction_files(Path(str(config.study.alternatives))))

    def options(self, config: Config, codebook: Codebook) -> Any:
        return {
            "folder": config.study.alternatives,
            "cleaning": config.cleaning.model_dump(mode="json"),
            "codebook": Codes().options(config, codebook),
        }

    def value(self, paths: Files, options: Any) -> Mapping[int, pd.DataFrame]:
        questions = Codebook.model_validate(options["codebook"])
        cleaning = CleaningSection(**options["cleaning"])
        return read_reconstructions(Path(options["folder"]), questions, cleaning, len(read_table(paths[0])))


@stage("spread", "spread_summary", asked_by=lambda config: bool(config.study.alternatives))
def compare_reconstructions(
    answers: pd.DataFrame,
    alternatives: Annotated[Mapping[int, pd.DataFrame], _Reconstructions()],
    model: MeasuredClaims,
    codebook: Codebook,
    pls: PlsFitOptions,
    groups: Annotated[GroupsSection, Options(GroupsSection, ("variables", "smallest"))],
) -> StageResult:
    """How far unprinted quantities differ between the data in use and its alternatives.

    Parameters
    ----------
    answers : cleaned, in use.
    alternatives : seed -> cleaned answers of a reconstruction of the same tables.
    model : measured by the items kept in the data in use, for all reconstructions alike.
    groups : `variables` whose categories are compared, where they have `smallest` respondents in every
        reconstruction.
    """
    require_demographics(groups.variables, codebook, "config.yaml, groups.variables")
    frames = {"data_in_use": answers, **{f"seed {seed}": frame for seed, frame in alternatives.items()}}
    pairs = _pairs(list(frames.values()), codebook, groups)
    refusals = Refusals(model.items, model.names)
    found = [
        refusals.attempt(name, partial(unprinted_quantities, frame, model, codebook, pls, pairs))
        for name, frame in frames.items()
    ]
    quantities = [one for one in found if one is not None]
    table = spread(quantities) if len(quantities) > 1 else pd.DataFrame()
    card: Card = {
        **pls_estimator(model, pls),
        "method": "quantities_in_reconstructions",
        "correlations": pls.correlation,
        "cfa": "maximum_likelihood_correlated_factors",
        "group_differences": "hedges_g_of_outcome_means",
        "groups": "large_enough",
        "smallest": groups.smallest,
        "kept_items": "kept_in_data_in_use",
        "reconstructions": len(quantities),
        "seeds": ", ".join(map(str, alternatives)),
        **respondents(len(answers)),
        **refusals.card(),
    }
    return StageResult(
        tables={"spread": table, "spread_summary": summary(table) if len(table) else table},
        cards={"spread": card, "spread_summary": card},
    )


def unprinted_quantities(
    answers: pd.DataFrame, model: Model, codebook: Codebook, pls: PlsSection, pairs: Sequence[Pair]
) -> pd.DataFrame:
    """`quantity`, the columns `OF` and `value` for the answers of one reconstruction; none of it is printed.

    Means and standard deviations of the items, fit of the confirmatory model, PLS path coefficients, HTMT of
    all pairs of constructs, and how far groups of respondents differ in the outcomes, in pooled standard
    deviations (Hedges's g).

    Raises
    ------
    StatisticsError
        where the confirmatory model or PLS-SEM cannot be estimated.
    """
    items = answers[list(model.items)]
    x = items.to_numpy(dtype=np.float64)
    membership, names = model.membership(), model.names
    indices = fit_indices(fit_cfa(covariance(x, ddof=0), len(x), membership))
    correlations = PlsInputs.of(answers, model, pls).correlation()
    paths = fit_model(correlations, len(x), model, pls).path_coefficients
    ratios = htmt(correlations, membership)
    rows = [_line("item_mean", value, str(item)) for item, value in items.mean().items()]
    rows += [_line("item_sd", value, str(item)) for item, value in items.std().items()]
    rows += [_line("cfa_fit", getattr(indices, name), name) for name in FIT]
    rows += [
        _line("pls_path", paths[names.index(source), names.index(target)], source, target)
        for source, target in model.paths
    ]
    rows += [
        _line("htmt", ratios[i, j], names[i], names[j])
        for i, j in zip(*np.tril_indices(len(names), -1), strict=True)
    ]
    rows += _subgroup_differences(answers, model, codebook, pairs)
    return pd.DataFrame(rows, columns=["quantity", *OF, "value"])


def _line(quantity: str, value: float, *of: str) -> tuple[object, ...]:
    """One line, the columns `OF` that are not given being empty."""
    return (quantity, *of, *[""] * (len(OF) - len(of)), float(value))


def spread(reconstructions: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """How far they lie apart: `quantity`, the columns `OF`, `minimum, mean, maximum, range, reconstructions`.

    reconstructions : as `unprinted_quantities` gives them.
    """
    values = pd.concat(reconstructions, ignore_index=True).groupby(["quantity", *OF], sort=False)["value"]
    table = values.agg(minimum="min", mean="mean", maximum="max").reset_index()
    table["range"] = table["maximum"] - table["minimum"]
    table["reconstructions"] = len(reconstructions)
    return table


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One line per kind of quantity: `quantity, n, median_range, largest_range`, and `OF` of the largest."""
    return pd.DataFrame(
        [
            {
                "quantity": quantity,
                "n": len(lines),
                "median_range": lines["range"].median(),
                "largest_range": lines["range"].max(),
                **lines[list(OF)].iloc[int(np.nanargmax(lines["range"]))].add_prefix("largest_").to_dict(),
            }
            for quantity, lines in table.groupby("quantity", sort=False)
        ]
    )


def _pairs(frames: Sequence[pd.DataFrame], codebook: Codebook, section: GroupsSection) -> list[Pair]:
    """Categories of the same question that are large enough in every reconstruction, two by two."""
    pairs: list[Pair] = []
    for variable in section.variables:
        sizes = [demographic_codes(frame[variable], codebook, variable).value_counts() for frame in frames]
        entry = codebook.demographics[variable]
        codes = [str(code) for code in entry.categories or range(1, len(entry.bands) + 1)]
        large = [code for code in codes if all(size.get(code, 0) >= section.smallest for size in sizes)]
        pairs += [(variable, first, second) for first, second in combinations(large, 2)]
    return pairs


def _subgroup_differences(
    answers: pd.DataFrame, model: Model, codebook: Codebook, pairs: Sequence[Pair]
) -> Iterator[tuple[object, ...]]:
    variables = dict.fromkeys(variable for variable, _, _ in pairs)
    codes = {variable: demographic_codes(answers[variable], codebook, variable) for variable in variables}
    items = {construct.name: list(construct.items) for construct in model.constructs}
    for outcome in model.outcomes:
        score = answers[items[outcome]].mean(axis=1).to_numpy()[:, None]
        for variable, first, second in pairs:
            one, two = (score[(codes[variable] == code).to_numpy()] for code in (first, second))
            found = mean_difference(one, two)
            yield _line("subgroup_difference", found.hedges_g[0], outcome, "", variable, first, second)
