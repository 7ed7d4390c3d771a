"""The studio as a server on this computer: an address with a token, and a browser that opens it."""

from __future__ import annotations

import secrets
import signal
import socket
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from smartcity_survey.errors import SurveyError
from smartcity_survey.studio.documents import Study
from smartcity_survey.studio.files import routes
from smartcity_survey.studio.guard import Guard
from smartcity_survey.studio.page import studio_app
from smartcity_survey.studio.running import Runner
from smartcity_survey.workflow.ending.signals import stopping

HOST = "127.0.0.1"
STOPPED = "The analysis is stopped with the studio; run it again, and it goes on where it was."


class _Server(uvicorn.Server):
    """A server that a closed terminal ends as Ctrl-C does: in peace with whoever still looks at its page."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            if sys.platform == "win32" or signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
                yield
                return
            before = signal.signal(signal.SIGHUP, self.handle_exit)
            try:
                yield
            finally:
                signal.signal(signal.SIGHUP, before)


def serve(folder: Path, port: int, tell: Callable[[str], None], *, browser: bool) -> None:
    """Serve the page of a study's folder until it is ended; a run that is at work ends with it.

    Parameters
    ----------
    folder : a study's, or one that will become one. port : 0 for any that is free.
    tell : is given the address, and what becomes of a run. browser : whether to open it there.

    Raises
    ------
    SurveyError
        where the folder is a file, or the port is in use.
    """
    if folder.exists() and not folder.is_dir():
        raise SurveyError(str(folder), "it is a file.", "Choose a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        raise SurveyError(
            f"--port {port}", "it is in use.", "Leave it out: any free one is taken then."
        ) from error
    listening.listen()  # whoever opens the address at once waits for the server
    port, token = listening.getsockname()[1], secrets.token_urlsafe(24)
    study, runner = Study(folder, waits=False), Runner(folder)

    def end() -> None:
        server.should_exit = True

    page = Starlette(routes=[*routes(folder), Mount("/", studio_app(study, runner, end))])
    server = _Server(uvicorn.Config(Guard(page, port, token), log_level="warning", ws_max_size=2**20))
    address = f"http://{HOST}:{port}/?token={token}"
    tell(f"The studio is open at {address}")
    if browser:
        webbrowser.open(address)
    try:
        with stopping("SIGINT", "SIGTERM", "SIGHUP"):
            server.run(sockets=[listening])
    finally:
        if runner.at_work:
            tell(STOPPED)
            runner.stop(wait=True)
