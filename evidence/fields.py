# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Takes the fields of one decoded array in turn, each with its type and bounds.

Every structure of docs/format.md is read through this, so that no field is used before it was
checked. A bool is never taken for a number.
"""

import re
from collections.abc import Mapping, Sequence

from evidence.cbor import Value
from evidence.errors import BadName, BadStructure, Place

UINT16 = (1 << 16) - 1
UINT32 = (1 << 32) - 1
UINT64 = (1 << 64) - 1
VERSION = 1

_NAME = re.compile(r"[A-Za-z0-9._-]{1,32}", re.ASCII)


def is_name(text: str) -> bool:
    """Whether this may stand for a force or a camera (docs/format.md §2)."""
    return _NAME.fullmatch(text) is not None


class Fields:
    """The fields of one array, taken from first to last. Errors name the structure and field."""

    __slots__ = ("_next", "_place", "_values", "_what")

    def __init__(self, value: Value, count: int, what: str, place: Place) -> None:
        self._what = what
        self._place = place
        self._next = 0
        if not isinstance(value, list) or len(value) != count:
            raise BadStructure(f"{what} is no array of {count} fields", place)
        self._values: Sequence[Value] = value

    @classmethod
    def of_map(cls, value: Value, keys: Sequence[int], what: str, place: Place) -> "Fields":
        """The values of a decoded map that has exactly these keys, in their order."""
        if not isinstance(value, Mapping) or list(value) != list(keys):
            raise BadStructure(f"{what} is no map of its {len(keys)} keys", place)
        return cls([value[key] for key in keys], len(keys), what, place)

    def _take(self) -> Value:
        self._next += 1
        return self._values[self._next - 1]

    def refuse(self, label: str) -> BadStructure:
        """The error that says which field is wrong."""
        return BadStructure(f"{label} of {self._what}", self._place)

    def uint(self, label: str, high: int, low: int = 0) -> int:
        """A whole number from low to high."""
        value = self._take()
        if type(value) is not int or not low <= value <= high:
            raise self.refuse(label)
        return value

    def version(self) -> None:
        """The format's version, which every structure begins with."""
        self.uint("format version", VERSION, VERSION)

    def constant(self, label: str, expected: str) -> None:
        """A text that is always the same."""
        if self._take() != expected:
            raise self.refuse(label)

    def bstr(self, label: str, size: int) -> bytes:
        """A byte string of exactly this size."""
        value = self._take()
        if not isinstance(value, bytes) or len(value) != size:
            raise self.refuse(label)
        return value

    def bstr_or_null(self, label: str, size: int) -> bytes | None:
        """A byte string of exactly this size, or null."""
        if self._values[self._next] is None:
            self._next += 1
            return None
        return self.bstr(label, size)

    def name(self, label: str) -> str:
        """The name of a force or a camera."""
        value = self._take()
        if not isinstance(value, str):
            raise self.refuse(label)
        if not is_name(value):
            raise BadName(f"{label} of {self._what}", self._place)
        return value

    def text(self, label: str, high: int) -> str:
        """A text of 1 to `high` characters."""
        value = self._take()
        if not isinstance(value, str) or not 1 <= len(value) <= high:
            raise self.refuse(label)
        return value

    def boolean(self, label: str) -> bool:
        """True or false."""
        value = self._take()
        if not isinstance(value, bool):
            raise self.refuse(label)
        return value

    def array(self, label: str, low: int, high: int) -> Sequence[Value]:
        """An array of low to high elements, which the caller reads."""
        value = self._take()
        if not isinstance(value, list) or not low <= len(value) <= high:
            raise self.refuse(label)
        return value

    def value(self) -> Value:
        """A field that the caller reads by a structure of its own."""
        return self._take()
