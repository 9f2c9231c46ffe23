# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The dock's calls upstream (docs/link.md §5): mutual TLS 1.3, bounded answers, named errors.

Nothing here decides that a segment has arrived: a 200 carries a receipt, which the caller checks.
"""

import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from dock.config import Config
from dock.errors import (
    ConfigError,
    Conflict,
    FalseReceipt,
    NotAuthorised,
    OutOfOrder,
    Rejected,
    Unavailable,
    Unknown,
    Unreachable,
    UpstreamError,
)
from dock.messages import ORDER_BYTES
from dock.trust import Segment
from evidence import cbor
from evidence.errors import EvidenceError

_ORDERS_AT_MOST = 8
_QUARANTINE = {400, 411, 413, 422}
_SLICE_BYTES = 1 << 17
_CBOR = "application/cbor"


def upstream_context(config: Config) -> ssl.SSLContext:
    """The dock's client identity, and the one intermediate that upstream's server has."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_cert_chain(config.client_certificate, config.client_key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"client_certificate and client_key are no pair: {error}.") from error
    try:
        context.load_verify_locations(config.server_ca)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"server_ca is no certificate: {error}.") from error
    return context


class Courier:
    """Speaks to one upstream."""

    def __init__(self, config: Config) -> None:
        self._answer_bytes = config.answer_bytes
        self._client = httpx.AsyncClient(
            base_url=config.upstream_url,
            verify=upstream_context(config),
            timeout=httpx.Timeout(config.answer_ms / 1000, connect=config.connect_ms / 1000),
            limits=httpx.Limits(max_connections=config.uploads + 4),
            trust_env=False,
            follow_redirects=False,
            headers={"Accept-Encoding": "identity"},
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def health(self) -> None:
        """Whether upstream answers at all; also loads the client and opens a connection."""
        await self._call(self._client.build_request("GET", "/health"))

    async def status(self, status: bytes, certificate: bytes) -> list[tuple[int, bytes]]:
        """Relay a camera's status; the orders (kind, message) that come back for it."""
        body = await self._call(
            self._client.build_request(
                "POST",
                "/v1/status",
                content=cbor.encode([status, certificate]),
                headers={"Content-Type": _CBOR},
            )
        )
        return _orders(body)

    async def segment(self, key: Segment, data: bytes) -> bytes:
        """Send a segment; the receipt, which is not yet checked."""
        body = await self._call(
            self._client.build_request(
                "PUT",
                f"/v1/segments/{key.recording.hex()}/{key.segment}",
                content=_slices(data),
                headers={
                    "Content-Length": str(len(data)),
                    "Content-Type": "application/octet-stream",
                    "X-Candour-Camera": f"{key.camera}/{key.epoch}",
                },
            )
        )
        match _decode(body):
            case [bytes(receipt)]:
                return receipt
        raise FalseReceipt("the answer holds none")

    async def _call(self, request: httpx.Request) -> bytes:
        try:
            async with self._answer(request) as response:
                body = await self._read(response)
        except (httpx.RequestError, httpx.StreamError) as error:
            raise Unreachable(type(error).__name__) from error
        if response.status_code == 200:
            return body
        raise judge(response.status_code, body)

    @asynccontextmanager
    async def _answer(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        response = await self._client.send(request, stream=True)
        try:
            yield response
        finally:
            await response.aclose()

    async def _read(self, response: httpx.Response) -> bytes:
        body = b""
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > self._answer_bytes:
                raise Unavailable(f"an answer over {self._answer_bytes} bytes")
        return body


async def _slices(data: bytes) -> AsyncIterator[bytes]:
    """In pieces, so that encrypting them does not hold up the bays."""
    for offset in range(0, len(data), _SLICE_BYTES):
        yield data[offset : offset + _SLICE_BYTES]


def judge(status: int, body: bytes) -> UpstreamError:
    """What an answer other than 200 means: the table of docs/link.md §5."""
    code = _error_code(body)
    what = f"{status} {code}".strip()
    if status in _QUARANTINE:
        return Rejected(what)
    if status in (401, 403):
        return NotAuthorised(what)
    if status == 404:
        return Unknown(what)
    if status == 409 and code == "conflict":
        return Conflict(what)
    if status == 409 and code == "out-of-order":
        return OutOfOrder(what)
    return Unavailable(what)


def _error_code(body: bytes) -> str:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    code = answer.get("error") if isinstance(answer, dict) else None
    return code[:32] if isinstance(code, str) and code.isprintable() else ""


def _decode(body: bytes) -> cbor.Value:
    try:
        return cbor.decode(body, len(body) + 1)
    except EvidenceError as error:
        raise FalseReceipt(f"the answer is not deterministic CBOR ({error.code})") from error


def _orders(body: bytes) -> list[tuple[int, bytes]]:
    rows = _decode(body)
    orders = []
    if not isinstance(rows, list) or len(rows) > _ORDERS_AT_MOST:
        raise Unavailable("an answer that is no short list of orders")
    for row in rows:
        match row:
            case [int(kind), bytes(order)] if kind in (1, 2, 3) and len(order) <= ORDER_BYTES:
                orders.append((kind, order))
            case _:
                raise Unavailable("an order of a wrong form")
    return orders
