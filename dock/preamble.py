# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The lines before TLS (docs/link.md §1): finds a camera on a port that may hold anything.

Whatever is not the expected line is dropped; the buffer is one line long. A device that talks
without saying one is NotACamera after a bound of bytes.
"""

import asyncio
import secrets

from dock.config import Config
from dock.errors import NotACamera, NotProvisioned
from dock.port import Port

_LINE_BYTES = 64
# Ends a record that the camera may still be waiting for, so that its TLS fails and it listens.
_FLUSH = b"\n" * 4352
_FLUSH_AFTER = 2


class _Lines:
    """Cuts what comes into lines of at most 64 bytes and counts what was not expected."""

    def __init__(self, noise_bytes: int) -> None:
        self._noise_bytes = noise_bytes
        self._noise = 0
        self._held = bytearray()

    def feed(self, data: bytearray) -> list[bytes]:
        self._noise += len(data)
        *lines, rest = (self._held + data).split(b"\n")
        self._held = bytearray(rest[:_LINE_BYTES])
        return [bytes(line) for line in lines if len(line) <= _LINE_BYTES]

    def check(self) -> None:
        if self._noise >= self._noise_bytes:
            raise NotACamera(f"{self._noise} bytes without a line of the link")


async def greet(port: Port, config: Config) -> None:
    """Say HELLO until a camera is READY, then START. Waits for as long as nothing answers.

    Raises NotProvisioned for EMPTY, NotACamera for noise, PortGone.
    """
    lines = _Lines(config.noise_bytes)
    unanswered = 0
    while True:
        session = secrets.token_hex(8).encode()
        if unanswered >= _FLUSH_AFTER and unanswered % _FLUSH_AFTER == 0:
            port.write(_FLUSH)
        port.write(b"CANDOUR1 HELLO " + session + b"\n")
        try:
            async with asyncio.timeout(config.hello_ms / 1000):
                await _until_ready(port, lines, session)
        except TimeoutError:
            unanswered += 1
            continue
        port.write(b"CANDOUR1 START " + session + b"\n")
        return


async def _until_ready(port: Port, lines: _Lines, session: bytes) -> None:
    while True:
        await port.wait()
        for line in lines.feed(port.take()):
            if line == b"CANDOUR1 READY " + session:
                return
            if line == b"CANDOUR1 EMPTY " + session:
                raise NotProvisioned
        lines.check()
