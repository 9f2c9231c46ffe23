# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""One group of chunks being written: encrypt, tag, chain, and its seal (docs/format.md 5 to 7).

A chunk goes from the sensor's own buffer through the cipher into one work buffer and from there
to the card's page; nothing here grows with the number of chunks.
"""

import hashlib

from micropython import const
from sealing import cbor, cose
from sealing.chunkcipher import ChunkCipher
from sealing.ed25519 import SigningKey
from store.segment_writer import SegmentWriter

from recorder import records
from recorder.keys import PICTURE, RecordingKeys, burn, mac

FRAME_AT_MOST_BYTES = const(524272)


class Group:
    """Made once; `begin` for each group. `count` chunks stand in it so far."""

    def __init__(self, writer: SegmentWriter) -> None:
        self._writer = writer
        self._work = bytearray(FRAME_AT_MOST_BYTES + 16)
        self._keys = None
        self._ciphers = {}
        self._macs = {}
        self._leaves = None
        self._header = bytearray(records.CHUNK_HEADER_BYTES)
        self._tag = b""
        self._segment = self.number = self.first = self.count = 0

    def start(self, keys: RecordingKeys, recording: bytes) -> None:
        """A recording begins: group 0, chunk 0 come next."""
        self._keys = keys
        self._recording = recording
        self._header = records.chunk_header(recording)
        self.first = self.count = 0

    def begin(self, segment: int, group: int, header_digest: bytes, previous_seal: bytes) -> None:
        """Begin a group; chunk indices run on."""
        self._forget_keys()
        self._segment = segment
        self.number = group
        self._header_digest = header_digest
        self._previous_seal = previous_seal
        self.first += self.count
        self.count = 0
        self._tag = records.first_tag(header_digest, previous_seal)
        self._leaves = records.Leaves()
        records.place(self._header, segment, group)
        self._load_keys(PICTURE)

    def record_bytes(self, plain_bytes: int) -> int:
        """The length of a chunk's record."""
        return records.CHUNK_HEADER_BYTES + plain_bytes // 16 * 16 + 16 + records.TAG_BYTES

    def add(self, kind: int, plain: memoryview | bytes, stamp: bytearray) -> None:
        """Encrypt a chunk from where it lies and write it. OSError where the card failed."""
        if kind not in self._ciphers:
            self._load_keys(kind)
        index = self.first + self.count
        cipher = self._ciphers[kind]
        length = cipher.encrypt_into(self._work, plain, index)
        digest = cipher.ciphertext_sha256
        records.fill(self._header, index, kind, length, stamp)
        self._tag = self._macs[kind].mac(self._tag, self._header, digest)
        self._leaves.add(self._header, self._tag, digest)
        self._writer.write(self._header, 0, records.CHUNK_HEADER_BYTES)
        self._writer.write(self._work, 0, length)
        self._writer.write(self._tag, 0, records.TAG_BYTES)
        self.count += 1

    def seal_steps(
        self,
        key: SigningKey,
        commitments: bytes,
        stamp: bytes | bytearray,
        dropped: int,
        proof: list[int],
        flags: int,
    ):
        """Seal the group durably, in short steps: None after each, and last the seal's digest."""
        payload = cbor.encode(
            [
                1,
                self._recording,
                self._segment,
                self.number,
                self.first,
                self.count,
                self._header_digest,
                self._leaves.digest(),
                commitments,
                self._previous_seal,
            ]
            + records.times(stamp)
            + [dropped, proof, flags]
        )
        for message in cose.sign1_steps(key, records.SEAL_DOMAIN, payload):
            if message is None:
                yield None
                continue
            seal = records.record(records.SEAL_MAGIC, self._recording, message)
            self._writer.write(seal, 0, len(seal))
            self._writer.flush()
            yield hashlib.sha256(seal).digest()

    def wipe(self) -> None:
        """Forget the keys and what the last chunk left behind."""
        self._forget_keys()
        self._keys = None

    def _load_keys(self, kind: int) -> None:
        k_enc, k_iv = self._keys.group_keys(self._segment, self.number, kind)
        self._ciphers[kind] = ChunkCipher(k_enc, k_iv)
        burn(k_enc)
        burn(k_iv)
        self._macs[kind] = mac(self._keys.tail_key, self.number, kind)

    def _forget_keys(self) -> None:
        for cipher in self._ciphers.values():
            cipher.wipe()
        for key in self._macs.values():
            key.wipe()
        self._ciphers.clear()
        self._macs.clear()
