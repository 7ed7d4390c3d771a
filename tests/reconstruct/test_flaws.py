import numpy as np
import pandas as pd
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.reconstruct.flaws import NO_ANSWER, RETAINED, FlawCounts, add_flawed_rows

ITEMS = [f"Q{number}" for number in range(1, 21)]
COUNTS = FlawCounts(blank_form=4, abandoned=9, skipped=7, out_of_range=6, duplicate_respondent=5)


@pytest.fixture(scope="module")
def usable():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.integers(1, 6, size=(60, len(ITEMS))).astype(float), columns=ITEMS)
    frame.insert(0, "age", rng.integers(1, 4, size=60).astype(float))
    return frame


@pytest.fixture(scope="module")
def mixed(usable):
    return add_flawed_rows(usable, ITEMS, COUNTS, np.random.default_rng(1))


def test_usable_rows_keep_order_and_values(usable, mixed):
    kept = mixed[mixed[RETAINED] == 1].reset_index(drop=True)
    assert kept[usable.columns].equals(usable)
    assert mixed[RETAINED].iloc[0] == 1
    assert len(mixed) == len(usable) + COUNTS.total


def test_every_flaw_occurs_as_often_as_asked(mixed):
    flawed = mixed[mixed[RETAINED] == 0]
    answers = flawed[ITEMS]
    repeated = mixed["respondent"].duplicated()[flawed.index]
    blank = answers.isna().all(axis=1)
    abandoned = answers.isna().any(axis=1) & ~blank
    skipped = (answers == NO_ANSWER).any(axis=1)
    stray = (~answers.isin([1, 2, 3, 4, 5, NO_ANSWER]) & answers.notna()).any(axis=1)
    found = FlawCounts(*(int(kind.sum()) for kind in (blank, abandoned, skipped, stray, repeated)))
    assert found == COUNTS
    assert (blank.astype(int) + abandoned + skipped + stray + repeated == 1).all()


def test_abandoned_forms_end_at_one_place(mixed):
    missing = mixed.loc[mixed[ITEMS].isna().any(axis=1), ITEMS].isna().to_numpy()
    assert (np.diff(missing.astype(int), axis=1) >= 0).all()


def test_a_duplicate_repeats_an_earlier_usable_form(mixed, usable):
    for position in np.flatnonzero(mixed["respondent"].duplicated()):
        row = mixed.iloc[position]
        first = mixed[mixed["respondent"] == row["respondent"]].iloc[0]
        assert first[RETAINED] == 1
        assert first.name < position
        assert row[usable.columns].equals(first[usable.columns])


def test_same_seed_gives_the_same_rows(usable, mixed):
    assert add_flawed_rows(usable, ITEMS, COUNTS, np.random.default_rng(1)).equals(mixed)


def test_too_few_usable_rows_are_refused(usable):
    with pytest.raises(SurveyError, match="1 usable rows"):
        add_flawed_rows(usable.head(1), ITEMS, COUNTS, np.random.default_rng(1))
