"""Controls, numbers and names of files that a run cannot use."""

from __future__ import annotations

from .configs import other_wave
from .harness import Case, both, column, file, setting

CASES = (
    Case(
        "control named twice",
        setting("config", "regression", to={"controls": ["city", "city"]}),
        "config.yaml, regression.controls",
        "city is named 2 times",
        "Name it once",
    ),
    Case(
        "control that another determines",
        both(
            column("region", lambda survey: 3 - survey["city"]),
            setting("codebook", "demographics", "region", to={"label": "R", "categories": {1: "a", 2: "b"}}),
            setting("config", "robustness", to={"controls": ["city", "region"]}),
        ),
        "config.yaml, robustness.controls",
        "categories of region follow from those of city",
        "Take one of them out",
    ),
    Case(
        "controls that determine one another together",
        both(
            column("first", lambda survey: survey.index % 2),
            column("second", lambda survey: survey.index % 4 // 2),
            column("both", lambda survey: survey.index % 4),
            *(
                setting(
                    "codebook",
                    *("demographics", name),
                    to={"label": name, "categories": {code: f"code {code}" for code in range(4)}},
                )
                for name in ("first", "second", "both")
            ),
            setting("config", "regression", to={"controls": ["first", "second", "both"]}),
        ),
        "config.yaml, regression.controls",
        "categories of both follow from those of first: the controls determine one another",
        "join categories in the codebook",
    ),
    Case(
        "as many categories as people",
        both(
            column("street", lambda survey: survey.index),
            setting(
                "codebook",
                *("demographics", "street"),
                to={"label": "Street", "categories": {code: f"street {code}" for code in range(40)}},
            ),
            setting("config", "regression", to={"controls": ["street"]}),
        ),
        "config.yaml, regression.controls",
        "40 questionnaires are kept, for 41 coefficients: a constant, 39 of the controls' categories and 1",
        "Name fewer controls",
    ),
    Case(
        "more folds than people",
        setting("config", "pls", to={"folds": 41}),
        "config.yaml, pls.folds",
        "41 parts of 40 questionnaires that are kept",
        "Write 40 or less",
    ),
    Case(
        "a file with a wildcard in its name",
        both(setting("config", "data", "file", to="a{1}.csv"), file("a{1}.csv", b"")),
        "config.yaml, data.file",
        "the name 'a{1}.csv' holds {1}, which Snakemake takes for a wildcard",
        "Rename the file without braces",
    ),
    Case(
        "a codebook of a wave with a wildcard in its name",
        other_wave(lambda answers: answers, codebook="{year}/book.yaml"),
        "config.yaml, waves.2026.codebook",
        "the name '{year}/book.yaml' holds {year}",
        "Rename the file without braces",
    ),
    Case(
        "more components than items of the model",
        both(
            setting("config", "model", "constructs", "use", to={"items": ["U1", "U2"]}),
            setting("config", "factors", to={"n_components": 6}),
        ),
        "config.yaml, factors.n_components",
        "6 components of 5 items",
        "Ask for fewer",
    ),
)
