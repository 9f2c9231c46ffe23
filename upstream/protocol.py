# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""uvicorn's HTTP protocol with what it lacks: the client's certificate, and bounds on a request.

`request.state.peer` is the peer of the connection. A connection whose request line and headers
do not come in time, or are over the bound, is closed; nothing of it reaches the application.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from upstream.access import Access

_MAX_HEAD_BYTES = 16 * 1024
_LINGER_S = 5.0
_IDLE_LINGER_S = 0.2


class BoundedProtocol(HttpToolsProtocol):
    """The base of both listeners: bounded heads."""

    header_timeout_s = 20.0
    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0
        self._await_head()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._count(len(name) + len(value) + 4)

    def on_headers_complete(self) -> None:
        self._head_came()
        if not self.transport.is_closing():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self.transport.is_closing():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._linger(_LINGER_S)

    def shutdown(self) -> None:
        super().shutdown()
        self._linger(_IDLE_LINGER_S)

    def _linger(self, seconds: float) -> None:
        """TLS waits for the other side's goodbye when it closes; not for long here."""
        if self.transport.is_closing():
            self.loop.call_later(seconds, self.transport.abort)

    def _await_head(self) -> None:
        self._head_came()
        self._head_timer = self.loop.call_later(self.header_timeout_s, self.transport.abort)

    def _head_came(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _count(self, count: int) -> None:
        self._head_bytes += count
        if self._head_bytes > _MAX_HEAD_BYTES:
            self.transport.abort()


def with_peer(access: Access, header_timeout_s: float) -> type[BoundedProtocol]:
    """The protocol class of the TLS listener."""

    class PeerProtocol(BoundedProtocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            tls: Any = transport.get_extra_info("ssl_object")
            peer = access.peer(tls.getpeercert(binary_form=True))
            self.app_state = {**self.app_state, "peer": peer}

    PeerProtocol.header_timeout_s = header_timeout_s
    return PeerProtocol
