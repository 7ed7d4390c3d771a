"""The check before a run, by the run's own server of steps, which has everything imported.

This file is also the script of that step: it writes what is wrong with the study to its output.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.workflow.forked_step import ask

if TYPE_CHECKING:
    from smartcity_survey.workflow.forks import Listening


def check_by(server: Listening | None, folder: Path) -> None:
    """Check a study: in a fork of a server that is about to begin, or else here.

    Parameters
    ----------
    server : its socket and its name; the process that is to serve has the socket as well, and it is closed
        here: then nobody waits for a server that has ended.

    Raises
    ------
    SurveyError
        as `check_study`.
    """
    if server:
        server[0].close()
        with tempfile.TemporaryFile() as found:
            if ask(server[1], [__file__, str(folder)], (found.fileno(), found.fileno(), 2)) == 0:
                found.seek(0)
                if problems := [Problem(**each) for each in json.load(found)]:
                    raise SurveyError.of(problems)
                return
    from smartcity_survey.check import check_study  # with pandas, which takes longer than the check

    check_study(folder)


def main() -> None:
    """Write the problems of the study in the folder that is given."""
    from smartcity_survey.check import check_study

    problems: tuple[Problem, ...] = ()
    try:
        check_study(Path(sys.argv[1]))
    except SurveyError as error:
        problems = error.problems
    json.dump([asdict(problem) for problem in problems], sys.stdout)


if __name__ == "__main__":
    main()
