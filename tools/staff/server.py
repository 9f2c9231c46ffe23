# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The evidence server as staff see it: mutual TLS 1.3, answers streamed and bounded.

What the server refuses becomes an error with the server's own code and next step. docs/link.md §5.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from evidence import cbor
from evidence.errors import EvidenceError, Truncated
from evidence.limits import CHUNK_BYTES
from tools.staff.errors import (
    BrokenAnswerError,
    EvidenceRefusedError,
    RefusedError,
    StaffConfigError,
    UnreachableError,
    WhichRecordingError,
)
from tools.staff.settings import Settings

_TIMEOUT = httpx.Timeout(10, read=600)
_ERROR_BYTES = 64 * 1024
_ITEM_BYTES = CHUNK_BYTES + 256
_PREFIX = re.compile(r"[0-9a-f]{1,32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk of an opened recording."""

    kind: int
    index: int
    mono_us: int
    utc_us: int
    uncertainty_us: int
    plaintext: bytes


class EvidenceServer:
    """A connection of staff."""

    def __init__(self, settings: Settings) -> None:
        try:
            context = ssl.create_default_context(cafile=settings.server_ca)
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            context.load_cert_chain(settings.certificate, settings.key)
        except OSError as error:
            what = "`certificate`, `key` or `server_ca` cannot be used"
            raise StaffConfigError(f"{what}: {error.strerror or error}.") from error
        self._client = httpx.Client(
            base_url=settings.upstream_url, verify=context, timeout=_TIMEOUT, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def find(self, name: str) -> dict[str, Any]:
        """What the server lists of the one recording of this name: `latest`, an id, a prefix."""
        query = {} if name == "latest" else {"prefix": name.lower()}
        if query and _PREFIX.fullmatch(query["prefix"]) is None:
            raise WhichRecordingError("This is neither `latest` nor the beginning of an id.")
        with self._answer("GET", "/v1/recordings", params=query) as answer:
            answer.read()
            listed = answer.json()
        if not isinstance(listed, list):
            raise BrokenAnswerError("The server did not list recordings.")
        if not listed:
            raise WhichRecordingError("No such recording arrived.")
        if query and len(listed) > 1:
            raise WhichRecordingError("More than one recording's id begins so.")
        first: dict[str, Any] = listed[0]
        return first

    @contextmanager
    def opened(self, recording: str, reason: str) -> Iterator[Iterator[Chunk]]:
        """The chunks of a recording; the iterator raises where the stream is not whole."""
        path = f"/v1/recordings/{recording}/open"
        with self._answer("POST", path, json={"reason": reason}) as answer:
            yield _chunks(answer)

    @contextmanager
    def bundled(self, recording: str, reason: str) -> Iterator[Iterator[bytes]]:
        """The bytes of a recording's bundle as a zip."""
        path = f"/v1/recordings/{recording}/bundle"
        with self._answer("POST", path, json={"reason": reason}) as answer:
            yield answer.iter_bytes(1 << 20)

    @contextmanager
    def _answer(self, method: str, path: str, **more: Any) -> Iterator[httpx.Response]:
        try:
            with self._client.stream(method, path, **more) as answer:
                if answer.status_code != 200:
                    raise _refusal(answer)
                yield answer
        except httpx.HTTPError as error:
            what = str(error) or type(error).__name__
            raise UnreachableError(f"The server does not answer: {what}.") from error


def _refusal(answer: httpx.Response) -> Exception:
    body = b""
    for part in answer.iter_bytes():
        body += part
        if len(body) > _ERROR_BYTES:
            break
    try:
        said = httpx.Response(answer.status_code, content=body).json()
        code, message, next_step = said["error"], said["message"], said["next"]
    except (ValueError, KeyError, TypeError):
        return UnreachableError(f"The server answered with status {answer.status_code}.")
    kind = EvidenceRefusedError if answer.status_code == 422 else RefusedError
    return kind(str(message), str(next_step), str(code))


def _chunks(answer: httpx.Response) -> Iterator[Chunk]:
    items = _items(answer.iter_bytes(1 << 16))
    match next(items, None):
        case ["recording", dict()]:
            pass
        case _:
            raise BrokenAnswerError("The stream does not begin with its recording.")
    count = 0
    for item in items:
        match item:
            case ["end", int(told)] if told == count:
                if next(items, None) is not None:
                    raise BrokenAnswerError("Something stands behind the stream's end.")
                return
            case [int(kind), int(index), int(mono), int(utc), int(unsure), bytes(plaintext)]:
                yield Chunk(kind, index, mono, utc, unsure, plaintext)
                count += 1
            case _:
                raise BrokenAnswerError("The stream holds what is no chunk.")
    raise UnreachableError("The server broke off before the recording's end.")


def _items(parts: Iterator[bytes]) -> Iterator[cbor.Value]:
    """The values of a CBOR sequence (RFC 8742), each bounded."""
    held = bytearray()
    for part in parts:
        held += part
        used = 0
        while used < len(held):
            window = bytes(memoryview(held)[used : used + _ITEM_BYTES])
            try:
                value, length = cbor.decode_first(window, _ITEM_BYTES)
            except Truncated:
                if len(window) == _ITEM_BYTES:
                    raise BrokenAnswerError("The stream holds an item that is too long.") from None
                break
            except EvidenceError as error:
                raise BrokenAnswerError("The stream is not deterministic CBOR.") from error
            yield value
            used += length
        del held[:used]
    if held:
        raise UnreachableError("The server broke off within a chunk.")
