"""What the rule of a stage does: its arguments from files and options, its result into files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from smartcity_survey.errors import NoSolution
from smartcity_survey.io import Card, StageResult, read_table, write_stage
from smartcity_survey.stages.declare import Stage
from smartcity_survey.stages.large_samples import without_tests
from smartcity_survey.stages.needs import Bar, Files
from smartcity_survey.stages.parts import InParts, Made, nothing_made
from smartcity_survey.stages.refusals import refused, takes_no_weights
from smartcity_survey.study.config import DisclosureSection
from smartcity_survey.workflow.progress import progress_bar


def arguments_of(stage: Stage, inputs: Mapping[str, Files], params: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a stage that come from files and options.

    Parameters
    ----------
    inputs, params : of its rule, as `Catalogue.inputs` and `Catalogue.params` have them.
    """
    return {
        name: need.value(inputs.get(name, ()), params.get(name))
        for name, need in stage.needs.items()
        if not isinstance(need, Bar | InParts)
    }


def as_lists(files: Mapping[str, Any]) -> dict[str, list[str]]:
    """Files by their names; Snakemake gives a single one as it is, several as a list."""
    return {name: [own] if isinstance(own, str) else list(own) for name, own in files.items()}


def compute_stage(
    stage: Stage, inputs: Mapping[str, Files], params: Mapping[str, Any], made: Made = nothing_made
) -> StageResult:
    """The result of a stage.

    Parameters
    ----------
    inputs, params : of its rule, as `Catalogue.inputs` and `Catalogue.params` have them.
    made : draws of it that parts have made.
    """
    with ExitStack() as bars:
        try:
            if "unweighted" in params:
                raise takes_no_weights(stage.name)
            arguments = arguments_of(stage, inputs, params)
            for name, need in stage.needs.items():
                if isinstance(need, Bar):
                    arguments[name] = bars.enter_context(progress_bar(need.what))
                elif isinstance(need, InParts):
                    arguments[name] = made
            result = stage.compute(**arguments)
        except NoSolution as error:  # no item is left of a construct, for example
            result = refused(params.get("unweighted", stage.tables), error, stage.private)
    result = without_tests(result)
    told: Card = {"clusters": "not_used"} if "unclustered" in params else {}
    if "components" in params:
        told = {**told, "higher_order": "by_components"}
    if told:
        result = replace(result, cards={name: {**card, **told} for name, card in result.cards.items()})
    if stage.hides:
        beside = {Path(path).stem: read_table(path) for path in inputs.get("beside", ())}
        result = stage.hides(result, DisclosureSection(**params["disclosure"]), beside)
    return without_lines(result, params["random"]) if "random" in params else result


def without_lines(result: StageResult, names: Sequence[str]) -> StageResult:
    """Of tables that compare groups of people, where these were drawn at random, the columns alone."""
    heads = {name: result.tables[name].head(0) for name in names}
    return replace(result, tables={**result.tables, **heads})


def write_stage_files(
    stage: Stage,
    inputs: Mapping[str, Files],
    params: Mapping[str, Any],
    reports: str | Path,
    made: Made = nothing_made,
) -> None:
    """Compute a stage and write its files; tables that an earlier config asked for are removed."""
    result = compute_stage(stage, inputs, params, made)
    optional = [name for own in stage.optional.values() for name in own]
    write_stage(stage.name, result, reports, optional)
