"""All stages that are declared, and those that know nothing of how respondents were drawn."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache

import smartcity_survey.stages
from smartcity_survey.stages.declare import Stage, declared_in
from smartcity_survey.stages.needs import Frame, frames_of
from smartcity_survey.study.config import Config


@cache
def stages() -> Mapping[str, Stage]:
    """Name -> stage, of every module of the package `stages` that declares one."""
    package = smartcity_survey.stages
    modules = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    return {each.name: each for module in modules for each in declared_in(module.name)}


@cache
def frames_of_respondents() -> frozenset[str]:
    """Frames of the respondents kept: all private ones but those that cleaning reads, of questionnaires."""
    questionnaires = {need.name for need in stages()["clean"].needs.values() if isinstance(need, Frame)}
    return frozenset(name for each in stages().values() for name in each.private) - questionnaires


def without_weights(config: Config) -> tuple[Stage, ...]:
    """Stages of a weighted study that would count all respondents alike: their tables stay empty."""
    if not config.weighted:
        return ()
    return tuple(each for each in _of_respondents(config) if not each.takes_weights)


def unweighted_tables(config: Config) -> tuple[str, ...]:
    """Tables of a weighted study that would count all respondents alike, and so stay empty, by name."""
    if not config.weighted:
        return ()
    refused = without_weights(config)
    return tuple(
        name
        for each in _of_respondents(config)
        for name in each.made(config)
        if each in refused or name in each.unweighted
    )


def without_clusters(config: Config) -> tuple[Stage, ...]:
    """Stages of a study with clusters whose errors take respondents for independent, as their cards say.

    Those that are empty for want of weights are none.
    """
    if not config.data.cluster:
        return ()
    refused = without_weights(config)
    return tuple(each for each in _of_respondents(config) if not each.takes_clusters and each not in refused)


def _of_respondents(config: Config) -> tuple[Stage, ...]:
    """Stages of a study that read respondents themselves, not tables about them."""
    return tuple(
        each
        for each in stages().values()
        if each.asked_by(config) and frames_of_respondents() & set(frames_of(each.needs, config))
    )
