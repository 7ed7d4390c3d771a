"""Steps of a run forked from one process that has everything imported.

Snakemake starts each script by the command in `sys.executable`. Starting Python and importing numpy, pandas,
scipy, Snakemake and our own modules takes more time than most steps. On Linux the run therefore starts
Snakemake by `main` of this module: it imports all that once, forks a server of steps, and becomes Snakemake,
in whose `sys.executable` now stands `forked_step.py`. That hands script, folder, environment and standard
streams to the server, which forks a process that runs the script.

Elsewhere forking is not safe (macOS) or not there (Windows), and every step is a Python of its own. So it is
on Linux wherever anything is in doubt: the server is gone, or the files of the package are no more what they
were when they were imported.
"""

from __future__ import annotations

import atexit
import gc
import os
import runpy
import select
import shlex
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

from smartcity_survey.workflow import forked_step
from smartcity_survey.workflow.ending.snakemake_errors import tell_errors
from smartcity_survey.workflow.forked_step import LENGTH, LISTENER, REFUSED, SERVER, TAKEN

PACKAGE = Path(__file__).parents[1]
CLIENT = (sys.executable, "-I", "-S", forked_step.__file__)
"""What stands for Python."""
START = "from smartcity_survey.workflow.forks import main; main()"

State = dict[str, tuple[int, ...]]
Listening = tuple[socket.socket, str]
"""The socket of a server of steps, and its name."""


def can_fork() -> bool:
    """Whether a process may go on in a fork of itself here."""
    return sys.platform == "linux"


def snakemake(*, forking: bool) -> list[str]:
    """The command Snakemake, which begins when it reads a line; what it needs is imported by then.

    Snakemake hands the path of its Python to a shell, and does not quote it.
    """
    if forking and can_fork():
        return [sys.executable, "-P", "-c", START]
    quoted = f'"{sys.executable}"' if sys.platform == "win32" else shlex.quote(sys.executable)
    imported = f"import sys; sys.executable = {quoted!r}; from snakemake.cli import main"
    told = f"from {tell_errors.__module__} import tell_errors; tell_errors()"
    start = f"{imported}; {told}; sys.stdin.readline() and main()"
    return [sys.executable, "-P", "-c", start]


def main() -> None:
    """Snakemake's command line, whose scripts are forks of this process; where none can be, of their own.

    It begins when it is told so by a line, and ends where nobody is left to tell it.
    """
    with ExitStack() as stack:
        with suppress(OSError):  # a system without such sockets costs time alone
            given = os.environ.pop(LISTENER, None)
            made = (socket.socket(fileno=int(given)), os.environ[SERVER]) if given else None
            os.environ[SERVER] = stack.enter_context(serving(_import, _import_more, made))
            sys.executable = " ".join(map(shlex.quote, CLIENT))
        snakemake_cli = import_module("snakemake.cli")
        if not sys.stdin.readline():
            return
        tell_errors()
        try:
            snakemake_cli.main()
        except SystemExit as end:
            ended = end.code
        else:
            return
    # Python would wait a second for the timer of Snakemake's last job, and then take all modules apart.
    atexit._run_exitfuncs()  # which remove Snakemake's temporary folders
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ended if isinstance(ended, int) else int(bool(ended)))


def listening() -> Listening:
    """The socket of a server of steps, and its name: who asks before the server is there waits for it."""
    listener, name = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM), f"smartcity_survey-{uuid4().hex}"
    listener.bind(f"\0{name}")
    listener.listen(64)
    return listener, name


@contextmanager
def serving(
    prepare: Callable[[], None],
    prepare_more: Callable[[], None] = lambda: None,
    made: Listening | None = None,
) -> Iterator[str]:
    """A server of steps, until the end of the block or of this process.

    Parameters
    ----------
    prepare : imports what steps need and this process as well.
    prepare_more : imports what steps alone need, while this process goes on, and whoever has asked already
        is served.
    made : its socket and name, where there are any.

    Yields
    ------
    The name that a client has in its environment as `SERVER`.
    """
    # Before any import: a file that changes later is no more the one that was imported.
    imported = state()
    listener, name = made or listening()
    with listener:
        prepare()
        ended, running = os.pipe()
        server = os.fork()
        if server == 0:
            _serve(listener, ended, imported, prepare_more)
        os.close(ended)
    try:
        yield name
    finally:
        os.close(running)
        os.waitpid(server, 0)


