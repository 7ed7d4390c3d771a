"""A study of printed tables alone: means, SDs and correlations of items, no factor model."""

from __future__ import annotations

from pathlib import Path

import yaml

DESCRIPTIVES = """row,n,mean,sd
q_trust,120,3.50,0.90
q_habit,120,2.80,1.10
q_use,120,3.10,1.00
"""
# How far trust goes with use is not printed.
CORRELATIONS = """row,q_trust,q_habit,q_use
q_trust,1,,
q_habit,0.500**,1,
q_use,,0.300**,1
"""


def write_study(folder: Path, correlations: str = CORRELATIONS, descriptives: str = DESCRIPTIVES) -> Path:
    """A study of three constructs of one item each: trust and habit explain use."""
    names = ("trust", "habit", "use")
    config = {
        "study": {"title": "A printed study"},
        "data": {"file": "none.csv", "codebook": "codebook.yaml", "published": "published"},
        "cleaning": {"rules": ["blank_form"]},
        "model": {
            "constructs": {name: {} for name in names},
            "paths": [{"from": ["trust", "habit"], "to": "use"}],
            "hypotheses": {
                "H1": {"from": "trust", "to": "use"},
                "H2": {"from": "habit", "to": "use"},
            },
        },
        "seed": 3,
    }
    codebook = {
        "scale": {"minimum": 1, "maximum": 5},
        "constructs": {name: {"label": name} for name in names},
        "items": {name.upper(): {"construct": name, "label": name} for name in names},
        "demographics": {},
    }
    paper = {
        "title": "A printed study",
        "scale": {"minimum": 1, "maximum": 5},
        "n": 120,
        "names": {f"q_{name}": name.upper() for name in names},
        "objects": {
            "table_1": {"kind": "table", "number": 1, "csv": descriptives, "shows": ["descriptives"]},
            "table_2": {"kind": "table", "number": 2, "csv": correlations, "shows": ["correlations"]},
        },
    }
    (folder / "published").mkdir(parents=True)
    for name, content in (
        ("config.yaml", config),
        ("codebook.yaml", codebook),
        ("published/paper.yaml", paper),
    ):
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return folder / "config.yaml"
