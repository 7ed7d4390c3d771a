"""Codebooks that must be refused."""

from __future__ import annotations

from datetime import date

from .harness import Case, file, removing, setting

CASES = (
    Case("no codebook", file("codebook.yaml", None), "codebook.yaml", "no such file", "Check the path"),
    Case(
        "item of an unlisted construct",
        setting("codebook", "items", "T1", "construct", to="trsut"),
        "codebook.yaml",
        "contradiction",
        "items of constructs that are not listed: T1 (trsut)",
    ),
    Case(
        "one name for an item and a construct",
        setting("codebook", "constructs", "T1", to={"label": "Trust"}),
        "codebook.yaml",
        "contradiction",
        "names used for an item and for something else: T1",
    ),
    Case(
        "a question named respondent",
        setting("codebook", "items", "respondent", to={"construct": "trust", "label": "x"}),
        "codebook.yaml",
        "contradiction",
        "the name `respondent` is kept for the identifier",
    ),
    *(
        Case(
            f"a construct named {name}",
            setting("codebook", "constructs", name, to={"label": "x"}),
            "codebook.yaml",
            "contradiction",
            f"the name `{name}` is kept for the {use}: rename the construct",
        )
        for name, use in (("respondent", "identifier"), ("constant", "constant of regressions"))
    ),
    Case(
        "an item named item",
        setting("codebook", "items", "item", to={"construct": "trust", "label": "x"}),
        "codebook.yaml",
        "contradiction",
        "the name `item` heads a column of the tables: choose another",
    ),
    Case(
        "misspelt key of an item",
        setting("codebook", "items", "T1", "revers", to=True),
        "codebook.yaml, items.T1.revers",
        "unknown key",
        "Did you mean `reverse`?",
    ),
    Case(
        "item without a label",
        removing("codebook", "items", "T1", "label"),
        "codebook.yaml, items.T1.label",
        "this key is missing",
        "It says: short label",
    ),
    Case(
        "item without keys",
        setting("codebook", "items", "T1", to=None),
        "codebook.yaml, items.T1",
        "found None",
        "`key: value` lines below it",
    ),
    Case(
        "a number as an item's name",
        setting("codebook", "items", 7, to={"construct": "trust", "label": "x"}),
        "codebook.yaml, items.7",
        "found 7",
        "put it in quotes",
    ),
    Case(
        "no items",
        setting("codebook", "items", to={}),
        "codebook.yaml",
        "contradiction",
        "there are no items",
    ),
    Case("no scale", removing("codebook", "scale"), "codebook.yaml, scale", "this key is missing", "Add it"),
    Case(
        "scale upside down",
        setting("codebook", "scale", to={"minimum": 5, "maximum": 1}),
        "codebook.yaml, scale",
        "contradiction",
        "minimum 5 is not below maximum 1",
    ),
    Case(
        "scale without end",
        setting("codebook", "scale", "maximum", to=10**9),
        "codebook.yaml, scale",
        "contradiction",
        "at most 101 points",
    ),
    Case(
        "answer outside the scale",
        setting("codebook", "scale", "answers", 6, to="very much"),
        "codebook.yaml, scale",
        "contradiction",
        "answers outside 1 to 5: 6",
    ),
    Case(
        "one wording for two codes",
        setting("codebook", "scale", "answers", 2, to={"en": "No"}),
        "codebook.yaml, scale",
        "contradiction",
        "'No' stands for the codes 1 and 2",
    ),
    Case(
        "code that is no number",
        setting("codebook", "scale", "answers", "yes", to="yes"),
        "codebook.yaml, scale.answers.yes",
        "found 'yes'",
        "Write a whole number",
    ),
    Case(
        "categories and bands",
        setting("codebook", "demographics", "city", "bands", to=[{"label": "x", "from": 1, "to": 2}]),
        "codebook.yaml, demographics.city",
        "contradiction",
        "either `categories` or `bands`",
    ),
    Case(
        "bands that overlap",
        setting(
            "codebook",
            *("demographics", "age"),
            to={
                "label": "Age",
                "bands": [{"label": "a", "from": 18, "to": 30}, {"label": "b", "from": 30, "to": 40}],
            },
        ),
        "codebook.yaml, demographics.age",
        "contradiction",
        "30 lies in two bands",
    ),
    Case(
        "a bare No for a category",
        setting("codebook", "demographics", "city", "categories", to={False: "South", 1: "North"}),
        "codebook.yaml, demographics.city.categories",
        "found the boolean false, which is how yaml reads No",
        "a word goes in quotes: 'No'",
    ),
    Case(
        "a bare yes for a code",
        setting("codebook", "scale", "answers", to={True: "agree"}),
        "codebook.yaml, scale.answers",
        "found the boolean true, which is how yaml reads Yes",
        "Write a number",
    ),
    Case(
        "a bare no for the end of a scale",
        setting("codebook", "scale", "minimum", to=False),
        "codebook.yaml, scale.minimum",
        "found the boolean false",
        "Write a number",
    ),
    Case(
        "half a category",
        setting("codebook", "demographics", "city", "categories", to={1.5: "North", 2: "South"}),
        "codebook.yaml, demographics.city.categories",
        "found 1.5",
        "Write a whole number",
    ),
    Case(
        "a date for a category",
        setting("codebook", "demographics", "city", "categories", to={date(2026, 11, 28): "North"}),
        "codebook.yaml, demographics.city.categories",
        "found the date 2026-11-28",
        "Write a whole number",
    ),
    Case(
        "a number for a label",
        setting("codebook", "demographics", "city", "categories", to={1: 1, 2: "South"}),
        "codebook.yaml, demographics.city.categories",
        "found 1",
        "put it in quotes",
    ),
    Case(
        "a band that begins at a date",
        setting(
            "codebook",
            *("demographics", "visit"),
            to={"label": "Visit", "bands": [{"label": "a", "from": date(2026, 1, 1), "to": 2}]},
        ),
        "codebook.yaml, demographics.visit.bands.0.from",
        "found the date 2026-01-01",
        "Write a number",
    ),
    Case(
        "a band that ends at a date",
        setting(
            "codebook",
            *("demographics", "visit"),
            to={"label": "Visit", "bands": [{"label": "a", "from": 2, "to": date(2026, 1, 1)}]},
        ),
        "codebook.yaml, demographics.visit.bands.0.from",
        "found 2",
        "Write a date, as at the other end of the band",
    ),
    Case(
        "a band of dates beside one of numbers",
        setting(
            "codebook",
            *("demographics", "visit"),
            to={
                "label": "Visit",
                "bands": [
                    {"label": "a", "from": date(2026, 1, 1), "to": "2026-06-30"},
                    {"label": "b", "from": 5, "to": 9},
                ],
            },
        ),
        "codebook.yaml, demographics.visit",
        "contradiction",
        "some bands are of dates, but those from 5 of numbers: make all of one kind",
    ),
    Case(
        "bands of dates that overlap",
        setting(
            "codebook",
            *("demographics", "visit"),
            to={
                "label": "Visit",
                "bands": [
                    {"label": "a", "from": "2026-01-01", "to": date(2026, 6, 30)},
                    {"label": "b", "from": "2026-06-30 14:30", "to": "2026-12-31"},
                ],
            },
        ),
        "codebook.yaml, demographics.visit",
        "contradiction",
        "2026-06-30 14:30 lies in two bands",
    ),
    Case(
        "a band of dates that ends before it begins",
        setting(
            "codebook",
            *("demographics", "visit"),
            to={"label": "Visit", "bands": [{"label": "a", "from": "2026-07-01", "to": "2026-06-30"}]},
        ),
        "codebook.yaml, demographics.visit",
        "contradiction",
        "a band from 2026-07-01 to 2026-06-30 holds no date",
    ),
    Case(
        "a band from a date with the day first",
        setting(
            "codebook",
            *("demographics", "visit"),
            to={"label": "Visit", "bands": [{"label": "a", "from": "01.07.2026", "to": "2026-12-31"}]},
        ),
        "codebook.yaml, demographics.visit.bands.0.from",
        "found '01.07.2026'",
        "Write a number, or a date as in 2026-11-28",
    ),
    Case(
        "a question without categories",
        setting("codebook", "demographics", "visit", to={"label": "Visit"}),
        "codebook.yaml, demographics.visit",
        "contradiction",
        "give either `categories` or `bands`",
    ),
)
