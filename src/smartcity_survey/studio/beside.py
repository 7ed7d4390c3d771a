"""Work beside the page, which goes on meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def beside(work: Callable[P, R], *given: P.args, **named: P.kwargs) -> Future[R]:
    """Begin a piece of work in a thread of its own; what it returns or raises.

    Unlike the threads of a pool it keeps nobody waiting who ends the studio.
    """
    future: Future[R] = Future()
    future.set_running_or_notify_cancel()

    def do() -> None:
        try:
            future.set_result(work(*given, **named))
        except BaseException as error:
            future.set_exception(error)

    Thread(target=do, daemon=True).start()
    return future
