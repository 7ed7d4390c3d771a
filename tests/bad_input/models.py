"""Models that must be refused: constructs, paths, hypotheses, moderations."""

from __future__ import annotations

from .harness import Case, both, setting

CASES = (
    Case(
        "one text for a list",
        setting("config", "model", "paths", 0, "from", to="trust"),
        "config.yaml, model.paths.0.from",
        "found 'trust'",
        "Write a list",
    ),
    Case(
        "unknown construct",
        setting("config", "model", "constructs", "usage", to={}),
        "config.yaml, model.constructs.usage",
        "the codebook has no such construct",
        "Choose from trust, use",
    ),
    Case(
        "unknown item",
        setting("config", "model", "constructs", "use", to={"items": ["U1", "U9"]}),
        "config.yaml, model.constructs.use.items",
        "the codebook has no item U9",
        "Correct the name",
    ),
    Case(
        "item of two constructs",
        setting("config", "model", "constructs", "use", to={"items": ["U1", "T1"]}),
        "config.yaml, model.constructs.use.items",
        "T1 already measures trust",
        "Give each item to one construct",
    ),
    Case(
        "constructs of one item each",
        setting("config", "model", "constructs", to={"trust": {"items": ["T1"]}, "use": {"items": ["U1"]}}),
        "config.yaml, model.constructs",
        "every construct has one item",
        "Give a construct a second item",
    ),
    Case(
        "construct without items",
        setting("config", "model", "constructs", "use", to={"items": []}),
        "config.yaml, model.constructs.use",
        "it has no items",
        "Name at least one item",
    ),
    Case(
        "path to nowhere",
        setting("config", "model", "paths", 0, "to", to="luck"),
        "config.yaml, model.paths",
        "luck is not a construct",
        "Choose from trust, use",
    ),
    Case(
        "hypothesis without a path",
        setting("config", "model", "hypotheses", "H1", to={"from": "use", "to": "trust"}),
        "config.yaml, model.hypotheses.H1",
        "there is no path use -> trust",
        "Add it to `paths`",
    ),
    Case(
        "misspelt mode",
        setting("config", "model", "constructs", "trust", to={"mode": "sumscore"}),
        "config.yaml, model.constructs.trust.mode",
        "'sumscore' is not allowed",
        "sum_score",
    ),
    Case(
        "moderator nobody knows",
        setting("config", "model", "moderations", to=[{"moderator": "trsut", "from": "trust", "to": "use"}]),
        "config.yaml, model.moderations.0",
        "trsut is not a construct that items measure",
        "Did you mean trust?",
    ),
    Case(
        "construct that moderates itself",
        setting("config", "model", "moderations", to=[{"moderator": "trust", "from": "trust", "to": "use"}]),
        "config.yaml, model.moderations.0",
        "trust cannot moderate itself",
        "another moderator",
    ),
    Case(
        "moderation without its main effects",
        setting("config", "model", "moderations", to=[{"moderator": "use", "from": "trust", "to": "use"}]),
        "config.yaml, model.moderations.0",
        "there is no path use -> use",
        "without both main effects",
    ),
    Case(
        "moderation of polychoric correlations",
        both(
            setting("config", "model", "moderations", to=[{"moderator": "a", "from": "b", "to": "c"}]),
            setting("config", "pls", to={"correlation": "polychoric"}),
        ),
        "config.yaml",
        "contradiction",
        "leave out `model.moderations`",
    ),
    Case(
        "construct of constructs nobody knows",
        setting("config", "model", "constructs", "use", to={"of": ["trust", "trsut"]}),
        "config.yaml, model.constructs.use.of",
        "trsut is not a construct that items measure",
        "Did you mean trust?",
    ),
    Case(
        "component named twice",
        setting("config", "model", "constructs", "use", to={"of": ["trust", "trust"]}),
        "config.yaml, model.constructs.use.of",
        "trust is a component twice",
        "Give it to one construct",
    ),
    Case(
        "component with a path of its own",
        setting("config", "model", "constructs", "use", to={"of": ["trust"]}),
        "config.yaml, model.constructs.use.of",
        "trust is a component and has a path of its own",
        "begin or end at use",
    ),
    Case(
        "construct of items and constructs",
        setting("config", "model", "constructs", "use", to={"of": ["trust"], "items": ["U1"]}),
        "config.yaml, model.constructs.use",
        "contradiction",
        "leave one of them out",
    ),
    Case(
        "approach of a construct of items",
        setting("config", "model", "constructs", "use", to={"approach": "two_stage"}),
        "config.yaml, model.constructs.use",
        "contradiction",
        "name these under `of`",
    ),
    Case(
        "misspelt approach",
        setting("config", "model", "constructs", "use", to={"of": ["trust"], "approach": "two stages"}),
        "config.yaml, model.constructs.use.approach",
        "'two stages' is not allowed",
        "two_stage",
    ),
)
