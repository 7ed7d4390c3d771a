"""All files of a study, read and held against one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np

from smartcity_survey.audit.paper import read_paper
from smartcity_survey.check.answers import answer_problems, kept_problems, nobody_complete
from smartcity_survey.check.bounds import bounds_doubts, bounds_problems
from smartcity_survey.check.cleaning import excluded, kept, lost_rows, nothing_chosen, outside_categories
from smartcity_survey.check.codes import declared_code_problems, doubtful_codes, missing_code_problems
from smartcity_survey.check.directions import direction_doubts
from smartcity_survey.check.disclosed import hidden_lines
from smartcity_survey.check.gaps import idle_methods
from smartcity_survey.check.idle import idle_keys
from smartcity_survey.check.labels import shared_labels, untranslated_labels
from smartcity_survey.check.names import name_problems
from smartcity_survey.check.needs import foreseen_gaps, unmet_needs
from smartcity_survey.check.parallel import untested_lines
from smartcity_survey.check.suspicions import suspicions
from smartcity_survey.check.switches import idle_switches
from smartcity_survey.check.template import template_problems
from smartcity_survey.check.weights import (
    cluster_problems,
    design_doubts,
    effective_size,
    weight_doubts,
    weight_problems,
)
from smartcity_survey.data.bounds import read_bounds
from smartcity_survey.data.clean import Cleaned, clean_responses
from smartcity_survey.data.demographics import require_demographics
from smartcity_survey.data.read import Responses, read_survey
from smartcity_survey.data.waves import Wave, common_items, common_model, common_to_all, shared_model
from smartcity_survey.data.weighting import rake_answers
from smartcity_survey.errors import Problem, SurveyError, counted, counts
from smartcity_survey.parsing import Section, parse, read_yaml
from smartcity_survey.stages.measurement.common_method import marker_items
from smartcity_survey.stages.needs import CountedItems, complete_rows
from smartcity_survey.stages.residual_pairs import require_pairs
from smartcity_survey.study.codebook import WEIGHT, Codebook, read_codebook, text
from smartcity_survey.study.config import CleaningSection, Config, DataSection, ModelSection, parse_config
from smartcity_survey.study.label_languages import unlabelled
from smartcity_survey.study.model import Model, build_model

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S", bound=Section)


@dataclass(frozen=True, slots=True)
class Checked:
    """A study that can be run.

    Attributes
    ----------
    summary : what was found in each file, one sentence each.
    warnings : what does not stand in the way of a run, but may be a mistake; those about one construct stand
        together, in the codebook's order, after the others.
    verdict : whether the study can be run.
    """

    summary: tuple[str, ...]
    warnings: tuple[Problem, ...]
    verdict: str

    def by_construct(self) -> dict[str, tuple[Problem, ...]]:
        """The warnings by the construct they are about; those about none alone stand under an empty name."""
        names = dict.fromkeys(warning.about for warning in self.warnings)
        return {name: tuple(w for w in self.warnings if w.about == name) for name in names}


@dataclass(frozen=True, slots=True)
class _OtherWave:
    """Another wave as read and cleaned."""

    wave: Wave
    responses: Responses
    cleaned: Cleaned


def check_study(folder: Path) -> Checked:
    """Read config, codebook, model, printed numbers and survey file of a study, and clean the answers.

    Nothing is written, and nothing in the answers is changed because of a suspicion.

    Raises
    ------
    SurveyError
        with every problem of every file. A file is read even where another one has problems, unless
        nobody can tell which file it is.
    """
    problems: list[Problem] = []
    place = str(folder / "config.yaml")
    content = read_yaml(folder / "config.yaml")
    config = _attempt(problems, parse_config, content, place)
    # Sections on their own: a problem elsewhere in the config hides nothing in the other files.
    data, arrows = _section(content, "data", DataSection), _section(content, "model", ModelSection)
    codebook = model = responses = cleaned = paper = None
    doubts: list[Problem] = []
    if data:
        codebook = _attempt(problems, read_codebook, folder / data.codebook)
        if data.published:
            paper = _attempt(problems, read_paper, folder / data.published)
    if codebook and arrows:
        model = _attempt(problems, build_model, arrows, codebook, f"{place}, model")
    if codebook and data:
        problems += missing_code_problems(codebook, data, f"{place}, data")
        responses = _attempt(problems, read_survey, folder / data.file, codebook, data)
    if config:
        problems += name_problems(config, folder)
        problems += template_problems(config, folder)
        _attempt(problems, text, config.study.title, config.study.language, f"{place}, study.title")
    if config and codebook:
        problems += _contradictions(folder, config, codebook, model)
        for key, names in _named_demographics(config).items():
            _attempt(problems, require_demographics, names, codebook, f"{place}, {key}")
        if model:
            pairs = config.cfa.residual_correlations
            _attempt(problems, require_pairs, pairs, model, f"{place}, cfa.residual_correlations")
        if model and config.common_method.marker:
            _attempt(problems, marker_items, config.common_method.marker, model, codebook)
        if responses:
            path = folder / config.data.file
            needed = CountedItems().options(config, codebook) if model else None
            cleaned = _cleaned(problems, responses, codebook, config.cleaning, path, needed)
            if cleaned and config.weighting.margins:
                key = f"{place}, weighting.margins"
                weighed = _attempt(problems, rake_answers, cleaned.answers, codebook, config.weighting, key)
                cleaned = replace(cleaned, answers=weighed.answers) if weighed else None
            if cleaned and model:
                complete = complete_rows(cleaned.answers, needed)
                if len(complete) or not needed:
                    problems += kept_problems(complete, codebook, model, path, config, needed)
                    problems += unmet_needs(complete, codebook, model, config, place)
                else:
                    problems.append(nobody_complete(len(cleaned.answers), len(needed), path))
                problems += weight_problems(cleaned.answers, model, _place_of_weights(config, path, place))
                problems += cluster_problems(
                    cleaned.answers, responses, model, str(path), str(config.data.cluster)
                )
            if cleaned and config.study.bounds_in_use:
                further, n = folder / config.study.bounds_in_use, len(cleaned.answers)
                bounds = _attempt(problems, read_bounds, further, codebook, config.cleaning, n)
                if bounds and model:
                    found = bounds_problems(further, bounds, model, config, codebook, paper)
                    problems += _attempt(problems, list, found) or []
                    doubts = [*bounds_doubts(further, bounds)]
    waves = _waves(problems, folder, config, codebook, model) if config else {}
    if problems or not (config and codebook and model and responses and cleaned):
        raise SurveyError.of(problems)
    path, answers = folder / config.data.file, cleaned.answers
    warnings = [
        *suspicions(responses, codebook, config.cleaning, path),
        *direction_doubts(answers, codebook, model, config.study.language, path),
        *lost_rows(cleaned, str(path), config),
        *outside_categories(cleaned, responses, str(path)),
        *doubtful_codes(codebook, config.data, responses.declared, f"{place}, data"),
        *foreseen_gaps(complete_rows(answers, needed), codebook, model, config, place, str(path), answers),
        *weight_doubts(answers, model, _place_of_weights(config, path, place)),
        *design_doubts(answers, config, place),
        *idle_methods(answers, needed, config, place),
        *idle_switches(config, model, place),
        *hidden_lines(complete_rows(answers, needed), model, config, place),
        *untested_lines(complete_rows(answers, needed), model, config, place),
        *untranslated_labels(codebook, config, folder),
        *shared_labels(codebook, config, folder),
        *idle_keys(path, config.data, f"{place}, data"),
        *doubts,
    ]
    for name, other in waves.items():
        data = config.waves[name]
        warnings += lost_rows(other.cleaned, str(folder / data.file), config)
        warnings += idle_keys(folder / data.file, data, f"{place}, waves.{name}")
        warnings += doubtful_codes(
            other.wave.codebook, data, other.responses.declared, f"{place}, waves.{name}"
        )
    summary = _summary(config, codebook, responses, cleaned)
    compared = _compared(model, codebook, waves)
    order = ("", *codebook.constructs)
    warnings.sort(key=lambda warning: order.index(warning.about))
    return Checked((*summary, *compared), tuple(warnings), "Nothing stands in the way of a run.")


def _place_of_weights(config: Config, path: Path, place: str) -> str:
    """The survey file and its column of weights; of raked ones the margins in the config."""
    return f"{place}, weighting" if config.weighting.margins else f"{path}, column {config.data.weight}"


def _attempt(problems: list[Problem], read: Callable[P, T], *given: P.args, **named: P.kwargs) -> T | None:
    """What `read` returns; nothing where it fails, and its problems are listed."""
    try:
        return read(*given, **named)
    except SurveyError as error:
        problems += error.problems
        return None


def _section(content: Mapping[str, Any], key: str, kind: type[S]) -> S | None:
    """A section of a config; nothing where it is wrong, as the whole config's problems say already."""
    return _attempt([], parse, kind, content.get(key, {}), key)


