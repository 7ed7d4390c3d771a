"""Further reconstructions of the same printed tables, one file per seed."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from smartcity_survey.data.clean import clean_responses
from smartcity_survey.data.read import Responses, read_survey
from smartcity_survey.errors import SurveyError, counted
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import CleaningSection, DataSection

NAME = re.compile(r"answers_(\d+)\.csv")
PATTERN = "answers_*.csv"


def reconstruction_files(folder: Path) -> list[Path]:
    """The files `answers_<seed>.csv` of a folder, in the order of their names."""
    return sorted(folder.glob(PATTERN))


def read_reconstructions(
    folder: Path, codebook: Codebook, section: CleaningSection, n: int
) -> dict[int, pd.DataFrame]:
    """Seed -> answers of a reconstruction, in the order of the seeds; reverse items recoded.

    Parameters
    ----------
    folder : has files `answers_<seed>.csv` with the columns of the survey file, codes as whole numbers, empty
        cells where there is no answer.
    section : the study's cleaning rules, which must keep every row.
    n : questionnaires that cleaning kept of the data in use, as many as each file must have.

    Raises
    ------
    SurveyError
        where the folder has no such file, a name has no seed, or a file is not as described.
    """
    found: dict[int, pd.DataFrame] = {}
    for path in reconstruction_files(folder):
        name = NAME.fullmatch(path.name)
        if name is None or int(name[1]) in found:
            raise SurveyError(
                str(path),
                "its name has no seed." if name is None else f"another file has the seed {int(name[1])}.",
                "Call it answers_<seed>.csv, the seed being the whole number it was made with.",
            )
        found[int(name[1])] = _read(path, codebook, section, n)
    if not found:
        raise SurveyError(
            str(folder),
            "there is no file answers_<seed>.csv in it.",
            "Put the further reconstructions there, or leave out `study.alternatives`.",
        )
    return dict(sorted(found.items()))


def _read(path: Path, codebook: Codebook, section: CleaningSection, n: int) -> pd.DataFrame:
    responses = read_survey(path, codebook, DataSection(file=path.name, codebook=""))
    try:
        cleaned = clean_responses(responses.answers, codebook, section)
    except SurveyError as error:
        raise _not_kept(path, "they exclude every row") from error
    if len(cleaned.exclusions):
        raise _not_kept(path, _first_excluded(cleaned.exclusions, responses))
    if len(cleaned.answers) != n:
        raise SurveyError(
            str(path),
            f"{counted(len(cleaned.answers), 'questionnaire')}, but the data in use has {n} that are kept.",
            "Reconstruct it from the same printed tables.",
        )
    return cleaned.answers


def _first_excluded(exclusions: pd.DataFrame, responses: Responses) -> str:
    first = exclusions.iloc[0]
    more = f", and {len(exclusions) - 1} more" if len(exclusions) > 1 else ""
    row = responses.rows[int(first["row"]) - 1]
    return f"`{first['rule']}` excludes row {row} ({first['detail']}){more}"


def _not_kept(path: Path, found: str) -> SurveyError:
    return SurveyError(
        str(path),
        f"the cleaning rules do not keep all of it: {found}.",
        "A further reconstruction has usable questionnaires only.",
    )
