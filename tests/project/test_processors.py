"""The same results on other processors: older kernels of OpenBLAS, numpy and the C library stand for them."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from numpy._core import _multiarray_umath as core

from tests.conftest import REPOSITORY
from tests.workflow.test_nothing_lost import digests, run, write_study

pytestmark = pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"),
    reason="kernels that can be chosen are those of x86",
)

CHOSEN = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES", "GLIBC_TUNABLES")
NEHALEM = {
    "OPENBLAS_CORETYPE": "Nehalem",
    "NPY_DISABLE_CPU_FEATURES": " ".join(core.__cpu_dispatch__),
    # The C library's exp and log have other last bits without fused multiplication.
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA,-AVX2_Usable,-FMA_Usable",
}
WITHOUT_AVX512 = [name for name in core.__cpu_dispatch__ if "AVX512" in name or name == "X86_V4"]
HASWELL = {"OPENBLAS_CORETYPE": "Haswell", "NPY_DISABLE_CPU_FEATURES": " ".join(WITHOUT_AVX512)}
KERNELS = {
    "Nehalem": ("sse4_2", NEHALEM),
    "Haswell": ("avx2", HASWELL),
    "SkylakeX": ("avx512f", {"OPENBLAS_CORETYPE": "SkylakeX"}),
}
"""Name -> what the processor needs for it, and what chooses it."""


def kernels() -> dict[str, dict[str, str]]:
    """Those that this processor has."""
    about = Path("/proc/cpuinfo")
    flags = about.read_text(encoding="utf-8").split() if about.is_file() else ["sse4_2"]
    return {name: chosen for name, (needed, chosen) in KERNELS.items() if needed in flags}


def environment(chosen: dict[str, str]) -> dict[str, str]:
    """This process's, without kernels that were chosen for it, with those of `chosen`."""
    return {key: value for key, value in os.environ.items() if key not in CHOSEN} | chosen


def computed(chosen: dict[str, str]) -> tuple[str, str]:
    """What `tests/kernels.py` prints: its first line, which tells every bit, and the rest."""
    printed = subprocess.run(
        [sys.executable, "-m", "tests.kernels"],
        cwd=REPOSITORY,
        env=environment(chosen) | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    bits, _, written = printed.partition("\n")
    return bits, written


def test_another_processor_gives_the_same_numbers() -> None:
    bits, usual = computed({})
    assert usual.count("\n") > 200
    others = {name: computed(chosen) for name, chosen in kernels().items()}
    assert {"Nehalem"} < set(others), "a processor of before 2013"
    assert any(own != bits for own, _ in others.values()), "the kernels were not exchanged"
    assert [name for name, (_, written) in others.items() if written != usual] == []


def test_a_run_on_another_processor_gives_the_same_bytes(tmp_path: Path) -> None:
    """Every file of the reports, private ones too, on one core or two; where it was made stands apart."""
    reference: dict[str, str] = {}
    for cores, (name, chosen) in enumerate(kernels().items()):
        folder = tmp_path / name / "study"
        write_study(folder)
        _with_more(folder / "config.yaml")
        run(folder, 1 + cores % 2, **(dict.fromkeys(CHOSEN, "") | chosen))
        found = digests(folder)
        reference = reference or found
        assert [one for one in {*found, *reference} if found.get(one) != reference.get(one)] == [], name
    assert {"report.html", "manifest.json", "figures/path.svg", "tables/pls_paths.csv"} <= set(reference)


def _with_more(config: Path) -> None:
    """Groups and controls as well, for their estimates; the chapter, for its files."""
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    content["groups"] = {"variables": ["city"], "smallest": 10, "permutations": 20}
    content["robustness"] = {"controls": ["city"], "null_draws": 100, "power_draws": 20}
    config.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
