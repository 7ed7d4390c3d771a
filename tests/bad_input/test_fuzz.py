"""Whatever stands in the files: either they are sound, or a SurveyError says what is wrong."""

from __future__ import annotations

import io
import shutil
import string
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from smartcity_survey.check import check_study
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.new_wave import start_new_wave

from .files import archive
from .harness import Study, csv_bytes, sav_bytes, xlsx_bytes

quick = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
# Every .sav is read by a process of its own first.
few = settings(quick, max_examples=25)
many = settings(quick, max_examples=2000)

Mutation = tuple[str, int, bytes]
mutations = st.lists(
    st.tuples(
        st.sampled_from(["replace", "insert", "delete", "cut"]), st.integers(0, 10**6), st.binary(max_size=8)
    ),
    min_size=1,
    max_size=6,
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.dates()
    | st.text(max_size=8)
    | st.sampled_from(
        ["trust", "use", "T1", "survey.csv", "../survey.csv", "codebook.yaml", "id", "kk", "utf-8", "NA"]
    )
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(leaves, inner, max_size=3),
    max_leaves=6,
)
codes = st.sampled_from([*"12345", "Agree", "Disagree", "1 - no", "2 - yes"])
cells = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "",
            "1",
            "5",
            "0",
            " 3 ",
            "3,0",
            "1e5",
            "nan",
            "-inf",
            "yes",
            "NO",
            "NA",
            "=1+1",
            "1_0",
            "0x1",
            "٣",
            "½",
        ]
    ),
    st.text(alphabet=string.digits + ".,-+eE ", max_size=6),
)


def mutated(content: bytes, changes: Sequence[Mutation]) -> bytes:
    """The bytes with some of them replaced, inserted, deleted or all after them cut off."""
    for kind, where, new in changes:
        at = where % (len(content) + 1)
        if kind == "replace":
            content = content[:at] + new + content[at + len(new) :]
        elif kind == "insert":
            content = content[:at] + new + content[at:]
        elif kind == "delete":
            content = content[:at] + content[at + len(new) :]
        else:
            content = content[:at]
    return content


def must_be_answered(study: Study, folder: Path) -> None:
    """Check the study: no exception but a SurveyError, whose every part says something."""
    study.write(folder)
    problems: tuple[Problem, ...] = ()
    try:
        check_study(folder)
    except SurveyError as error:
        problems = error.problems
    assert all(problem.place and problem.found and problem.remedy for problem in problems)


@pytest.fixture
def fresh(
    config_content: dict[str, Any], codebook_content: dict[str, Any], survey: pd.DataFrame
) -> Callable[[], Study]:
    """The sound study anew for every example."""
    config, codebook = yaml.safe_dump(config_content), yaml.safe_dump(codebook_content)
    return lambda: Study(yaml.safe_load(config), yaml.safe_load(codebook), survey.copy())


FILES = {"survey.csv": csv_bytes, "survey.xlsx": xlsx_bytes, "survey.sav": sav_bytes}


def check_mutated_file(
    name: str, changes: Sequence[Mutation], fresh: Callable[[], Study], folder: Path, encoding: str = "utf-8"
) -> None:
    study = fresh()
    study.config["data"]["file"] = name
    if name == "survey.csv":
        content = csv_bytes(study.survey, encoding=encoding)
    else:
        content = FILES[name](study.survey)
    study.raw[name] = mutated(content, changes)
    must_be_answered(study, folder)


@quick
@given(changes=mutations, encoding=st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_mutated_csv(
    changes: list[Mutation], encoding: str, fresh: Callable[[], Study], tmp_path: Path
) -> None:
    check_mutated_file("survey.csv", changes, fresh, tmp_path, encoding)


@quick
@given(changes=mutations)
def test_mutated_xlsx(changes: list[Mutation], fresh: Callable[[], Study], tmp_path: Path) -> None:
    check_mutated_file("survey.xlsx", changes, fresh, tmp_path)


@quick
@given(changes=mutations, which=st.integers(0, 20))
def test_mutated_part_of_xlsx(
    changes: list[Mutation], which: int, fresh: Callable[[], Study], tmp_path: Path
) -> None:
    study = fresh()
    study.config["data"]["file"] = "survey.xlsx"
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(study.survey))) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    name = sorted(parts)[which % len(parts)]
    study.raw["survey.xlsx"] = archive(parts | {name: mutated(parts[name], changes)})
    must_be_answered(study, tmp_path)


