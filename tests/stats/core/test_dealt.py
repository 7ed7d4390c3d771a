"""Random groups: dealt alike, one size, and variances of respondents."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.dealt import GROUPS, LARGEST, deal

N = LARGEST + 12_345


def test_samples_that_are_small_are_taken_one_by_one() -> None:
    assert deal(LARGEST, 1) is None


def test_groups_are_of_one_size_and_dealt_at_random() -> None:
    found, again, other = deal(N, 1), deal(N, 1), deal(N, 2)
    assert found is not None
    assert again is not None
    assert other is not None
    sizes = np.bincount(found.codes)
    assert len(sizes) == found.count == GROUPS
    assert sizes.max() - sizes.min() == 1
    np.testing.assert_array_equal(found.codes, again.codes)
    assert (found.codes != other.codes).mean() > 0.99
    # A file sorted by an answer: its groups are as mixed as those of any other.
    assert abs(np.corrcoef(np.arange(N), found.codes)[0, 1]) < 0.03


def test_few_clusters_are_the_groups_and_many_are_dealt_whole() -> None:
    few = np.arange(N) % 300
    found = deal(N, 1, few)
    assert found is not None
    np.testing.assert_array_equal(found.codes, few)
    many = np.arange(N) // 2
    dealt = deal(N, 1, many)
    assert dealt is not None
    assert dealt.count == GROUPS
    assert (dealt.codes[::2][: N // 2] == dealt.codes[1::2]).all()


def test_sums_and_products_are_those_of_the_members() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(N, 3)), rng.normal(size=(N, 2))
    groups = deal(N, 1)
    assert groups is not None
    members = groups.codes == 77
    np.testing.assert_allclose(groups.sums(x)[77], x[members].sum(axis=0), atol=1e-12)
    np.testing.assert_allclose(groups.products(x, y)[77], x[members].T @ y[members], atol=1e-12)
    some = groups.subset(np.arange(N) % 5 > 0)
    np.testing.assert_allclose(
        some.sums(x[np.arange(N) % 5 > 0])[77], x[members & (np.arange(N) % 5 > 0)].sum(axis=0), atol=1e-12
    )


def test_the_variance_of_a_mean_is_that_of_respondents() -> None:
    """Of sorted values too, for which groups of neighbours, or every tenth, would be far off."""
    x = np.sort(np.random.default_rng(4).exponential(size=N))
    groups = deal(N, 5)
    assert groups is not None
    sums = groups.sums(x - x.mean()) * (groups.count / N)
    found = np.sqrt(np.square(sums).sum() / (groups.count * (groups.count - 1)))
    # Four standard deviations of the estimate, from the kurtosis of a mean of three exponentials.
    assert abs(found / (x.std() / np.sqrt(N)) - 1) < 4 * np.sqrt((2 + 6 / 3) / (4 * groups.count))
