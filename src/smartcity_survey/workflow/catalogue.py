"""All stages, and what each reads, depends on and writes in one study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from smartcity_survey.report.contents import tables_of_people
from smartcity_survey.stages.collection import stages as stages
from smartcity_survey.stages.collection import without_clusters, without_weights
from smartcity_survey.stages.declare import Stage
from smartcity_survey.stages.needs import frames_of, has_higher_order
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config

REPORTS = Path("reports")


@cache
def makers() -> Mapping[str, Stage]:
    """Table or respondent-level frame -> the stage that makes it."""
    return {name: each for each in stages().values() for name in (*each.private, *each.every_table())}


@dataclass(frozen=True)
class Catalogue:
    """The stages as one study has them.

    reports : the folder of its results, relative to the study's.
    """

    config: Config
    codebook: Codebook
    reports: Path = REPORTS

    def stages(self) -> tuple[Stage, ...]:
        """Those that the study has."""
        return tuple(each for each in stages().values() if each.asked_by(self.config))

    def made(self) -> tuple[str, ...]:
        """Tables that the study's config makes sure of."""
        return self._made

    @cached_property
    def _made(self) -> tuple[str, ...]:
        # To know it a stage may have to read the paper, and every rule asks.
        return tuple(name for each in self.stages() for name in each.made(self.config))

    def frames(self) -> set[str]:
        """Tables and respondent-level frames that the study's stages make."""
        return {*self.made(), *(frame for each in self.stages() for frame in each.private)}

    def not_made(self) -> tuple[str, ...]:
        """Tables of other studies: one that stands there is an earlier config's."""
        made = set(self.made())
        return tuple(name for each in stages().values() for name in each.every_table() if name not in made)

    def cards(self) -> list[str]:
        """Files of the estimator cards of the study's stages."""
        return [self._card(each.name) for each in self.stages()]

    def sources(self) -> list[str]:
        """Files that people wrote: survey, codebook, printed numbers, other waves, reconstructions."""
        read = (need.files(self.config) for each in self.stages() for need in each.needs.values())
        codebooks = (data.codebook for data in (self.config.data, *self.config.waves.values()))
        return sorted({*codebooks, *(file for files in read for file in files)})

    def table(self, name: str) -> str:
        """The file of a table."""
        return (self.reports / "tables" / f"{name}.csv").as_posix()

    def frame(self, name: str) -> str:
        """The file of a stage's frame: the respondents' one where a table is called like it."""
        return self._private(name) if name in makers()[name].private else self.table(name)

    def read_by(self, name: str) -> tuple[str, ...]:
        """Frames of other stages that a stage of this study reads.

        Raises
        ------
        LookupError
            where no stage makes one of them; it is a mistake of the stage's author.
        """
        own = stages()[name]
        read = dict.fromkeys((*frames_of(own.needs, self.config), *own.beside))
        if unknown := read.keys() - makers().keys():
            raise LookupError(f"stage {name} reads {', '.join(sorted(unknown))}, which no stage makes")
        made = self.frames()
        return tuple(frame for frame in read if frame in made)

    def inputs(self, name: str) -> dict[str, list[str]]:
        """Parameter -> files it is read from, those of this study; also what small cells are left out by."""
        own = stages()[name]
        if not own.asked_by(self.config):
            return {}
        read = self.read_by(name)
        found = {
            parameter: [
                *(self.frame(frame) for frame in need.frames(self.config) if frame in read),
                *need.files(self.config),
            ]
            for parameter, need in own.needs.items()
        }
        found["beside"] = [self.table(table) for table in own.beside]
        return {parameter: files for parameter, files in found.items() if files}

    def params(self, name: str) -> dict[str, Any]:
        """Parameter -> plain values it depends on, where its code is, and how small cells are treated.

        `unweighted` : tables that stay empty, as the stage takes no weights and the study has some.
        `random` : tables without lines, as they compare groups of people that were made up.
        `unclustered` : the stage takes no clusters and the study has some.
        `components` : it has components in the place of constructs made of constructs.
        """
        own = stages()[name]
        if not own.asked_by(self.config):
            return {}
        found = {parameter: need.options(self.config, self.codebook) for parameter, need in own.needs.items()}
        found["module"] = own.module
        if own.hides:
            found["disclosure"] = self.config.disclosure.model_dump(mode="json")
        if own in without_weights(self.config):
            found["unweighted"] = list(own.made(self.config))
        if random := [table for table in own.made(self.config) if table in self._random()]:
            found["random"] = random
        if own in without_clusters(self.config):
            found["unclustered"] = True
        if own.by_components and has_higher_order(self.config):
            found["components"] = True
        return {parameter: plain for parameter, plain in found.items() if plain is not None}

    def _random(self) -> frozenset[str]:
        """Tables that compare groups of people, where people's demographics were drawn at random."""
        return tables_of_people() if self.config.study.reconstruction else frozenset()

    def in_parts(self, name: str) -> bool:
        """Whether some draws of a stage may be made in parts, in this study."""
        own = stages()[name]
        return own.in_parts and own.asked_by(self.config) and own not in without_weights(self.config)

    def outputs(self, name: str) -> dict[str, list[str]]:
        """Kind -> files it writes; of studies that do not have it, those of studies that do."""
        own = stages()[name]
        tables = own.made(self.config) if own.asked_by(self.config) else own.every_table()
        return {
            "tables": [self.table(table) for table in tables],
            "private": [self._private(frame) for frame in own.private],
            "cards": [self._card(name)],
        }

    def _card(self, name: str) -> str:
        return (self.reports / "cards" / f"{name}.json").as_posix()

    def _private(self, name: str) -> str:
        return (self.reports / "private" / f"{name}.csv").as_posix()
