# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A dock that says what it likes to the real firmware, over the real link."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from dock import messages, preamble
from dock.messages import Messages, Run
from dock.port import Port
from dock.tls import Channel, link_context
from evidence import cbor
from tests.dock.stage import Site


class Dishonest:
    """A session behind the status; asks and orders at will."""

    def __init__(self, channel: Channel, status: list[Any]) -> None:
        self.channel = channel
        self.status = status
        self.messages = Messages(channel)

    def send(self, value: Any) -> None:
        """Any message at all."""
        body = cbor.encode(value)
        self.send_raw(len(body).to_bytes(4, "big") + body)

    def send_raw(self, data: bytes) -> None:
        """Any bytes at all, inside TLS."""
        self.channel.write(data)

    async def order(self, kind: int, order: bytes) -> int:
        """Hand on an order; its result."""
        self.messages.order(kind, order)
        got, fields = await self.messages.receive()
        assert got == messages.RESULT
        answered, code = messages.read_result(fields)
        assert answered == kind
        return code

    async def get(self, run: Run) -> bytes:
        """Pull a run."""
        self.messages.get(run)
        kind, fields = await self.messages.receive()
        assert kind == messages.DATA
        assert messages.read_run(fields) == run
        data = memoryview(bytearray(run.length))
        await self.channel.read_exactly(data)
        return bytes(data)

    async def bye(self) -> int:
        """The code of the bye that must come next."""
        kind, fields = await self.messages.receive()
        assert kind == messages.BYE
        (code,) = fields
        assert isinstance(code, int)
        return code


@asynccontextmanager
async def session(site: Site) -> AsyncIterator[Dishonest]:
    """Over the port of a site."""
    config = site.config(1, noise_bytes=1 << 20)  # the rest of a run may stand on the port
    port = Port(str(site.port), config)
    try:
        async with asyncio.timeout(30):
            await preamble.greet(port, config)
            channel = Channel(port, link_context(config))
            await channel.handshake()
            kind, fields = await Messages(channel).receive()
            assert kind == messages.STATUS
            yield Dishonest(channel, fields)
    finally:
        port.close()
