"""The table of a claimed mediation on the simulated survey, against fits of each resample by themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stages.pls.mediation import mediation_frame
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.resample import resampled_units
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.bootstrap import bootstrap_pls
from smartcity_survey.study.config import ModelSection, PlsSection
from smartcity_survey.study.model import Model, build_model
from tests.stages import simulated

A, M, N, *_ = simulated.CONSTRUCTS
Y = simulated.OUTCOME
DRAWS = 60
SECTION = PlsSection(bootstrap_draws=100)


def model() -> Model:
    """A to Y by itself, by way of M, of N, and of both, one after the other."""
    section = {
        "constructs": {name: {} for name in (A, M, N, Y)},
        "paths": [{"from": [A], "to": M}, {"from": [A, M], "to": N}, {"from": [A, M, N], "to": Y}],
    }
    return build_model(ModelSection.model_validate(section), simulated.codebook())


def answers() -> Array:
    return simulated.answers()[list(model().items)].to_numpy(dtype=float)


def effects(x: Array) -> dict[str, float]:
    """Effects of A on Y by hand: each chain, all of them, the path, and the sum."""
    fit = fit_pls(correlation(x), len(x), pls_model(model(), SECTION))
    at = {name: place for place, name in enumerate(model().names)}

    def path(source: str, target: str) -> float:
        return float(fit.path_coefficients[at[source], at[target]])

    chains = {
        M: path(A, M) * path(M, Y),
        N: path(A, N) * path(N, Y),
        f"{M}, {N}": path(A, M) * path(M, N) * path(N, Y),
    }
    indirect = sum(chains.values())
    return {**chains, "total_indirect": indirect, "direct": path(A, Y), "total": indirect + path(A, Y)}


def table() -> pd.DataFrame:
    """Lines of A and Y by mediators, or by what they are of."""
    bootstrap = bootstrap_pls(answers(), pls_model(model(), SECTION), DRAWS, seed=1)
    frame = mediation_frame(bootstrap, model().names, model().path_matrix(), SECTION)
    own = frame[(frame["source"] == A) & (frame["target"] == Y)]
    return own.set_index(own["via"].where(own["effect"] == "specific", own["effect"]))


def test_specific_and_total_indirect_effects_with_their_errors() -> None:
    """Serial and parallel mediators; errors and intervals are of sums and products in every resample."""
    found, expected = table(), effects(answers())
    assert set(found.index) == set(expected)
    rows = resampled_units(1, 0, DRAWS, len(answers()))
    drawn = pd.DataFrame([effects(answers()[own]) for own in rows])
    for name, value in expected.items():
        line = found.loc[name]
        assert line["estimate"] == pytest.approx(value, rel=1e-9), name
        assert line["boot_se"] == pytest.approx(drawn[name].std(), rel=1e-6), name
        low, high = np.quantile(drawn[name], [0.025, 0.975])
        assert [line["ci_low"], line["ci_high"]] == pytest.approx([low, high], rel=1e-6), name


def test_of_two_constructs_without_a_path_there_is_no_direct_effect() -> None:
    paths = model().path_matrix()
    place = [model().names.index(name) for name in (A, Y)]
    paths[place[0], place[1]] = False
    bootstrap = bootstrap_pls(answers(), pls_model(model(), SECTION), DRAWS, seed=1)
    frame = mediation_frame(bootstrap, model().names, paths, SECTION)
    own = frame[(frame["source"] == A) & (frame["target"] == Y)]
    assert own["effect"].tolist() == ["specific"] * 3 + ["total_indirect"]
