# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""No order but the right one does anything: thousands of forged, stale and foreign ones.

Orders are signed here with `cryptography` and obeyed, or not, by the firmware's inbox on the real
MicroPython. Result codes: docs/link.md §3.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence import cbor, cose
from evidence.statements import Receipt, Tickets, TimeAnswer
from tests import counting
from tests.device import runner

pytestmark = pytest.mark.device

SCRIPT = Path(__file__).with_name("on_orders.py")
RECEIPT, TICKETS, TIME = 1, 2, 3
OBEYED, REFUSED, FOREIGN, STALE, UNMATCHED = range(5)
NAMES = ("demo", "camera-1", 3)
CASES = 2000
SEGMENTS = 40


@dataclass
class World:
    """A camera's card and the service key that it believes."""

    rng: random.Random

    def __post_init__(self) -> None:
        draw = self.rng.randbytes
        self.service = Ed25519PrivateKey.from_private_bytes(draw(32))
        self.other = Ed25519PrivateKey.from_private_bytes(draw(32))
        self.recording = draw(16)
        self.segments = [draw(self.rng.randrange(1, 40_000)) for _ in range(SEGMENTS)]

    def receipt(self, segment: int) -> Receipt:
        """The right receipt for a segment."""
        data = self.segments[segment]
        digest = sha256(data).digest()
        return Receipt(*NAMES, self.recording, segment, len(data), digest, bytes(32), 1)

    def given(self, orders: list[tuple[int, bytes]], **more: Any) -> dict[str, Any]:
        """What the device script is told."""
        held = [[self.recording.hex(), n, d.hex(), False] for n, d in enumerate(self.segments)]
        return {
            "names": NAMES,
            "service": self.service.public_key().public_bytes_raw().hex(),
            "held": held,
            "orders": [[kind, message.hex()] for kind, message in orders],
            **more,
        }


def _obey(machine: Path, given: dict[str, Any]) -> Any:
    return runner.call(machine, SCRIPT, "obey", given, heap_bytes=64 << 20)


Forgery = Callable[[World, int], tuple[bytes, set[int]]]


def _flip(world: World, segment: int) -> tuple[bytes, set[int]]:
    message = bytearray(world.receipt(segment).sign(world.service))
    message[world.rng.randrange(len(message))] ^= 1 << world.rng.randrange(8)
    return bytes(message), {REFUSED}


def _cut(world: World, segment: int) -> tuple[bytes, set[int]]:
    message = world.receipt(segment).sign(world.service)
    return message[: world.rng.randrange(len(message))], {REFUSED}


def _longer(world: World, segment: int) -> tuple[bytes, set[int]]:
    message = world.receipt(segment).sign(world.service)
    return message + world.rng.randbytes(world.rng.randrange(1, 5000)), {REFUSED}


def _noise(world: World, segment: int) -> tuple[bytes, set[int]]:
    return world.rng.randbytes(world.rng.randrange(300)), {REFUSED}


def _other_key(world: World, segment: int) -> tuple[bytes, set[int]]:
    return world.receipt(segment).sign(world.other), {REFUSED}


def _other_domain(world: World, segment: int) -> tuple[bytes, set[int]]:
    domain = world.rng.choice(["candour-v1/tickets", "candour-v1/time", "candour-v1/receipt "])
    return cose.sign1(world.service, domain, world.receipt(segment).encode()), {REFUSED}


def _other_form(world: World, segment: int) -> tuple[bytes, set[int]]:
    rng, receipt = world.rng, world.receipt(segment)
    fields: list[Any] = list(cbor.decode(receipt.encode()))  # type: ignore[arg-type]
    at = rng.randrange(len(fields) - 1)  # any time is a right one
    fields[at] = rng.choice([None, True, -1, b"", "x" * 40, [], 1 << 63])
    value: Any = rng.choice([fields, [*fields, 0], fields[:-1], {1: 2}])
    payload = cbor.encode(value)
    if payload == receipt.encode():
        payload = b"\xf6"
    # A number or a name that is another's may still have the form.
    return cose.sign1(world.service, "candour-v1/receipt", payload), {REFUSED, FOREIGN, UNMATCHED}


def _foreign(world: World, segment: int) -> tuple[bytes, set[int]]:
    receipt = world.receipt(segment)
    changed = world.rng.choice(
        [
            replace(receipt, force="other"),
            replace(receipt, camera="camera-2"),
            replace(receipt, camera="camera-1 "[:-1] + "0"),
            replace(receipt, epoch=2),
            replace(receipt, epoch=4),
        ]
    )
    return changed.sign(world.service), {FOREIGN}