def _contradictions(
    folder: Path, config: Config, codebook: Codebook, model: Model | None
) -> Iterator[Problem]:
    """What is wrong between config and codebook."""
    place, language = folder / "config.yaml", config.study.language
    for label in unlabelled(codebook, language):
        yield Problem(
            f"{folder / config.data.codebook}, {label}",
            f"no label in `{language}`.",
            "Add it, or choose another `study.language`.",
        )
    for name, claim in config.model.hypotheses.items():
        if claim.groups in codebook.demographics and claim.groups not in config.groups.variables:
            yield Problem(
                f"{place}, model.hypotheses.{name}.groups",
                f"`groups.variables` does not list {claim.groups}.",
                "Add it there: the paths of its categories are compared then.",
            )
    asked = config.factors.n_components
    n_items = len(model.items if model else codebook.items)
    if isinstance(asked, int) and asked > n_items:
        yield Problem(
            f"{place}, factors.n_components",
            f"{counted(asked, 'component')} of {counted(n_items, 'item')}.",
            "Ask for fewer, or write `eigenvalue`.",
        )
    if model and model.single == model.names:
        yield Problem(
            f"{place}, model.constructs",
            "every construct has one item: nothing tells what any of them measures from its error.",
            "Give a construct a second item; for regressions among items no factors are needed.",
        )


