"""A page that is closed while another is served leaves no traceback in the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

shiny = pytest.importorskip("shiny")

from smartcity_survey.studio import server  # noqa: E402


class Session:
    """What a timer asks of a page: to be told when it is closed."""

    def __init__(self) -> None:
        self.left: list[Any] = []

    def on_ended(self, call: Any) -> Any:
        self.left.append(call)
        return lambda: None


async def close_while_served(session: Session, start: Any) -> Any:
    """Begin a timer, and close its page while it waits for another page that is served."""
    async with shiny.reactive.lock():
        task = start()
        await asyncio.sleep(0.05)
        for call in session.left:
            call()
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.05)
    return task


def alone(work: Coroutine[Any, Any, Any]) -> Any:
    """In a thread of its own: another test's browser may keep a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def test_the_pages_own_timer_ends_in_peace(monkeypatch, capsys):
    monkeypatch.setattr(server, "LOOKED", 0.01)
    session, page = Session(), server.Server.__new__(server.Server)
    page._session = session

    async def closed() -> Any:
        page._tick = shiny.reactive.value(0)

        def start() -> Any:
            page._keep_time()
            return page._ticking

        return await close_while_served(session, start)

    task = alone(closed())
    assert session.left
    assert task.done()
    assert not task.cancelled()
    assert task.exception() is None
    assert capsys.readouterr().err == ""


def test_it_ticks_until_then(monkeypatch):
    monkeypatch.setattr(server, "LOOKED", 0.01)
    session, page = Session(), server.Server.__new__(server.Server)
    page._session = session

    async def ticks() -> int:
        page._tick = shiny.reactive.value(0)
        page._keep_time()
        await asyncio.sleep(0.2)
        session.left[0]()
        with shiny.reactive.isolate():
            return page._tick()

    assert alone(ticks()) > 2
