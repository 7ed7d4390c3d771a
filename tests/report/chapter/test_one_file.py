"""The chapter of a reconstruction tells what is of its one file as that, and that of people does not."""

from __future__ import annotations

import pytest

from smartcity_survey.report.chapter.document import Document, TableBlock
from smartcity_survey.report.wording import LANGUAGES, load_wording
from smartcity_survey.study.config import Language
from tests.report.chapter.conftest import DECIDED, Compose, words


def headings(document: Document, name: str) -> tuple[str, ...]:
    (block,) = (block for block in document.numbered() if block.id == f"table-{name}")
    assert isinstance(block, TableBlock)
    return block.table.headings


@pytest.mark.parametrize("language", LANGUAGES)
def test_prediction_and_residuals_are_said_to_be_of_the_answers_in_use(
    compose_study: Compose, language: Language
) -> None:
    """The sentence stands before the numbers that it is about."""
    wording = load_wording(language)
    rebuilt, of_people = (
        words(compose_study(language, reconstruction=known, without=() if known else DECIDED))
        for known in (True, False)
    )
    for key, about in (
        ("structural.prediction_in_use", ("PLSpredict", wording["chapter.structural.cvpat_sign"])),
        ("regression.residuals_in_use", (wording["chapter.regression.unequal_variance"].partition("{")[0],)),
    ):
        said = wording[f"chapter.{key}"]
        (paragraph,) = (one for one in rebuilt.splitlines() if said in one)
        before, after = paragraph.split(said)
        for told in about:
            assert told in after
            assert told not in before
        assert said not in of_people


def test_paths_stand_beside_their_sets(compose_study: Compose) -> None:
    heading = load_wording("en")["columns.possible"]
    assert heading in headings(compose_study(), "pls_paths")
    assert heading not in headings(compose_study(reconstruction=False, without=DECIDED), "pls_paths")
