"""Where the steps of a run work: on this machine, or where a plugin of Snakemake sends them, to a cluster."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec

from smartcity_survey.errors import SurveyError

HERE = "local"
PROFILE = "SMARTCITY_SURVEY_PROFILE"
"""Environment variable that tells the report which profile of Snakemake its run has, if any."""
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
    """

    cores: int
    executor: str = HERE
    profile: str = ""
    jobs: int | None = None

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
            where the plugin of the executor is not installed.
        """
        if not self.elsewhere:
            return ["--cores", str(self.cores), "--quiet", "all"]
        told = ["--envvars", *variables]
        if self.profile:
            told += ["--profile", self.profile]
        if self.executor != HERE:
            _require_plugin(self.executor)
            told += ["--executor", self.executor]
        if self.jobs is not None:
            told += ["--jobs", str(self.jobs)]
        elif not self.profile:
            told += ["--jobs", str(JOBS)]
        if not self.profile:
            told += ["--latency-wait", str(_SLOW_DISK)]
        return told


def _require_plugin(executor: str) -> None:
    package = f"snakemake-executor-plugin-{executor}"
    if find_spec(package.replace("-", "_")) is None:
        raise SurveyError(
            f"--executor {executor}",
            "Snakemake has no such executor here.",
            f"Install it beside this program: `pip install {package}`.",
        )
