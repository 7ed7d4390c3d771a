"""Who gets to the page: this computer with the token, and nobody else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from smartcity_survey.studio.guard import Guard

PORT, TOKEN = 8000, "secret"
OURS = {"host": f"127.0.0.1:{PORT}", "cookie": f"studio_{PORT}={TOKEN}"}


async def page(scope: Any, receive: Any, send: Any) -> None:
    """What is guarded: reads the body whole."""
    message = await receive()
    while message.get("more_body"):
        message = await receive()
    status = 200 if message["type"] == "http.request" else 400
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"page"})


def asked(
    headers: dict[str, str],
    query: str = "",
    kind: str = "http",
    bodies: tuple[bytes, ...] = (b"",),
    path: str = "/",
) -> tuple[Any, dict[str, str]]:
    """Status (or code of a closed websocket) and headers of the answer."""
    sent: list[Any] = []
    parts = [
        {"type": "http.request", "body": body, "more_body": place < len(bodies) - 1}
        for place, body in enumerate(bodies)
    ]

    async def receive() -> Any:
        return parts.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": kind,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(Guard(page, PORT, TOKEN, most_bytes=100)(scope, receive, send))
    first = sent[0]
    answered = {name.decode(): value.decode() for name, value in first.get("headers", [])}
    return first.get("status", first.get("code")), answered


def test_the_address_with_its_token_becomes_a_cookie_and_an_address_without():
    status, headers = asked({"host": f"127.0.0.1:{PORT}"}, f"token={TOKEN}")
    assert (status, headers["location"]) == (303, "/")
    assert "HttpOnly; SameSite=Strict" in headers["set-cookie"]
    assert asked({"host": OURS["host"], "cookie": headers["set-cookie"].split(";")[0]})[0] == 200


def test_the_address_leads_to_no_other_host():
    for path, own in (("//evil.example/", "/evil.example/"), ("/files/x", "/files/x")):
        assert asked({"host": OURS["host"]}, f"token={TOKEN}", path=path)[1]["location"] == own


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"host": OURS["host"]}, ""),
        ({"host": OURS["host"]}, "token=guess"),
        ({"host": OURS["host"], "cookie": f"studio_{PORT}=guess"}, ""),
        ({"host": OURS["host"], "cookie": f"studio_9={TOKEN}"}, ""),
        ({**OURS, "host": f"evil.example:{PORT}"}, ""),
        ({**OURS, "host": "127.0.0.1:1"}, ""),
        ({**OURS, "origin": "http://evil.example"}, ""),
        ({**OURS, "origin": "null"}, ""),
        ({**OURS, "origin": "http://127.0.0.1:1"}, ""),
    ],
)
def test_others_are_refused(headers, query):
    assert asked(headers, query)[0] == 403


def test_a_websocket_names_its_origin():
    assert asked(OURS, kind="websocket")[0] == 1008
    assert asked({**OURS, "origin": "http://evil.example"}, kind="websocket")[0] == 1008
    assert asked({**OURS, "origin": f"http://{OURS['host']}"}, kind="websocket")[0] == 200


def test_a_file_over_the_limit_is_refused_whether_it_says_its_length_or_not():
    assert asked({**OURS, "content-length": "101"})[0] == 413
    assert asked(OURS, bodies=(b"x" * 60, b"x" * 60))[0] == 400
    assert asked(OURS, bodies=(b"x" * 60, b"x" * 30))[0] == 200


def test_answers_stay_out_of_other_pages_and_caches():
    headers = asked(OURS)[1]
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["cache-control"] == "no-store"
