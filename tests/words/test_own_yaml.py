"""Yaml files of the package say the same to the C library as to Python's own reader."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from smartcity_survey.own_yaml import load_own, parse_own
from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "src/smartcity_survey"
FILES = sorted(PACKAGE.rglob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=[path.relative_to(PACKAGE).as_posix() for path in FILES])
def test_both_readers_agree(file: Path) -> None:
    assert load_own(file) == yaml.safe_load(file.read_text(encoding="utf-8"))


def test_nothing_but_plain_values_is_read() -> None:
    with pytest.raises(yaml.YAMLError):
        parse_own("!!python/object/apply:os.getcwd []")
