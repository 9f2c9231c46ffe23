# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Mutual TLS 1.2 as the client (docs/link.md §2), by MicroPython's own `tls`.

Trusts the dock intermediate alone, under one name; shows the camera's certificate only to a dock
that was checked. The clock is floored first, since there is no callback for a certificate that
isn't valid yet.
"""

import tls

from link.errors import TlsFailed

_NAME = "dock.candour"
_SUITES = (
    "TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256",
    "TLS-ECDHE-ECDSA-WITH-AES-256-GCM-SHA384",
)


class Secure:
    """Makes channels from one identity; the certificates are parsed once."""

    def __init__(self, identity, floor_clock):
        """`identity`: tls_cert, tls_key, dock_ca (DER). `floor_clock()`: see docs/link.md §2."""
        self._identity = identity
        self._floor_clock = floor_clock
        self._context = None

    def channel(self, stream) -> "Channel":
        """A channel whose handshake goes on with each read and write."""
        self._floor_clock()
        try:
            if self._context is None:
                self._context = self._make_context()
            return Channel(
                self._context.wrap_socket(
                    stream,
                    server_side=False,
                    do_handshake_on_connect=False,
                    server_hostname=_NAME,
                )
            )
        except (OSError, ValueError) as error:
            raise TlsFailed(error)

    def _make_context(self) -> tls.SSLContext:
        context: Any = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
        context.verify_mode = tls.CERT_REQUIRED
        context.set_ciphers(_SUITES)
        context.load_verify_locations(self._identity.dock_ca)
        context.load_cert_chain(self._identity.tls_cert, self._identity.tls_key)
        return context


class Channel:
    """One session's TLS. Every fault of the channel is TlsFailed; None means: later."""

    def __init__(self, socket):
        self._socket = socket

    def readinto(self, buf, length: int) -> int | None:
        """Read at most `length` bytes."""
        try:
            count = self._socket.readinto(buf, length)
        except (OSError, ValueError) as error:
            raise TlsFailed(error)
        if count == 0:
            raise TlsFailed("the dock closed the channel")
        return count

    def write(self, buf, start: int, length: int) -> int | None:
        """Write from `buf[start:]`. After None, or fewer, go on with the bytes that follow.

        mbedTLS holds a record of the bytes that it saw, so they must neither change nor shrink.
        """
        try:
            return self._socket.write(buf, start, length)
        except (OSError, ValueError) as error:
            raise TlsFailed(error)

    def close(self) -> None:
        """Free the channel's buffers; the port stays open."""
        self._socket.close()
