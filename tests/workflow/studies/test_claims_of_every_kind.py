"""Claims about mediation, moderation and groups, from the config to the first page, on a simulated study."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.linalg import block_diag

from smartcity_survey.check import check_study
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import read_json, read_table, split_names
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.stats.sem.sem import fit_sem
from tests.workflow.in_process import run_steps

N = 500
CLAIMS: dict[str, dict[str, Any]] = {
    "H1": {"from": "trust", "to": "use"},
    "H2": {"from": "trust", "to": "use", "via": "ease"},
    "H3": {"from": "trust", "to": "use", "moderator": "risk", "sign": "negative"},
    "H4": {"from": "ease", "to": "use", "groups": "gender"},
    "H5": {"from": "trust", "to": "use", "moderator": "gender"},
    "H6": {"from": "risk", "to": "use", "moderator": "age"},
    "H7": {"from": "trust", "to": "ease", "groups": "city"},
}


def drawn() -> pd.DataFrame:
    """trust -> ease -> use, weaker where risk is high, stronger among the second gender.

    Of three cities the third has no path from trust to ease.
    """
    rng = np.random.default_rng(21)
    city = np.random.default_rng(22).integers(1, 4, N)
    gender = rng.integers(1, 3, N)
    trust, risk = rng.normal(size=(2, N))
    ease = np.where(city == 3, 0.0, 0.7) * trust + 0.8 * rng.normal(size=N)
    slope = np.where(gender == 1, 0.0, 0.6)
    use = 0.3 * trust + slope * ease - 0.4 * trust * risk + 0.6 * rng.normal(size=N)
    frame = pd.DataFrame({"gender": gender, "city": city, "age": rng.integers(18, 70, N)})
    for name, score in (("trust", trust), ("risk", risk), ("ease", ease), ("use", use)):
        for number in (1, 2, 3):
            answer = np.round(4 + 1.2 * score + 0.6 * rng.normal(size=N))
            frame[f"{name}{number}"] = np.clip(answer, 1, 7).astype(int)
    return frame


def write(folder: Path, claims: dict[str, dict[str, Any]] = CLAIMS, **model: Any) -> None:
    names = ("trust", "risk", "ease", "use")
    codebook = {
        "scale": {"minimum": 1, "maximum": 7},
        "constructs": {name: {"label": name.capitalize()} for name in names},
        "items": {
            f"{name}{k}": {"construct": name, "label": f"{name} {k}"} for name in names for k in (1, 2, 3)
        },
        "demographics": {
            "gender": {"label": "Gender", "categories": {1: "man", 2: "woman"}},
            "city": {"label": "City", "categories": {1: "Almaty", 2: "Shymkent", 3: "Turkistan"}},
            "age": {
                "label": "Age",
                "bands": [{"label": "young", "from": 18, "to": 39}, {"label": "old", "from": 40, "to": 70}],
            },
        },
    }
    config = {
        "study": {"title": "Claims"},
        "data": {"file": "survey.csv", "codebook": "codebook.yaml"},
        "cleaning": {"rules": ["missing_items"]},
        "model": {
            "constructs": {name: {} for name in names},
            "paths": [{"from": ["trust"], "to": "ease"}, {"from": ["trust", "risk", "ease"], "to": "use"}],
            "hypotheses": claims,
        }
        | model,
        "pls": {"bootstrap_draws": 300, "exact_fit_draws": 20, "repetitions": 1},
        "groups": {"variables": ["gender", "city"], "permutations": 200},
        "robustness": {"null_draws": 100, "power_draws": 20},
        "cfa": {"dynamic_draws": 20},
        "factors": {"parallel": {"draws": 20}},
        "seed": 3,
    }
    drawn().to_csv(folder / "survey.csv", index=False)
    for name, content in (("config", config), ("codebook", codebook)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("claims")
    write(folder, controls=["gender", "age"])
    assert check_study(folder).verdict == "Nothing stands in the way of a run."
    run_steps(folder)
    return folder / "reports"


@pytest.fixture(scope="module")
def judged(reports: Path) -> pd.DataFrame:
    return read_table(reports / "tables/hypotheses.csv").set_index(["hypothesis", "method"])


def test_an_indirect_effect_is_the_product_of_its_paths(reports: Path, judged: pd.DataFrame) -> None:
    paths = read_table(reports / "tables/pls_paths.csv").set_index(["source", "target"])["estimate"]
    row = judged.loc["H2", "pls"]
    assert row["estimate"] == pytest.approx(paths["trust", "ease"] * paths["ease", "use"])
    assert row["total_indirect"] == pytest.approx(row["estimate"])
    assert 0 < row["ci_low"] < row["estimate"] < row["ci_high"]
    assert (row["verdict"], row["mediation_type"], row["via"]) == ("confirmed", "complementary", "ease")
    effects = read_table(reports / "tables/mediation.csv").set_index(["source", "target", "effect"])[
        "estimate"
    ]
    assert effects["trust", "use", "direct"] == pytest.approx(paths["trust", "use"])
    assert effects["trust", "use", "total"] == pytest.approx(row["estimate"] + paths["trust", "use"])
    assert read_json(reports / "cards/hypotheses.json")["hypotheses"]["mediation_type"] == "zhao_lynch_chen"


def test_an_interaction_is_judged_by_regression_and_by_pls(reports: Path, judged: pd.DataFrame) -> None:
    table = read_table(reports / "tables/moderation.csv")
    own = table[(table["source"] == "trust") & (table["moderator"] == "risk")].iloc[0]
    assert judged.loc[("H3", "pls"), "estimate"] == own["estimate"]
    assert judged.loc[("H3", "pls"), "verdict"] == judged.loc[("H3", "ols"), "verdict"] == "confirmed"
    assert judged.loc[("H3", "ols"), "estimate"] == pytest.approx(_by_hand()["trust", "risk"])


def test_a_demographic_variable_moderates(reports: Path, judged: pd.DataFrame) -> None:
    by_hand = _by_hand()
    for claim, source, moderator in (("H5", "trust", "gender"), ("H6", "risk", "age")):
        assert judged.loc[(claim, "ols"), "estimate"] == pytest.approx(by_hand[source, moderator])
        # Composites of three items hardly differ from their means.
        assert judged.loc[(claim, "pls"), "estimate"] == pytest.approx(by_hand[source, moderator], abs=0.03)
    assert read_json(reports / "cards/pls.json")["moderation"]["demographics"] == "enter_in_stage_two"


def _by_hand() -> dict[tuple[str, str], float]:
    """The regression of use with all products, from the answers themselves."""
    frame = drawn()
    scores = {n: frame[[f"{n}{k}" for k in (1, 2, 3)]].mean(axis=1) for n in ("trust", "risk", "ease", "use")}
    scores |= {"gender": frame["gender"] - 1, "age": (frame["age"] >= 40).astype(float)}
    z = {name: ((s - s.mean()) / s.std()).to_numpy() for name, s in scores.items()}
    pairs = [("trust", "risk"), ("trust", "gender"), ("risk", "age")]
    main = [z[name] for name in ("trust", "risk", "ease", "gender", "age")]
    fit = ols(z["use"], np.column_stack([*main, *(z[a] * z[b] for a, b in pairs)]))
    return dict(zip(pairs, fit.coef[6:], strict=True))


def test_a_difference_between_groups_is_judged_by_permutation(reports: Path, judged: pd.DataFrame) -> None:
    table = read_table(reports / "tables/multigroup.csv").query("demographic == 'gender'")
    table = table.set_index(["source", "target"])
    row = judged.loc["H4", "pls"]
    assert row["estimate"] == table.loc[("ease", "use"), "difference"]
    assert row["p"] == table.loc[("ease", "use"), "p"]  # of one pair Holm's p is p
    assert (row["verdict"], row["expected_sign"]) == ("confirmed", "differs")
    assert split_names(row["pair"]) == ["1", "2"]


def test_of_several_groups_the_report_names_the_pair_that_differs(
    reports: Path, judged: pd.DataFrame
) -> None:
    table = read_table(reports / "tables/multigroup.csv")
    own = table[(table["demographic"] == "city") & (table["target"] == "ease")]
    row = judged.loc["H7", "pls"]
    assert (len(own), row["n_pairs"]) == (3, 3)
    # The third city is the one apart; which of the others is farther from it is by chance.
    first, second = split_names(row["pair"])
    assert second == "3"
    line = own[(own["first"].astype(str) == first) & (own["second"].astype(str) == second)].iloc[0]
    assert row["estimate"] == line["difference"]
    assert row["p"] <= 3 * line["p"] + 1e-12
    page = (reports / "report.html").read_text(encoding="utf-8")
    names = {"1": "Almaty", "2": "Shymkent"}
    told = f"Of 3 pairs of groups the path differs most between {names[first]} / Turkistan: by "
    assert told + f"{row['estimate']:.3f}".lstrip("0") in re.sub("<[^>]*>", "", page)
    assert row["estimate"] > 0.3  # the first less the second
    sheet = read_table(reports / "tables/verdict_sheet.csv").set_index("hypothesis")
    assert "largest_difference" in sheet.loc["H7", "caveats"]
    # Of two groups there is nothing to choose from.
    assert "largest_difference" not in sheet.loc["H4", "caveats"]


def test_the_sheet_says_why_sem_is_silent_about_a_moderator(reports: Path, judged: pd.DataFrame) -> None:
    sheet = read_table(reports / "tables/verdict_sheet.csv").set_index("hypothesis")
    silent = sheet.index[sheet["caveats"].str.contains("moderation_not_by_sem")]
    assert list(silent) == ["H3", "H5", "H6"]
    for claim in silent:
        assert (claim, "sem") not in judged.index
    for language, told in (
        ("en", "SEM does not judge it: a product of latent variables needs"),
        ("ru", "SEM об этом не судит: произведению латентных переменных"),
        ("kk", "SEM бұл туралы қорытынды шығармайды: латентті айнымалылардың"),
    ):
        assert told in (reports / f"report.{language}.html").read_text(encoding="utf-8")


def test_every_claim_stands_on_the_sheet_and_on_the_page(reports: Path) -> None:
    sheet = read_table(reports / "tables/verdict_sheet.csv").set_index("hypothesis")
    assert set(sheet.index) == set(CLAIMS)
    assert sheet.loc["H2", "caveats"] == "verdict_alone, mediation_complementary"
    page = (reports / "report.html").read_text(encoding="utf-8")
    section = page.split('<section id="verdicts">')[1].split("</section>")[0]
    for shown in (
        "<b>H2</b> Trust → Ease → Use (+)",
        "<b>H3</b> Trust × Risk → Use (−)",
        "<b>H4</b> Ease → Use (Gender: ≠)",
        "<b>H5</b> Trust × Gender → Use (+)",
    ):
        assert re.search(re.escape(shown).replace("−", "[−-]"), section), shown
    trust = page.split('<section id="trust">')[1].split("</section>")[0]
    for shown in ("H2: Trust → Ease → Use (+)", "H3: Trust × Risk → Use", "H4: Ease → Use (Gender: ≠)"):
        assert shown in trust
    assert "Mediation: complementary." in trust


@pytest.mark.parametrize(
    ("claim", "place", "found"),
    [
        (
            {"from": "trust", "to": "use", "via": "eese"},
            "H1.via",
            "eese is not a construct. Did you mean ease?",
        ),
        ({"from": "risk", "to": "use", "via": "ease"}, "H1", "there is no path risk -> ease."),
        ({"from": "trust", "to": "use", "groups": "gendr"}, "H1.groups", "Did you mean gender?"),
        (
            {"from": "trust", "to": "use", "groups": "age"},
            "H1.groups",
            "`groups.variables` does not list age.",
        ),
        ({"from": "trust", "to": "use", "moderator": "gendr"}, "H1", "Did you mean gender?"),
        ({"from": "trust", "to": "ease", "moderator": "risk"}, "H1", "there is no path risk -> ease."),
        ({"from": "trust", "to": "use", "via": ["ease"], "groups": "gender"}, "H1", "not about several"),
    ],
)
def test_what_is_wrong_with_a_claim_is_told(
    tmp_path: Path, claim: dict[str, Any], place: str, found: str
) -> None:
    write(tmp_path, {"H1": claim})
    with pytest.raises(SurveyError) as caught:
        check_study(tmp_path)
    assert f"model.hypotheses.{place}: " in str(caught.value)
    assert found in str(caught.value)


def test_all_that_is_wrong_with_a_claim_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, {"H1": {"from": "trsut", "to": "uze"}})
    with pytest.raises(SurveyError) as caught:
        check_study(tmp_path)
    assert "hypotheses.H1.from: trsut is not a construct. Did you mean trust?" in str(caught.value)
    assert "hypotheses.H1.to: uze is not a construct. Did you mean use?" in str(caught.value)


def test_demographic_controls_explain_the_outcomes_too(reports: Path) -> None:
    """By SEM, from covariances of the answers and dummies; by PLS-SEM, from scores by its own weights."""
    table = read_table(reports / "tables/controlled_paths.csv").set_index(["method", "source", "target"])
    frame = drawn()
    names = ("trust", "risk", "ease", "use")
    largest = frame["gender"].value_counts().index[0], (frame["age"] >= 40).value_counts().index[0]
    dummies = np.column_stack([frame["gender"] != largest[0], (frame["age"] >= 40) != largest[1]]).astype(
        float
    )
    items = frame[[f"{name}{k}" for name in names for k in (1, 2, 3)]].to_numpy(dtype=float)
    x = np.column_stack([items, dummies])
    pattern = block_diag(np.kron(np.eye(4), np.ones((3, 1))), np.eye(2)).astype(bool)
    paths = np.zeros((6, 6), dtype=bool)
    paths[0, 2] = paths[[0, 1, 2], 3] = True
    paths[4:, [2, 3]] = True
    sem = fit_sem(np.cov(x.T, ddof=0), N, pattern, paths).estimates.beta
    pls = fit_pls(np.corrcoef(x.T), N, PlsModel(pattern, paths, ("mode_a",) * 6, "path")).path_coefficients
    for i, j in ((0, 2), (0, 3), (1, 3), (2, 3)):
        assert table.loc[("sem", names[i], names[j]), "estimate"] == pytest.approx(sem[i, j], abs=1e-6)
        assert table.loc[("pls", names[i], names[j]), "estimate"] == pytest.approx(pls[i, j], abs=1e-6)
    without = read_table(reports / "tables/pls_paths.csv").set_index(["source", "target"])["estimate"]
    assert table.loc[("pls", "trust", "use"), "without_controls"] == without["trust", "use"]
