"""What a study's printed tables decide, and what they leave open.

Ends of identified sets are sought over covariances (`walk`, `ends`), whole surveys near them made by the
engine of `reconstruct` (`witness`). The analysis reads what this writes; it needs nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smartcity_survey.reconstruct import needing_extra

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
        where the extra `reconstruct` is not installed, or the printed tables contradict each other.
    """
    with needing_extra("bounds"):
        from smartcity_survey.bounds.study import seek_ends, write_ends, write_further, write_prices
        from smartcity_survey.bounds.witness import make_all
    build = seek_ends(config, config.parent / "build" / "bounds", only, jobs=jobs, told=told)
    write_ends(config, out, build)
    write_prices(config, out, build)
    if not only:
        write_further(config, out, build, told)
    if witnesses:
        make_all(config, out, build, only, jobs, told=told)
