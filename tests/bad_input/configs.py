"""Configs that must be refused."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from itertools import pairwise

import pandas as pd
import yaml

from .harness import Case, Edit, Study, both, csv_bytes, file, removing, setting

WAVE = {"file": "survey.csv", "codebook": "codebook.yaml"}
REFERENCES = "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise("abcdefgh")
)


def other_wave(change: Callable[[pd.DataFrame], pd.DataFrame], codebook: str = "codebook.yaml") -> Edit:
    """A second wave made of the sound one's answers; its file is `wave.csv`."""

    def edit(study: Study) -> None:
        study.config["study"]["wave"] = "2024"
        study.config["waves"] = {"2026": {"file": "wave.csv", "codebook": codebook, "respondent": "id"}}
        study.raw["wave.csv"] = csv_bytes(change(study.survey.copy()))

    return edit


def other_codebook(study: Study) -> None:
    """A second codebook, whose items of trust have other names."""
    content = deepcopy(study.codebook)
    content["items"] = {name.replace("T", "X"): item for name, item in content["items"].items()}
    study.raw["codebook_26.yaml"] = yaml.safe_dump(content).encode()


CASES = (
    Case("no config", file("config.yaml", None), "config.yaml", "no such file", "Check the path"),
    Case("empty config", file("config.yaml", b""), "config.yaml", "no keys found", "`key: value`"),
    Case(
        "config is a list", file("config.yaml", b"- a\n- b\n"), "config.yaml", "no keys found", "`key: value`"
    ),
    Case(
        "config in cp1251",
        file("config.yaml", "study: {title: Город}".encode("cp1251")),
        "config.yaml",
        "not UTF-8 text (byte 15)",
        "Save the file as UTF-8",
    ),
    Case(
        "config in UTF-16",
        file("config.yaml", "seed: 1".encode("utf-16")),
        "config.yaml",
        "not UTF-8 text",
        "Save the file as UTF-8",
    ),
    Case(
        "tab in the indentation",
        file("config.yaml", b"study:\n\ttitle: x\n"),
        "config.yaml, line 2",
        "not valid yaml: a tab stands where blanks indent",
        "indentation",
    ),
    Case(
        "bracket left open",
        file("config.yaml", b"study:\n  title: [a\nseed: 1\n"),
        "config.yaml, line 3",
        "not valid yaml",
        "Mend the line",
    ),
    Case(
        "key given twice",
        file("config.yaml", b"seed: 1\nseed: 2\n"),
        "config.yaml, line 2",
        "the key `seed` is given twice",
        "Mend the line",
    ),
    Case(
        "NUL byte in the config",
        file("config.yaml", b"seed: 1\x00\n"),
        "config.yaml",
        "not valid yaml: it holds control characters",
        "Mend the line",
    ),
    Case(
        "a list as a key",
        file("config.yaml", b"? [a, b]\n: 1\n"),
        "config.yaml",
        "not valid yaml: a key is a list or has keys of its own",
        "Mend the line",
    ),
    Case(
        "a date that does not exist",
        file("config.yaml", b"seed: 2022-13-45\n"),
        "config.yaml",
        "not valid yaml: a date or time in it does not exist",
        "quotes",
    ),
    Case(
        "python object in the config",
        file("config.yaml", b"seed: !!python/object/apply:os.getcwd []\n"),
        "config.yaml, line 1",
        "not valid yaml: the mark",
        "Mend the line",
    ),
    Case(
        "misspelt section",
        setting("config", "claening", to={}),
        "config.yaml, claening",
        "unknown key",
        "Did you mean `cleaning`?",
    ),
    Case(
        "misspelt key in a section",
        setting("config", "data", "respondant", to="id"),
        "config.yaml, data.respondant",
        "unknown key",
        "Did you mean `respondent`?",
    ),
    Case(
        "unknown key like no other",
        setting("config", "data", "zzz", to=1),
        "config.yaml, data.zzz",
        "unknown key",
        "Known keys: cluster, codebook, decimal, encoding, file",
    ),
    Case(
        "section missing",
        removing("config", "cleaning"),
        "config.yaml, cleaning",
        "this key is missing",
        "Add it",
    ),
    Case(
        "key missing",
        removing("config", "data", "codebook"),
        "config.yaml, data.codebook",
        "this key is missing",
        "It says: codebook: items, constructs, labels, demographics",
    ),
    Case(
        "section without keys",
        setting("config", "data", to=None),
        "config.yaml, data",
        "found None",
        "Write `key: value` lines below it",
    ),
    Case(
        "a word for a number",
        setting("config", "seed", to="seven"),
        "config.yaml, seed",
        "found 'seven'",
        "Write a whole number",
    ),
    Case(
        "decimal comma in the config",
        setting("config", "model", "alpha", to="0,05"),
        "config.yaml, model.alpha",
        "found '0,05'",
        "Write a number",
    ),
    Case(
        "level beyond 1",
        setting("config", "model", "alpha", to=5),
        "config.yaml, model.alpha",
        "found 5",
        "Write 0.999999 or less",
    ),
    Case(
        "level that is no number",
        setting("config", "model", "alpha", to=float("nan")),
        "config.yaml, model.alpha",
        "found nan",
        "Write a number",
    ),
    Case(
        "unknown method",
        setting("config", "scores", to={"method": "median"}),
        "config.yaml, scores.method",
        "'median' is not allowed",
        "'mean', 'sum', 'component'",
    ),
    Case(
        "unknown cleaning rule",
        setting("config", "cleaning", "rules", to=["blank_forms"]),
        "config.yaml, cleaning.rules.0",
        "'blank_forms' is not allowed",
        "'blank_form'",
    ),
    Case(
        "careless rule without limits",
        setting("config", "cleaning", "rules", to=["careless"]),
        "config.yaml, cleaning",
        "contradiction",
        "its limits under `careless` go together",
    ),
    Case(
        "neither number nor word",
        setting("config", "factors", to={"n_components": 0}),
        "config.yaml, factors.n_components",
        "0 is not allowed",
        "Choose one of 'eigenvalue'. Or: Write 1 or more.",
    ),
    Case(
        "more components than items",
        setting("config", "factors", to={"n_components": 7}),
        "config.yaml, factors.n_components",
        "7 components of 6 items",
        "`eigenvalue`",
    ),
    Case(
        "title in a language that is none",
        setting("config", "study", "title", to={"de": "Stadt"}),
        "config.yaml, study.title.de",
        "'de' is not allowed",
        "'en', 'ru', 'kk'",
    ),
    Case(
        "title without the report's language",
        setting("config", "study", to={"title": {"en": "City", "ru": "Город"}, "language": "kk"}),
        "config.yaml, study.title",
        "no text in `kk` (given: en, ru)",
        "choose another `study.language`",
    ),
    Case(
        "yes taken for a title",
        setting("config", "study", "title", to=True),
        "config.yaml, study.title",
        "found True",
        "put it in quotes",
    ),
    Case(
        "more resamples than ever end",
        setting("config", "pls", to={"bootstrap_draws": 10**9}),
        "config.yaml, pls.bootstrap_draws",
        "found 1000000000",
        "Write 1000000 or less",
    ),
    Case(
        "paths in a circle",
        setting(
            "config",
            "model",
            "paths",
            to=[{"from": ["trust"], "to": "use"}, {"from": ["use"], "to": "trust"}],
        ),
        "config.yaml, model.paths",
        "in a circle: trust -> use -> trust",
        "Take one of these paths out, or write those that run back under `model.feedback`",
    ),
    Case(
        "printed numbers that are not there",
        setting("config", "data", "published", to="printed"),
        "printed",
        "no such",
        "",
    ),
    Case(
        "report in a language without labels",
        both(
            setting("config", "study", "language", to="kk"),
            setting("codebook", "items", "T1", "label", to={"en": "Trust one", "ru": "Доверие"}),
        ),
        "codebook.yaml, items.T1",
        "no label in `kk`",
        "choose another `study.language`",
    ),
    Case(
        "groups by a question that was not asked",
        setting("config", "groups", to={"variables": ["town"]}),
        "config.yaml, groups.variables",
        "the codebook has no demographic variable town",
        "Choose from city",
    ),
    Case(
        "control that was not asked",
        setting("config", "regression", to={"controls": ["town"]}),
        "config.yaml, regression.controls",
        "the codebook has no demographic variable town",
        "Choose from city",
    ),
    Case(
        "marker that was not asked",
        setting("config", "common_method", to={"marker": "weather"}),
        "config.yaml, common_method.marker",
        "the codebook has no item or construct weather",
        "Correct the name",
    ),
    Case(
        "other waves, this one without a name",
        setting("config", "waves", to={"2026": WAVE}),
        "config.yaml",
        "contradiction",
        "say under `study.wave` what this one is called",
    ),
    Case(
        "this wave among the others",
        both(setting("config", "study", "wave", to="2026"), setting("config", "waves", to={"2026": WAVE})),
        "config.yaml",
        "contradiction",
        "the wave 2026 is this one",
    ),
    Case(
        "wave whose file is not there",
        both(
            setting("config", "study", "wave", to="2024"),
            setting("config", "waves", to={"2026": WAVE | {"file": "survey_26.csv"}}),
        ),
        "survey_26.csv",
        "no such file",
        "Did you mean 'survey.csv'?",
    ),
    Case(
        "weights of polychoric correlations",
        both(
            setting("config", "data", "weight", to="weight"),
            setting("config", "pls", to={"correlation": "polychoric"}),
        ),
        "config.yaml",
        "contradiction",
        "leave out `data.weight`",
    ),
    Case(
        "misspelt correlation",
        setting("config", "pls", to={"correlation": "polycoric"}),
        "config.yaml, pls.correlation",
        "'polycoric' is not allowed",
        "polychoric",
    ),
    Case(
        "wave with weights",
        both(
            setting("config", "study", "wave", to="2024"),
            setting("config", "waves", to={"2026": WAVE | {"weight": "w"}}),
        ),
        "config.yaml",
        "contradiction",
        "leave out `weight` under 2026",
    ),
    Case(
        "years without quotes",
        both(setting("config", "study", "wave", to=2024), setting("config", "waves", to={2026: WAVE})),
        "config.yaml, waves.2026",
        "found 2026",
        "put it in quotes",
    ),
    Case(
        "wave with a constant item",
        other_wave(lambda answers: answers.assign(U1=3)),
        "wave.csv, column U1",
        "all 40 questionnaires that are kept answer 3",
        "Check the column",
    ),
    Case(
        "wave with a copied item",
        other_wave(lambda answers: answers.assign(U1=answers["U2"])),
        "wave.csv, U1, U2",
        "these determine one another",
        "copied or summed",
    ),
    Case(
        "wave of five people",
        other_wave(lambda answers: answers.head(5)),
        "wave.csv",
        "5 questionnaires are kept, for 6 items",
        "Collect more",
    ),
    Case(
        "wave whose respondents come twice, no rule",
        both(
            setting("config", "cleaning", "rules", to=["missing_items"]),
            other_wave(lambda answers: answers.assign(id="P01")),
        ),
        "wave.csv, respondent P01",
        "40 questionnaires",
        "cleaning rule `duplicate_respondent`",
    ),
    Case(
        "waves with nothing in common",
        both(
            other_codebook,
            other_wave(
                lambda answers: answers.rename(columns=lambda name: name.replace("T", "X")),
                "codebook_26.yaml",
            ),
        ),
        "config.yaml, waves",
        "no two constructs on a path have 2 items each",
        "in every wave's codebook",
    ),
    Case(
        "references to references",
        file("config.yaml", f"a: &a [x, x, x]\n{REFERENCES}".encode()),
        "config.yaml, line 2",
        "the reference `*a` is not read",
        "Mend the line",
    ),
)
