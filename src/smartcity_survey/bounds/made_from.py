"""What a search is asked for, and whose results its folder holds: read before the extra is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from smartcity_survey.data.bounds import ENDS, MADE_FROM, TABLES, checksum_of, differences
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import write_json
from smartcity_survey.reconstruct.printed_study import PrintedStudy


def require_known(only: tuple[str, ...], printed: PrintedStudy) -> None:
    """Refuse what is no hypothesis and no predictor of the study."""
    known = {name for h in printed.model.hypotheses for name in (h.name, h.source)}
    for name in only:
        if name not in known:
            raise SurveyError(
                f"--only {name}", "no such hypothesis or predictor.", f"Known: {', '.join(sorted(known))}."
            )


def require_own(out: Path, made_from: Mapping[str, str]) -> None:
    """Refuse a folder with ends of other printed tables or of another model: they would stand beside ours."""
    if (out / ENDS).exists() and (differ := differences(out, made_from)):
        remedy = "Name another folder with `--out`, or move this one away."
        raise SurveyError(str(out / MADE_FROM), differ, remedy)


def write_made_from(out: Path, made_from: Mapping[str, str]) -> None:
    """`made_from.json`: the fingerprints, and a checksum of each table that is there."""
    tables = {name: checksum_of(out / name) for name in TABLES if (out / name).is_file()}
    write_json({**made_from, "tables": tables}, out / MADE_FROM)
