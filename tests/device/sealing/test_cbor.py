# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""CBOR on MicroPython: RFC 8949 appendix A both ways, one encoding a value, bounds, fuzz.

cbor2 is the oracle for what encodes to what; the order of map keys is taken from RFC 8949 section
4.2.1, since cbor2's canonical form sorts by length first.
"""

import json
import random
from pathlib import Path
from typing import Any

import cbor2
import pytest

import evidence.cbor
from evidence.errors import EvidenceError
from tests import counting
from tests.device import runner

pytestmark = pytest.mark.device

APPENDIX_A = Path(__file__).parents[2] / "vectors" / "rfc" / "cbor.json"
SCRIPT = Path(__file__).with_name("on_cbor.py")


def _deterministic(value: Any) -> bytes:
    """The encoding of section 4.2.1 by cbor2, with keys in bytewise order."""
    if isinstance(value, dict):
        items = sorted((cbor2.dumps(key), _deterministic(held)) for key, held in value.items())
        head = bytearray(cbor2.dumps([None] * len(items))[: -len(items) or None])
        head[0] |= 0x20
        return bytes(head) + b"".join(key + held for key, held in items)
    if isinstance(value, list):
        head = bytearray(cbor2.dumps([None] * len(value))[: -len(value) or None])
        return bytes(head) + b"".join(_deterministic(item) for item in value)
    return cbor2.dumps(value)


def _mutated(rng: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(out) + 1)
        kind = rng.randrange(4)
        if kind == 0:
            del out[at:]
        elif kind == 1:
            out.insert(at, rng.randrange(256))
        elif at < len(out):
            out[at] = out[at] ^ 1 << rng.randrange(8) if kind == 2 else rng.randrange(256)
    return bytes(out)


def _random_value(rng: random.Random, depth: int = 1) -> Any:
    kind = rng.randrange(9 if depth <= 8 else 6)
    if kind == 0:
        return rng.getrandbits(rng.randrange(65))
    if kind == 1:
        return -1 - rng.getrandbits(rng.randrange(65))
    if kind == 2:
        return rng.randbytes(rng.choice([0, 1, 23, 24, 200, 300]))
    if kind == 3:
        return "".join(rng.choice("az é水\U00010151\x00") for _ in range(rng.choice([0, 5, 24])))
    if kind < 6:
        return rng.choice([True, False, None])
    if kind < 8:
        return [_random_value(rng, depth + 1) for _ in range(rng.randrange(6))]
    keys = [rng.choice([rng.getrandbits(40), -rng.getrandbits(9) - 1, rng.randbytes(2), "k"])]
    keys += [f"key {i}" for i in range(rng.randrange(30))]
    return {key: _random_value(rng, depth + 1) for key in keys}


def test_appendix_a(machine: Path) -> None:
    vectors = json.loads(APPENDIX_A.read_text())
    taken = [vector for vector in vectors if "value" in vector]
    refused = [vector["encoded"] for vector in vectors if "refused" in vector]
    wrong = runner.call(machine, SCRIPT, "both_ways", taken)
    outcomes = runner.call(machine, SCRIPT, "outcomes", refused)
    missed = [one for one in outcomes if not one.startswith("CborUnsupported")]
    counting.record(f"vectors cbor on {machine.name}", len(vectors), len(wrong) + len(missed))
    assert wrong == []
    assert missed == []
    assert (len(taken), len(refused)) == (44, 37)


def test_encodes_as_cbor2_does(machine: Path, rng: random.Random) -> None:
    encoded = [_deterministic(_random_value(rng)).hex() for _ in range(500)]
    encoded = [one for one in encoded if len(one) <= 2 * 4096]
    outcomes = runner.call(machine, SCRIPT, "outcomes", encoded)
    wrong = [one for one, outcome in zip(encoded, outcomes, strict=True) if one != outcome]
    counting.record(f"cbor against cbor2 on {machine.name}", len(encoded), len(wrong))
    assert wrong == []


REFUSED = [
    ("", "CborTruncated 0"),
    ("18", "CborTruncated 1"),
    ("1900", "CborTruncated 1"),
    ("1817", "CborNotShortest 0"),
    ("190017", "CborNotShortest 0"),
    ("1900ff", "CborNotShortest 0"),
    ("1a0000ffff", "CborNotShortest 0"),
    ("1b00000000ffffffff", "CborNotShortest 0"),
    ("581700", "CborNotShortest 0"),
    ("9800", "CborNotShortest 0"),
    ("3817", "CborNotShortest 0"),
    ("1c", "CborUnsupported 0"),
    ("1f", "CborUnsupported 0"),
    ("f800", "CborUnsupported 0"),
    ("f818", "CborUnsupported 0"),
    ("ff", "CborUnsupported 0"),
    ("d280", "CborUnsupported 0"),
    ("0000", "CborTrailing 1"),
    ("f600", "CborTrailing 1"),
    ("42ff", "CborTruncated 1"),
    ("5b7fffffffffffffff", "CborTruncated 9"),
    ("7bffffffffffffffff", "CborTruncated 9"),
    ("9bffffffffffffffff", "CborTruncated 9"),
    ("bbffffffffffffffff", "CborTruncated 9"),
    ("8200", "CborTruncated 1"),
    ("a100", "CborTruncated 1"),
    ("a2010001", "CborTruncated 1"),
    ("a201000100", "CborKeyOrder 3"),
    ("a202000100", "CborKeyOrder 3"),
    ("a2616200616100", "CborKeyOrder 4"),
    ("a2206130200000", "CborKeyOrder 4"),
    ("a2190100000a00", "CborKeyOrder 5"),
    ("a1f400", "CborUnsupported 1"),
    ("a18000", "CborUnsupported 1"),
    ("a1a000", "CborUnsupported 1"),
    ("a1d20000", "CborUnsupported 1"),
    ("61ff", "CborBadText 1"),
    ("62c080", "CborBadText 1"),
    ("62c1bf", "CborBadText 1"),
    ("63e08080", "CborBadText 1"),
    ("63eda080", "CborBadText 1"),
    ("64f0808080", "CborBadText 1"),
    ("64f4908080", "CborBadText 1"),
    ("64f5808080", "CborBadText 1"),
    ("62c3", "CborTruncated 1"),
    ("61c3", "CborBadText 1"),
    ("62c361", "CborBadText 1"),
    ("6180", "CborBadText 1"),
    (9 * "81" + "00", "CborTooDeep 8"),
    (8 * "81" + "a0", "CborTooDeep 8"),
    (7 * "81" + "a100", "CborTruncated 8"),
    (8 * "a100" + "a10000", "CborTooDeep 16"),
    (4096 * "81", "CborTooDeep 8"),
]


def test_refuses_and_says_where(machine: Path) -> None:
    outcomes = runner.call(machine, SCRIPT, "outcomes", [data for data, _ in REFUSED])
    got = [(data, outcome) for (data, _), outcome in zip(REFUSED, outcomes, strict=True)]
    counting.record(
        f"cbor refused on {machine.name}",
        len(REFUSED),
        sum(a != b for a, b in zip(got, REFUSED, strict=True)),
    )
    assert got == REFUSED


def test_limits_hold(machine: Path) -> None:
    cases: list[list[object]] = [
        [8 * "81" + "00", {}],
        [7 * "81" + "a10000", {}],
        ["83010203", {"max_items": 4}],
        ["83010203", {"max_items": 3}],
        ["4401020304", {"max_bytes": 5}],
        ["4401020304", {"max_bytes": 4}],
        ["590ffd" + 4093 * "00", {}],
        ["590ffe" + 4094 * "00", {}],
        ["d283010203", {"tags": [18]}],
        ["d283010203", {"tags": [17]}],
        ["9901ff" + 0x1FF * "00", {}],
        ["990200" + 0x200 * "00", {}],
    ]
    assert runner.call(machine, SCRIPT, "outcomes_with_limits", cases) == [
        8 * "81" + "00",
        7 * "81" + "a10000",
        "83010203",
        "CborTooLong 3",
        "4401020304",
        "CborTooLong 4",
        "590ffd" + 4093 * "00",
        "CborTooLong 4096",
        "d283010203",
        "CborUnsupported 0",
        "9901ff" + 0x1FF * "00",
        "CborTooLong 514",
    ]


def test_every_input_of_two_bytes(machine: Path) -> None:
    result = runner.call(machine, SCRIPT, "all_short")
    counting.record(f"cbor all short on {machine.name}", 65_793, len(result["wrong"]))
    assert result["wrong"] == []
    # cbor2 takes each of them too, and agrees that it is deterministic.
    for text in result["taken"]:
        assert _deterministic(cbor2.loads(bytes.fromhex(text))).hex() == text
    # 24 + 24 integers, empty bytes, text, array and map, 3 simple values; and of two bytes:
    # 232 + 232 integers, 256 strings of one byte, 128 texts, 55 arrays of one.
    assert len(result["taken"]) == 55 + 464 + 256 + 128 + 55


@pytest.mark.parametrize("cases", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_whatever_is_taken_encodes_to_what_was_read(
    machine: Path, rng: random.Random, cases: int
) -> None:
    values = [_random_value(rng) for _ in range(100)]
    values += [{1: 1, 2: "force", 3: b"x" * 32, 13: {1: ["jpeg", 640, 272, 25000]}, 17: False}]
    seeds = [_deterministic(value).hex() for value in values]
    argument = {
        "seeds": [seed for seed in seeds if len(seed) < 400],
        "state": rng.getrandbits(30),
        "cases": cases,
    }
    result = runner.call(machine, SCRIPT, "fuzz", argument)
    counting.record(f"cbor fuzz on {machine.name}", cases, len(result["wrong"]))
    assert result["wrong"] == []
    assert result["taken"] > cases // 50
    assert result["slowest_us"] < 50_000


def test_takes_and_refuses_what_evidence_does(machine: Path, rng: random.Random) -> None:
    seeds = [_deterministic(_random_value(rng)) for _ in range(200)]
    seeds = [seed for seed in seeds if len(seed) < 300]
    inputs = [_mutated(rng, rng.choice(seeds)) for _ in range(20_000)]
    inputs += [bytes.fromhex(data) for data, _ in REFUSED]
    inputs += [
        depth * b"\x81" + leaf for depth in range(11) for leaf in (b"\x00", b"\x80", b"\xa0")
    ]
    inputs += [b"\x99" + n.to_bytes(2, "big") + n * b"\xf6" for n in range(505, 520)]

    def taken_by_evidence(data: bytes) -> bool:
        try:
            evidence.cbor.decode(data)
        except EvidenceError:
            return False
        return True

    argument = [data.hex() for data in inputs]
    # The list, not the reader, is what takes more than the board has.
    outcomes = runner.call(machine, SCRIPT, "outcomes", argument, heap_bytes=64 << 20)
    wrong = [
        data.hex()
        for data, outcome in zip(inputs, outcomes, strict=True)
        if taken_by_evidence(data) is outcome.startswith("Cbor")
    ]
    counting.record(f"cbor against evidence on {machine.name}", len(inputs), len(wrong))
    assert wrong == []


def test_what_has_no_encoding_is_refused(machine: Path) -> None:
    assert runner.call(machine, SCRIPT, "refuse_to_encode") == []