@few
@example(changes=[("replace", 354, bytes(7))])  # a column without a name
@given(changes=mutations)
def test_mutated_sav(changes: list[Mutation], fresh: Callable[[], Study], tmp_path: Path) -> None:
    check_mutated_file("survey.sav", changes, fresh, tmp_path)


@quick
@given(changes=mutations, name=st.sampled_from(["config.yaml", "codebook.yaml"]))
def test_mutated_yaml(changes: list[Mutation], name: str, fresh: Callable[[], Study], tmp_path: Path) -> None:
    study = fresh()
    content = study.config if name == "config.yaml" else study.codebook
    study.raw[name] = mutated(yaml.safe_dump(content, allow_unicode=True).encode(), changes)
    must_be_answered(study, tmp_path)


@quick
@given(document=st.sampled_from(["config", "codebook"]), where=st.integers(0, 10**6), value=values)
def test_any_value_at_any_key(
    document: str, where: int, value: object, fresh: Callable[[], Study], tmp_path: Path
) -> None:
    study = fresh()
    places = list(_places(getattr(study, document)))
    block, key = places[where % len(places)]
    block[key] = value
    must_be_answered(study, tmp_path)


def _places(block: Any) -> Any:
    """Every (container, key) of nested mappings and lists."""
    for key in list(block) if isinstance(block, dict) else range(len(block)):
        yield block, key
        if isinstance(block[key], (dict, list)):
            yield from _places(block[key])


@quick
@given(
    found=st.lists(st.tuples(st.integers(0, 39), st.integers(0, 7), cells), max_size=12),
    decimal=st.sampled_from([".", ","]),
    kind=st.sampled_from(["survey.csv", "survey.xlsx"]),
    data=st.data(),
)
def test_any_text_in_any_cell(
    found: list[tuple[int, int, str]],
    decimal: str,
    kind: str,
    data: st.DataObject,
    fresh: Callable[[], Study],
    tmp_path: Path,
) -> None:
    study = fresh()
    study.survey = study.survey.astype(object)
    for row, position, text in found:
        study.survey.iloc[row, position] = text if kind == "survey.csv" else _printable(text)
    rules = ["blank_form", "duplicate_respondent", "out_of_range", "missing_items", "unknown_category"]
    study.config["cleaning"]["rules"] = data.draw(st.lists(st.sampled_from(rules), unique=True))
    study.config["data"] |= {"file": kind, "decimal": decimal}
    study.raw[kind] = FILES[kind](study.survey)
    must_be_answered(study, tmp_path)


def _printable(text: str) -> str:
    """Characters that a spreadsheet can hold."""
    return "".join(letter for letter in text if letter.isprintable())


@quick
@given(
    heads=st.lists(
        cells | st.sampled_from(["T1", "T2", "Q_1", "Q_2", "A [x]", "A [y]", "id"]), min_size=1, max_size=6
    ),
    rows=st.lists(st.lists(codes | cells, min_size=6, max_size=6), max_size=6),
    changes=st.lists(st.nothing()) | mutations,
)
def test_new_wave_from_any_table(
    heads: list[str], rows: list[list[str]], changes: list[Mutation], tmp_path: Path
) -> None:
    content = pd.DataFrame([row[: len(heads)] for row in rows], columns=heads).to_csv(index=False)
    survey, folder = tmp_path / "survey.csv", tmp_path / "wave"
    survey.write_bytes(mutated(content.encode("utf-8", errors="ignore"), changes))
    shutil.rmtree(folder, ignore_errors=True)
    problems: tuple[Problem, ...] = ()
    try:
        start_new_wave(folder, survey)
        check_study(folder)
    except SurveyError as error:
        problems = error.problems
    assert all(problem.place and problem.found and problem.remedy for problem in problems)


@pytest.mark.slow
@many
@given(changes=mutations, name=st.sampled_from(list(FILES)))
def test_mutated_files_at_length(
    changes: list[Mutation], name: str, fresh: Callable[[], Study], tmp_path: Path
) -> None:
    check_mutated_file(name, changes, fresh, tmp_path)
