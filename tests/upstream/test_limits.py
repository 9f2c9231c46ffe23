# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Bodies too long, too slow, without length; heads too long; a full disk; too many at once."""

from __future__ import annotations

import json
import resource
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.upstream.stage import Footage, Running, Stage, put, running

PATH = f"/v1/segments/{'0' * 32}/0"


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that waits for a second, and takes one upload of a dock at a time."""
    stage = Stage(tmp_path_factory.mktemp("hasty"))
    stage.write_settings(body_timeout_s=1, header_timeout_s=1, uploads_a_dock=1, uploads=2)
    with running(stage) as server:
        yield server


def raw(server: Running, context: ssl.SSLContext) -> ssl.SSLSocket:
    """A bare TLS connection."""
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    return context.wrap_socket(plain, server_hostname="localhost")


def head(length: int | None, path: str = PATH) -> bytes:
    """The head of a PUT."""
    text = f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nX-Candour-Camera: camera-1/1\r\n"
    return (text + ("" if length is None else f"Content-Length: {length}\r\n") + "\r\n").encode()


def gone(connection: ssl.SSLSocket) -> bool:
    """Whether the server ended the connection without an answer."""
    try:
        return connection.recv(100) == b""
    except OSError:
        return True


def answer(connection: ssl.SSLSocket) -> tuple[int, str]:
    """Status and error code of the answer; reads until the server closes."""
    data = b""
    while part := connection.recv(65536):
        data += part
    status, _, rest = data.partition(b"\r\n")
    body = rest.partition(b"\r\n\r\n")[2]
    return int(status.split()[1]), json.loads(body)["error"]


def test_a_body_too_long_is_refused_by_its_head(hasty: Running) -> None:
    connection = raw(hasty, hasty.stage.context(name="dock/client"))
    connection.sendall(head((8 << 20) + 1))
    assert answer(connection) == (413, "too-large")


def test_a_body_without_length_is_refused(hasty: Running) -> None:
    connection = raw(hasty, hasty.stage.context(name="dock/client"))
    connection.sendall(head(None)[:-2] + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    assert answer(connection) == (411, "length-required")


def test_a_status_too_long_is_cut_off(hasty: Running) -> None:
    client = hasty.client(hasty.stage.context(name="dock/client"))
    refused = client.post("/v1/status", content=b"x" * 20000)
    assert (refused.status_code, refused.json()["error"]) == (413, "too-large")


def test_a_slow_body_ends(hasty: Running) -> None:
    connection = raw(hasty, hasty.stage.context(name="dock/client"))
    connection.sendall(head(1000) + b"x" * 500)
    assert answer(connection) == (408, "too-slow")


def test_a_slow_head_ends(hasty: Running) -> None:
    connection = raw(hasty, hasty.stage.context())
    connection.sendall(b"GET /health HTTP/1.1\r\nHost:")
    assert gone(connection)


def test_a_head_without_end_ends(hasty: Running) -> None:
    connection = raw(hasty, hasty.stage.context())
    line = b"X-Fill: " + b"x" * 1000 + b"\r\n"
    connection.sendall(b"GET /health HTTP/1.1\r\n" + line * 20)
    assert gone(connection)


def test_a_dock_that_takes_its_places_leaves_those_of_others(hasty: Running) -> None:
    first = raw(hasty, hasty.stage.context(name="dock/client"))
    first.sendall(head(1000) + b"x")
    second = raw(hasty, hasty.stage.context(name="dock/client"))
    second.sendall(head(1000))
    assert answer(second) == (429, "busy")
    other = hasty.client(hasty.stage.second_dock())
    assert other.put(PATH, content=b"x" * 9).json()["error"] == "bad-request"
    assert answer(first) == (408, "too-slow")


def test_garbage_in_place_of_http_is_survived(hasty: Running) -> None:
    for garbage in (b"\x00" * 100, b"\xff\xfe\r\n\r\n", b"PUT\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"):
        connection = raw(hasty, hasty.stage.context())
        connection.sendall(garbage)
        assert b"200" not in connection.recv(65536)
    plain = socket.create_connection(("127.0.0.1", hasty.port), timeout=30)
    plain.sendall(b"GET /health HTTP/1.1\r\n\r\n")
    assert b"ok" not in plain.recv(100)
    client = hasty.client(hasty.stage.context())
    assert client.get("/health").status_code == 200


def test_a_full_disk_is_507_and_nothing_is_lost(stage: Stage) -> None:
    with running(stage) as server:
        footage = Footage(server)
        made = footage.writer()
        first, second = made.segments(2, frames=100)
        given = footage.put(made, 0, first).content
        # The kernel refuses to write a file past this size, as it does on a full disk.
        limits = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (10_000, limits[1]))
        refused = footage.put(made, 1, second)
        assert (refused.status_code, refused.json()["error"]) == (507, "full")
        assert not list(stage.data.rglob("*.part"))
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limits)
        footage.receipt(footage.put(made, 1, second))
        assert footage.put(made, 0, first).content == given


def test_the_reserve_is_left_free(stage: Stage) -> None:
    stage.config.write_text(stage.config.read_text().replace("reserve_bytes = 0", ""))
    stage.write_settings(reserve_bytes=1 << 49)
    with running(stage) as server:
        footage = Footage(server)
        made = footage.writer()
        refused = footage.put(made, 0, made.segments(1)[0])
        assert (refused.status_code, refused.json()["error"]) == (507, "full")


def test_many_docks_at_once_get_one_truth(footage: Footage) -> None:
    made = [footage.writer(number) for number in range(1, 5)]
    written = [each.segments(3) for each in made]
    clients = [footage.server.client(footage.server.stage.second_dock()) for _ in range(3)]

    def bring(client_number: int) -> list[bytes]:
        client = clients[client_number]
        given = []
        for writer, segments in zip(made, written, strict=True):
            for number, data in enumerate(segments):
                while True:
                    got = put(client, footage.camera, writer.recording_id, number, data)
                    if got.status_code != 429:
                        break
                assert got.status_code == 200, got.text
                given.append(got.content)
        return given

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(bring, range(3)))
    assert answers[0] == answers[1] == answers[2]
