"""What libraries say of files that they cannot read is told in our words, in the language of the study."""

from __future__ import annotations

import ast
import inspect
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pandas as pd
import pyreadstat
import pytest
import yaml
import yaml.composer
import yaml.parser
import yaml.reader
import yaml.scanner

from smartcity_survey.data.read.opening import open_table
from smartcity_survey.errors import SurveyError
from smartcity_survey.libraries import OWN_WORDS, library_reason
from smartcity_survey.messages import error_in, translated
from smartcity_survey.parsing import read_yaml
from smartcity_survey.study.config import DataSection, Language

UNKNOWN = "its reader says"
LATIN = re.compile(r"\b[A-Za-z]{3,}\b")
READSTAT = (
    "Unable to open file",
    "Unable to read from file",
    "Unable to allocate memory",
    "Invalid file, or file has unsupported features",
    "This version of the file format is not supported",
    "File has an unsupported character set",
    "File has unsupported compression scheme",
    "File did not contain the expected number of columns",
    "File did not contain the expected number of rows",
    "Unable to seek within file",
    "Unable to convert string to the requested encoding",
    "Unable to convert string to the requested encoding (invalid byte sequence)",
)
"""What ReadStat 1.1 says of files, as its compiled library has the texts; the first is the system's."""


def _problems_of(module: ModuleType) -> Iterator[str]:
    """What a module of PyYAML can say is wrong with a text: the third of what its errors are made of."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        name = getattr(node, "exc", None)
        if isinstance(name, ast.Call) and str(getattr(name.func, "id", "")).endswith("Error"):
            said = name.args[2] if len(name.args) > 2 else None
            said = said.left if isinstance(said, ast.BinOp) else said
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                yield said.value.replace("%r", "'@'").replace("%d", "4")


def test_all_that_yaml_can_say_has_our_words() -> None:
    said = {text for module in (yaml.scanner, yaml.parser, yaml.composer) for text in _problems_of(module)}
    assert len(said) > 30
    rare = ("expected '", "expected URI", "found duplicate", "found incompatible", "duplicate tag")
    unknown = {text for text in said if library_reason(text).startswith(UNKNOWN)}
    assert {text for text in unknown if not text.startswith(rare)} == set()


@pytest.mark.parametrize("said", READSTAT[1:])
def test_what_readstat_says_has_our_words(said: str) -> None:
    assert any(
        said.encode() in file.read_bytes() for file in Path(pyreadstat.__file__).parent.glob("*readstat*")
    )
    assert not library_reason(said).startswith(UNKNOWN)


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_our_words_are_translated(language: Language) -> None:
    for _, words in OWN_WORDS:
        english = words.replace("{what}", "7")
        said = translated(f"not valid yaml: {english}.", language)
        assert english not in said
        assert not LATIN.search(said.replace("yaml", "")), said


def test_an_unknown_text_is_told_as_the_library_s() -> None:
    assert library_reason(KeyboardInterrupt()) == "its reader says 'KeyboardInterrupt'"
    assert translated("not valid yaml: its reader says 'odd thing'.", "ru").endswith(
        "программа: 'odd thing'."
    )


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("a: b: c\n", ", line 1", "двоеточие стоит там, где не может быть ключа"),
        ("a:\n\tb: 1\n", ", line 2", "табуляция"),
        ("a: 'b\n", ", line 2", "кавычка не закрыта"),
        ("a: [1, 2\nb: 3\n", ", line 2", "квадратная скобка не закрыта"),
        ("a: {b: 1\nc: 3\n", ", line 2", "фигурная скобка не закрыта"),
        ("a: 1\n  b: 2\n", ", line 2", "двоеточие стоит там, где не может быть ключа"),
        ("a:\n    b: 1\n  c: 2\n", ", line 3", "отступ не соответствует строкам выше"),
        ("a: @b\n", ", line 1", "без кавычек значение не может начинаться с @"),
        ("a: 1\nb\n", ", line 3", "среди ключей стоит строка без двоеточия"),
        ("a: 2022-13-45\n", "", "в нём есть дата или время, которых не бывает"),
    ],
)
def test_slips_in_yaml_are_told_without_english(text: str, place: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SurveyError) as caught:
        read_yaml(file)
    assert caught.value.problems[0].place == f"{file}{place}"
    russian = error_in(caught.value, "ru").split(": ", 1)[1]
    assert said in russian
    assert not LATIN.search(russian.replace("yaml", "")), russian


def _zip(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("survey.csv", content)
    return file.getvalue()


def _damaged(kind: str, tmp_path: Path) -> Iterator[bytes]:
    """A file of a kind cut short at several places, and with bytes of its middle changed."""
    frame = pd.DataFrame({f"T{k}": [1.0, 2, 3, 4, 5] * 40 for k in range(6)})
    file = tmp_path / f"whole.{kind}"
    match kind:
        case "sav":
            pyreadstat.write_sav(frame, file)
        case "dta":
            pyreadstat.write_dta(frame, file)
        case "zip":
            file.write_bytes(_zip(frame.to_csv().encode()))
        case "parquet":
            frame.to_parquet(file)
        case _:
            frame.to_excel(file, engine="odf" if kind == "ods" else None)
    whole = file.read_bytes()
    for part in (0.05, 0.6, 0.99):
        yield whole[: max(8, int(part * len(whole)))]
    for part in (0.1, 0.7, 0.95):
        at = int(part * len(whole))
        yield whole[:at] + bytes(byte ^ 0xFF for byte in whole[at : at + 40]) + whole[at + 40 :]


@pytest.mark.parametrize("kind", ["xlsx", "sav", "dta", "zip", "parquet"])
def test_damaged_files_are_told_without_english(kind: str, tmp_path: Path) -> None:
    refused = 0
    for number, content in enumerate(_damaged(kind, tmp_path)):
        file = tmp_path / f"{number}.{kind}"
        file.write_bytes(content)
        try:
            table = open_table(file, DataSection(file=file.name, codebook="codebook.yaml"))
            [*table.batches(table.columns)]
        except SurveyError as error:
            refused += 1
            for language in ("ru", "kk"):
                said = error_in(error, language).replace(str(file), "")
                names = r"config|yaml|data|encoding|xlsx|sav|dta|zip|csv|parquet|SPSS|Stata|Parquet|format"
                assert not LATIN.search(re.sub(names, "", said)), said
    assert refused >= 3
