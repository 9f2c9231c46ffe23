# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The keys of one recording (docs/format.md section 6), and their end.

C stands in this object alone and in no file; T, which opens nothing, goes to internal flash too.
`burn` overwrites derived keys where they lie: `bytes` made at run time belong to nobody else.
"""

import hashlib

import uctypes
from micropython import const
from sealing import cbor, hkdf
from sealing.hmac256 import HmacSha256
from sealing.wipe import wipe

PICTURE = const(1)
EVENT = const(3)
KINDS = (PICTURE, EVENT)
_ENC = const(1)
_IV = const(2)
_COMMIT = b"candour-v1/commit"


def burn(secret: bytes) -> None:
    """Overwrite bytes that were derived here and that nothing else refers to."""
    wipe(uctypes.bytearray_at(uctypes.addressof(secret), len(secret)))


class RecordingKeys:
    """Derives everything from a content key; `wipe` ends it."""

    def __init__(self, content_key: bytes, recording: bytes) -> None:
        self._recording = recording
        # HKDF's first step is the same for every key of the recording: done once.
        extracted = hkdf.extract(b"", content_key)
        self._extracted = bytearray(extracted)
        burn(extracted)
        self.tail_key = bytearray(self._expand(["candour-v1/tail", recording]))

    def group_keys(self, segment: int, group: int, kind: int) -> tuple[bytes, bytes]:
        """(K_enc, K_iv): the caller burns them."""
        info = ["candour-v1/group", self._recording, segment, group, kind]
        return self._expand(info + [_ENC]), self._expand(info + [_IV])

    def commitments_digest(self, segment: int, group: int) -> bytes:
        """What a group's seal says about its keys."""
        commitments = []
        for kind in KINDS:
            k_enc, k_iv = self.group_keys(segment, group, kind)
            state = hashlib.sha256(_COMMIT)
            state.update(k_enc)
            state.update(k_iv)
            commitments.append([kind, state.digest()])
            burn(k_enc)
            burn(k_iv)
        return hashlib.sha256(cbor.encode(commitments)).digest()

    def wipe(self) -> None:
        """Overwrite both keys: the recording can't be written or read here any more."""
        wipe(self._extracted, self.tail_key)

    def _expand(self, info: list) -> bytes:
        return hkdf.expand(self._extracted, cbor.encode(info))


def mac(tail_key: bytes | bytearray, group: int, kind: int) -> HmacSha256:
    """HMAC under K_mac of a group and kind."""
    key = hkdf.derive(tail_key, cbor.encode(["candour-v1/mac", group, kind]))
    made = HmacSha256(key)
    burn(key)
    return made
