"""The steps of the page, in their order: each draws its part from the study's files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from htmltools import Tag

from smartcity_survey.studio.steps.columns import columns_step
from smartcity_survey.studio.steps.constructs import constructs_step
from smartcity_survey.studio.steps.model import model_step
from smartcity_survey.studio.steps.options import options_step
from smartcity_survey.studio.view import View


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is drawn from the files alone. name : of its part of the page. title : in English."""

    name: str
    title: str
    draw: Callable[[View], Tag]


DRAWN = (
    Step("columns", "Columns", columns_step),
    Step("constructs", "Constructs", constructs_step),
    Step("model", "Model", model_step),
    Step("options", "Options", options_step),
)
