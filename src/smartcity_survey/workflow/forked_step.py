"""What stands for Python where Snakemake starts a script: asks the run's server of steps to fork one.

It is started once for each step, by `python -I -S`, and so imports nothing but these few modules. Where there
is no server, or the server will not do it, Python does the work as ever.
"""

import os
import signal
import socket
import sys

SERVER = "SMARTCITY_SURVEY_STEPS"
"""Environment variable: the name of the server's socket, in Linux's space of names without files."""
LISTENER = "SMARTCITY_SURVEY_LISTENER"
"""Environment variable: the descriptor of that socket, where the run has made it."""
TAKEN, REFUSED = b"+", b"-"
"""The server's first word; after `TAKEN` comes the exit code, once the step has ended."""
LENGTH = 8
"""Bytes that say how long a request is."""
KILLED = 137
"""Exit code of a step that ended without one."""


def ask(name: str | None, arguments: list[str], streams: tuple[int, int, int] = (0, 1, 2)) -> int | None:
    """The exit code of a step that the server of that name forked; None where Python has to be started.

    `streams` are the descriptors that are its standard input, output and error.
    """
    if name is None or not arguments or arguments[0].startswith("-"):
        return None
    folder = os.getcwdb()  # noqa: PTH109 - pathlib takes longer to import than all else here
    environment = (key + b"=" + value for key, value in os.environb.items())
    # No part can hold a NUL.
    request = b"\0".join([b"%d" % len(arguments), folder, *map(os.fsencode, arguments), *environment])
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        try:
            server.connect(f"\0{name}")
            socket.send_fds(server, [len(request).to_bytes(LENGTH, "big")], streams)
            server.sendall(request)
            if server.recv(1) != TAKEN:
                return None
        except OSError:
            return None
        # From here on the step is at work: it must not be done twice.
        try:
            code = b"".join(iter(lambda: server.recv(16), b""))
        except OSError:
            return KILLED
    return int(code) if code else KILLED


def main() -> None:
    """Do what `python script` does."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    arguments = sys.argv[1:]
    code = ask(os.environ.get(SERVER), arguments)
    if code is None:
        os.execv(sys.executable, [sys.executable, *arguments])
    sys.exit(code)


if __name__ == "__main__":
    main()
