"""`smartcity-survey draw`: a random selection from a sampling frame, with a protocol to repeat it by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import yaml

from smartcity_survey.data.demographics import require_demographics
from smartcity_survey.data.read.cells import cell_text
from smartcity_survey.errors import Problem, SurveyError, counted
from smartcity_survey.io import read_table, write_table, write_text
from smartcity_survey.plan.form import Written
from smartcity_survey.plan.frame import STRATUM, known_variables, open_frame, read_frame
from smartcity_survey.plan.strata import Code, codes_of, told, unknown_answer
from smartcity_survey.plan.write import STRATA
from smartcity_survey.stats.planning.selection import GENERATOR, draw_by_stratum
from smartcity_survey.study.codebook import Codebook, read_codebook
from smartcity_survey.study.config import read_config

PROTOCOL, SELECTION = "draw_protocol.yaml", "private/selection.csv"
_FORBIDDEN = "# Nothing of this folder is shared: it holds personal data.\n*\n"


def draw(folder: Path, out: Path) -> Written:
    """Draw as many as the plan in `out` asks for from the frame that the config names.

    Who was drawn stands in `private/selection.csv` alone; the protocol has counts, the seed and the frame's
    digest.

    Raises
    ------
    SurveyError
        where there is no plan yet, or it asks for nobody; no frame is named, it cannot be read, has a row
        twice or one that is in no stratum; a stratum has too few members; another selection stands there.
    """
    config = read_config(folder / "config.yaml")
    codebook = read_codebook(folder / config.data.codebook)
    section = config.plan.frame
    if section is None:
        raise SurveyError(
            "config.yaml, plan.frame",
            "no sampling frame is named.",
            "Write the list to draw from under `file`, as in docs/plan.md.",
        )
    wanted = _wanted(out / STRATA, codebook)
    path = folder / section.file
    variables = known_variables(section, list(wanted.columns[:-1]), open_frame(path, section).columns, path)
    asked = _summed(wanted, variables)
    if section.rows == "clusters":
        if config.plan.clusters is None:
            raise SurveyError(
                "config.yaml, plan.frame.rows",
                "the plan has no clusters.",
                "Write `plan.clusters`, or `rows: people`.",
            )
        asked = {code: -(-n // config.plan.clusters.size) for code, n in asked.items()}
    if not any(asked.values()):
        raise SurveyError(
            (out / STRATA).as_posix(), "nobody is to be drawn.", "Run `smartcity-survey plan` again."
        )
    frame = read_frame(path, section, codebook, variables)
    positions: dict[Code, list[int]] = {code: [] for code in asked}
    for position, code in enumerate(frame.codes):
        positions.setdefault(code, []).append(position)
    short = [code for code, n in asked.items() if len(positions[code]) < n]
    if short:
        raise SurveyError.of(
            [_too_few(path, variables, code, len(positions[code]), asked[code]) for code in short]
        )
    codes = list(positions)
    members = [positions[code] for code in codes]
    drawn = draw_by_stratum(list(map(len, members)), [asked.get(code, 0) for code in codes], config.seed)
    selection = pd.concat(
        [
            frame.cells.iloc[[own[one] for one in chosen]].assign(
                frame_row=[frame.rows[own[one]] for one in chosen],
                drawn=range(1, len(chosen) + 1),
                **{f"{STRATUM}{name}": part for name, part in zip(variables, code, strict=True)},
            )
            for code, own, chosen in zip(codes, members, drawn, strict=True)
            if len(chosen)
        ],
        ignore_index=True,
    )
    private = out / SELECTION
    _require_the_same(selection, private)
    write_text(_FORBIDDEN, private.parent / ".gitignore")
    write_table(selection, private)
    listed = [
        {**dict(zip(variables, code, strict=True)), "in_frame": len(own), "drawn": len(chosen)}
        for code, own, chosen in zip(codes, members, drawn, strict=True)
    ]
    protocol = {
        "frame": {"file": path.name, "sha256": _digest(path), "rows": len(frame.rows)},
        "seed": config.seed,
        "generator": GENERATOR,
        "order": "strata as listed; members of a stratum as the frame lists them, from 0",
        "drawn": len(selection),
        "strata": listed,
        "selection_sha256": _digest(private),
    }
    text = yaml.safe_dump(protocol, allow_unicode=True, sort_keys=False, width=110)
    write_text(text, out / PROTOCOL)
    over = [name for name in wanted.columns[:-1] if name not in variables]
    alone = config.plan.clusters is not None and section.rows == "people"
    passed = [(code, len(own)) for code, own in positions.items() if code not in asked]
    said = [*_said(len(selection), len(asked), over, section.file, alone), *_passed(variables, passed)]
    return Written((out / PROTOCOL, private), tuple(said))


def _said(n: int, strata: int, over: Sequence[str], file: str, alone: bool) -> Iterator[str]:
    yield f"Drawn: {n:,} of {file}, from {counted(strata, 'stratum', 'strata')}."
    if over:
        yield (
            f"The frame does not know {', '.join(over)}: the strata are drawn without; keep to the plan's "
            "numbers when people are asked."
        )
    if alone:
        yield (
            "The plan asks people in clusters, but each is drawn alone: write `plan.frame.rows: clusters` "
            "for a list of clusters."
        )
    yield "Names and addresses are in the folder `private` alone: do not share it."


def _passed(variables: Sequence[str], passed: Sequence[tuple[Code, int]]) -> Iterator[str]:
    """Strata of the frame that the plan does not have."""
    for code, n in passed:
        yield (
            f"Nobody is drawn from {told(variables, code)}, of whom the frame has {n:,}: the plan has no "
            "such stratum."
        )


def _require_the_same(selection: pd.DataFrame, path: Path) -> None:
    """Refuse to write over another selection, which may be in the field, with notes of calls and visits."""
    if not path.is_file():
        return
    with TemporaryDirectory() as folder:
        ours = Path(folder) / path.name
        write_table(selection, ours)
        if ours.read_bytes() == path.read_bytes():
            return
    raise SurveyError(
        path.as_posix(),
        "another selection stands there: of another plan, seed or frame, or changed since.",
        "Move it elsewhere if it is not needed, or name another folder with `--out`.",
    )


def _wanted(path: Path, codebook: Codebook) -> pd.DataFrame:
    """Variables of the strata, and how many are to be asked."""
    if not path.is_file():
        raise SurveyError(
            path.as_posix(),
            "there is no plan yet.",
            "Run `smartcity-survey plan` first, with the same folder.",
        )
    frame = read_table(path)
    columns = list(frame.columns)
    if "size" not in columns or "asked" not in columns:
        raise SurveyError(
            path.as_posix(), "it has no columns `size` and `asked`.", "Run `smartcity-survey plan` again."
        )
    variables = columns[: columns.index("size")]
    bad = [
        line + 2
        for line, n in enumerate(frame["asked"])
        if not (isinstance(n, (int, float)) and n >= 0 and n % 1 == 0)
    ]
    if bad:
        raise SurveyError(
            f"{path.as_posix()}, row {bad[0]}, column `asked`",
            "it is no number of people.",
            "Write a whole number, 0 or more.",
        )
    require_demographics(variables, codebook, path.as_posix())
    codes = frame[variables].map(cell_text)
    problems = [
        unknown_answer(f"{path.as_posix()}, row {line}, column {name}", text, codebook, name)
        for name in variables
        for line, text in enumerate(codes[name], 2)
        if text not in codes_of(codebook, name)
    ]
    problems += [
        Problem(
            f"{path.as_posix()}, row {line}",
            "this stratum stands in an earlier row too.",
            "Keep one of them.",
        )
        for line, twice in enumerate(codes.duplicated() if variables else [], 2)
        if twice
    ]
    if problems:
        raise SurveyError.of(problems)
    return frame[[*variables, "asked"]]


def _summed(wanted: pd.DataFrame, variables: Sequence[str]) -> dict[Code, int]:
    """How many of each stratum that the frame knows, in the plan's order."""
    asked: dict[Code, int] = {}
    for line in wanted.to_dict("records"):
        code = tuple(cell_text(line[name]) for name in variables)
        asked[code] = asked.get(code, 0) + int(line["asked"])
    return asked


def _too_few(path: Path, variables: Sequence[str], code: Code, there: int, wanted: int) -> Problem:
    named = told(variables, code) or "all rows"
    return Problem(
        f"{path}, {named}",
        f"{there:,} in the frame, but {wanted:,} are to be drawn.",
        "Complete the frame, or lower `asked` of this stratum in strata.csv.",
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
