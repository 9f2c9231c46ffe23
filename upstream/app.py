# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The calls of docs/link.md §5: who may, what form, which part of the server does it.

Work that blocks runs on a bounded pool of threads. A refusal is `{"error", "message", "next"}`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, TypeVar

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.exceptions import HTTPException

from evidence import cbor
from evidence.errors import EvidenceError
from evidence.limits import SEGMENT_BYTES
from upstream import catalogue
from upstream.access import Peer, Role, demand
from upstream.errors import BadRequestError, UpstreamError
from upstream.listing import as_json
from upstream.orders import MAX_STATUS_BYTES
from upstream.server import Server
from upstream.uploads import Places, declared_length, read_body

_CBOR = "application/cbor"
_MAX_ASK_BYTES = 8 * 1024
_MAX_REASON = 500
_PART_BYTES = 256 * 1024
_RECORDING = re.compile(r"[0-9a-f]{32}", re.ASCII)
_PREFIX = r"^[0-9a-f]{0,32}$"
_SEGMENT = re.compile(r"0|[1-9][0-9]{0,4}", re.ASCII)
# Refusals that may come before the body was read: the rest of it is not waited for.
_BODY_UNREAD = frozenset((400, 401, 403, 404, 405, 408, 411, 413, 429))
_log = logging.getLogger("candour.upstream")
T = TypeVar("T")


class Calls:
    """The handlers, one a call."""

    def __init__(self, server: Server) -> None:
        settings = server.settings
        self._server = server
        self._settings = settings
        self._places = Places(settings.uploads, settings.uploads_a_dock)
        self.pool = ThreadPoolExecutor(settings.workers, thread_name_prefix="work")

    async def health(self) -> dict[str, str]:
        """Anybody may ask whether the server answers."""
        return {"status": "ok"}

    async def status(self, request: Request) -> Response:
        """A dock relays a camera's signed status and gets the orders that are due."""
        demand(request.state.peer, Role.DOCK)
        body = await read_body(request, MAX_STATUS_BYTES, self._settings.body_timeout_s)
        orders = await self._work(self._server.orders.answer, bytes(body))
        return Response(orders, media_type=_CBOR)

    async def put_segment(self, request: Request, recording: str, segment: str) -> Response:
        """A dock brings a segment and gets its receipt."""
        peer = demand(request.state.peer, Role.DOCK)
        named = _recording_id(recording), _segment_number(segment)
        camera = request.headers.get("x-candour-camera", "")
        declared = declared_length(request, SEGMENT_BYTES)
        with self._places.taken_by(peer.certificate_digest):
            body = await read_body(request, declared, self._settings.body_timeout_s)
            take = self._server.ingest.take
            receipt = await self._work(take, camera, *named, memoryview(body))
        return Response(cbor.encode([receipt]), media_type=_CBOR)

    async def recordings(
        self,
        request: Request,
        prefix: Annotated[str, Query(pattern=_PREFIX)] = "",
        before: Annotated[int | None, Query(ge=1, le=1 << 62)] = None,
    ) -> Response:
        """Staff list what arrived, the last first."""
        demand(request.state.peer, Role.STAFF)
        limit = self._settings.listed_recordings

        def listed() -> list[tuple[int, catalogue.Recording]]:
            with self._server.database.transaction() as connection:
                return catalogue.arrived(connection, limit, prefix, before)

        return JSONResponse([as_json(*row) for row in await self._work(listed)])

    async def open(self, request: Request, recording: str) -> Response:
        """Staff open a recording; logged first."""
        peer, reason = await self._asked(request)
        chunks = await self._work(
            self._server.disclosure.open, peer, _recording_id(recording), reason
        )
        return self._stream(chunks, "application/cbor-seq")

    async def bundle(self, request: Request, recording: str) -> Response:
        """Staff take a recording's bundle out; logged first."""
        peer, reason = await self._asked(request)
        parts = await self._work(self._server.bundles.zip, peer, _recording_id(recording), reason)
        return self._stream(parts, "application/zip")

    async def _asked(self, request: Request) -> tuple[Peer, str]:
        peer = demand(request.state.peer, Role.STAFF)
        body = await read_body(request, _MAX_ASK_BYTES, self._settings.body_timeout_s)
        return peer, _reason(bytes(body))

    async def _work(self, job: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.pool, job, *arguments)

    def _stream(self, parts: Iterator[bytes], media_type: str) -> StreamingResponse:
        return StreamingResponse(
            _gathered(parts), media_type=media_type, headers={"Cache-Control": "no-store"}
        )


