# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Mutual TLS 1.2 over a port (docs/link.md §2): the dock is the server.

The camera's certificate is checked against the camera intermediate alone. TLS is privacy and
access here, never authority: who a camera is, its signed status says.
"""

import ssl

from dock.config import Config
from dock.errors import ConfigError, LinkError, TlsRefused
from dock.port import Port

_SUITES = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"


def link_context(config: Config) -> ssl.SSLContext:
    """The context of every bay. Raises ConfigError where a file is not what it should be."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_SUITES)
    context.set_ecdh_curve("prime256v1")
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_cert_chain(config.link_certificate, config.link_key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"link_certificate and link_key are no pair: {error}.") from error
    try:
        context.load_verify_locations(config.camera_ca)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"camera_ca is no certificate: {error}.") from error
    return context


class Channel:
    """One session's TLS over its port."""

    def __init__(self, port: Port, context: ssl.SSLContext) -> None:
        self._port = port
        self._in = ssl.MemoryBIO()
        self._out = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)

    async def handshake(self) -> None:
        """Shake hands. Raises TlsRefused, Silent, PortGone."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                await self._more()
            except ssl.SSLError as error:
                self._flush()  # the alert tells the camera why
                raise TlsRefused(_reason(error)) from error
            else:
                self._flush()
                return

    async def read_into(self, view: memoryview) -> int:
        """At least one byte into `view`; at most a record."""
        while True:
            try:
                count = self._tls.read(len(view), view)
            except ssl.SSLWantReadError:
                await self._more()
            except ssl.SSLError as error:
                raise LinkError(f"TLS broke ({_reason(error)})") from error
            else:
                if not count:
                    raise LinkError("the camera closed the channel")
                return int(count)

    async def read_exactly(self, view: memoryview) -> None:
        """Fill `view`."""
        got = 0
        while got < len(view):
            got += await self.read_into(view[got:])

    def write(self, data: bytes) -> None:
        """Send."""
        try:
            self._tls.write(data)
        except ssl.SSLError as error:
            raise LinkError(f"TLS broke ({_reason(error)})") from error
        self._flush()

    async def _more(self) -> None:
        await self._port.wait()
        self._in.write(self._port.take())

    def _flush(self) -> None:
        if self._out.pending:
            self._port.write(self._out.read())


def _reason(error: ssl.SSLError) -> str:
    verify = getattr(error, "verify_message", "")
    return verify or (error.reason or "unknown").lower().replace("_", " ")
