"""Profiles of Snakemake: which file one is, and that it says where steps work and nothing of what they do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import yaml

from smartcity_survey.errors import SurveyError
from smartcity_survey.libraries import library_reason

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
_NUMBERS = {"jobs": ("all", "unlimited"), "cores": ("all",)}
"""Options that are numbers from 1 on -> words that Snakemake takes in place of one."""
MOST_PARTS = 2000
"""Parts of draws at most: each draws blocks of 512, of a million resamples, the most of a config."""
_FILE = re.compile(r"(?:profile|config)(?:\.v(?P<from_version>\d+)\+)?.yaml")
_LINE = "Write `key: value`, a line for each option of Snakemake, as `executor: slurm`."


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile of Snakemake.

    Attributes
    ----------
    file : where it is. content : what it says.
    """

    file: Path
    content: Mapping[str, object]

    @property
    def executor(self) -> str:
        """The executor it names; empty if none."""
        return str(self.content.get("executor") or "")

    def require_silence_on_results(self, executor: str) -> None:
        """Refuse what is none of a profile's business, and numbers that are none.

        Parameters
        ----------
        executor : of Snakemake, where the profile names none.

        Raises
        ------
        SurveyError
            naming file and key.
        """
        own = self.executor or executor
        for option, value in self.content.items():
            place = f"{self.file.as_posix()}, {option}"
            if option not in _MAY and not option.startswith(f"{own}-"):
                raise SurveyError(
                    place,
                    "a profile says where steps work, and nothing of what they do.",
                    "Take the line out, and write into the study's config.yaml what the analysis is to do; "
                    "SNAKEMAKE_PROFILE or --profile names this profile.",
                )
            words = _NUMBERS.get(option)
            text = " or ".join(f"`{word}`" for word in words or ())
            if words and not (value in words or _is_count(value)):
                raise SurveyError(
                    place,
                    f"{value!r} is no whole number from 1 on.",
                    f"Write such a number, or {text}.",
                )
            parts = _parts_in(value) if option == "set-scatter" else 1
            if parts is not None and not 1 <= parts <= MOST_PARTS:
                raise SurveyError(
                    place, f"draws are made in {parts} parts.", f"Write a number from 1 to {MOST_PARTS}."
                )


def _is_count(value: object) -> bool:
    return bool(re.fullmatch(r"0*[1-9]\d*", str(value)))


def _parts_in(value: object) -> int | None:
    """Parts of draws that `set-scatter` asks for; None of another form, which Snakemake judges."""
    found = re.search(r"\bdraws\W+(-?\d+)", str(value))
    return int(found[1]) if found else None


@cache
def profile_of(name: str) -> Profile:
    """A profile, as Snakemake finds and reads it.

    name : its folder or file, or the name of a folder where Snakemake looks for profiles.

    Raises
    ------
    SurveyError
        where there is none, and where it is no yaml of keys and values.
    """
    file = profile_file(name)
    if file is None:
        raise SurveyError(
            f"--profile {name}",
            "Snakemake finds no such profile.",
            "Name a folder with a file config.yaml of Snakemake's own options.",
        )
    try:
        text = file.read_text(encoding="utf-8")
        content = yaml.safe_load(text)
        if isinstance(content, Mapping) and content.get("__use_yte__"):
            content = import_module("yte").process_yaml(text, require_use_yte=True)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file.as_posix()}, line {mark.line + 1}" if mark else file.as_posix()
        found = getattr(error, "problem", None) or getattr(error, "reason", None) or type(error).__name__
        raise SurveyError(where, f"not valid yaml: {library_reason(found)}.", _LINE) from None
    except (OSError, MemoryError):
        raise
    except Exception as error:  # of many classes: values that are no dates, and expressions of yte
        raise SurveyError(file.as_posix(), f"not valid yaml: {library_reason(error)}.", _LINE) from None
    if not isinstance(content, Mapping):
        found = "it is empty." if content is None else "it holds no keys with values."
        raise SurveyError(file.as_posix(), found, _LINE)
    return Profile(file, {str(key): value for key, value in content.items()})


def profile_file(name: str) -> Path | None:
    """The file of a profile, where Snakemake would find it; its own function takes seconds to import."""
    given = Path(name)
    if given.exists():
        places = [given]
    else:
        dirs = import_module("platformdirs").AppDirs("snakemake", "snakemake")
        places = [Path(place) / name for place in (Path.cwd(), dirs.user_config_dir, dirs.site_config_dir)]
    now = int(re.split(r"[.+]", version("snakemake"))[0])
    for place in places:
        if place.is_file():
            return place
        since = {
            file: int(found["from_version"] or 0)
            for file in (place.iterdir() if place.is_dir() else ())
            if (found := _FILE.fullmatch(file.name))
        }
        if fitting := {file: first for file, first in since.items() if first <= now}:
            return max(fitting, key=lambda file: fitting[file])
    return None
