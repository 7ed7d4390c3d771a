"""PLS-SEM of incomplete questionnaires: means in the gaps, imputed samples, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import StageResult, write_table
from smartcity_survey.stages.measurement.measurement import evaluate_measurement
from smartcity_survey.stages.needs import AllAnswers, PlsAnswers
from smartcity_survey.stages.pls.pls import estimate_pls, fit_model
from smartcity_survey.study.config import PlsSection, parse_config
from tests.stages import simulated
from tests.stages.missing_answers.gaps import complete, with_gaps

SECTION = PlsSection(bootstrap_draws=100)
ITEMS = list(simulated.model().items)


def imputed(m: int = 4) -> StageResult:
    return estimate_pls(
        complete(),
        simulated.model(),
        SECTION,
        7,
        missing="multiple_imputation",
        everybody=with_gaps(),
        imputed_samples=m,
    )


def test_imputed_samples_are_pooled_and_no_file_holds_them() -> None:
    result = imputed()
    card = result.cards["pls_paths"]
    assert (card["n"], card["n_complete"]) == (len(with_gaps()), len(complete()))
    assert (card["missing"], card["pooled"], card["imputations"]) == ("multiple_imputation", "rubin", 4)
    assert card["bootstrap_draws"] == 100
    assert result.cards["plsc_paths"]["missing"] == "multiple_imputation"
    assert not result.private
    # More respondents than complete questionnaires tell more.
    alone = estimate_pls(complete(), simulated.model(), SECTION, 7)
    assert result.tables["pls_paths"]["boot_se"].mean() < alone.tables["pls_paths"]["boot_se"].mean()
    assert imputed().tables["pls_paths"].equals(result.tables["pls_paths"])


def test_without_gaps_imputation_changes_nothing_but_the_resamples() -> None:
    answers = simulated.answers()
    result = estimate_pls(
        answers,
        simulated.model(),
        SECTION,
        7,
        missing="multiple_imputation",
        everybody=answers,
        imputed_samples=2,
    )
    alone = estimate_pls(answers, simulated.model(), SECTION, 7)
    np.testing.assert_allclose(
        result.tables["pls_paths"]["estimate"], alone.tables["pls_paths"]["estimate"], atol=1e-10
    )


def test_means_stand_in_the_gaps(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    write_table(with_gaps(), path)
    filled = PlsAnswers().value([path], {"complete": ITEMS, "replaced": ITEMS})
    gaps = with_gaps()[ITEMS].isna().to_numpy()
    means = np.broadcast_to(with_gaps()[ITEMS].mean().to_numpy(), gaps.shape)
    np.testing.assert_allclose(filled[ITEMS].to_numpy()[gaps], means[gaps])
    np.testing.assert_array_equal(filled[ITEMS].to_numpy()[~gaps], with_gaps()[ITEMS].to_numpy()[~gaps])
    left = PlsAnswers().value([path], {"complete": ITEMS, "replaced": []})
    assert left["respondent"].tolist() == complete()["respondent"].tolist()
    assert AllAnswers("pls", ("multiple_imputation",)).value([], None) is None


def test_cards_say_that_means_stand_in_the_gaps() -> None:
    means = with_gaps()[ITEMS].mean()
    filled = with_gaps().fillna(means.to_dict())
    result = evaluate_measurement(filled, simulated.model(), SECTION, "mean_replacement")
    assert {card["missing"] for card in result.cards.values()} == {"mean_replacement"}
    assert result.cards["reliability"]["n"] == len(with_gaps())


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"pls": {"interval": "bca"}}, "percentile intervals"),
        ({"pls": {"correlation": "polychoric"}}, "answers taken as numbers"),
        ({"data": {"weight": "w"}}, "with weights complete questionnaires alone"),
        ({"missing": {"imputations": 1}}, "missing.imputations"),
    ],
)
def test_contradictions_are_refused(
    config_content: dict[str, Any], change: dict[str, Any], found: str
) -> None:
    content = {
        **config_content,
        "cleaning": {**config_content["cleaning"], "missing_items_at_most": 3},
        "missing": {"pls": "multiple_imputation"},
    }
    assert parse_config(content, "config.yaml").missing.asked
    for key, own in change.items():
        content[key] = {**content.get(key, {}), **own}
    with pytest.raises(SurveyError, match=found):
        parse_config(content, "config.yaml")


def test_pairs_of_items_by_those_who_answered_both() -> None:
    result = estimate_pls(
        complete(), simulated.model(), SECTION, 7, missing="pairwise", everybody=with_gaps()
    )
    fit = fit_model(with_gaps()[ITEMS].corr().to_numpy(), len(with_gaps()), simulated.model(), SECTION)
    found = result.tables["pls_paths"]["estimate"].to_numpy()
    outcome = simulated.model().names.index(simulated.OUTCOME)
    np.testing.assert_allclose(found, fit.path_coefficients[:outcome, outcome], atol=1e-9)
    for name in ("pls_paths", "plsc_paths"):
        card = result.cards[name]
        assert (card["n"], card["n_complete"], card["missing"]) == (
            len(with_gaps()),
            len(complete()),
            "pairwise",
        )
