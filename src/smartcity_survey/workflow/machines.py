"""Where the steps of a run work: on this machine, or where a plugin of Snakemake sends them, to a cluster."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from smartcity_survey.adding import how_to_add
from smartcity_survey.errors import SurveyError
from smartcity_survey.workflow.profiles import profile_of

HERE = "local"
PROFILE = "SMARTCITY_SURVEY_PROFILE"
"""Environment variable that tells the report which profile of Snakemake its run has, if any."""
_VARIABLE = "SNAKEMAKE_PROFILE"
JOBS = 100
"""Steps that an executor is given at a time where nobody says how many: as many as can be ready."""
_SLOW_DISK = 60
"""Seconds to wait for a file that another machine wrote: a shared disk may show it late."""


@dataclass(frozen=True, slots=True)
class Machines:
    """Where steps work.

    Attributes
    ----------
    cores : of this machine, for the steps that work here.
    executor : of Snakemake, by the name of its plugin.
    profile : folder or name of a profile of Snakemake; what it says goes before the defaults here.
    jobs : steps at a time that an executor is given; none: `JOBS`, or what the profile says.
    parts : jobs that make the draws of a stage; one: the stage itself, or what the profile says.
    """

    cores: int
    executor: str = HERE
    profile: str = ""
    jobs: int | None = None
    parts: int = 1

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """Variables without those that Snakemake would take for options, but those of the executor."""
        executor = self.executor
        if self.profile and executor == HERE:
            executor = profile_of(self.profile).executor or HERE
        own = f"SNAKEMAKE_{executor.replace('-', '_').upper()}_"
        kept = {name: value for name, value in given.items() if not name.startswith("SNAKEMAKE_")}
        kept |= {name: value for name, value in given.items() if name.startswith(own)}
        # Without it Snakemake finds neither a shell nor its solver, and breaks off.
        return {"PATH": os.defpath} | kept | ({PROFILE: self.profile} if self.profile else {})

    def require(self) -> None:
        """Refuse what no run could do, before anything large is imported.

        Raises
        ------
        SurveyError
            where the plugin of the executor is not installed, and where the profile is not there, cannot be
            read or says more than where steps work.
        """
        profile = profile_of(self.profile) if self.profile else None
        if profile:
            profile.require_silence_on_results(self.executor)
        if self.executor != HERE:
            _require_plugin(self.executor, f"--executor {self.executor}")
        elif profile and profile.executor not in ("", HERE):
            _require_plugin(profile.executor, f"{profile.file.as_posix()}, executor: {profile.executor}")

    @property
    def elsewhere(self) -> bool:
        """Whether steps may work on another machine, whose lines do not come back to this one."""
        return self.executor != HERE or bool(self.profile)

    def options(self, variables: Iterable[str]) -> list[str]:
        """What Snakemake is told of it.

        Parameters
        ----------
        variables : names of environment variables that every step needs.

        Raises
        ------
        SurveyError
            as `require`.
        """
        self.require()
        # Nor does Snakemake take what lies in a folder called `profiles`.
        told = ["--workflow-profile", "none"]
        told += ["--set-scatter", f"draws={self.parts}"] if self.parts > 1 else []
        if not self.elsewhere:
            return [*told, "--cores", str(self.cores), *_memory(), "--quiet", "all"]
        told += ["--envvars", *variables]
        if self.profile:
            told += ["--profile", self.profile]
        if self.executor != HERE:
            told += ["--executor", self.executor]
        if self.jobs is not None:
            told += ["--jobs", str(self.jobs)]
        elif not self.profile:
            told += ["--jobs", str(JOBS)]
        if not self.profile:
            told += ["--latency-wait", str(_SLOW_DISK)]
        return told


def _memory() -> list[str]:
    """Steps side by side ask for no more memory than this machine has; one that asks for more works alone.

    Nothing where the system does not say how much it has.
    """
    try:
        mib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    except (AttributeError, ValueError, OSError):
        return []
    return ["--resources", f"mem_mb={mib}"] if mib > 0 else []


def from_variable(profile: str) -> str:
    """The profile given, or the one that Snakemake's own variable names."""
    return profile or os.environ.get(_VARIABLE, "")


def _require_plugin(executor: str, place: str) -> None:
    package = f"snakemake-executor-plugin-{executor}"
    if find_spec(package.replace("-", "_")) is None:
        raise SurveyError(
            place,
            "Snakemake has no such executor here.",
            f"Install it beside this program: `{how_to_add(package)}`.",
        )
