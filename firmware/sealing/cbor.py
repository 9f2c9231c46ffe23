# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Deterministic CBOR (RFC 8949 section 4.2.1), a bounded subset: encoder and strict reader.

Integers of up to 64 bits and their negatives, byte and text strings, arrays, maps with integer,
bytes or text keys, tags, booleans, null. The reader accepts exactly one encoding of a value:
shortest heads, definite lengths, keys unique and sorted by their encoding, nothing behind. It
allocates nothing by a length that the input claims before it has seen that the bytes are there.
"""

from micropython import const

from sealing.errors import (
    CborBadText,
    CborKeyOrder,
    CborNotShortest,
    CborTooDeep,
    CborTooLong,
    CborTrailing,
    CborTruncated,
    CborUnencodable,
    CborUnsupported,
)
from sealing.utf8 import is_utf8

MAX_DEPTH = const(8)
MAX_BYTES = const(4096)
MAX_ITEMS = const(512)

_UINT = const(0)
_NINT = const(1)
_BYTES = const(2)
_TEXT = const(3)
_ARRAY = const(4)
_MAP = const(5)
_TAG = const(6)
_SIMPLE = const(7)
_FALSE = const(0xF4)
_TRUE = const(0xF5)
_NULL = const(0xF6)


class Tag:
    """A tagged value (RFC 8949 section 3.4)."""

    def __init__(self, number: int, value: object) -> None:
        self.number = number
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tag) and self.number == other.number and self.value == other.value


def _head(major: int, value: int) -> bytes:
    """The shortest head of an item (section 3)."""
    major <<= 5
    if value < 24:
        return bytes((major | value,))
    if value < 1 << 8:
        return bytes((major | 24, value))
    for info, width in ((25, 2), (26, 4), (27, 8)):
        if value < 1 << 8 * width:
            return bytes((major | info,)) + value.to_bytes(width, "big")
    raise CborUnencodable("an integer of more than 64 bits")


def _pairs(value: dict[object, object], depth: int) -> list[bytes]:
    """A map's keys and values, encoded and in order."""
    items = []
    for key, held in value.items():
        if isinstance(key, bool) or not isinstance(key, (int, bytes, str)):
            raise CborUnencodable("a map key that is no integer, bytes or text")
        items.append((_item(key, depth), _item(held, depth)))
    items.sort(key=_key_of)
    return [part for item in items for part in item]


def _key_of(item: tuple[bytes, bytes]) -> bytes:
    return item[0]


def _item(value: object, depth: int) -> bytes:
    if value is None or value is True or value is False:
        return bytes((_NULL if value is None else _TRUE if value else _FALSE,))
    if isinstance(value, int):
        return _head(_UINT, value) if value >= 0 else _head(_NINT, -1 - value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _head(_BYTES, len(value)) + bytes(value)
    if isinstance(value, str):
        text = value.encode()
        return _head(_TEXT, len(text)) + text
    if depth > MAX_DEPTH:
        raise CborTooDeep("nested deeper than 8")
    if isinstance(value, (list, tuple)):
        return _head(_ARRAY, len(value)) + b"".join([_item(held, depth + 1) for held in value])
    if isinstance(value, dict):
        return _head(_MAP, len(value)) + b"".join(_pairs(value, depth + 1))
    if isinstance(value, Tag):
        return _head(_TAG, value.number) + _item(value.value, depth + 1)
    raise CborUnencodable("a value of a type that has no encoding here")


def encode(value: object) -> bytes:
    """The one deterministic encoding. CborUnencodable, CborTooDeep."""
    return _item(value, 1)


class _Reader:
    """One pass over the input; `_at` is the offset that errors name."""

    def __init__(self, data: memoryview, max_items: int, tags: tuple[int, ...]) -> None:
        self._data = data
        self._at = 0
        self._items_left = max_items
        self._tags = tags

    def end(self) -> None:
        if self._at != len(self._data):
            raise CborTrailing("bytes behind the value", self._at)

    def _head(self) -> tuple[int, int]:
        """(major type, argument)."""
        if self._items_left == 0:
            raise CborTooLong("too many items", self._at)
        self._items_left -= 1
        first = self._take(1)[0]
        major = first >> 5
        info = first & 31
        if major == _SIMPLE:
            if not _FALSE <= first <= _NULL:
                raise CborUnsupported("a float or an unknown simple value", self._at - 1)
            return major, first
        if info < 24:
            return major, info
        if info > 27:
            raise CborUnsupported("an indefinite length or a reserved head", self._at - 1)
        width = 1 << info - 24
        value = int.from_bytes(self._take(width), "big")
        if value < 24 or (width > 1 and value < 1 << 4 * width):
            raise CborNotShortest("a head longer than its value needs", self._at - width - 1)
        return major, value

    def _take(self, count: int) -> memoryview:
        if count > len(self._data) - self._at:
            raise CborTruncated("the bytes end within an item", self._at)
        self._at += count
        return self._data[self._at - count : self._at]

    def item(self, depth: int) -> object:
        at = self._at
        major, value = self._head()
        if major == _UINT:
            return value
        if major == _NINT:
            return -1 - value
        if major == _BYTES:
            return bytes(self._take(value))
        if major == _TEXT:
            return self._text(value)
        if major == _SIMPLE:
            return None if value == _NULL else value == _TRUE
        if depth > MAX_DEPTH:
            raise CborTooDeep("nested deeper than 8", at)
        if major == _ARRAY:
            self._check_count(value)
            return [self.item(depth + 1) for _ in range(value)]
        if major == _MAP:
            return self._map(value, depth + 1)
        if value not in self._tags:
            raise CborUnsupported("a tag that is not expected here", at)
        return Tag(value, self.item(depth + 1))

    def _check_count(self, count: int) -> None:
        """Each item takes a byte at least: a claim beyond that needs no reading."""
        if count > len(self._data) - self._at:
            raise CborTruncated("fewer items than claimed", self._at)

    def _text(self, length: int) -> str:
        at = self._at
        data = self._take(length)
        if not is_utf8(data):
            raise CborBadText("text that is not UTF-8", at)
        return str(data, "utf-8")

    def _map(self, count: int, depth: int) -> dict[object, object]:
        self._check_count(2 * count)
        result = {}
        before = b""
        for _ in range(count):
            at = self._at
            if self._at < len(self._data) and self._data[at] >> 5 > _TEXT:
                raise CborUnsupported("a map key that is no integer, bytes or text", at)
            key = self.item(depth)
            encoded = bytes(self._data[at : self._at])
            if encoded <= before:
                raise CborKeyOrder("map keys not unique and sorted", at)
            before = encoded
            result[key] = self.item(depth)
        return result


def decode(
    data: bytes | bytearray | memoryview,
    max_bytes: int = MAX_BYTES,
    max_items: int = MAX_ITEMS,
    tags: tuple[int, ...] = (),
) -> Any:
    """The value of exactly these bytes. CborError: (reason, byte offset).

    Only the tags named are accepted, each as `Tag`.
    """
    if len(data) > max_bytes:
        raise CborTooLong("more bytes than allowed", max_bytes)
    reader = _Reader(memoryview(data), max_items, tags)
    value = reader.item(1)
    reader.end()
    return value
