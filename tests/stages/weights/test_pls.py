"""PLS-SEM of respondents drawn in clusters: clusters are resampled as a whole."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stages.pls.pls import estimate_pls, pls_model
from smartcity_survey.stages.pls.pls_assessment import assess_pls
from smartcity_survey.stats.pls.bootstrap import bootstrap_pls
from smartcity_survey.study.config import PlsSection
from tests.stages import simulated
from tests.stages.weights.drawn import answers, design
from tests.stages.weights.test_stages import MODEL, x

SECTION = PlsSection(bootstrap_draws=200, exact_fit_draws=20)


@pytest.mark.parametrize("way", ["clustered", "both"])
def test_resamples_consist_of_clusters(way: str) -> None:
    result = estimate_pls(answers(way), MODEL, SECTION, 4)
    own = design(way)
    found = bootstrap_pls(
        x(way),
        pls_model(MODEL, SECTION),
        200,
        seed=4,
        weights=own.weights if own.weighted else None,
        groups=own.clusters,
    ).summary("path_coefficients")
    where = tuple(
        np.array([MODEL.names.index(name) for name in side]) for side in zip(*MODEL.paths, strict=True)
    )
    np.testing.assert_allclose(result.tables["pls_paths"]["boot_se"], found.se[where])
    card = result.cards["pls_paths"]
    assert (card["clusters"], card.get("weights")) == (40, "sampling_weights" if way == "both" else None)


def test_what_needs_independent_respondents_is_left_out_or_says_that_clusters_are_ignored() -> None:
    clustered = assess_pls(answers("clustered"), MODEL, simulated.codebook(), SECTION, 1)
    assert clustered.tables["pls_fit"]["p"].isna().all()
    assert clustered.cards["blindfolding"]["clusters"] == "not_used"
    assert not clustered.tables["blindfolding"].empty
    weighted = assess_pls(answers("weighted"), MODEL, simulated.codebook(), SECTION, 1)
    assert weighted.tables["blindfolding"].empty
    assert [line["reason"] for line in weighted.cards["blindfolding"]["refused"]] == ["no_weights"]
