"""The bundled survey from nothing but the printed tables, once more."""

import hashlib

import pytest

from tests.conftest import REPOSITORY

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")
pytest.importorskip("numba", reason="the extra `reconstruct` is not installed")

from smartcity_survey.reconstruct.study import run

pytestmark = pytest.mark.slow

CHECKSUMS = REPOSITORY / "data" / "reconstructed" / "checksums.txt"


def test_the_program_makes_the_bundled_files_again(tmp_path):
    assert run(REPOSITORY / "config.yaml", tmp_path, progress=lambda _: None) == ()
    for line in CHECKSUMS.read_text(encoding="utf-8").splitlines():
        digest, name = line.split()
        if name.startswith("survey_"):
            assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest, name
