"""How a command ends when it is asked to: in one sentence, with no traceback and nothing left at work."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

_KILLED = 128


class Stopped(BaseException):
    """Somebody has asked for the end: by Ctrl-C, `kill`, or a terminal that was closed.

    No Exception, which somebody may catch, and no KeyboardInterrupt, of which a library has its own words.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = _KILLED + number
        """Exit code, as shells have it."""


@contextmanager
def stopping(*asks: str) -> Iterator[None]:
    """Raise `Stopped` in this process where it is asked to end; forks of it just end.

    asks : names of signals. A library at work in C is not interrupted by them: of SIGTERM and SIGHUP, which
        otherwise end a process at once, only for what waits.
    """
    own = os.getpid()

    def stop(number: int, _: FrameType | None) -> NoReturn:
        if os.getpid() != own:
            os._exit(_KILLED + number)
        raise Stopped(number)

    before = {}
    for name in asks:
        number = getattr(signal, name, None)
        # What is ignored from the start stays so, as SIGHUP under nohup.
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
