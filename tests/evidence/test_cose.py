# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A signed statement has one spelling: headers, tag, domain, S, R and the public key."""

from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence import cose
from evidence.errors import BadEncoding, BadSignature, EvidenceError, StatementTooLong, Truncated
from tests import counting
from tests.evidence.writer import public_bytes

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = public_bytes(KEY)
DOMAIN = "candour-v1/test"
PAYLOAD = b"\x83\x01\x02\x03"
MESSAGE = cose.sign1(KEY, DOMAIN, PAYLOAD)
ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19


def _parts() -> list[Any]:
    tag = cbor2.loads(MESSAGE)
    assert tag.tag == 18
    return list(tag.value)


def _refused(message: bytes, public: bytes = PUBLIC, domain: str = DOMAIN) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        cose.verify1(public, domain, message)
    return caught.value


def test_it_is_the_cose_sign1_that_another_library_reads() -> None:
    protected, unprotected, payload, signature = _parts()
    assert (cbor2.loads(protected), unprotected, payload) == ({1: -19}, {}, PAYLOAD)
    signed = cbor2.dumps(["Signature1", protected, DOMAIN.encode(), payload])
    KEY.public_key().verify(signature, signed)
    assert cose.verify1(PUBLIC, DOMAIN, MESSAGE) == PAYLOAD
    assert cose.unverified(MESSAGE) == PAYLOAD
    at = cose.payload_offset(MESSAGE, PAYLOAD)
    assert MESSAGE[at : at + len(PAYLOAD)] == PAYLOAD


def test_every_flipped_bit_is_refused() -> None:
    def check(bit: int) -> None:
        flipped = bytearray(MESSAGE)
        flipped[bit // 8] ^= 1 << bit % 8
        _refused(bytes(flipped))

    counting.each("evidence: flipped bits of a COSE_Sign1", range(8 * len(MESSAGE)), check)


def test_every_cut_and_every_byte_behind_is_refused() -> None:
    for length in range(len(MESSAGE)):
        assert isinstance(_refused(MESSAGE[:length]), Truncated | BadSignature)
    assert isinstance(_refused(MESSAGE + b"\0"), BadEncoding)


def test_another_domain_or_key_is_refused() -> None:
    assert isinstance(_refused(MESSAGE, domain="candour-v1/other"), BadSignature)
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert isinstance(_refused(MESSAGE, public_bytes(other)), BadSignature)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        (0, b""),
        (0, cbor2.dumps({1: -8})),
        (0, cbor2.dumps({1: -19, 4: b"kid"})),
        (0, b"\xa1\x01\x38\x12"),
        (1, {4: b"kid"}),
        (2, None),
        (2, "text"),
        (3, b""),
        (3, bytes(63)),
    ],
)
def test_other_headers_and_parts_are_refused(part: int, value: object) -> None:
    parts = _parts()
    parts[part] = value
    signed = cbor2.dumps(["Signature1", parts[0], DOMAIN.encode(), parts[2]])
    if part != 3:
        parts[3] = KEY.sign(signed)
    assert isinstance(_refused(b"\xd2" + cbor2.dumps(parts)), BadSignature)


@pytest.mark.parametrize("head", ["", "d8d2", "d3", "d818"])
def test_another_tag_is_refused(head: str) -> None:
    assert isinstance(_refused(bytes.fromhex(head) + MESSAGE[1:]), BadSignature)


@pytest.mark.parametrize("times", [1, 2, 7])
def test_s_has_one_spelling(times: int) -> None:
    s = int.from_bytes(MESSAGE[-32:], "little") + times * ORDER
    error = _refused(MESSAGE[:-32] + s.to_bytes(32, "little"))
    assert "order" in error.message


@pytest.mark.parametrize(
    "number", [PRIME, PRIME + 1, PRIME + 18, 1 | 1 << 255, PRIME - 1 | 1 << 255]
)
def test_points_have_one_spelling(number: int) -> None:
    point = number.to_bytes(32, "little")
    assert "canonical" in _refused(MESSAGE[:-64] + point + MESSAGE[-32:]).message
    assert "canonical" in _refused(MESSAGE, point).message


def test_a_public_key_of_small_order_is_refused_though_its_equation_holds() -> None:
    # With A the neutral element, R = B·S holds for any message: here S = 0 and R = A.
    neutral = (1).to_bytes(32, "little")
    message = MESSAGE[:-64] + neutral + bytes(32)
    assert "small order" in _refused(message, neutral).message


def test_a_statement_over_its_bound_is_not_even_read() -> None:
    assert isinstance(_refused(bytes(5000)), StatementTooLong)
    with pytest.raises(StatementTooLong):
        cose.unverified(MESSAGE, len(MESSAGE) - 1)
