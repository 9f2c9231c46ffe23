# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""One value, one encoding: RFC 8949's examples, properties, cbor2 beside ours, and bounds."""

import random

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import cbor
from evidence.errors import (
    BadEncoding,
    BadStructure,
    EvidenceError,
    Place,
    StatementTooLong,
    Truncated,
)
from tests import counting

EXAMPLES: list[tuple[cbor.Value, str]] = [  # RFC 8949 appendix A, as far as it is read here
    (0, "00"),
    (23, "17"),
    (24, "1818"),
    (100, "1864"),
    (1000, "1903e8"),
    (1_000_000, "1a000f4240"),
    (1_000_000_000_000, "1b000000e8d4a51000"),
    (18446744073709551615, "1bffffffffffffffff"),
    (-18446744073709551616, "3bffffffffffffffff"),
    (-1, "20"),
    (-1000, "3903e7"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    (b"", "40"),
    (b"\1\2\3\4", "4401020304"),
    ("", "60"),
    ("IETF", "6449455446"),
    ("水", "63e6b0b4"),
    ([], "80"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
    ({}, "a0"),
    ({1: 2, 3: 4}, "a201020304"),
    ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
]
OTHERS = {  # well-formed or nearly: each would be a second spelling, or nothing of ours
    "0 in two bytes": "1800",
    "23 in two bytes": "1817",
    "255 in three bytes": "1900ff",
    "65535 in five bytes": "1a0000ffff",
    "2^32-1 in nine bytes": "1b00000000ffffffff",
    "a long head of bytes": "580101",
    "a long head of text": "780161",
    "a long head of an array": "980101",
    "a long head of a map": "b8010102",
    "indefinite bytes": "5f4101ff",
    "indefinite text": "7f6161ff",
    "indefinite array": "9f01ff",
    "indefinite map": "bf0102ff",
    "break alone": "ff",
    "reserved lengths": "1c",
    "keys out of order": "a203040102",
    "a key twice": "a201020103",
    "keys by length first": "a2616100190100f5",
    "a float": "f93c00",
    "a double": "fb3ff0000000000000",
    "undefined": "f7",
    "a simple value": "f0",
    "false in two bytes": "f814",
    "a tag": "c000",
    "tag 18": "d280",
    "text that is not UTF-8": "61ff",
    "a surrogate": "63eda080",
    "bytes behind": "0000",
}


@pytest.mark.parametrize(("value", "encoding"), EXAMPLES)
def test_the_rfcs_examples_both_ways(value: cbor.Value, encoding: str) -> None:
    assert cbor.encode(value).hex() == encoding
    assert cbor.decode(bytes.fromhex(encoding)) == value


@pytest.mark.parametrize("encoding", OTHERS.values(), ids=OTHERS)
def test_another_encoding_is_refused(encoding: str) -> None:
    with pytest.raises((BadEncoding, BadStructure)):
        cbor.decode(bytes.fromhex(encoding))


_scalars = st.one_of(
    st.integers(-(2**64), 2**64 - 1), st.binary(), st.text(), st.booleans(), st.none()
)
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=6),
        st.dictionaries(st.one_of(st.integers(0, 2**64 - 1), st.text()), inner, max_size=6),
    ),
    max_leaves=20,
)


def _depth(value: object) -> int:
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    return 0


@settings(derandomize=True, max_examples=500)
@given(_values.filter(lambda value: _depth(value) <= cbor.MAX_DEPTH))
def test_decode_gives_back_what_encode_took_and_cbor2_agrees(value: cbor.Value) -> None:
    encoding = cbor.encode(value)
    assert cbor.decode(encoding, 1 << 20) == value
    assert cbor2.loads(encoding) == value
    if not isinstance(value, dict) and _depth(value) <= 1:
        # cbor2's canonical order of map keys is RFC 7049's, so maps are left to the reader.
        assert encoding == cbor2.dumps(value)


@settings(derandomize=True, max_examples=2000)
@given(st.binary(max_size=40))
def test_whatever_is_read_has_exactly_the_bytes_that_were_read(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except EvidenceError:
        return
    assert cbor.encode(value) == data


def test_a_changed_encoding_is_refused_or_says_another_value() -> None:
    source = random.Random(8949)
    base = cbor.encode([1, b"bytes", "text", {1: [True, None], 2: -5, "k": 70000}])

    def check(seed: int) -> None:
        data = bytearray(base)
        for _ in range(source.randint(1, 3)):
            data[source.randrange(len(data))] = source.randrange(256)
        try:
            value = cbor.decode(data)
        except EvidenceError:
            return
        assert cbor.encode(value) == data

    counting.each("evidence: mutated CBOR", range(20_000), check)


@pytest.mark.parametrize("length", range(1, 28))
def test_a_cut_encoding_is_truncated_at_the_cut(length: int) -> None:
    base = cbor.encode([b"0123456789", "text", [1, 2, 300], {1: 70000}])
    with pytest.raises(Truncated) as caught:
        cbor.decode(base[:length], place=Place(offset=1000))
    assert caught.value.place.offset in range(1000, 1001 + length)


@pytest.mark.parametrize("head", ["5b", "7b", "9b", "bb"])
def test_a_claimed_length_allocates_nothing(head: str) -> None:
    with pytest.raises(Truncated):
        cbor.decode(bytes.fromhex(head + "7fffffffffffffff"))


def test_depth_items_and_bytes_are_bounded() -> None:
    assert cbor.decode(bytes.fromhex("81" * 8 + "00")) == [[[[[[[[0]]]]]]]]
    with pytest.raises(BadStructure):
        cbor.decode(bytes.fromhex("81" * 9 + "00"))
    with pytest.raises(BadStructure):
        cbor.decode(cbor.encode([0] * cbor.MAX_ITEMS))
    with pytest.raises(StatementTooLong):
        cbor.decode(bytes(5000))


@pytest.mark.parametrize("key", ["80", "a0", "f4", "f6"])
def test_only_numbers_texts_and_bytes_are_keys(key: str) -> None:
    with pytest.raises(BadStructure):
        cbor.decode(bytes.fromhex("a1" + key + "00"))


def test_a_sequence_is_read_one_by_one() -> None:
    data = cbor.encode([1, 2]) + cbor.encode("three")
    value, used = cbor.decode_first(data)
    assert (value, cbor.decode(data[used:])) == ([1, 2], "three")


@pytest.mark.parametrize("value", [1.5, 2**64, -(2**64) - 1, {1, 2}, bytearray(b"x")])
def test_what_has_no_encoding_is_refused_by_the_writer(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        cbor.encode(value)  # type: ignore[arg-type]
