# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The page that lists what arrived: server-rendered, on a loopback listener, no content on it.

Whoever has the address with its token gets a cookie; everything else is refused. Nothing is
fetched from another host and no script runs. The Host header must name the loopback listener, so
that no other site's name can be pointed at it.
"""

from __future__ import annotations

import hmac
import re
import secrets
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from upstream import listing
from upstream.database import Database
from upstream.errors import UpstreamError

_COOKIE = "candour_page"
_LINES = 200
_ARRIVAL = re.compile(r"[0-9]{1,18}", re.ASCII)
_HERE = Path(__file__).parent
_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        b"form-action 'none'; frame-ancestors 'none'",
    ),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


class _Guard:
    """Refuses foreign Host headers and puts the security headers on each answer."""

    def __init__(self, app: ASGIApp, hosts: frozenset[bytes]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        if scope["type"] == "http" and dict(scope["headers"]).get(b"host") not in self._hosts:
            refusal = Response("This listener has another name.\n", 421, media_type="text/plain")
            await refusal(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)


class Listed:
    """The page's handlers."""

    def __init__(self, database: Database, token: str) -> None:
        self._database = database
        self._token = token
        self._cookie = secrets.token_urlsafe(32)
        environment = Environment(
            loader=PackageLoader("upstream.page", "."),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._list = environment.get_template("list.html")
        self._message = environment.get_template("message.html")

    def index(self, request: Request, token: str = "", before: str = "") -> Response:
        """What arrived; a token in the address is turned into a cookie first."""
        if token:
            if not hmac.compare_digest(token.encode(), self._token.encode()):
                return self._refusal()
            answer = RedirectResponse("/", 303)
            answer.set_cookie(_COOKIE, self._cookie, httponly=True, samesite="lax")
            return answer
        shown = request.cookies.get(_COOKIE, "")
        if not hmac.compare_digest(shown.encode(), self._cookie.encode()):
            return self._refusal()
        arrival = int(before) if _ARRIVAL.fullmatch(before) else None
        with self._database.transaction() as connection:
            page = listing.page(connection, _LINES, arrival)
        return HTMLResponse(self._list.render(page=page, first=arrival is None))

    def missing(self, _request: Request, error: Exception) -> Response:
        """There is one page here."""
        status = error.status_code if isinstance(error, HTTPException) else 404
        text = self._message.render(
            title="Not here", text="There is one page here: what arrived.", link="/"
        )
        return HTMLResponse(text, status)

    def failed(self, _request: Request, error: Exception) -> Response:
        """The catalogue cannot be read at the moment."""
        what = error.message if isinstance(error, UpstreamError) else "The server failed."
        text = self._message.render(title="Not available", text=what, link="/")
        return HTMLResponse(text, 503)

    def _refusal(self) -> Response:
        text = self._message.render(
            title="This address needs its token",
            text="Open the whole address that the server wrote into the file page of its data "
            "folder when it started.",
            link="",
        )
        return HTMLResponse(text, 401)


def build(database: Database, token: str, port: int) -> ASGIApp:
    """The application of the page's listener on this port."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    listed = Listed(database, token)
    style, icon = (_HERE / "style.css").read_bytes(), (_HERE / "icon.svg").read_bytes()
    app.add_api_route("/", listed.index, methods=["GET"], response_model=None)
    app.add_route("/style.css", lambda _request: Response(style, media_type="text/css"))
    app.add_route("/icon.svg", lambda _request: Response(icon, media_type="image/svg+xml"))
    app.add_exception_handler(HTTPException, listed.missing)
    app.add_exception_handler(UpstreamError, listed.failed)
    hosts = frozenset(f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost"))
    return _Guard(app, hosts)