def build(server: Server) -> tuple[FastAPI, Calls]:
    """The application of the TLS listener, and its handlers (whose pool the caller ends)."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    calls = Calls(server)
    app.add_api_route("/health", calls.health, methods=["GET"])
    app.add_api_route("/v1/status", calls.status, methods=["POST"])
    app.add_api_route("/v1/segments/{recording}/{segment}", calls.put_segment, methods=["PUT"])
    app.add_api_route("/v1/recordings", calls.recordings, methods=["GET"])
    app.add_api_route("/v1/recordings/{recording}/open", calls.open, methods=["POST"])
    app.add_api_route("/v1/recordings/{recording}/bundle", calls.bundle, methods=["POST"])
    app.add_exception_handler(UpstreamError, _refused)
    app.add_exception_handler(EvidenceError, _not_evidence)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _no_such_call)
    app.add_exception_handler(Exception, _failed)
    return app, calls


def _gathered(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in larger parts: each one is handed from a thread to the event loop."""
    held: list[bytes] = []
    count = 0
    for part in parts:
        held.append(part)
        count += len(part)
        if count >= _PART_BYTES:
            yield b"".join(held)
            held, count = [], 0
    yield b"".join(held)


def _recording_id(text: str) -> bytes:
    if _RECORDING.fullmatch(text) is None:
        raise BadRequestError("A recording is named by 32 hexadecimal digits in lower case.")
    return bytes.fromhex(text)


def _segment_number(text: str) -> int:
    if _SEGMENT.fullmatch(text) is None or int(text) > 0xFFFF:
        raise BadRequestError("A segment is a number from 0 to 65535.")
    return int(text)


def _reason(body: bytes) -> str:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequestError("The body is not JSON.") from error
    reason = value.get("reason") if isinstance(value, dict) and len(value) == 1 else None
    if not isinstance(reason, str) or not 1 <= len(reason.strip()) <= _MAX_REASON:
        raise BadRequestError(f'The body is not {{"reason": text}} of 1 to {_MAX_REASON} letters.')
    if not reason.isprintable():
        raise BadRequestError("A reason is one line of text.")
    return reason.strip()


def _answer(status: int, code: str, message: str, next_step: str) -> JSONResponse:
    body = {"error": code, "message": message, "next": next_step}
    headers = {"Connection": "close"} if status in _BODY_UNREAD else None
    return JSONResponse(body, status, headers=headers)


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, UpstreamError)  # noqa: S101
    if error.status >= 500:
        _log.warning("%s: %s", error.code, error.message)
    return _answer(error.status, error.code, error.message, error.next)


async def _not_evidence(_request: Request, error: Exception) -> Response:
    assert isinstance(error, EvidenceError)  # noqa: S101
    _log.warning("refused: %s", error)
    return _answer(422, error.code, f"{error.message} ({error.place})", error.next_step)


async def _malformed(_request: Request, _error: Exception) -> Response:
    bad = BadRequestError("A parameter has not the form that docs/link.md gives.")
    return _answer(bad.status, bad.code, bad.message, bad.next)


async def _no_such_call(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    return _answer(error.status_code, "no-such-call", str(error.detail), "See docs/link.md §5.")


async def _failed(_request: Request, error: Exception) -> Response:
    _log.error("a call failed: %s", type(error).__name__, exc_info=error)
    return _answer(500, "internal", "The server failed.", "Try again; its log says more.")