def state() -> State:
    """Each file of the package, with what the system changes whenever its content changes."""
    found: State = {}
    for folder, folders, files in os.walk(PACKAGE):
        folders[:] = [each for each in folders if each != "__pycache__"]
        for file in files:
            path = os.path.join(folder, file)  # noqa: PTH118 - once for each step: a third of the time
            with suppress(FileNotFoundError):
                its = os.stat(path)  # noqa: PTH116
                found[path] = (its.st_ino, its.st_size, its.st_mtime_ns, its.st_ctime_ns)
    return found


def _import() -> None:
    """What Snakemake and most steps need; also the digests of all code, and the versions of packages."""
    for name in ("snakemake.cli", "snakemake.script", "smartcity_survey.workflow.perform"):
        import_module(name)
    from smartcity_survey.workflow.catalogue import stages
    from smartcity_survey.workflow.dependencies import present, requirements, versions

    for extra in requirements():
        versions(*filter(None, [extra]))
    present().digest_of((each.module,) for each in stages().values())


def _close_all_but(*kept: int) -> None:
    """Let go of what the run holds: it is not held any longer than the run and its steps are there."""
    for path in list(Path("/proc/self/fd").iterdir()):
        if (descriptor := int(path.name)) > 2 and descriptor not in kept:
            with suppress(OSError):
                os.close(descriptor)


def _import_more() -> None:
    """What the report and the chapter both need."""
    import_module("smartcity_survey.report.chapter.write")


def _serve(
    listener: socket.socket, ended: int, imported: State, prepare_more: Callable[[], None]
) -> NoReturn:
    """Fork a step for everyone who asks, until Snakemake ends."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Snakemake and its steps end by it, and so does this
        _close_all_but(listener.fileno(), ended)
        if select.select([listener], [], [], 0)[0]:
            _fork(listener, ended, imported)
        prepare_more()
        gc.freeze()
        while ended not in select.select([listener.fileno(), ended], [], [])[0]:
            _reap()
            _fork(listener, ended, imported)
        _reap()
    finally:
        os._exit(0)


def _fork(listener: socket.socket, ended: int, imported: State) -> None:
    """A step for who asks next."""
    connection, _ = listener.accept()
    if os.fork() == 0:
        listener.close()
        os.close(ended)
        _answer(connection, imported)
    connection.close()


def _reap() -> None:
    """Let the system forget steps that have ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _answer(connection: socket.socket, imported: State) -> NoReturn:
    """Run a script in place of who asks, as `python script` would, and tell its exit code."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        arguments, folder, environment, streams = _request(connection)
        if state() != imported:
            connection.sendall(REFUSED)
            os._exit(0)
        connection.sendall(TAKEN)
        _take(streams)
        os.chdir(folder)
        os.environ.clear()
        os.environb.update(environment)
        sys.argv = arguments
        sys.path.insert(0, str(Path(arguments[0]).resolve().parent))
        code = _run(arguments[0])
    finally:
        for stream_of_ours in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream_of_ours.flush()
        with suppress(OSError):
            connection.sendall(str(code).encode())
        os._exit(code)


def _request(connection: socket.socket) -> tuple[list[str], bytes, dict[bytes, bytes], list[int]]:
    """Arguments, folder, environment and standard streams of who asks; nobody else's processes are served."""
    peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    if struct.unpack("3i", peer)[1] != os.getuid():
        raise PermissionError("asked by a process of another user")
    head, streams, _, _ = socket.recv_fds(connection, LENGTH, 3)
    left, parts = int.from_bytes(head, "big"), []
    while left:
        parts.append(connection.recv(min(left, 1 << 16)))
        if not parts[-1]:
            raise EOFError("who asked is gone")
        left -= len(parts[-1])
    count, folder, *rest = b"".join(parts).split(b"\0")
    arguments, environment = rest[: int(count)], dict(entry.split(b"=", 1) for entry in rest[int(count) :])
    return [os.fsdecode(part) for part in arguments], folder, environment, streams


def _take(streams: list[int]) -> None:
    """Read and write the standard streams of who asks."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = os.fdopen(0, "r", 1, "utf-8", "surrogateescape", closefd=False)
    sys.stdout = os.fdopen(1, "w", 1, "utf-8", "surrogateescape", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, "utf-8", "backslashreplace", closefd=False)


def _run(script: str) -> int:
    """Run a script; its exit code."""
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0
