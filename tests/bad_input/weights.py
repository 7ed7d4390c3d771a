"""Weights, known margins and clusters that must be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .harness import Case, Edit, both, column, setting

GENDERS = [[1, 52], [2, 48]]


def margins(*tables: dict[str, Any], **more: Any) -> Edit:
    """Rake to these margins."""
    return setting("config", "weighting", to={"margins": list(tables), **more})


def of_city(*rows: list[float]) -> dict[str, Any]:
    return {"of": ["city"], "population": list(rows)}


def _tens(n: int) -> Any:
    return np.array([f"school {i % 10}" for i in range(n)], object)


def clusters(spoil: Any) -> Edit:
    """Ten schools of four respondents, spoilt, and their column in the config."""
    return both(
        column("school", lambda survey: spoil(_tens(len(survey)))),
        setting("config", "data", "cluster", to="school"),
    )


def weights_written(write: Callable[[int], str]) -> Edit:
    """A column of weights, the text of each respondent's by number, and its name in the config."""
    return both(
        column("w", lambda survey: np.array([write(i) for i in range(len(survey))], object)),
        setting("config", "data", "weight", to="w"),
    )


def put(position: int, name: str) -> Any:
    def spoil(schools: Any) -> Any:
        schools[position] = name
        return schools

    return spoil


GENDER = (
    setting(
        "codebook", "demographics", "gender", to={"label": "Gender", "categories": {1: "woman", 2: "man"}}
    ),
    column("gender", lambda survey: np.arange(len(survey)) % 2 + 1),
)
"""A second question about the respondent, and its answers."""

