"""Who may see the page: this computer, whoever was given its address with the token, and nobody else."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

COOKIE = "studio"
MOST_BYTES = 200 * 1024 * 1024
"""Of a file that may be sent to the page."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)


class Guard:
    """Lets a request through that comes from this page.

    It needs a host of this computer at this port (a foreign name that leads here is refused), the token (in
    the address first, in a cookie from then on), and no other origin than the page's own; and it may not be
    too long.
    """

    def __init__(self, app: App, port: int, token: str, most_bytes: int = MOST_BYTES) -> None:
        self._app, self._token, self._most = app, token, most_bytes
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._origins = {f"http://{host}" for host in self._hosts}
        self._cookie = f"{COOKIE}_{port}"  # cookies are shared by all ports of a host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        first = self._is_token(asked.get("token", [""])[0])
        if (
            headers.get("host") not in self._hosts
            or headers.get("origin", "") not in {"", *self._origins}
            or (scope["type"] == "websocket" and headers.get("origin") not in self._origins)
        ):
            await self._refuse(scope, send, 403, "This page is for its own address alone.")
        elif not (first or self._is_token(self._kept(headers.get("cookie", "")))):
            await self._refuse(scope, send, 403, "Open the address that the studio printed, with its token.")
        elif int(headers.get("content-length") or 0) > self._most:
            await self._refuse(scope, send, 413, f"A file may have {self._most // 2**20} MB at most.")
        elif first and scope["type"] == "http":
            await self._remember(scope, send)
        else:
            await self._app(scope, self._counted(receive), self._with_headers(send))

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())

    def _kept(self, cookie: str) -> str:
        try:
            found = SimpleCookie(cookie).get(self._cookie)
        except CookieError:
            return ""
        return found.value if found else ""

    def _counted(self, receive: Receive) -> Receive:
        """Ends a request that sends more than is allowed without having said so."""
        seen = 0

        async def counted() -> MutableMapping[str, Any]:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            return {"type": "http.disconnect"} if seen > self._most else message

        return counted

    @staticmethod
    def _with_headers(send: Send) -> Send:
        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_HEADERS]
            await send(message)

        return sent

    async def _remember(self, scope: Scope, send: Send) -> None:
        """Keep the token in a cookie, and take it out of the address, which browsers remember."""
        cookie = f"{self._cookie}={self._token}; HttpOnly; SameSite=Strict; Path=/"
        own = f"/{scope['path'].lstrip('/')}"  # with two slashes it would be another host's
        headers = [(b"location", own.encode()), (b"set-cookie", cookie.encode()), *_HEADERS]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    @staticmethod
    async def _refuse(scope: Scope, send: Send, status: int, why: str) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": why})
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": why.encode()})
