"""Chains of paths and their effects: they add up to seminr's indirect effects."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.mediation import (
    chain_effects,
    chain_standard_errors,
    chains,
    indirect_standard_errors,
    mediation_type,
    total_indirect,
)
from tests.stats.pls_data import reference

# seminr was run to 1e-13.
SEMINR = 1e-10


def test_effects_along_all_chains_add_up_to_the_indirect_effects_of_seminr() -> None:
    data = reference("mobi")
    fit = fit_pls(data.R, data.n, data.model())
    along = chains(data.paths)
    sums = np.zeros_like(fit.path_coefficients)
    for chain, effect in zip(along, chain_effects(fit.path_coefficients, along), strict=True):
        sums[chain[0], chain[-1]] += effect
    np.testing.assert_allclose(sums, fit.indirect_effects, rtol=0, atol=SEMINR)
    printed = data.array("seminr", "total_effects") - data.array("seminr", "paths")
    np.testing.assert_allclose(sums, printed, rtol=0, atol=SEMINR)


def test_chains_of_a_small_model() -> None:
    paths = np.zeros((4, 4), dtype=bool)
    paths[0, 1] = paths[1, 2] = paths[0, 2] = paths[2, 3] = True
    assert chains(paths) == ((0, 1, 2), (0, 2, 3), (0, 1, 2, 3), (1, 2, 3))


def test_effects_are_products_for_every_draw() -> None:
    draws = np.zeros((2, 3, 3))
    draws[:, 0, 1] = 0.5, 0.4
    draws[:, 1, 2] = 0.2, -0.5
    np.testing.assert_allclose(chain_effects(draws, ((0, 1, 2),)), [[0.1], [-0.2]])
    assert chain_effects(draws, ()).shape == (2, 0)


def test_a_model_of_direct_paths_has_no_chain() -> None:
    assert chains(reference("sim676").paths) == ()


def test_standard_errors_of_a_product_are_those_of_sobel() -> None:
    estimate, error = np.zeros((3, 3)), np.zeros((3, 3))
    estimate[0, 1], estimate[1, 2] = 0.5, 0.4
    error[0, 1], error[1, 2] = 0.1, 0.2
    found = chain_standard_errors(estimate, error, ((0, 1, 2),))
    np.testing.assert_allclose(found, [np.sqrt((0.4 * 0.1) ** 2 + (0.5 * 0.2) ** 2)])


def test_the_total_indirect_effect_is_that_of_all_chains_with_what_they_share() -> None:
    """Two chains 0 -> 1 -> 3 and 0 -> 1 -> 2 -> 3: (c + b d) a, whose slope by a is c + b d."""
    a, b, c, d = 0.5, 0.4, 0.3, 0.2
    estimate, error = np.zeros((4, 4)), np.zeros((4, 4))
    estimate[0, 1], estimate[1, 2], estimate[1, 3], estimate[2, 3] = a, b, c, d
    error[0, 1], error[1, 2], error[1, 3], error[2, 3] = 0.1, 0.2, 0.05, 0.3
    along = tuple(chain for chain in chains(estimate != 0) if (chain[0], chain[-1]) == (0, 3))
    assert total_indirect(chain_effects(estimate, along)) == pytest.approx(a * (c + b * d))
    by_hand = [(c + b * d) * 0.1, a * d * 0.2, a * 0.05, a * b * 0.3]
    found = indirect_standard_errors(estimate, error, along)
    assert float(found) == pytest.approx(np.linalg.norm(by_hand))


@pytest.mark.parametrize(
    ("indirect", "indirect_p", "direct", "direct_p", "kind"),
    [
        (0.2, 0.01, 0.3, 0.01, "complementary"),
        (-0.2, 0.01, -0.3, 0.01, "complementary"),
        (-0.2, 0.01, 0.3, 0.01, "competitive"),
        (0.2, 0.01, 0.3, 0.2, "indirect_only"),
        (0.2, 0.3, 0.3, 0.01, "direct_only"),
        (0.2, 0.3, 0.3, 0.2, "no_effect"),
        (0.2, 0.05, 0.3, 0.05, "no_effect"),
    ],
)
def test_the_types_of_zhao_lynch_and_chen(
    indirect: float, indirect_p: float, direct: float, direct_p: float, kind: str
) -> None:
    assert mediation_type(indirect, indirect_p, direct, direct_p, alpha=0.05) == kind
