"""The plan of a finished study: closed forms, its own covariance, its losses, its strata, and refusals."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

from smartcity_survey.cli import app
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import read_table, write_table
from smartcity_survey.plan.finished import read_finished
from smartcity_survey.plan.sizes import Plan, plan_of
from smartcity_survey.plan.strata import strata_of
from smartcity_survey.plan.write import write_plan
from smartcity_survey.stats.evidence.power import rows_needed
from smartcity_survey.stats.planning.sample_size import rows_for_margin
from tests.plan.studies import BLANK, FINISHED, READ, N, R, finished_study

SHARE = N / READ
"""Of those asked, analysed, as in the study."""


def planned(folder: Path) -> Plan:
    study = read_finished(folder)
    return plan_of(study, strata_of(study, folder))


def line(plan: Plan, source: str) -> pd.Series:
    return plan.sizes[plan.sizes["source"] == source].iloc[0]


def population(folder: Path, *rows: str, head: str = "city,age,population") -> str:
    (folder.parent / "people.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return "../people.csv"


PEOPLE = ("1,1,4000", "Түркістан,2,3000", "Almaty,молодые,2000", "2,old,1000")


def test_sizes_are_those_of_the_closed_forms(tmp_path: Path) -> None:
    plan = planned(finished_study(tmp_path / "s", "{coefficient: 0.12, draws: 4000}"))
    percentage = plan.sizes.iloc[0]
    assert percentage["n_formula"] == 385
    assert percentage["n_asked"] == math.ceil(385 / SHARE)
    # R2 and VIF of two predictors, in closed form.
    r2 = (0.5**2 + 0.4**2 - 2 * 0.5 * 0.4 * 0.4) / (1 - 0.4**2)
    f2 = 0.12**2 * (1 - 0.4**2) / (1 - r2)
    for source in ("trust", "ease"):
        own = line(plan, source)
        assert own["n_formula"] == rows_needed(f2, 2)
        assert own["n_analysed"] == pytest.approx(own["n_formula"], rel=0.03)
        assert own["n_asked"] == pytest.approx(own["n_analysed"] / SHARE, abs=1)
        assert own["reached"] == pytest.approx(0.8, abs=0.02)
    assert plan.asked == plan.sizes["n_asked"].max()
    assert plan.analysed == pytest.approx(plan.asked * SHARE)
    assert (plan.losses.usable, plan.losses.complete) == ((READ - BLANK) / READ, N / (READ - BLANK))


def test_expected_losses_take_the_place_of_the_studys(tmp_path: Path) -> None:
    plan = planned(finished_study(tmp_path / "s", "{missing: 0.05, usable: 0.9, response: 0.5}"))
    # Four items, none of which may be missing.
    assert plan.losses.complete == pytest.approx(0.95**4)
    assert plan.analysed == pytest.approx(plan.asked * 0.5 * 0.9 * 0.95**4)
    assert plan.sizes["n_asked"][0] == math.ceil(385 / (0.5 * 0.9 * 0.95**4))


def test_gaps_that_the_methods_bear_lose_nobody(tmp_path: Path) -> None:
    config = FINISHED.replace("rules: [missing_items]", "rules: [missing_items], missing_items_at_most: 2")
    config += "missing: {factor_models: fiml}\n"
    plan = planned(finished_study(tmp_path / "s", "{missing: 0.1}", config))
    assert plan.losses.complete == pytest.approx(stats.binom.cdf(2, 4, 0.1))


def test_clusters_cost_their_design_effect(tmp_path: Path) -> None:
    plan = planned(
        finished_study(
            tmp_path / "s",
            "{coefficient: 0.2, draws: 300, clusters: {size: 10, intraclass_correlation: 0.3}, usable: 1.0}",
        )
    )
    share = N / (READ - BLANK)
    assert plan.design_effect == pytest.approx(1 + 9 * share * 0.3)
    assert plan.sizes["n_formula"][0] == rows_for_margin(0.05, design_effect=plan.design_effect)
    assert plan.asked == 10 * plan.clusters
    alone = planned(finished_study(tmp_path / "t", "{coefficient: 0.2, usable: 1.0}"))
    assert line(plan, "trust")["n_formula"] == pytest.approx(
        line(alone, "trust")["n_formula"] * (1 + 9 * share * 0.09), abs=1
    )
    assert line(plan, "trust")["n_asked"] > 1.1 * line(alone, "trust")["n_asked"]


def test_the_population_bounds_the_margin_and_is_shared_out(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    name = population(folder, *PEOPLE)
    plan = planned(
        finished_study(
            folder, f"{{population: {name}, strata: [city, age], coefficient: 0.3, margin_of_error: 0.04}}"
        )
    )
    assert plan.population == 10_000
    assert plan.sizes["n_formula"][0] == rows_for_margin(0.04, population=10_000)
    assert plan.strata["size"].tolist() == [4000, 3000, 2000, 1000]
    np.testing.assert_allclose(
        plan.strata["asked_proportional"], np.array([4, 3, 2, 1]) * plan.asked / 10, atol=1
    )
    for column in ("asked_proportional", "asked_neyman", "asked"):
        assert plan.strata[column].sum() == plan.asked
    # Neyman: in proportion to members times spread, which is larger in Almaty.
    weights = plan.strata["size"] * plan.strata["spread"]
    np.testing.assert_allclose(plan.strata["asked_neyman"], plan.asked * weights / weights.sum(), atol=1)
    assert plan.strata["spread"][2:].min() > 1.5 * plan.strata["spread"][:2].max()
    assert plan.strata["asked"].equals(plan.strata["asked_proportional"])
    z = stats.norm.ppf(0.975)
    n = plan.strata["asked"] * SHARE
    corrected = z * np.sqrt(0.25 / n * (plan.strata["size"] - n) / (plan.strata["size"] - 1))
    np.testing.assert_allclose(plan.strata["margin_of_error"], corrected, rtol=1e-9)


def test_spread_is_that_of_the_strata(tmp_path: Path) -> None:
    folder = finished_study(tmp_path / "s", "{strata: [city], allocation: neyman}")
    study = read_finished(folder)
    strata = strata_of(study, folder)
    own = study.scores["use"].groupby(study.answers["city"].to_numpy()).std() / study.scores["use"].std()
    np.testing.assert_allclose(strata.spread, own, rtol=1e-12)
    plan = plan_of(study, strata)
    assert plan.strata["asked"].equals(plan.strata["asked_neyman"])
    assert not plan.strata["asked"].equals(plan.strata["asked_proportional"])
    # Scores and answers stand in another order: people are told by their names.
    answers = read_table(folder / "reports/private/answers.csv")
    assert (
        answers["respondent"].tolist()
        != study.answers["respondent"].tolist()
        == study.scores["respondent"].tolist()
    )


def test_paths_are_those_of_the_hypotheses_unless_named(tmp_path: Path) -> None:
    plan = planned(finished_study(tmp_path / "a", "{draws: 100}"))
    assert plan.sizes["source"].dropna().tolist() == ["trust", "ease"]
    # The smallest coefficient that counts is the bound of equivalence.
    assert plan.sizes["coefficient"].dropna().tolist() == [0.1, 0.1]
    named = planned(
        finished_study(tmp_path / "b", "{draws: 100, paths: [{from: ease, to: use, coefficient: -0.2}]}")
    )
    assert named.sizes["source"].dropna().tolist() == ["ease"]
    assert named.sizes["coefficient"].dropna().tolist() == [-0.2]


def test_the_same_study_gives_the_same_files(tmp_path: Path) -> None:
    folder = finished_study(tmp_path / "s", "{draws: 100}")
    files = write_plan(folder, tmp_path / "one").files
    assert {path.name for path in files} >= {"plan.kk.xlsx", "plan.ru.svg", "plan.en.png", "strata.csv"}
    write_plan(folder, tmp_path / "two")
    for path in files:
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


@pytest.mark.parametrize(
    ("language", "asked", "path"),
    [
        ("en", "Asked", "Trust → Use"),
        ("ru", "Опросить", "Доверие → Использование"),
        ("kk", "Сұралатыны", "Сенім → Қолдану"),
    ],
)
def test_the_workbook_has_the_numbers_in_each_language(
    tmp_path: Path, language: str, asked: str, path: str
) -> None:
    folder = finished_study(
        tmp_path / "s", "{draws: 100, clusters: {size: 20, intraclass_correlation: 0.05}}"
    )
    write_plan(folder, tmp_path)
    book = openpyxl.load_workbook(tmp_path / f"plan.{language}.xlsx")
    assert len(book.sheetnames) == 4
    sizes = read_table(tmp_path / "sample_size.csv")
    rows = list(book.worksheets[0].iter_rows(min_row=3, values_only=True))
    column = rows[0].index(asked)
    assert [row[column] for row in rows[1 : 1 + len(sizes)]] == sizes["n_asked"].tolist()
    assert rows[2][0] == path
    strata = list(book.worksheets[1].iter_rows(min_row=4, values_only=True))
    total = next(row for row in strata if row[0] in ("Total", "Итого", "Жиыны"))
    assert sizes["n_asked"].max() <= max(cell for cell in total if isinstance(cell, int))


def test_a_reconstruction_says_that_its_covariance_is_one_of_many(tmp_path: Path) -> None:
    config = FINISHED.replace("language: en}", "language: en, reconstruction: true}")
    folder = finished_study(tmp_path / "s", "{draws: 100}", config)
    assert any("one among many" in said for said in write_plan(folder, tmp_path / "out").said)
    for sheet in openpyxl.load_workbook(tmp_path / "out/plan.ru.xlsx").worksheets[::2]:
        assert any("одна из многих" in str(row[0]) for row in sheet.iter_rows(values_only=True))
    svg = (tmp_path / "out/plan.en.svg").read_text(encoding="utf-8")
    assert "econstruct" in svg
    plain = finished_study(tmp_path / "t", "{draws: 100}")
    assert not any("one among many" in said for said in write_plan(plain, tmp_path / "out2").said)
    assert "econstruct" not in (tmp_path / "out2/plan.en.svg").read_text(encoding="utf-8")


REFUSED = {
    "{clusters: {size: 9}}": "plan.clusters.intraclass_correlation: it is not given",
    **dict.fromkeys(("{margin_of_error: 0.7}", "{margin_of_error: 0.0005}"), "plan.margin_of_error"),
    "{draws: 5}": "plan.draws",
    "{usable: 1.2}": "plan.usable",
    "{missing: 1.0}": "plan.missing",
    "{missing: 0.9999}": "plan.missing",
    "{clusters: {size: 1, intraclass_correlation: 0.1}}": "plan.clusters.size",
    "{clusters: {size: 9, intraclass_correlation: 1.0}}": "plan.clusters.intraclass_correlation",
    "{strata: [town]}": "plan.strata",
    "{strata: [city, city]}": "plan: contradiction: `strata` names city twice",
    "{clusters: {size: 100000, intraclass_correlation: 0.1}}": "plan.clusters.size",
    "{power: 0.04}": "plan.power: 0.04 is no more than the chance of 0.05",
    "{smallest_stratum: 100000}": "plan.smallest_stratum.*strata: at least 400000 are needed",
    "{population: towns.csv, strata: [city]}": "config.yaml, plan.population: there is no file .*towns.csv",
    "{paths: [{from: trust, to: ease}]}": "plan.paths.0: the model has no path from trust to ease",
    "{paths: [{from: tust, to: use}]}": "plan.paths.0.*Did you mean trust",
    "{paths: [{from: trust, to: use, coefficient: 0}]}": "plan.paths.0.*coefficient of 0",
    "{paths: [{from: trust, to: use}, {from: trust, to: use}]}": "plan.paths: a path stands twice",
    "{allocation: optimal}": "plan.allocation",
    "{marginoferror: 0.1}": "plan.marginoferror: unknown key",
}


@pytest.mark.parametrize("plan", REFUSED)
def test_bad_settings_are_refused_by_their_key(tmp_path: Path, plan: str) -> None:
    with pytest.raises(SurveyError, match=REFUSED[plan]):
        planned(finished_study(tmp_path / "s", plan))


TABLES = {
    "twice": ((*PEOPLE, "1,young,5"), r"row 6: this stratum stands in an earlier row"),
    "unknown": (("1,1,10", "3,1,10"), r"row 3, column city: '3' is no answer to city"),
    "negative": (("1,1,-10",), r"row 2, column population: '-10' is no number of people"),
    "none": (("1,1,0",), r"row 2, column population"),
    "fraction": (("1,1,3.5",), r"row 2, column population"),
    "words": (("1,1,many",), r"row 2, column population"),
    "few": (("1,1,30", "2,1,20", "1,2,5", "2,2,5"), r"plan.population: it has 60 people"),
    "empty": ((), "no row"),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_population_that_is_none_is_refused_by_its_row(tmp_path: Path, name: str) -> None:
    rows, match = TABLES[name]
    folder = tmp_path / "s"
    with pytest.raises(SurveyError, match=match):
        planned(finished_study(folder, f"{{population: {population(folder, *rows)}}}"))


def test_a_population_without_a_column_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    name = population(folder, "1,5", head="city,people")
    with pytest.raises(SurveyError, match="column population: the file has no such column"):
        planned(finished_study(folder, f"{{population: {name}, strata: [city]}}"))


def test_a_stratum_nobody_answered_in_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    finished_study(folder, f"{{population: {population(folder, *PEOPLE)}, strata: [city, age]}}")
    answers = read_table(folder / "reports/private/answers.csv")
    answers.loc[answers["city"] == 2, "age"] = 25
    answers.to_csv(folder / "reports/private/answers.csv", index=False)
    with pytest.raises(SurveyError, match="city 2, age 2: nobody in this study is in this stratum"):
        planned(folder)


def test_scores_that_determine_one_another_are_refused(tmp_path: Path) -> None:
    folder = finished_study(tmp_path / "s")
    scores = read_table(folder / "reports/private/scores.csv")
    scores["ease"] = 2 * scores["trust"]
    scores.to_csv(folder / "reports/private/scores.csv", index=False)
    with pytest.raises(SurveyError, match="scores of trust, ease, use"):
        planned(folder)


def test_a_study_that_has_not_run_is_told_to_run(tmp_path: Path) -> None:
    folder = finished_study(tmp_path / "s")
    (folder / "reports/private/scores.csv").unlink()
    with pytest.raises(SurveyError, match=r"scores\.csv: no such result.*smartcity-survey run"):
        planned(folder)


def test_hidden_counts_must_be_said(tmp_path: Path) -> None:
    folder = finished_study(tmp_path / "s")
    log = read_table(folder / "reports/tables/cleaning_log.csv")
    log.loc[1, "n_excluded"] = np.nan
    log.to_csv(folder / "reports/tables/cleaning_log.csv", index=False)
    with pytest.raises(
        SurveyError, match=r"plan\.usable: what became of this study's questionnaires is unknown"
    ):
        planned(folder)
    text = (folder / "config.yaml").read_text(encoding="utf-8")
    (folder / "config.yaml").write_text(
        f"{text}plan: {{usable: 0.8, missing: 0.0, draws: 100}}\n", encoding="utf-8"
    )
    assert planned(folder).losses.analysed == 0.8


@pytest.mark.parametrize(("language", "said"), [("en", "Ask "), ("ru", "Опросить "), ("kk", "Сұрау керек")])
def test_the_command_says_it_in_the_readers_language(tmp_path: Path, language: str, said: str) -> None:
    folder = finished_study(tmp_path / "s", "{draws: 100}")
    result = CliRunner().invoke(app, ["--language", language, "plan", str(folder)])
    assert result.exit_code == 0, result.output
    assert result.output.startswith(said)
    assert "plan/strata.csv" in result.output
    told = [text for text in result.output.splitlines() if "/plan/" not in text]
    if language != "en":
        assert not any(" the " in text for text in told), told


def test_the_studys_covariance_is_the_one_simulated(tmp_path: Path) -> None:
    """The same coefficient needs more respondents where predictors are more alike."""
    few = planned(finished_study(tmp_path / "s", "{draws: 200}"))
    folder = finished_study(tmp_path / "t", "{draws: 200}")
    scores = read_table(folder / "reports/private/scores.csv")
    assert scores[["trust", "ease", "use"]].corr().to_numpy() == pytest.approx(R, abs=1e-6)
    scores["ease"] = scores["trust"] + 0.5 * scores["ease"]
    scores.to_csv(folder / "reports/private/scores.csv", index=False)
    many = planned(folder)
    assert line(many, "trust")["n_asked"] > 1.5 * line(few, "trust")["n_asked"]


MARGIN = "weighting: {margins: [{of: [age], population: [[1, 70], [2, 30]]}, {of: [age, city], population: "
PEOPLE_OF = f"{MARGIN}[[1, 1, 4000], [2, 1, 1000], [1, 2, 3000], [2, 2, 2000]]}}]}}\n"
SHARES_OF = f"{MARGIN}[[1, 1, 0.4], [2, 1, 0.1], [1, 2, 0.3], [2, 2, 0.2]]}}]}}\n"


@pytest.mark.parametrize(("margin", "population"), [(PEOPLE_OF, 10_000), (SHARES_OF, math.inf)])
def test_margins_of_the_weighting_are_those_of_the_plan(
    tmp_path: Path, margin: str, population: float
) -> None:
    config = FINISHED + margin
    plan = planned(finished_study(tmp_path / "s", "{draws: 100, strata: [city, age]}", config))
    assert plan.population == population
    shares = {(one["city"], one["age"]): one["share"] for one in plan.strata.to_dict("records")}
    assert shares == pytest.approx({("1", "1"): 0.4, ("1", "2"): 0.1, ("2", "1"): 0.3, ("2", "2"): 0.2})
    assert plan.sizes["n_formula"][0] == rows_for_margin(0.05, population=population)
    # Of one of its variables, the sums.
    plan = planned(finished_study(tmp_path / "t", "{draws: 100, strata: [city]}", config))
    assert plan.strata["share"].tolist() == pytest.approx([0.5, 0.5])


def test_weights_of_the_study_reach_strata_and_covariance(tmp_path: Path) -> None:
    weights = np.where(np.arange(N) % 3 == 0, 4.0, 1.0)
    config = FINISHED.replace("codebook: codebook.yaml}", "codebook: codebook.yaml, weight: w}")
    folder = finished_study(
        tmp_path / "s", "{draws: 100, strata: [age]}", config, {"sampling_weight": weights}
    )
    study = read_finished(folder)
    plan = planned(folder)
    # Every third respondent is old, and counts four times.
    assert plan.strata["share"].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert plan.strata["n_respondents"].tolist() == [200, 100]
    scores = study.scores[["trust", "ease", "use"]].to_numpy()
    centred = scores - np.average(scores, axis=0, weights=weights)
    covariance = (weights[:, None] * centred).T @ centred
    spread = np.sqrt(np.diag(covariance))
    together = covariance / np.outer(spread, spread)
    inverse = np.linalg.inv(together[:2, :2])
    r2 = together[2, :2] @ inverse @ together[:2, 2]
    f2 = 0.1**2 / (inverse[0, 0] * (1 - r2))
    assert line(plan, "trust")["n_formula"] == rows_needed(f2, 2)
    assert (
        line(plan, "trust")["n_formula"]
        != line(planned(finished_study(tmp_path / "t")), "trust")["n_formula"]
    )


def test_the_table_of_the_population_is_not_written_over(tmp_path: Path) -> None:
    folder = finished_study(tmp_path / "s", "{draws: 100, strata: [city], population: plan/strata.csv}")
    (folder / "plan").mkdir()
    (folder / "plan/strata.csv").write_text("city,population\n1,5000\n2,5000\n", encoding="utf-8")
    with pytest.raises(SurveyError, match=r"plan\.population.* written over"):
        write_plan(folder, folder / "plan")
    assert (folder / "plan/strata.csv").read_text(encoding="utf-8").startswith("city,population")
    write_plan(folder, tmp_path / "out")


def test_people_are_as_alike_as_in_this_study(tmp_path: Path) -> None:
    config = FINISHED.replace("codebook: codebook.yaml}", "codebook: codebook.yaml, cluster: school}")
    more = "{draws: 100, coefficient: 0.3, clusters: {size: 9}}"
    schools = np.array([f"s{i // 10}" for i in range(N)])
    folder = finished_study(tmp_path / "s", more, config, {"sampling_cluster": schools})
    scores = read_table(folder / "reports/private/scores.csv")
    scores["use"] += 0.7 * np.repeat(np.random.default_rng(6).standard_normal(N // 10), 10)
    write_table(scores, folder / "reports/private/scores.csv")
    f = stats.f_oneway(*scores["use"].to_numpy().reshape(-1, 10)).statistic
    plan = planned(folder)
    assert plan.likeness == pytest.approx((f - 1) / (f + 9))
    assert plan.likeness > 0.1
    assert plan.design_effect == pytest.approx(1 + 8 * SHARE * plan.likeness)
    alone = np.array([f"s{i}" for i in range(N)])
    lonely = finished_study(tmp_path / "t", more, config, {"sampling_cluster": alone})
    with pytest.raises(SurveyError, match="nobody has a neighbour"):
        planned(lonely)
