# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Bodies of requests, bounded in bytes and time while they come, and the places for uploads.

Nothing is allocated by a length that the other side sent: a body grows as it arrives.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import ClientDisconnect, Request

from upstream.errors import (
    BadRequestError,
    BusyError,
    LengthRequiredError,
    TooLargeError,
    TooSlowError,
)

_LENGTH = re.compile(r"[0-9]{1,12}", re.ASCII)


class Places:
    """How many uploads run at once, in all and for one dock; used on the event loop alone."""

    def __init__(self, in_all: int, a_dock: int) -> None:
        self._free = in_all
        self._a_dock = a_dock
        self._taken: Counter[bytes] = Counter()

    @contextmanager
    def taken_by(self, dock: bytes) -> Iterator[None]:
        """One place for as long as the block runs; BusyError where there is none."""
        if self._free == 0 or self._taken[dock] >= self._a_dock:
            raise BusyError("All places for uploads are taken.")
        self._free -= 1
        self._taken[dock] += 1
        try:
            yield
        finally:
            self._free += 1
            self._taken[dock] -= 1
            if not self._taken[dock]:
                del self._taken[dock]


def declared_length(request: Request, limit_bytes: int) -> int:
    """The Content-Length of a request that must have one."""
    text = request.headers.get("content-length")
    if text is None:
        raise LengthRequiredError("Content-Length is missing.")
    if _LENGTH.fullmatch(text) is None:
        raise BadRequestError("Content-Length is not a number.")
    if int(text) > limit_bytes:
        raise TooLargeError(f"The body is over {limit_bytes} bytes.")
    return int(text)


async def read_body(request: Request, limit_bytes: int, timeout_s: float) -> bytearray:
    """The whole body, within both bounds."""
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for part in request.stream():
                body += part
                if len(body) > limit_bytes:
                    raise TooLargeError(f"The body is over {limit_bytes} bytes.")
    except TimeoutError as error:
        raise TooSlowError(f"The body did not come within {timeout_s:g} s.") from error
    except ClientDisconnect as error:
        raise BadRequestError("The body ended early.") from error
    return body
