# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Each statement: what was signed is what is read; every field has a type and bounds."""

from dataclasses import fields, replace
from typing import Any

import pytest

from evidence import cbor, cose
from evidence.errors import BadName, BadSignature, BadStructure, EvidenceError
from evidence.manifest import ListedFile, Manifest, build_manifest
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
from tests import counting
from tests.evidence.writer import Force, public_bytes

KEY = Force().root
PUBLIC = public_bytes(KEY)
ID, DIGEST = bytes(range(16)), bytes(range(32))
CAMERA = ("demo", "camera-1", 3)
FILES = (
    ListedFile("certificates/root.cose", 5, DIGEST),
    ListedFile(f"recordings/{ID.hex()}/00000.seg", 9, DIGEST),
)
STATEMENTS: list[Statement] = [
    RootStatement("demo", PUBLIC, 17),
    Delegation("demo", PUBLIC, 17),
    CameraCertificate(*CAMERA, PUBLIC, 17),
    Receipt(*CAMERA, ID, 7, 8 << 20, DIGEST, DIGEST, 2**64 - 1),
    Tickets(*CAMERA, 4, 5, ((ID, DIGEST), (ID[::-1], DIGEST))),
    TimeAnswer(*CAMERA, ID, 99),
    Status(*CAMERA, 7, ID, 48, 2, DIGEST, 0),
    Manifest("demo", 17, FILES),
]
WRONG: dict[str, list[Any]] = {
    "force": ["", "a" * 33, "ü", "a b", "a/b", 5, None],
    "camera": ["", "a" * 33, b"camera"],
    "epoch": [-1, 2**32, True, "1"],
    "public_key": [b"", bytes(31), bytes(33), "x" * 32],
    "since_s": [-1, 2**64, False],
    "recording_id": [bytes(15), bytes(17)],
    "segment": [-1, 65536],
    "length": [0, (8 << 20) + 1],
    "digest": [bytes(31)],
    "entry_hash": [bytes(33)],
    "utc_us": [-1, None],
    "counter": [2**32],
    "use_by_s": [-1],
    "tickets": [(), ((ID, DIGEST),) * 49, ((ID,),), ((DIGEST, ID),), 7],
    "nonce": [bytes(15)],
    "boot": [2**32],
    "tickets_left": [-1],
    "tickets_counter": [-1],
    "firmware_digest": [bytes(16)],
    "last_number": [2**32],
    "utc_s": [-1],
    "files": [
        (),
        FILES[::-1],
        (FILES[0], FILES[0]),
        (ListedFile("manifest.cose", 5, DIGEST),),
        (ListedFile("../etc", 5, DIGEST),),
        (ListedFile("recordings/x/00000.seg", 5, DIGEST),),
        (ListedFile(f"recordings/{ID.hex()}/65536.seg", 5, DIGEST),),
        (ListedFile(f"recordings/{ID.hex().upper()}/00000.seg", 5, DIGEST),),
        (ListedFile("certificates/root.cose", 4097, DIGEST),),
        (ListedFile("certificates/root.cose", 1, b""),),
    ],
}


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: type(s).__name__)
def test_what_was_signed_is_what_is_read(statement: Statement) -> None:
    message = statement.sign(KEY)
    kind = type(statement)
    assert kind.verify(PUBLIC, message) == statement
    assert kind.unverified(memoryview(message)) == statement
    assert kind.decode(statement.encode()).encode() == statement.encode()


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: type(s).__name__)
def test_one_kind_is_never_read_as_another(statement: Statement) -> None:
    message = statement.sign(KEY)
    for other in STATEMENTS:
        if type(other) is not type(statement):
            with pytest.raises(BadSignature):
                type(other).verify(PUBLIC, message)


def _replace(statement: Any, name: str, value: Any) -> Statement:
    wrong: Statement = replace(statement, **{name: value})
    return wrong


def _cases() -> list[tuple[Statement, str, Any]]:
    return [
        (statement, field.name, value)
        for statement in STATEMENTS
        for field in fields(statement)  # type: ignore[arg-type]
        for value in WRONG[field.name]
    ]


def test_every_field_out_of_bounds_is_refused() -> None:
    def check(case: tuple[Statement, str, Any]) -> None:
        statement, name, value = case
        wrong = _replace(statement, name, value)
        with pytest.raises((BadStructure, BadName, ValueError)):
            wrong.sign(KEY)
        try:
            payload = wrong.encode()
        except ValueError:
            return
        # A signer that lies is refused by the reader, too.
        with pytest.raises(EvidenceError):
            type(statement).verify(PUBLIC, cose.sign1(KEY, statement.DOMAIN, payload))

    counting.each("evidence: fields of statements out of bounds", _cases(), check)


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: type(s).__name__)
def test_a_field_more_or_less_or_another_version_is_refused(statement: Statement) -> None:
    values = cbor.decode(statement.encode())
    assert isinstance(values, list)
    others: list[cbor.Value] = [
        *([*values, 0], values[:-1], [2, *values[1:]], [True, *values[1:]]),
        *({}, 5),
    ]
    for wrong in others:
        with pytest.raises(BadStructure):
            type(statement).decode(cbor.encode(wrong))


def test_a_root_speaks_for_itself_alone() -> None:
    force, other = Force(), Force(seed=2)
    statement = RootStatement("demo", public_bytes(force.root), 1)
    assert RootStatement.verify_self(statement.sign(force.root)) == statement
    with pytest.raises(BadSignature):
        RootStatement.verify_self(statement.sign(other.root))


def test_a_delegation_is_for_the_service_alone() -> None:
    payload = cbor.encode([1, "demo", "policy", PUBLIC, 1])
    with pytest.raises(BadStructure):
        Delegation.decode(payload)


def test_build_manifest_sorts() -> None:
    assert build_manifest("demo", 17, reversed(FILES)) == STATEMENTS[-1]
