"""Rival models on the simulated survey: criteria and losses are seminr's, and odd rivals are refused."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import StageResult
from smartcity_survey.stages.needs import Claimed, never
from smartcity_survey.stages.pls.pls_prediction import predict_answers
from smartcity_survey.stages.pls_advanced.model_comparison import compare_models, has_rivals
from smartcity_survey.stats.core.significance import t_two_sided
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config, PlsSection
from smartcity_survey.study.model import Model, build_model
from tests.stages import simulated
from tests.stages.refusals import refused
from tests.stages.weights.drawn import WAYS, answers, design

A, B, C, *_ = simulated.CONSTRUCTS
Y = simulated.OUTCOME
OWN = ((A, C), (B, C), (C, Y), (A, Y))
RIVALS = {"lean": ((A, C), (C, Y)), "other": ((B, C), (B, Y), (C, Y))}
N = 30


def model() -> Model:
    """A and B to C, C and A to Y; a rival without B, and one without A."""
    kept = tuple(one for one in simulated.model().constructs if one.name in (A, B, C, Y))
    return replace(simulated.model(), constructs=kept, paths=OWN, other_models=tuple(RIVALS.items()))


@cache
def compared() -> StageResult:
    """Every respondent is predicted from all others: folds do not depend on a seed."""
    return compare_models(simulated.answers().head(N), model(), PlsSection(folds=N, repetitions=1), 1)


def of_seminr(paths: tuple[tuple[str, str], ...]) -> Any:
    seminr = pytest.importorskip("seminr", reason="seminr, the oracle, is not installed")
    frame, names = simulated.answers().head(N), {name for path in paths for name in path}
    own = [one for one in model().constructs if one.name in names]
    return seminr.estimate_pls(
        {item: frame[item].to_numpy() for one in own for item in one.items},
        seminr.constructs(*(seminr.composite(one.name, list(one.items)) for one in own)),
        seminr.relationships(*(seminr.paths(*path) for path in paths)),
        inner_weights=seminr.path_weighting,
        max_it=3000,
        stop_criterion=13,
    )


def test_criteria_are_those_of_seminr() -> None:
    seminr = pytest.importorskip("seminr", reason="seminr, the oracle, is not installed")
    table = compared().tables["model_criteria"].set_index(["path_model", "outcome"])
    for name, paths in ({"declared": OWN} | RIVALS).items():
        theirs = seminr.it_criteria(of_seminr(paths))
        for column, outcome in enumerate(theirs.cols):
            line = table.loc[(name, outcome)]
            np.testing.assert_allclose(
                line[["aic", "bic"]].astype(float), theirs.values[:, column], atol=1e-7
            )
    weights = table["akaike_weight"].unstack()
    np.testing.assert_allclose(weights.sum(), 1)
    expected = seminr.compute_itcriteria_weights(table["bic"].unstack()[Y].tolist())
    np.testing.assert_allclose(weights[Y], expected, rtol=1e-12)


def test_gm_takes_its_error_from_all_predictors_of_all_models() -> None:
    """By least squares on the scores of a model in which A, B and C explain Y."""
    table = compared().tables["model_criteria"].query("outcome == @Y").set_index("path_model")
    full = of_seminr(((A, Y), (B, Y), (C, Y)))
    scores = {name: full.construct_scores.column(name) for name in (A, B, C, Y)}
    design = np.column_stack([np.ones(N), *(scores[name] for name in (A, B, C))])
    error = float(np.linalg.lstsq(design, scores[Y], rcond=None)[1][0]) / (N - 4)
    for name, k in (("declared", 2), ("lean", 1), ("other", 2)):
        squares = (1 - table.loc[name, "r2"]) * (N - 1)
        assert table.loc[name, "gm"] == pytest.approx(squares / error + (k + 1) * np.log(N))


def test_losses_are_those_of_seminr_extras() -> None:
    extras = pytest.importorskip("seminrExtras", reason="seminrExtras, the oracle, is not installed")
    table = compared().tables["model_losses"].set_index(["path_model", "subject"])
    for name, paths in RIVALS.items():
        theirs = extras.assess_cvpat_compare(of_seminr(OWN), of_seminr(paths), nboot=10).table
        for outcome in (C, Y):
            row = theirs.values[theirs.rows.index(outcome)]
            line = table.loc[(name, outcome)]
            np.testing.assert_allclose([line["loss"], line["benchmark_loss"]], row[:2], atol=1e-7)
            np.testing.assert_allclose(line["difference"], row[0] - row[1], atol=1e-7)
    t, df = table["t"].to_numpy(), int(table["df"].iloc[0])
    np.testing.assert_allclose(table["p"], t_two_sided(t, df))
    assert df == N - 1


def test_all_items_weigh_alike() -> None:
    table = compared().tables["model_losses"].query("path_model == 'lean'").set_index("subject")
    sizes = np.array([len(simulated.items_of(name)) for name in (C, Y)])
    expected = sizes @ table.loc[[C, Y], "loss"] / sizes.sum()
    assert table.loc["all", "loss"] == pytest.approx(expected)


@pytest.mark.parametrize("way", [*WAYS, None])
def test_the_own_loss_is_that_of_plspredict(way: str | None) -> None:
    """With weights and clusters too, in the same folds."""
    section = PlsSection(folds=3, repetitions=2)
    frame, own = (simulated.answers(), None) if way is None else (answers(way), design(way))
    found = compare_models(frame, model(), section, 1, own)
    alone = predict_answers(frame, model(), section, 1, own).tables["cvpat"].query("benchmark == 'linear'")
    ours = found.tables["model_losses"].query("path_model == 'other'").set_index("subject")["loss"]
    np.testing.assert_allclose(ours, alone.set_index("subject").loc[ours.index, "loss"], rtol=1e-12)
    assert ("weights" in found.cards["model_losses"]) == (way in ("weighted", "both"))


@pytest.mark.parametrize(
    ("rivals", "message"),
    [
        ({"lean": [{"from": ["trus"], "to": "use"}]}, r"model.other_models.lean: trus is not a construct"),
        ({"lean": []}, r"model.other_models.lean: it has no paths"),
        ({"lean": [{"from": ["trust"], "to": "use"}]}, r"it has the same paths as `paths`"),
        ({"declared": [{"from": ["use"], "to": "trust"}]}, r"the tables call the model under `paths` so"),
        (
            {name: [{"from": ["use"], "to": "trust"}] for name in ("one", "two")},
            r"other_models.two: it has the same paths as `other_models.one`",
        ),
    ],
)
def test_odd_rivals_are_refused(
    config_content: dict[str, Any], codebook: Codebook, rivals: dict[str, Any], message: str
) -> None:
    config_content["model"]["other_models"] = rivals
    with pytest.raises(SurveyError, match=message):
        build_model(Config.model_validate(config_content).model, codebook)


def test_only_this_stage_depends_on_rivals(config_content: dict[str, Any], codebook: Codebook) -> None:
    config_content["model"]["other_models"] = {"back": [{"from": ["use"], "to": "trust"}]}
    config = Config.model_validate(config_content)
    assert has_rivals(config)
    without = config.model_copy(update={"model": config.model.model_copy(update={"other_models": {}})})
    assert not has_rivals(without)
    for need, same in ((Claimed(True, never), True), (Claimed(True, never, rivals=True), False)):
        assert (need.options(config, codebook) == need.options(without, codebook)) is same


def test_a_model_without_a_solution_leaves_the_others() -> None:
    frame = pd.DataFrame(simulated.answers().head(N))
    items = list(simulated.items_of(A))
    frame[items] = frame[[items[0]] * len(items)].to_numpy()
    formative = tuple(replace(one, mode="mode_b") if one.name == A else one for one in model().constructs)
    own = replace(model(), constructs=formative, other_models=(("without", ((B, C), (C, Y))),))
    found = compare_models(frame, own, PlsSection(folds=3, repetitions=1), 1)
    assert set(found.tables["model_criteria"]["path_model"]) == {"without"}
    assert found.tables["model_losses"].empty
    assert {line["reason"] for line in found.cards["model_losses"]["refused"]} == {"dependent"}


def test_fewer_respondents_than_folds_are_refused_in_words() -> None:
    """As PLSpredict's are: no error of the core reaches the user."""
    few = simulated.answers().head(N)
    with pytest.warns(UserWarning, match=f"{N} respondents, at least {N + 1}"):
        result = compare_models(few, model(), PlsSection(folds=N + 1, repetitions=1), 1)
    assert all(table.empty for table in result.tables.values())
    assert [reason for _, reason, _ in refused(result, "model_losses")] == ["too_few_rows"]
