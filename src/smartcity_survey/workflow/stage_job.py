"""What the rule of a stage does: its arguments from files and options, its result into files."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from smartcity_survey.errors import NoSolution
from smartcity_survey.io import StageResult, read_table, write_stage
from smartcity_survey.stages.declare import Stage
from smartcity_survey.stages.needs import Bar, Files
from smartcity_survey.stages.refusals import refused, takes_no_weights
from smartcity_survey.study.config import DisclosureSection
from smartcity_survey.workflow.progress import progress_bar


def compute_stage(stage: Stage, inputs: Mapping[str, Files], params: Mapping[str, Any]) -> StageResult:
    """The result of a stage.

    Parameters
    ----------
    inputs, params : of its rule, as `Catalogue.inputs` and `Catalogue.params` have them.
    """
    with ExitStack() as bars:
        try:
            if "unweighted" in params:
                raise takes_no_weights(stage.name)
            arguments = {
                name: bars.enter_context(progress_bar(need.what))
                if isinstance(need, Bar)
                else need.value(inputs.get(name, ()), params.get(name))
                for name, need in stage.needs.items()
            }
            result = stage.compute(**arguments)
        except NoSolution as error:  # no item is left of a construct, for example
            result = refused(params.get("unweighted", stage.tables), error, stage.private)
    if "unclustered" in params:
        cards = {name: {**card, "clusters": "not_used"} for name, card in result.cards.items()}
        result = replace(result, cards=cards)
    if not stage.hides:
        return result
    beside = {Path(path).stem: read_table(path) for path in inputs.get("beside", ())}
    return stage.hides(result, DisclosureSection(**params["disclosure"]), beside)


def write_stage_files(
    stage: Stage, inputs: Mapping[str, Files], params: Mapping[str, Any], reports: str | Path
) -> None:
    """Compute a stage and write its files; tables that an earlier config asked for are removed."""
    result = compute_stage(stage, inputs, params)
    optional = [name for own in stage.optional.values() for name in own]
    write_stage(stage.name, result, reports, optional)
