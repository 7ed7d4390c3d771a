"""The codebook that the answers to a questionnaire fit."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import yaml

from smartcity_survey.parsing import parse
from smartcity_survey.plan.names import Place
from smartcity_survey.study.codebook import Codebook


def fitting_codebook(content: Mapping[str, Any], changes: Mapping[Place, object], place: str) -> str:
    """A codebook with other columns, as yaml; all else, and the order, are as they were.

    Parameters
    ----------
    content : the codebook as read. changes : section, question and key -> what stands there; None: nothing.
    """
    new: dict[str, Any] = copy.deepcopy(dict(content))
    for (section, name, key), value in changes.items():
        question = new[section][name]
        if value is None or (key == "column" and value == name and section != "multiple_choice"):
            question.pop(key, None)
        else:
            question[key] = value
    parse(Codebook, new, place)
    return yaml.safe_dump(new, allow_unicode=True, sort_keys=False, width=110)
