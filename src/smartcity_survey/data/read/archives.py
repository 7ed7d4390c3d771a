"""A survey file in a .zip, as survey tools deliver it: found by its content, read from a temporary folder."""

from __future__ import annotations

import csv
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from smartcity_survey.data.read.csv_file import DELIMITERS, marked_encoding
from smartcity_survey.data.read.kinds import NO_SURVEYS, kind_of
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.libraries import library_reason

MOST_UNPACKED_BYTES = 1_000_000_000
"""Beyond this an archive is not unpacked: whatever it is, it is no file of answers."""
LISTED = 5
_LINES_LOOKED_AT = 50
_FEWEST_LINES = 5
_EVEN = 0.8
"""Share of the lines of a text that have as many cells as the others before it is taken for a table."""
_UTF_8_NAME = 0x800
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The survey file of an archive.

    Attributes
    ----------
    archive : the .zip. member : the file's name in it.
    path : where it stands while this program runs.
    folder : the temporary folder around it, which is gone when the program ends.
    """

    archive: Path
    member: str
    path: Path
    folder: TemporaryDirectory[str]

    @contextmanager
    def told(self) -> Iterator[None]:
        """What is said of the unpacked file is said of the archive."""
        try:
            yield
        except SurveyError as error:
            error.problems = tuple(map(self.renamed, error.problems))
            error.args = ("\n".join(map(str, error.problems)),)
            raise

    def renamed(self, problem: Problem) -> Problem:
        """A problem of the unpacked file, with the name that the user knows."""
        known = f"{self.archive} ({self.member})"
        texts = {key: getattr(problem, key) for key in ("place", "found", "remedy")}
        return replace(problem, **{key: text.replace(str(self.path), known) for key, text in texts.items()})


_UNPACKED: dict[tuple[str, int, int], Unpacked] = {}


def unpacked(path: Path) -> Unpacked:
    """The one survey file of an archive; nothing is written but into a temporary folder of its own.

    Raises
    ------
    SurveyError
        where the archive holds no table or several, is damaged or protected, or unpacks to more than
        `MOST_UNPACKED_BYTES`.
    """
    state = path.stat()
    key = (str(path.resolve()), state.st_mtime_ns, state.st_size)
    if key not in _UNPACKED:
        try:
            with zipfile.ZipFile(path) as archive:
                _UNPACKED[key] = _found(path, archive)
        except SurveyError:
            raise
        except Exception as error:  # a damaged archive fails wherever its parts are missed
            raise SurveyError(
                str(path),
                f"not readable as a .zip ({library_reason(error)}).",
                "It may be damaged: download it again.",
            ) from None
    return _UNPACKED[key]


def _found(path: Path, archive: zipfile.ZipFile) -> Unpacked:
    parts = [part for part in archive.infolist() if not part.is_dir() and not _is_hidden(part.filename)]
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise SurveyError(
            str(path),
            "it is protected by a password.",
            "Unpack it with the password, and name the survey file that was in it.",
        )
    size = sum(part.file_size for part in parts)
    if size > MOST_UNPACKED_BYTES:
        raise SurveyError(
            str(path),
            f"it unpacks to {size / 1e9:.1f} GB.",
            "Unpack it, and name the survey file that was in it.",
        )
    folder = TemporaryDirectory(prefix="smartcity_survey-")
    tables: list[Unpacked] = []
    for number, part in enumerate(parts):
        # A name of ours: that of the archive may lead anywhere.
        file = Unpacked(path, _name(part), Path(folder.name) / f"survey_{number}", folder)
        if len(parts) > 1 and _is_no_survey(archive, part):
            continue
        with archive.open(part) as packed, file.path.open("wb") as target:
            shutil.copyfileobj(packed, target)
        if _is_table(file.path, alone=len(parts) == 1):
            tables.append(file)
        else:
            file.path.unlink()
    if len(tables) == 1:
        return tables[0]
    folder.cleanup()
    if tables:
        raise SurveyError(
            str(path),
            f"it is an archive (.zip) that holds several tables: {_listed([t.member for t in tables])}.",
            "Unpack it, and name the file with the answers.",
        )
    raise SurveyError(
        str(path),
        f"it is an archive (.zip) that holds {_listed([_name(part) for part in parts]) or 'nothing'}.",
        "Unpack it, and name the survey file that was in it.",
    )


def _is_hidden(name: str) -> bool:
    """What computers add of their own: a folder of macOS, files that begin with a dot."""
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith(".")


def _name(part: zipfile.ZipInfo) -> str:
    """A name as it was meant: Windows of the region writes it in cp866, and nothing says so."""
    if part.flag_bits & _UTF_8_NAME or part.filename.isascii():
        return part.filename
    with suppress(UnicodeError):
        return part.filename.encode("cp437").decode("cp866")
    return part.filename


def _is_no_survey(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether its first bytes are those of a picture, a PDF and the like."""
    with archive.open(part) as packed:
        start = packed.read(16)
    return not start or any(start.startswith(mark) for mark, *_ in NO_SURVEYS)


def _is_table(path: Path, alone: bool) -> bool:
    """Whether a file may hold answers; of one that is alone, what is wrong is said where it is read."""
    try:
        kind = kind_of(path)
    except SurveyError:
        return alone
    # An archive in an archive is not opened: there may be no end to them.
    return kind != "zip" and (alone or kind != "csv" or _is_even(path))


def _is_even(path: Path) -> bool:
    """Whether a text has some lines, most of them with the same number of cells, and more than one."""
    for delimiter in DELIMITERS:
        with (
            path.open(encoding=marked_encoding(path), errors="replace", newline="") as file,
            suppress(csv.Error),
        ):
            rows = csv.reader(file, delimiter=delimiter)
            widths = [len(row) for row in islice(rows, _LINES_LOOKED_AT) if row]
            width, n = Counter(widths or [0]).most_common(1)[0]
            if width > 1 and n >= max(_FEWEST_LINES, _EVEN * len(widths)):
                return True
    return False


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:LISTED]) + (", ..." if len(names) > LISTED else "")