def _other_bytes(world: World, segment: int) -> tuple[bytes, set[int]]:
    rng, receipt = world.rng, world.receipt(segment)
    other = world.receipt((segment + 1) % SEGMENTS)
    changed = rng.choice(
        [
            replace(receipt, length=receipt.length + 1),
            replace(receipt, length=max(1, receipt.length - 1), digest=rng.randbytes(32)),
            replace(receipt, digest=other.digest),
            replace(receipt, digest=rng.randbytes(32)),
            replace(receipt, digest=sha256(world.segments[segment][:-1]).digest()),
            replace(receipt, length=other.length, digest=other.digest, epoch=3),
            replace(receipt, segment=SEGMENTS + rng.randrange(60_000)),
            replace(receipt, recording_id=rng.randbytes(16)),
        ]
    )
    return changed.sign(world.service), {UNMATCHED}


FORGERIES: list[Forgery] = [
    _flip,
    _cut,
    _longer,
    _noise,
    _other_key,
    _other_domain,
    _other_form,
    _foreign,
    _other_bytes,
]


def test_no_receipt_but_the_right_one_erases(machine: Path, rng: random.Random) -> None:
    world = World(rng)
    cases = []
    for _ in range(CASES):
        segment = rng.randrange(SEGMENTS)
        message, codes = rng.choice(FORGERIES)(world, segment)
        cases.append((message, codes))
    results = _obey(machine, world.given([(RECEIPT, message) for message, _ in cases]))
    assert len(results) == len(cases)

    def check(case: tuple[tuple[bytes, set[int]], list[Any]]) -> None:
        (_, codes), (code, released, taken) = case
        assert released == []
        assert taken == []
        assert code in codes

    pairs = zip(cases, results, strict=True)
    counting.each(f"forged receipts, {machine.name}", pairs, check)


def test_the_right_receipt_erases_once_and_is_obeyed_again(
    machine: Path, rng: random.Random
) -> None:
    world = World(rng)
    order = [*range(SEGMENTS), *range(SEGMENTS)]
    rng.shuffle(order)
    messages = [world.receipt(segment).sign(world.service) for segment in order]
    results = _obey(machine, world.given([(RECEIPT, message) for message in messages]))
    seen: set[int] = set()
    for segment, message, (code, released, taken) in zip(order, messages, results, strict=True):
        assert code == OBEYED
        first = segment not in seen
        seen.add(segment)
        assert released == ([[world.recording.hex(), segment]] if first else [])
        assert taken == ([["order", sha256(message).hexdigest()]] if first else [])


def test_tickets_counters_only_rise(machine: Path, rng: random.Random) -> None:
    world = World(rng)

    def order(counter: int, key: Ed25519PrivateKey, camera: str = NAMES[1]) -> bytes:
        tickets = ((rng.randbytes(16), rng.randbytes(32)),)
        return Tickets(NAMES[0], camera, NAMES[2], counter, 99, tickets).sign(key)

    cases = [
        (order(5, world.service), STALE),
        (order(4, world.service), STALE),
        (order(6, world.other), REFUSED),
        (order(6, world.service, "camera-2"), FOREIGN),
        (order(9, world.service), OBEYED),
        (order(9, world.service), STALE),
        (order(8, world.service), STALE),
        (order(0xFFFFFFFF, world.service), OBEYED),
        (order(0xFFFFFFFF, world.service), STALE),
    ]
    given = world.given([(TICKETS, message) for message, _ in cases], counter=5)
    results = _obey(machine, given)
    assert [result[0] for result in results] == [code for _, code in cases]
    assert [r[2][0][1] for r in results if r[2]] == [9, 0xFFFFFFFF]


def test_time_is_taken_once_and_for_this_session(machine: Path, rng: random.Random) -> None:
    world = World(rng)
    nonce = rng.randbytes(16)
    right = TimeAnswer(*NAMES, nonce, 1_700_000_000_000_000)
    cases = [
        (replace(right, nonce=rng.randbytes(16)).sign(world.service), STALE),
        (right.sign(world.other), REFUSED),
        (replace(right, epoch=2).sign(world.service), FOREIGN),
        (right.sign(world.service), OBEYED),
        (right.sign(world.service), STALE),
    ]
    given = world.given([(TIME, message) for message, _ in cases], nonce=nonce.hex())
    results = _obey(machine, given)
    assert [result[0] for result in results] == [code for _, code in cases]
    (taken,) = [news for *_, news in results if news]
    # It went at 1 ms and the answer came at 5 ms: 2 ms is half the way, and 1 ms is added.
    assert taken[0] == ["time", right.utc_us, 3000, 3000]


def test_an_order_of_an_unknown_kind_is_refused(machine: Path, rng: random.Random) -> None:
    world = World(rng)
    message = world.receipt(0).sign(world.service)
    results = _obey(machine, world.given([(kind, message) for kind in (0, 2, 3, 4, 255)]))
    assert results == [[REFUSED, [], []]] * 5