CASES = (
    Case(
        "percentages far from 100, which are people then, fewer than respondents",
        margins(of_city([1, 30], [2, 5])),
        "config.yaml, weighting.margins.0.population",
        "35 people in all, of whom",
        "shares that add up to 100",
    ),
    Case(
        "margin below zero",
        margins(of_city([1, 60], [2, -40])),
        "config.yaml, weighting.margins.0",
        "row 2 of `population` ends in -40",
        "leave the row out",
    ),
    Case(
        "percentages that do not add up",
        margins(of_city([1, 60.5], [2, 36])),
        "config.yaml, weighting.margins.0",
        "the shares of city add up to 96.5, not to 100",
        "correct them",
    ),
    Case(
        "shares that do not add up",
        margins(of_city([1, 0.6], [2, 0.3])),
        "config.yaml, weighting.margins.0",
        "the shares of city add up to 0.9, not to 1",
        "correct them",
    ),
    Case(
        "margins of different people",
        both(
            *GENDER,
            margins(
                of_city([1, 600000], [2, 400000]),
                {"of": ["gender"], "population": [[1, 500000], [2, 470000]]},
            ),
        ),
        "config.yaml, weighting",
        "the margin of city adds up to 1000000 people, that of gender to 970000",
        "make them the same",
    ),
    Case(
        "margins that contradict one another",
        both(
            *GENDER,
            margins(
                of_city([1, 60], [2, 40]),
                {"of": ["city", "gender"], "population": [[1, 1, 30], [1, 2, 20], [2, 1, 25], [2, 2, 25]]},
            ),
        ),
        "config.yaml, weighting",
        "city 1 is 60.0 % of the margin of city, and 50.0 % of that of city x gender",
        "correct one of them",
    ),
    Case(
        "margin of a category nobody knows",
        margins(of_city([1, 60], [7, 40])),
        "config.yaml, weighting.margins.0.population, row 2",
        "the codebook has no category city 7",
        "Choose from 1, 2",
    ),
    Case(
        "a stratum nobody answered in",
        both(
            setting(
                "codebook",
                "demographics",
                "city",
                to={"label": "City", "categories": {1: "Turkistan", 2: "Almaty", 3: "Kentau"}},
            ),
            margins(of_city([1, 50], [2, 40], [3, 10])),
        ),
        "config.yaml, weighting.margins.0.population, row 3",
        "nobody among the respondents kept is in it (city 3)",
        "Merge it with a neighbouring category",
    ),
    Case(
        "a category without a row",
        both(
            setting(
                "codebook",
                "demographics",
                "city",
                to={"label": "City", "categories": {1: "Turkistan", 2: "Almaty", 3: "Kentau"}},
            ),
            margins({"of": ["city"], "population": [[1, 60], [3, 40]]}),
        ),
        "config.yaml, weighting.margins.0.population",
        "there is no row for city 2",
        "Add the row",
    ),
    Case(
        "margin of a question nobody asked",
        margins({"of": ["education"], "population": [[1, 60], [2, 40]]}),
        "config.yaml, weighting.margins.0.of",
        "no demographic variable education",
        "Choose from city",
    ),
    Case(
        "a row too short",
        margins({"of": ["city"], "population": [[1, 60], [40]]}),
        "config.yaml, weighting.margins.0",
        "row 2 of `population` has 1 entries; write 2",
        "a category of city",
    ),
    Case(
        "a row twice",
        margins(of_city([1, 60], [1, 40])),
        "config.yaml, weighting.margins.0",
        "row 2 of `population` repeats an earlier one",
        "keep one",
    ),
    Case(
        "bounds of weights that are not raked",
        margins(trim=[0.5, 2]),
        "config.yaml, weighting",
        "`trim` cuts raked weights",
        "leave it out",
    ),
    Case(
        "bounds of weights upside down",
        margins(of_city([1, 60], [2, 40]), trim=[2, 5]),
        "config.yaml, weighting",
        "`trim` is 2 to 5",
        "below 1",
    ),
    Case(
        "a margin of one category",
        margins(of_city([1, 100])),
        "config.yaml, weighting.margins",
        "there is no row for city 2",
        "Add the row",
    ),
    Case(
        "bounds below zero",
        margins(of_city([1, 60], [2, 40]), trim=[-1, 5]),
        "config.yaml, weighting.trim.0",
        "found -1",
        "Write 0.000001 or more",
    ),
    Case(
        "an item for a weight",
        setting("config", "data", "weight", to="T1"),
        "survey.csv, column T1",
        "`data.weight` names it, but the codebook has it as answers to T1",
        "another column",
    ),
    Case(
        "a question about the respondent for a weight",
        setting("config", "data", "weight", to="city"),
        "survey.csv, column city",
        "`data.weight` names it, but the codebook has it as answers to city",
        "another column",
    ),
    Case(
        "an item for a cluster",
        setting("config", "data", "cluster", to="T1"),
        "survey.csv, column T1",
        "`data.cluster` names it, but the codebook has it as answers to T1",
        "another column",
    ),
    Case(
        "identifiers for weights",
        both(
            setting("config", "data", "respondent", to="id"),
            setting("config", "data", "weight", to="id"),
        ),
        "config.yaml, data",
        "`respondent` and `weight` are the same column, id",
        "leave it out",
    ),
    Case(
        "weights with a unit",
        weights_written(lambda i: f"{1 + i / 10} kg"),
        "rows 2, 3, 4, 5, 6, ... (40 in all), column w",
        "'1.0 kg' is no number (and 39 others like it)",
        "without a unit",
    ),
    Case(
        "weights with a decimal comma",
        weights_written(lambda i: f"1,{i}"),
        "rows 2, 3, 4, 5, 6, ... (40 in all), column w",
        "'1,0' is no number (and 39 others like it)",
        "data.decimal: ','",
    ),
    Case(
        "many clusters of one",
        clusters(
            lambda schools: np.array([f"{s}{i if i % 2 else ''}" for i, s in enumerate(schools)], object)
        ),
        "rows 3, 5, 7, 9, 11, ... (20 in all), column school",
        "each is the only respondent kept of its cluster",
        "neighbouring cluster",
    ),
    Case(
        "a cluster of one",
        clusters(put(4, "school of its own")),
        "survey.csv, row 6, column school",
        "of the cluster school of its own this is the only respondent kept",
        "neighbouring cluster",
    ),
    Case(
        "a questionnaire without a cluster",
        clusters(put(4, "")),
        "survey.csv, row 6, column school",
        "belongs to no cluster",
        "leave out `data.cluster`",
    ),
    Case(
        "one cluster",
        clusters(lambda schools: np.full(len(schools), "the only school")),
        "survey.csv, column school",
        "1 cluster, at least 3 are needed",
        "Name smaller clusters",
    ),
    Case(
        "everybody a cluster",
        clusters(lambda schools: np.array([f"home {i}" for i in range(len(schools))], object)),
        "survey.csv, column school",
        "every respondent kept is a cluster",
        "Leave out `data.cluster`",
    ),
    Case(
        "clusters that are not there",
        setting("config", "data", "cluster", to="scool"),
        "survey.csv, column scool",
        "no such column",
        "Correct the name",
    ),
    Case(
        "raked weights of polychoric correlations",
        both(
            margins(of_city([1, 60], [2, 40])),
            setting("config", "pls", to={"correlation": "polychoric"}),
        ),
        "config.yaml",
        "contradiction",
        "leave out `weighting.margins`",
    ),
    Case(
        "clusters of polychoric correlations",
        both(
            setting("config", "data", "cluster", to="school"),
            setting("config", "pls", to={"correlation": "polychoric"}),
        ),
        "config.yaml",
        "polychoric correlations are not resampled by clusters",
        "leave out `data.cluster`",
    ),
    Case(
        "full information of weighted answers",
        both(
            setting("config", "cleaning", "missing_items_at_most", to=2),
            setting("config", "missing", to={"factor_models": "fiml"}),
            margins(of_city([1, 60], [2, 40])),
        ),
        "config.yaml",
        "with weights complete questionnaires alone are taken",
        "leave out `missing.factor_models: fiml`, or `weighting.margins`",
    ),
    Case(
        "a wave with clusters",
        both(
            setting("config", "study", "wave", to="2024"),
            setting(
                "config",
                "waves",
                to={"2026": {"file": "survey.csv", "codebook": "codebook.yaml", "cluster": "school"}},
            ),
        ),
        "config.yaml",
        "waves are compared without clusters",
        "leave out `cluster` under 2026",
    ),
)
