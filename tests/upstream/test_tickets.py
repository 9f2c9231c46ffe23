# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Tickets: given where they run low, given again until they are confirmed, never given twice."""

from __future__ import annotations

import stat

from evidence import cbor
from evidence.statements import Status, Tickets, TimeAnswer
from tests.evidence.writer import Camera
from tests.upstream.stage import Footage, Stage, running, signed_status, tickets_of
from upstream.clock import system_us
from upstream.server import open_server


def maybe_order(footage: Footage, left: int = 0, counter: int = 0) -> Tickets | None:
    """The tickets order that a status gets, if it gets one."""
    return tickets_of(footage.ask(left, counter).content, footage.server.stage)


def order(footage: Footage, counter: int = 0) -> Tickets:
    """The tickets order of a status with none left."""
    found = maybe_order(footage, 0, counter)
    assert found is not None
    return found


def test_a_camera_that_has_enough_gets_the_time_alone(footage: Footage) -> None:
    assert maybe_order(footage, left=16) is None
    assert maybe_order(footage, left=15) is not None


def test_a_batch_names_the_camera_and_has_its_use_by(footage: Footage) -> None:
    tickets = order(footage)
    assert (tickets.camera, tickets.epoch, tickets.counter) == (footage.camera.name, 1, 1)
    assert len({ticket for ticket, _ in tickets.tickets}) == 32
    assert len({public for _, public in tickets.tickets}) == 32
    days = (tickets.use_by_s - system_us() / 1e6) / 86400
    assert 13.9 < days <= 14


def test_a_batch_is_given_again_until_the_camera_confirms_it(footage: Footage) -> None:
    first = order(footage, counter=0)
    assert order(footage, counter=0) == first
    second = order(footage, counter=1)
    assert second.counter == 2
    assert not {*second.tickets} & {*first.tickets}


def test_a_counter_never_falls(footage: Footage) -> None:
    assert order(footage, counter=40).counter == 41
    assert order(footage, counter=3).counter == 41
    assert order(footage, counter=41).counter == 42


def test_batches_survive_a_restart(stage: Stage) -> None:
    with running(stage) as server:
        footage = Footage(server)
        first = order(footage)
        made = footage.writer()
        server.stop()
    with running(stage) as server:
        again = Footage(server)
        assert order(again) == first
        again.receipt(again.put(made, 0, made.segments(1)[0]))
    assert stat.S_IMODE((stage.data / "keyring.sqlite").stat().st_mode) == 0o600


def test_a_passed_use_by_brings_a_new_batch(stage: Stage) -> None:
    stage.write_settings(ticket_use_by_s=60, ticket_batch=3)
    camera = Camera()
    status = Status.unverified(signed_status(camera))
    server = open_server(stage.settings())
    first = server.keyring.refill(status, 1_000_000)
    assert first is not None
    assert (first.counter, first.use_by_s, len(first.tickets)) == (1, 1_000_060, 3)
    assert server.keyring.refill(status, 1_000_059) == first
    later = server.keyring.refill(status, 1_000_060)
    assert later is not None
    assert (later.counter, later.use_by_s) == (2, 1_000_120)
    assert not {*later.tickets} & {*first.tickets}
    # What was recorded under the first is opened all the same.
    assert server.keyring.private_of(first.tickets[0][0], camera.name, 1) is not None
    assert server.keyring.private_of(first.tickets[0][0], camera.name, 2) is None
    server.close()


def test_the_time_answer_carries_the_nonce(footage: Footage) -> None:
    status = signed_status(footage.camera, left=20)
    body = cbor.encode([status, footage.certificate])
    before = system_us()
    value = cbor.decode(footage.dock.post("/v1/status", content=body).content)
    assert isinstance(value, list)
    service = footage.server.stage.force.service.public_key().public_bytes_raw()
    answer = TimeAnswer.verify(service, value[0][1])
    assert answer.nonce in status
    assert before <= answer.utc_us <= system_us()
