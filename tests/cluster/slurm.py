"""A Slurm of one machine, started and stopped by a test: `slurmctld` and `slurmd` as ordinary processes.

Slurm's own commands look for `/etc/slurm/slurm.conf`, and a variable that names another place does not reach
the steps of a job; so the file is written there, and what stood there is put back.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CONFIG = Path("/etc/slurm/slurm.conf")
DAEMONS = ("munged", "slurmctld", "slurmd")
PLUGIN = "snakemake_executor_plugin_slurm"
APART = Path(sys.prefix) / "cluster"
"""Where `make` puts the plugin: none but the runs by Slurm are to find it."""
_SECONDS = 30
SLOTS = 4


def why_not() -> str:
    """Why no Slurm can be started here; nothing where it can."""
    missing = [name for name in (*DAEMONS, "sbatch", "scancel") if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)} not installed (Debian: slurm-wlm, munge)"
    if not (APART / PLUGIN).is_dir():
        return f"{PLUGIN} not in {APART} (`make test-cluster` puts it there)"
    return "" if os.geteuid() == 0 else "Slurm's daemons are started by root"


@contextlib.contextmanager
def slurm(folder: Path) -> Iterator[None]:
    """A cluster of one node with four slots and no accounting, until the end of the block."""
    kept = CONFIG.read_bytes() if CONFIG.exists() else None
    CONFIG.parent.mkdir(parents=True, exist_ok=True)
    CONFIG.write_text(_config(folder), encoding="utf-8")
    with contextlib.ExitStack() as started:
        started.callback(_put_back, kept)
        for part in ("state", "spool"):
            (folder / part).mkdir()
        started.enter_context(_munge(folder))
        started.enter_context(_daemon(folder, "slurmctld", "-D"))
        started.enter_context(_daemon(folder, "slurmd", "-D"))
        _wait_for_node()
        yield


def _config(folder: Path) -> str:
    return f"""
ClusterName=loopback
SlurmctldHost=localhost
SlurmctldPort=26817
SlurmdPort=26818
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
SlurmUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerType=sched/builtin
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MinJobAge=600
NodeName=localhost CPUs={SLOTS} RealMemory=16000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def _put_back(kept: bytes | None) -> None:
    if kept is None:
        CONFIG.unlink(missing_ok=True)
    else:
        CONFIG.write_bytes(kept)


@contextlib.contextmanager
def _munge(folder: Path) -> Iterator[None]:
    """The service that Slurm's daemons know each other by, with a key and a socket of its own."""
    key, socket = folder / "munge.key", folder / "munge.socket"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    files = [f"--{name}-file={folder / f'munged.{name}'}" for name in ("pid", "log", "seed")]
    with _daemon(
        folder, "munged", "--foreground", "--force", f"--key-file={key}", f"--socket={socket}", *files
    ):
        _wait(socket.exists, "munged opens its socket")
        yield


@contextlib.contextmanager
def _daemon(folder: Path, *command: str) -> Iterator[None]:
    with (folder / f"{command[0]}.out").open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for_node() -> None:
    """Until jobs can be sent; where Slurm does not start, as in some containers, it cannot be tested."""

    def idle() -> bool:
        return "idle" in subprocess.run(["sinfo", "-h", "-o", "%T"], capture_output=True, text=True).stdout

    _wait(idle, "the node is ready")


def _wait(there: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + _SECONDS
    while not there():
        if time.monotonic() > end:
            pytest.skip(f"Slurm does not start here: not within {_SECONDS} seconds that {what}")
        time.sleep(0.2)
