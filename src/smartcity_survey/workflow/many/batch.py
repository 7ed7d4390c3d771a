"""Every study below a folder as one workflow, and one table of what their hypotheses came to."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from smartcity_survey.messages import SPOKEN, translated
from smartcity_survey.study.config import Language
from smartcity_survey.workflow.machines import Machines
from smartcity_survey.workflow.many.below import Study, studies_below
from smartcity_survey.workflow.snakefiles import snakefile
from smartcity_survey.workflow.unchanged import MEMORY, code_now, is_unchanged

COMPARISON = "comparison.csv"
TABLE_MEMORY = Path(".snakemake/smartcity_survey_batch.json")
"""Below the folder of the studies: what the table there was made from."""
NO_REASON = "its job ended before it could say why; reports/private/logs of the study may tell"


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of many studies.

    Attributes
    ----------
    ended : studies whose reports are up to date. failed : the others.
    comparison : the file of the table.
    """

    ended: tuple[Study, ...]
    failed: tuple[Study, ...]
    comparison: Path


def run_batch(
    folder: Path, machines: Machines, language: Language = "en", say: Callable[[str], None] = print
) -> Batch:
    """Bring the reports of every study below a folder up to date, and compare their hypotheses.

    A study that fails keeps none of the others from ending. One that is up to date costs no more than to read
    its files, and a table that would be the same is left as it is.

    Parameters
    ----------
    machines : where the studies are run.
    language : of what is said.
    say : says, in English, what is left out.

    Raises
    ------
    SurveyError
        where there are no studies, or the executor is not installed.
    """
    machines.require()
    below = studies_below(folder)
    for line in below.left_out:
        say(line)
    code, studies = code_now(), below.studies
    stale = []
    for study in studies:
        if is_unchanged(study.folder, code=code):
            print(translated(f"{study.name}: up to date", language), file=sys.stderr)
        else:
            stale.append(study)
    failed = _run(folder, stale, machines, language) if stale else {}
    whole = [study for study in studies if study not in failed]
    _compare(folder, whole, failed)
    return Batch(tuple(whole), tuple(failed), folder / COMPARISON)


def _run(folder: Path, studies: Sequence[Study], machines: Machines, language: Language) -> dict[Study, str]:
    """Run studies as one workflow; those that failed, and why."""
    # Not before there is something to run: it takes longer than to see that there is not.
    from smartcity_survey.workflow.bars import run_command
    from smartcity_survey.workflow.forks import snakemake

    told = {SPOKEN: language}
    options = machines.options(told)
    if machines.elsewhere:
        options += ["--quiet", "rules"]
    named = json.dumps([{"name": study.name, "folder": str(study.folder.resolve())} for study in studies])
    with tempfile.TemporaryDirectory(dir=folder, prefix=".batch-") as place:
        command = [
            *(*snakemake(forking=False), "all", "--snakefile", str(_rules()), "--directory", place),
            *("--keep-going", "--nolock", *options, "--config", f"studies={named}"),
        ]
        run_command(command, machines.environment(os.environ) | told)
        failed = {}
        for number, study in enumerate(studies):
            if not Path(place, "ended", str(number)).exists():
                reason = Path(place, "reasons", str(number))
                known = reason.read_text(encoding="utf-8") if reason.is_file() else ""
                failed[study] = known or translated(NO_REASON, language)
    return failed


def _compare(folder: Path, whole: Sequence[Study], failed: dict[Study, str]) -> None:
    """Write the table, unless it is there as it was made from what is there now."""
    table, memory = folder / COMPARISON, folder / TABLE_MEMORY
    digests = {study.name: _digest(study.folder / MEMORY) for study in whole}
    reasons = {study.name: reason for study, reason in failed.items()}
    made_from = {"results": digests, "not_run": reasons}
    known = all(digests.values())
    try:
        remembered = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        remembered = None
    if known and remembered == {"made_from": made_from, "table": _digest(table)}:
        return
    from smartcity_survey.io import write_json, write_table
    from smartcity_survey.workflow.many.table import comparison

    memory.unlink(missing_ok=True)
    write_table(comparison(whole, failed), table)
    if known:
        write_json({"made_from": made_from, "table": _digest(table)}, memory)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _rules() -> Path:
    return snakefile().parent / "rules" / "batch.smk"
