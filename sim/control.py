# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The control socket of a room: one JSON line a command, one JSON line an answer.

`{"do": "press"}` → `{"ok": true, "state": {…}}` or `{"ok": false, "error": …, "next": …}`.
The socket is reached through its open folder, so that a long path is no hindrance; only its
owner may connect. docs/simulator.md §2.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from sim.errors import NoRoomError, RefusedError, RoomSilentError, SimError

SOCKET = "control.sock"
_LINE_BYTES = 4096
_ANSWER_BYTES = 65536
_IDLE_S = 60.0

Do = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


@contextlib.contextmanager
def _address(folder: Path) -> Iterator[str]:
    """A short name of the socket, good while this lasts."""
    fd = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{fd}/{SOCKET}"
    finally:
        os.close(fd)


def listen(folder: Path) -> socket.socket:
    """The listening socket; whoever holds the folder's lock may replace a stale one."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        (folder / SOCKET).unlink(missing_ok=True)
        with _address(folder) as address:
            listener.bind(address)
        os.chmod(folder / SOCKET, 0o600)
        listener.listen(8)
    except OSError:
        listener.close()
        raise
    return listener


def close(listener: socket.socket, folder: Path) -> None:
    """Stop listening and leave no socket behind."""
    listener.close()
    (folder / SOCKET).unlink(missing_ok=True)


async def serve(listener: socket.socket, do: Do) -> asyncio.AbstractServer:
    """Answer on the running loop until the server is closed."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await asyncio.wait_for(reader.readline(), _IDLE_S):
                answer = await _answer(line, do)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (ValueError, ConnectionError, TimeoutError):
            pass  # a line too long, or nobody there
        finally:
            writer.close()

    return await asyncio.start_unix_server(talk, sock=listener, limit=_LINE_BYTES)


async def _answer(line: bytes, do: Do) -> dict[str, Any]:
    try:
        request = json.loads(line)
        if not isinstance(request, dict):
            raise RefusedError("a command is a JSON object")
        return {"ok": True} | await do(request)
    except SimError as error:
        return {"ok": False, "error": str(error), "next": error.next_step}
    except (ValueError, TypeError, RecursionError):
        wrong = RefusedError("that is not a command")
        return {"ok": False, "error": str(wrong), "next": wrong.next_step}


def ask(folder: Path, request: dict[str, Any], timeout_s: float = 30.0) -> dict[str, Any]:
    """Ask the room in a folder; its state. NoRoomError, RoomSilentError, RefusedError."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(timeout_s)
    with line:
        try:
            with _address(folder) as address:
                line.connect(address)
        except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
            raise NoRoomError(folder) from None
        try:
            line.sendall(json.dumps(request).encode() + b"\n")
            answer = _read_line(line)
        except TimeoutError:
            raise RoomSilentError(folder, timeout_s) from None
        except ConnectionError:
            raise NoRoomError(folder) from None
    if not answer:
        raise NoRoomError(folder)
    told: dict[str, Any] = json.loads(answer)
    if not told["ok"]:
        raise RefusedError(told["error"].removeprefix("The camera's room refused: "))
    state: dict[str, Any] = told["state"]
    return state


def _read_line(line: socket.socket) -> bytes:
    got = b""
    while not got.endswith(b"\n") and len(got) < _ANSWER_BYTES:
        some = line.recv(_ANSWER_BYTES)
        if not some:
            break
        got += some
    return got
