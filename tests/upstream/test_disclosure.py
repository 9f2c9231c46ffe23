# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What goes out: authenticated, exact, to staff alone, and never before the log has it."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256

import httpx
import pytest

from evidence import cbor
from evidence.anchor import Anchor
from evidence.bundle import verify_bundle
from evidence.cbor import Value
from evidence.errors import MissingEnd, Untrusted
from evidence.limits import CHUNK_BYTES
from tests.evidence.writer import Writer
from tests.upstream.stage import Footage, Running, Stage, running
from upstream.clock import Clock
from upstream.database import Database
from upstream.log import RULES, Entry, Log, entries, parse, tables

REASON = {"reason": "case 17"}


def sequence(data: bytes) -> Iterator[list[Value]]:
    """The items of a CBOR sequence."""
    place = 0
    while place < len(data):
        window = data[place : place + CHUNK_BYTES + 100]
        item, used = cbor.decode_first(window, CHUNK_BYTES + 100)
        assert isinstance(item, list)
        yield item
        place += used


def ask(server: Running, what: str, made: Writer, body: object = REASON) -> httpx.Response:
    """Ask as staff do."""
    return server.staff().post(f"/v1/recordings/{made.recording_id.hex()}/{what}", json=body)


def arrived(footage: Footage, segments: int = 3) -> tuple[Writer, list[bytes]]:
    """A recording that was taken in."""
    made = footage.writer()
    written = made.segments(segments)
    for number, data in enumerate(written):
        footage.receipt(footage.put(made, number, data))
    return made, written


def logged(stage: Stage) -> list[Entry]:
    """The log of a server that has stopped, its chain checked."""
    database = Database(stage.data / "evidence.sqlite", tables, RULES)
    with database.transaction() as connection:
        Log(Clock(60)).check(connection)
        found = [parse(row.entry) for row in connection.execute(entries.select())]
    database.close()
    return found


def test_opening_gives_every_plaintext_in_order(footage: Footage) -> None:
    made = footage.writer()
    bodies = [made.frames(3, 5000), made.frames(2), [made.marker()]]
    data = made.begin() + made.group(bodies[0]) + made.group(bodies[1] + bodies[2], flags=1)
    footage.receipt(footage.put(made, 0, data))
    first, *chunks, last = sequence(ask(footage.server, "open", made).content)
    assert first[0] == "recording"
    assert isinstance(first[1], dict)
    assert (first[1]["width"], first[1]["height"], first[1]["complete"]) == (640, 480, True)
    assert last == ["end", 6]
    expected = [body for group in bodies for body in group]
    assert [(chunk[0], chunk[2], chunk[5]) for chunk in chunks] == [
        (body.kind, body.mono_us, body.plaintext) for body in expected
    ]
    assert [chunk[1] for chunk in chunks] == list(range(6))


def test_a_bundle_verifies_against_the_anchor(footage: Footage) -> None:
    made, written = arrived(footage)
    answer = ask(footage.server, "bundle", made)
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    files = {name: archive.read(name) for name in archive.namelist()}
    stage = footage.server.stage
    verdict = verify_bundle(files, Anchor.parse(stage.force.anchor))
    assert verdict.anchored
    assert verdict.recordings[0].totals.pictures == 24
    for number, data in enumerate(written):
        assert files[f"recordings/{made.recording_id.hex()}/{number:05}.seg"] == data
    with pytest.raises(Untrusted):
        verify_bundle(files, Anchor("demo", (bytes(32),)))


def test_a_bundle_of_half_a_recording_says_so(footage: Footage) -> None:
    made = footage.writer()
    footage.receipt(footage.put(made, 0, made.segments(2)[0]))
    archive = zipfile.ZipFile(io.BytesIO(ask(footage.server, "bundle", made).content))
    with pytest.raises(MissingEnd):
        verify_bundle({name: archive.read(name) for name in archive.namelist()})
    assert next(sequence(ask(footage.server, "open", made).content))[0] == "recording"


@pytest.mark.parametrize(
    "body",
    [
        *(None, {}, [], {"reason": ""}, {"reason": "  "}, {"reason": 1}, {"reason": "a\nb"}),
        *({"reason": "x" * 501}, {"reason": "x", "more": 1}),
    ],
)
@pytest.mark.parametrize("what", ["open", "bundle"])
def test_nothing_is_given_without_a_reason(footage: Footage, what: str, body: object) -> None:
    made, _ = arrived(footage, 1)
    answer = ask(footage.server, what, made, body)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad-request")


def test_deep_and_broken_json_is_refused(footage: Footage) -> None:
    for body in (b"[" * 8000, b"{", b"\xff", b'{"reason": "\\ud800"}'):
        path = f"/v1/recordings/{'0' * 32}/open"
        answer = footage.server.staff().post(path, content=body)
        assert (answer.status_code, answer.json()["error"]) == (400, "bad-request")


def test_an_unknown_recording_is_named(footage: Footage) -> None:
    for name, status in (("0" * 32, 404), ("0" * 31, 400), ("Z" * 32, 400)):
        answer = footage.server.staff().post(f"/v1/recordings/{name}/open", json=REASON)
        assert answer.status_code == status


def test_the_log_tells_who_asked_for_what_and_why(stage: Stage) -> None:
    with running(stage) as server:
        footage = Footage(server)
        made, written = arrived(footage, 2)
        assert ask(server, "open", made).status_code == 200
        assert ask(server, "bundle", made, {"reason": "court"}).status_code == 200
        assert server.stop() == 0
    log = logged(stage)
    assert [entry.kind for entry in log] == ["register", "register", "open", "bundle"]
    digest = sha256(written[0]).digest()
    camera = footage.camera
    registered = (camera.force, camera.name, 1, made.recording_id, 0, len(written[0]), digest)
    assert log[0].body == registered
    assert (log[2].body[0], *log[2].body[2:]) == ("staff-1", made.recording_id, "case 17")
    assert log[3].body[3] == "court"


def test_without_a_log_entry_nothing_goes_out_or_in(stage: Stage) -> None:
    with running(stage) as server:
        made, _ = arrived(Footage(server))
        server.stop()
    with closing(sqlite3.connect(stage.data / "evidence.sqlite")) as connection:
        connection.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    with running(stage) as server:
        for what in ("open", "bundle"):
            answer = ask(server, what, made)
            assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
        footage = Footage(server, seed=2, name="camera-2")
        other = footage.writer()
        assert footage.put(other, 0, other.segments(1)[0]).status_code == 503
        server.stop()
    assert [entry.kind for entry in logged(stage)] == ["register"] * 3


@pytest.mark.parametrize("damage", ["flip", "cut", "gone", "swap"])
@pytest.mark.parametrize("what", ["open", "bundle"])
def test_what_was_damaged_in_the_store_does_not_go_out(
    footage: Footage, what: str, damage: str
) -> None:
    made, written = arrived(footage)
    folder = footage.server.stage.data / "objects" / made.recording_id.hex()
    last, first = sorted(folder.glob("*.seg"))[2], sorted(folder.glob("*.seg"))[0]
    if damage == "flip":
        last.write_bytes(written[2][:-1] + bytes([written[2][-1] ^ 1]))
    elif damage == "cut":
        last.write_bytes(written[2][:-1])
    elif damage == "gone":
        last.unlink()
    else:
        first.write_bytes(last.read_bytes())
    answer = ask(footage.server, what, made)
    assert answer.status_code in (422, 500)
    assert set(answer.json()) == {"error", "message", "next"}
