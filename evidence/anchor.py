# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The anchor: a force's root keys, from a source outside the evidence. docs/format.md §9.

One spelling is read: these four members, each once, keys in lower-case hex. Raises AnchorError,
which is no EvidenceError: a bad anchor says nothing of the evidence.
"""

import json
import re
from dataclasses import dataclass
from typing import Self

from evidence.errors import AnchorError
from evidence.fields import is_name
from evidence.limits import ANCHOR_BYTES, ANCHOR_ROOTS

_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MEMBERS = {"candour", "version", "force", "roots"}


@dataclass(frozen=True, slots=True)
class Anchor:
    """A force: its name, and the root public keys (32 bytes each) that speak for it."""

    force: str
    roots: tuple[bytes, ...]

    def trusts(self, force: str, root_public: bytes) -> bool:
        """Whether this root may speak for this force."""
        return force == self.force and root_public in self.roots

    def render(self) -> bytes:
        """The anchor file."""
        roots = [root.hex() for root in self.roots]
        members = {"candour": "anchor", "version": 1, "force": self.force, "roots": roots}
        return json.dumps(members, indent=2).encode() + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The anchor that a file holds. Raises AnchorError."""
        if len(data) > ANCHOR_BYTES:
            raise AnchorError(f"it is over {ANCHOR_BYTES} bytes")
        try:
            members = json.loads(data.decode(), object_pairs_hook=_once_each)
        except (ValueError, RecursionError):
            raise AnchorError("it is not JSON") from None
        if not isinstance(members, dict) or set(members) != _MEMBERS:
            raise AnchorError(f"its members are not {', '.join(sorted(_MEMBERS))}")
        if members["candour"] != "anchor":
            raise AnchorError("it does not say that it is one")
        if type(members["version"]) is not int or members["version"] != 1:
            raise AnchorError("its version is not 1")
        if not isinstance(members["force"], str) or not is_name(members["force"]):
            raise AnchorError("its force is no name")
        return cls(members["force"], _roots(members["roots"]))


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise AnchorError("a member stands twice")
    return members


def _roots(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= ANCHOR_ROOTS:
        raise AnchorError(f"it does not have 1 to {ANCHOR_ROOTS} roots")
    for root in value:
        if not isinstance(root, str) or not _KEY.fullmatch(root):
            raise AnchorError("a root is not 64 lower-case hex digits")
    return tuple(bytes.fromhex(root) for root in value)
