"""What a study's printed tables decide, and what they leave open.

Ends of identified sets are sought over covariances (`walk`, `ends`), whole surveys near them made by the
engine of `reconstruct` (`witness`). The analysis reads what this writes; it needs nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smartcity_survey.bounds.made_from import require_known, require_own, write_made_from
from smartcity_survey.data.bounds import MADE_FROM
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import write_json
from smartcity_survey.reconstruct import needing_extra
from smartcity_survey.reconstruct.aside import left_aside
from smartcity_survey.reconstruct.possible import require_possible_numbers, require_some_number
from smartcity_survey.reconstruct.printed_study import read_study

if TYPE_CHECKING:
    from pathlib import Path

    from smartcity_survey.bounds.study import Told


def find_bounds(
    config: Path, out: Path, only: tuple[str, ...], jobs: int, witnesses: bool, told: Told
) -> None:
    """Seek ends and make witnesses of a study, and write them into `out`.

    Raises
    ------
    SurveyError
        where `only` names what the study has not, the model has no paths, no number of the printed tables is
        used, they contradict each other, `out` holds what was made from others, or the extra `reconstruct` is
        not installed.
    """
    printed = read_study(config)
    require_known(only, printed)
    if not printed.model.outcomes:
        raise SurveyError(
            f"{config}, model.paths",
            "no paths, so that nothing is sought.",
            "Write which construct acts on which.",
        )
    for line in left_aside(printed.paper, printed.published):
        told(0, 0, line)
    require_some_number(printed.published.problem)
    require_possible_numbers(printed.published.problem)
    require_own(out, printed.made_from)
    with needing_extra("bounds"):
        from smartcity_survey.bounds.study import seek_ends, write_ends, write_further, write_prices
        from smartcity_survey.bounds.witness import make_all
    build = seek_ends(config, config.parent / "build" / "bounds", only, jobs=jobs, told=told)
    # Without checksums as yet: a search that is stopped leaves its tables halfway.
    write_json(printed.made_from, out / MADE_FROM)
    write_ends(config, out, build)
    write_prices(config, out, build)
    if not only:
        write_further(config, out, build, told)
    if witnesses:
        make_all(config, out, build, only, jobs, told=told)
    write_made_from(out, printed.made_from)
