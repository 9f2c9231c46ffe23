# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""CBOR in the core deterministic encoding (RFC 8949 §4.2.1), strict and bounded.

A value has one encoding here: the reader refuses every other, so that what was signed cannot be
spelled in a second way. Tags and floats do not exist. docs/format.md §1.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from evidence.errors import NOWHERE, BadEncoding, BadStructure, Place, StatementTooLong, Truncated

MAX_DEPTH = 8
MAX_BYTES = 4096
MAX_ITEMS = 512

Value: TypeAlias = "int | bytes | str | bool | Sequence[Value] | Mapping[Value, Value] | None"

_UINT, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP = range(6)
_SIMPLE: dict[int, bool | None] = {0xF4: False, 0xF5: True, 0xF6: None}


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes((major << 5 | argument,))
    for extra, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << (8 * size):
            return bytes((major << 5 | extra,)) + argument.to_bytes(size, "big")
    raise ValueError("CBOR integers have at most 64 bits")


def encode(value: Value) -> bytes:
    """The one encoding of a value. Raises ValueError or TypeError for what has none."""
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _head(_UINT, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return _head(_TEXT, len(text)) + text
    if isinstance(value, Mapping):
        pairs = sorted((encode(key), encode(item)) for key, item in value.items())
        return _head(_MAP, len(pairs)) + b"".join(key + item for key, item in pairs)
    if isinstance(value, list | tuple):
        return _head(_ARRAY, len(value)) + b"".join(encode(item) for item in value)
    raise TypeError(f"{type(value).__name__} has no encoding")


def decode(
    data: bytes | bytearray | memoryview,
    max_bytes: int = MAX_BYTES,
    place: Place = NOWHERE,
    max_items: int = MAX_ITEMS,
) -> Value:
    """The value that `data` is the encoding of, all of it.

    `place` is where `data` begins; errors add the offset within. At most `max_items` data items
    are made. Raises BadEncoding, BadStructure, Truncated, StatementTooLong.
    """
    value, used = decode_first(data, max_bytes, place, max_items)
    if used != len(data):
        raise BadEncoding(f"{len(data) - used} bytes stand behind the value", place.forward(used))
    return value


def decode_first(
    data: bytes | bytearray | memoryview,
    max_bytes: int = MAX_BYTES,
    place: Place = NOWHERE,
    max_items: int = MAX_ITEMS,
) -> tuple[Value, int]:
    """The first value of a CBOR sequence (RFC 8742) and the number of bytes that it takes."""
    if len(data) > max_bytes:
        raise StatementTooLong(f"{len(data)} bytes where {max_bytes} are allowed", place)
    reader = _Reader(bytes(data), place, max_items)
    return reader.value(0), reader.offset


class _Reader:
    __slots__ = ("_data", "_items", "_place", "offset")

    def __init__(self, data: bytes, place: Place, max_items: int) -> None:
        self._data = data
        self._place = place
        self._items = max_items
        self.offset = 0

    def value(self, depth: int) -> Value:
        start = self.offset
        self._items -= 1
        if self._items < 0:
            raise BadStructure("more data items than any structure here has", self._at(start))
        major, argument = self._head()
        if major == _UINT:
            return argument
        if major == _BYTES:
            return self._take(argument, "a byte string")
        if major == _NEGATIVE:
            return -1 - argument
        if major == _TEXT:
            return self._text(argument, start)
        if major > _MAP:
            initial = self._data[start]
            if initial not in _SIMPLE:
                raise BadEncoding("a tag, float or simple value", self._at(start))
            return _SIMPLE[initial]
        if depth >= MAX_DEPTH:
            raise BadStructure(f"nested over {MAX_DEPTH} deep", self._at(start))
        self._need(argument if major == _ARRAY else 2 * argument, "an array or a map")
        if major == _MAP:
            return self._map(argument, depth + 1)
        return [self.value(depth + 1) for _ in range(argument)]

    def _head(self) -> tuple[int, int]:
        start = self.offset
        if start >= len(self._data):
            raise Truncated("a head", self._at(start))
        initial = self._data[start]
        self.offset = start + 1
        major, argument = initial >> 5, initial & 31
        if argument < 24 or major > _MAP:
            return major, argument
        if argument > 27:
            raise BadEncoding("an indefinite or reserved length", self._at(start))
        size = 1 << (argument - 24)
        value = int.from_bytes(self._take(size, "a head"), "big")
        if value < 24 or (size > 1 and value < 1 << (4 * size)):
            raise BadEncoding("a head that is not the shortest", self._at(start))
        return major, value

    def _map(self, count: int, depth: int) -> dict[Value, Value]:
        result: dict[Value, Value] = {}
        before = b""
        for _ in range(count):
            start = self.offset
            key = self.value(depth)
            if key is None or not isinstance(key, int | bytes | str) or isinstance(key, bool):
                raise BadStructure("a map key that is no number, text or bytes", self._at(start))
            encoded = self._data[start : self.offset]
            if encoded <= before:
                raise BadEncoding("map keys out of order or doubled", self._at(start))
            before = encoded
            result[key] = self.value(depth)
        return result

    def _text(self, count: int, start: int) -> str:
        try:
            return self._take(count, "a text").decode()
        except UnicodeDecodeError:
            raise BadEncoding("a text that is not UTF-8", self._at(start)) from None

    def _take(self, count: int, what: str) -> bytes:
        start = self.offset
        end = start + count
        if end > len(self._data):
            raise Truncated(what, self._at(start))
        self.offset = end
        return self._data[start:end]

    def _need(self, count: int, what: str) -> None:
        if count > len(self._data) - self.offset:
            raise Truncated(what, self._at(self.offset))

    def _at(self, offset: int) -> Place:
        return self._place.forward(offset)
