# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The CDDL of the specification is CDDL, and describes exactly what evidence/ and dock/ encode.

Two things this library does not judge: the most that an array may hold, and that a .regexp is for
the whole text (RFC 8610 §3.8.3). tests/evidence holds the reader to both.
"""

import re
from pathlib import Path

import pytest
from pycddl import Schema, ValidationError

from evidence import cbor
from evidence.header import Picture, SegmentHeader
from evidence.manifest import ListedFile, Manifest
from evidence.seal import Indicator, Seal
from evidence.statements import (
    CameraCertificate,
    Delegation,
    Receipt,
    RootStatement,
    Statement,
    Status,
    Tickets,
    TimeAnswer,
)

DOCS = Path(__file__).parents[2] / "docs"
B16, B32, B80 = bytes(16), bytes(32), bytes(80)
CAMERA = ("demo", "camera-1", 3)


def _rules() -> str:
    pages = [(DOCS / name).read_text(encoding="utf-8") for name in ("format.md", "link.md")]
    blocks = [block for page in pages for block in re.findall(r"```cddl\n(.*?)```", page, re.S)]
    return "\n".join(blocks)


RULES = _rules()
NAMES = re.findall(r"^([a-z][a-z0-9-]*) =", RULES, re.M)


def _schema(name: str) -> Schema:
    return Schema(f"start = {name}\n{RULES}")


def _header(order: bytes | None = B32) -> SegmentHeader:
    keys = B32, B16, B80, B32
    picture = Picture(640, 480, 25_000)
    return SegmentHeader(*CAMERA, 7, B16, 1, 0, *keys, picture, 0, B32, order, True)


def _seal(flags: int = 15) -> Seal:
    digests = B32, B32, B32, B32
    return Seal(B16, 65535, 2**32 - 1, 3, 512, *digests, 1, 2, 3, 4, Indicator(1, 2, 3, 4), flags)


STATEMENTS: dict[str, Statement] = {
    "root-statement": RootStatement("demo", B32, 2**64 - 1),
    "delegation": Delegation("demo", B32, 0),
    "camera-certificate": CameraCertificate(*CAMERA, B32, 1),
    "receipt": Receipt(*CAMERA, B16, 7, 8 << 20, B32, B32, 1),
    "tickets": Tickets(*CAMERA, 1, 2, ((B16, B32),) * 48),
    "time-answer": TimeAnswer(*CAMERA, B16, 1),
    "status": Status(*CAMERA, 7, B16, 16, 1, B32, 0),
    "manifest": Manifest("demo", 1, (ListedFile("certificates/root.cose", 1, B32),)),
}
ENTRY: cbor.Value = [B16, 1, 0, 8 << 20, False, True]
GOOD: list[tuple[str, bytes]] = [
    *((name, statement.encode()) for name, statement in STATEMENTS.items()),
    ("segment-header", _header().encode()),
    ("segment-header", _header(None).encode()),
    ("seal", _seal().encode()),
    ("event-body", b"\x81\x01"),
    ("status-message", cbor.encode([1, b"status", b"certificate"])),
    ("index-message", cbor.encode([2, [ENTRY] * 32, True])),
    ("index-message", cbor.encode([2, [], False])),
    ("data-message", cbor.encode([3, B16, 0, 0, 262_144])),
    ("order-result", cbor.encode([4, 1, 0])),
    ("list-message", cbor.encode([16, 0, 65535])),
    ("get-message", cbor.encode([17, B16, 0, 0, 1])),
    ("order-message", cbor.encode([18, 1, b"message"])),
    ("bye", cbor.encode([31, 4])),
    ("provision", cbor.encode([32, *CAMERA, B32, b"", b"", b"", b"", 1])),
    ("made", cbor.encode([33, B32])),
    ("certify", cbor.encode([34, b"certificate"])),
    ("provisioned", cbor.encode([35])),
]
PARTS = {  # rules that stand within others alone
    *("codecs", "picture", "event", "name", "bstr16", "bstr32", "bstr80"),
    *("uint16", "uint32", "uint64", "indicator", "file", "entry"),
}


def test_every_rule_is_read_and_tried() -> None:
    assert len(NAMES) == len(set(NAMES)) > 25
    assert {name for name, _ in GOOD} | PARTS == set(NAMES)


@pytest.mark.parametrize(("name", "data"), GOOD, ids=[name for name, _ in GOOD])
def test_what_is_encoded_is_what_the_rule_describes(name: str, data: bytes) -> None:
    _schema(name).validate_cbor(data)


@pytest.mark.parametrize(("name", "data"), GOOD, ids=[name for name, _ in GOOD])
def test_the_rule_refuses_a_field_less_or_more(name: str, data: bytes) -> None:
    value = cbor.decode(data)
    wrong: list[cbor.Value]
    if isinstance(value, dict):
        shorter = {key: item for key, item in value.items() if key != 17}
        wrong = [shorter, {**value, 18: 0}, {**value, 1: 2}, {**value, 8: 65536}, {**value, 7: 0}]
    else:
        assert isinstance(value, list)
        wrong = [value[:-1], [*value, 0], ["x", *value[1:]]]
    schema = _schema(name)
    for other in wrong:
        with pytest.raises(ValidationError):
            schema.validate_cbor(cbor.encode(other))


@pytest.mark.parametrize(
    ("name", "at", "wrong"),
    [
        ("root-statement", 1, ""),
        ("root-statement", 2, bytes(31)),
        ("delegation", 2, "policy"),
        ("camera-certificate", 3, 2**32),
        ("receipt", 6, 0),
        ("receipt", 6, (8 << 20) + 1),
        ("tickets", 6, []),
        ("seal", 5, 513),
        ("seal", 15, 16),
        ("seal", 14, [1, 2, 3]),
        ("data-message", 4, 262_145),
        ("data-message", 4, 0),
    ],
)
def test_the_rule_has_the_bounds_of_the_reader(name: str, at: int, wrong: cbor.Value) -> None:
    value = cbor.decode(dict(GOOD)[name])
    assert isinstance(value, list)
    with pytest.raises(ValidationError):
        _schema(name).validate_cbor(cbor.encode([*value[:at], wrong, *value[at + 1 :]]))
