"""Where the steps of a run work: on this machine, or where a plugin of Snakemake sends them, to a cluster."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from smartcity_survey.errors import SurveyError

HERE = "local"
PROFILE = "SMARTCITY_SURVEY_PROFILE"
"""Environment variable that tells the report which profile of Snakemake its run has, if any."""
_VARIABLE = "SNAKEMAKE_PROFILE"
_MAY = {
    *("executor", "jobs", "cores", "local-cores", "max-threads", "resources", "res", "set-threads"),
    *(
        "set-scatter",
        "set-resources",
        "set-resource-scopes",
        "default-resources",
        "default-res",
        "latency-wait",
    ),
    *("output-wait", "retries", "restart-times", "keep-going", "group-components", "groups", "local-groupid"),
    *("jobname", "jn", "jobscript", "js", "envvars", "precommand", "preemptible-retries"),
    *("preemptible-rules", "printshellcmds", "quiet", "verbose", "show-failed-logs", "nocolor", "logger"),
    *("shared-fs-usage", "local-storage-prefix", "remote-job-local-storage-prefix", "scheduler"),
    *("greediness", "notemp", "nt", "nolock", "rerun-incomplete", "ri", "max-jobs-per-second"),
    *("max-jobs-per-timespan", "max-status-checks-per-second", "seconds-between-status-checks"),
    *("max-inventory-time", "queue-input-wait-time", "immediate-submit", "is"),
    *("__use_yte__", "__definitions__", "__variables__"),
}
"""Options that a profile may set: where, when and with what steps work. None of them changes a result."""
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
            executor = str(_profile(self.profile)[1].get("executor", HERE))
        own = f"SNAKEMAKE_{executor.replace('-', '_').upper()}_"
        kept = {name: value for name, value in given.items() if not name.startswith("SNAKEMAKE_")}
        kept |= {name: value for name, value in given.items() if name.startswith(own)}
        # Without it Snakemake finds neither a shell nor its solver, and breaks off.
        return {"PATH": os.defpath} | kept | ({PROFILE: self.profile} if self.profile else {})

    def _require_silence_on_results(self) -> None:
        file, content = _profile(self.profile)
        executor = str(content.get("executor", self.executor))
        for option in content:
            if option not in _MAY and not option.startswith(f"{executor}-"):
                raise SurveyError(
                    f"{file.as_posix()}, {option}",
                    "a profile says where steps work, and nothing of what they do.",
                    "Take the line out, and write into the study's config.yaml what the analysis is to do; "
                    "SNAKEMAKE_PROFILE or --profile names this profile.",
                )

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
            where the plugin of the executor is not installed, and where the profile is not there or says
            more than where steps work.
        """
        # Nor does Snakemake take what lies in a folder called `profiles`.
        told = ["--workflow-profile", "none"]
        told += ["--set-scatter", f"draws={self.parts}"] if self.parts > 1 else []
        if not self.elsewhere:
            return [*told, "--cores", str(self.cores), *_memory(), "--quiet", "all"]
        told += ["--envvars", *variables]
        if self.profile:
            self._require_silence_on_results()
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


@cache
def _profile(name: str) -> tuple[Path, Mapping[str, object]]:
    """File and content of a profile, as Snakemake finds and reads it."""
    found = import_module("snakemake.cli").get_profile_dir(name)
    if found is None:
        raise SurveyError(
            f"--profile {name}",
            "Snakemake finds no such profile.",
            "Name a folder with a file config.yaml of Snakemake's own options.",
        )
    content = import_module("yte").process_yaml(found[1].read_text(encoding="utf-8"), require_use_yte=True)
    return found[1], content if isinstance(content, Mapping) else {}


def _require_plugin(executor: str) -> None:
    package = f"snakemake-executor-plugin-{executor}"
    if find_spec(package.replace("-", "_")) is None:
        raise SurveyError(
            f"--executor {executor}",
            "Snakemake has no such executor here.",
            f"Install it beside this program: `pip install {package}`.",
        )