def _named_demographics(config: Config) -> dict[str, tuple[str, ...]]:
    """Keys of the config that name questions about the respondent."""
    return {
        "regression.controls": config.regression.controls,
        "model.controls": config.model.controls,
        "groups.variables": config.groups.variables,
        "robustness.controls": config.robustness.controls,
    }


def _cleaned(
    problems: list[Problem],
    responses: Responses,
    codebook: Codebook,
    section: CleaningSection,
    path: Path,
    needed: Sequence[str] | None = None,
) -> Cleaned | None:
    """The answers cleaned; nothing where they are not fit to be. needed : as `counted` of cleaning."""
    problems += declared_code_problems(codebook, responses.declared, str(path))
    found = tuple(answer_problems(responses, codebook, section, path))
    problems += found
    if found:
        return None
    return _attempt(problems, clean_responses, responses.answers, codebook, section, needed)


def _summary(config: Config, codebook: Codebook, responses: Responses, cleaned: Cleaned) -> tuple[str, ...]:
    claimed = config.model
    n_paths = sum(len(path.sources) for path in claimed.paths)
    hypotheses = counted(len(claimed.hypotheses), "hypothesis", "hypotheses")
    questions = counted(len(codebook.demographics), "demographic question")
    unused = f"not in the codebook, so not used: {', '.join(responses.unused)}"
    lines = [
        f"config.yaml: {counts(construct=len(claimed.constructs), path=n_paths)}, {hypotheses}.",
        f"{config.data.codebook}: {counts(item=len(codebook.items))}, {questions}.",
        f"{config.data.file}: {kept(cleaned)}.{excluded(cleaned, responses.answers, codebook)}",
    ]
    if WEIGHT in cleaned.answers:
        size = effective_size(cleaned.answers[WEIGHT].to_numpy(dtype=np.float64))
        lines.append(
            f"{config.data.file}: weighted by {config.data.weight or 'weighting.margins'}, worth {size:.1f} "
            "that count alike (Kish's effective sample size)."
        )
    lines += [f"{config.data.file}: {line}" for line in nothing_chosen(responses.answers, codebook)]
    if "units" in responses.how:
        lines.append(
            f"{config.data.file}: numbers are read without the units behind them: {responses.how['units']}."
        )
    if "dates" in responses.how:
        lines.append(f"{config.data.file}: dates are read as {responses.how['dates']}.")
    if responses.unused:
        lines.append(f"{config.data.file}: {unused}.")
    if config.study.bounds and not config.study.bounds_in_use:
        lines.append(
            f"{config.study.bounds}: not used, for `study.reconstruction` is false: of people's answers the "
            "print leaves nothing open."
        )
    return tuple(lines)


def _waves(
    problems: list[Problem], folder: Path, config: Config, codebook: Codebook | None, model: Model | None
) -> dict[str, _OtherWave]:
    """The other waves as far as they can be read; what is wrong with them is listed."""
    found = {}
    for name, data in config.waves.items():
        own = _attempt(problems, read_codebook, folder / data.codebook)
        if own:
            problems += missing_code_problems(own, data, f"{folder / 'config.yaml'}, waves.{name}")
        responses = _attempt(problems, read_survey, folder / data.file, own, data) if own else None
        if not own or not responses:
            continue
        cleaned = _cleaned(problems, responses, own, config.cleaning, folder / data.file)
        if cleaned and codebook and model:
            wave = Wave(name, own, cleaned.answers, len(responses.answers))
            found[name] = _OtherWave(wave, responses, cleaned)
            common = common_model(model, common_to_all(common_items(model, codebook, {name: own})))
            problems += kept_problems(cleaned.answers, own, common, folder / data.file, config)
    if codebook and model and found.keys() == config.waves.keys() != set():
        items = common_items(model, codebook, {name: other.wave.codebook for name, other in found.items()})
        _attempt(problems, shared_model, model, items)
    return found


def _compared(model: Model, codebook: Codebook, waves: Mapping[str, _OtherWave]) -> Iterator[str]:
    for name, other in waves.items():
        common = len(common_to_all(common_items(model, codebook, {name: other.wave.codebook})))
        shared = f"{common} of {counted(len(model.items), 'item')} in common"
        lost = excluded(other.cleaned, other.responses.answers, other.wave.codebook)
        yield f"Wave {name}: {kept(other.cleaned)}; {shared}.{lost}"
