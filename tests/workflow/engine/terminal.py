"""A terminal for tests: what a program writes to it, and what then stands on its screen."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from collections.abc import Iterator, Sequence

# Letters, and what the program `rich` asks of a terminal: line and column moves, erasing, colours.
_PART = re.compile(r"\x1b\[(\?)?([\d;]*)([A-Za-z])|\r|\n|[^\x1b\r\n]+")


def on_terminal(command: Sequence[str], environment: dict[str, str]) -> tuple[str, int]:
    """What a command writes to a terminal of 100 columns that is its stderr and stdout, and its exit code."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100", "LINES": "30"} | environment,
    ) as process:
        os.close(theirs)
        written = b"".join(_received(ours))
    os.close(ours)
    return written.decode("utf-8"), process.returncode


def _received(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            received = os.read(descriptor, 65536)
        except OSError:  # how Linux says that nobody writes any more
            return
        if not received:
            return
        yield received


def screens(written: str) -> Iterator[list[str]]:
    """The lines of the screen whenever the cursor goes back to the first column, and at the end."""
    lines, row, column = [""], 0, 0
    for part in _PART.finditer(written):
        text, letter = part[0], part[3]
        if text == "\r":
            column = 0
            yield [line.rstrip() for line in lines]
        elif text == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif letter == "A":
            row -= int(part[2] or 1)
        elif letter == "K":
            assert part[2] == "2"
            lines[row] = ""
        elif letter is None:
            lines[row] = lines[row][:column].ljust(column) + text + lines[row][column + len(text) :]
            column += len(text)
        else:
            assert letter in "mhl", text
    yield [line.rstrip() for line in lines]
