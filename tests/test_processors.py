"""The same numbers on other processors: older kernels of OpenBLAS and numpy stand for them."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest
from numpy._core import _multiarray_umath as core

from smartcity_survey.io import same_but_for_rounding
from tests.conftest import REPOSITORY


def computed(**environment: str) -> str:
    """What `tests/kernels.py` prints."""
    clean = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
    return subprocess.run(
        [sys.executable, "-m", "tests.kernels"],
        cwd=REPOSITORY,
        env=clean | {"OPENBLAS_NUM_THREADS": "1"} | environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout


@pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"),
    reason="kernels that can be chosen are those of x86",
)
def test_another_processor_gives_the_same_numbers() -> None:
    usual = computed()
    assert usual.count("\n") > 200
    older = {
        "Haswell": computed(OPENBLAS_CORETYPE="Haswell"),
        "Nehalem": computed(
            OPENBLAS_CORETYPE="Nehalem", NPY_DISABLE_CPU_FEATURES=" ".join(core.__cpu_dispatch__)
        ),
    }
    assert any(text != usual for text in older.values()), "the kernels were not exchanged"
    assert [name for name, text in older.items() if not same_but_for_rounding(usual, text)] == []
