# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the evidence server: the TLS listener, the page's listener, one event loop, one stop.

`data/address` (host:port) and `data/page` (a URL with its token) appear when both listen, whole or
not at all, and go when it stops. SIGTERM and SIGINT let running calls end within `shutdown_s`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import secrets
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from upstream import app, page
from upstream.access import tls_context
from upstream.config import Settings
from upstream.errors import AddressBusyError, UnavailableError
from upstream.protocol import BoundedProtocol, with_peer
from upstream.server import Server, open_server

_LOOPBACK = "127.0.0.1"
_log = logging.getLogger("candour.upstream")


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a running server is to be found."""

    address: str
    page: str


def run(settings: Settings, told: Callable[[Listening], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; `told` is called once, when it listens.

    Raises ConfigError, IdentityError, AddressBusyError, DataInUseError, DataDamagedError.
    """
    context = tls_context(settings)
    with contextlib.ExitStack() as stack:
        server = open_server(settings)
        stack.callback(server.close)
        public = stack.enter_context(_listener(settings.host, settings.port))
        local = stack.enter_context(_listener(_LOOPBACK, settings.page_port))
        token = secrets.token_urlsafe(24)
        listening = Listening(
            address=f"{settings.host}:{public.getsockname()[1]}",
            page=f"http://{_LOOPBACK}:{local.getsockname()[1]}/?token={token}",
        )
        calls, handlers = app.build(server)
        stack.callback(handlers.pool.shutdown)
        peer_protocol = with_peer(server.access, settings.header_timeout_s)
        listeners = [
            _Listener(
                _uvicorn(settings, calls, peer_protocol, ssl_context_factory=lambda *_: context),
                public,
            ),
            _Listener(_uvicorn(settings, _page(server, token, local), BoundedProtocol), local),
        ]
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(listeners, settings.data, listening, told))


async def _serve(
    listeners: list[_Listener],
    data: Path,
    listening: Listening,
    told: Callable[[Listening], None] | None,
) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, listeners)
    async with asyncio.TaskGroup() as group:
        for listener in listeners:
            group.create_task(listener.serve_until_stopped())
        for listener in listeners:
            await listener.up.wait()
        with _published(data, listening):
            _log.info("listening on %s", listening.address)
            if told is not None:
                told(listening)
            for listener in listeners:
                await listener.down.wait()


def _stop(listeners: list[_Listener]) -> None:
    for listener in listeners:
        listener.should_exit = True


class _Listener(uvicorn.Server):
    """A uvicorn server on a socket that is bound already; signals are the caller's."""

    def __init__(self, config: uvicorn.Config, bound: socket.socket) -> None:
        super().__init__(config)
        self._bound = bound
        self.up = asyncio.Event()
        self.down = asyncio.Event()

    async def serve_until_stopped(self) -> None:
        """Serve; `up` is set when it accepts connections, `down` when it does not any more."""
        try:
            await self.serve(sockets=[self._bound])
        finally:
            self.up.set()
            self.down.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _uvicorn(
    settings: Settings, application: Any, protocol: type[BoundedProtocol], **more: Any
) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        http=protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=settings.connections,
        timeout_keep_alive=settings.keep_alive_s,
        timeout_graceful_shutdown=settings.shutdown_s,
        **more,
    )


def _page(server: Server, token: str, local: socket.socket) -> Any:
    return page.build(server.database, token, local.getsockname()[1])


def _listener(host: str, port: int) -> socket.socket:
    """A socket that is bound and not yet listening."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise AddressBusyError(f"The host to listen on is unknown: {error.strerror}.") from error
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        bound.listen(socket.SOMAXCONN)
    except OSError as error:
        bound.close()
        what = "is in use" if error.errno == errno.EADDRINUSE else f"failed: {error.strerror}"
        raise AddressBusyError(f"Port {port} {what}.") from error
    return bound


@contextlib.contextmanager
def _published(data: Path, listening: Listening) -> Iterator[None]:
    """The two files, for as long as the server listens."""
    files = {data / "address": listening.address, data / "page": listening.page}
    try:
        for path, text in files.items():
            _write(path, text + "\n")
        yield
    finally:
        for path in files:
            path.unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        part.replace(path)
    except OSError as error:
        raise UnavailableError(f"The data folder cannot be written: {error.strerror}.") from error
