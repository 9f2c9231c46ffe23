# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Writes recordings straight from docs/format.md, for tests: good ones, and a malicious camera's.

This is no part of what is shipped and shares no code with the firmware. Every step that a
malicious camera could take otherwise (a tag, a commitment, a padding, any field of header, chunk
or seal) has a hook that a test replaces.
"""

import hmac
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from evidence import keys, layout
from evidence.anchor import Anchor
from evidence.chunk import ChunkHeader
from evidence.header import EVENT, KINDS, PICTURE, Picture, SegmentHeader
from evidence.manifest import ListedFile, build_manifest
from evidence.seal import END, NO_SEAL, Indicator, Seal
from evidence.statements import CameraCertificate, Delegation, Receipt, RootStatement

FRAME_US = 40_000


def public_bytes(private: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    """The 32 raw bytes of a public key."""
    return private.public_key().public_bytes_raw()


@dataclass(frozen=True)
class Body:
    """What a test wants recorded in one chunk."""

    kind: int
    plaintext: bytes
    mono_us: int


@dataclass
class Camera:
    """A camera with its keys, drawn from a seed; `force`'s root key certifies it."""

    seed: int = 1
    force: str = "demo"
    name: str = "camera-1"
    epoch: int = 1
    evidence: Ed25519PrivateKey = field(init=False)
    source: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.source = random.Random(f"{self.seed}/{self.force}/{self.name}/{self.epoch}")
        self.evidence = Ed25519PrivateKey.from_private_bytes(self.source.randbytes(32))

    @property
    def evidence_public(self) -> bytes:
        """The 32 bytes of the evidence public key."""
        return public_bytes(self.evidence)

    def certificate(self) -> CameraCertificate:
        """What the root signs of this camera."""
        return CameraCertificate(self.force, self.name, self.epoch, self.evidence_public, 1)


@dataclass
class Hooks:
    """Where a malicious camera deviates; each gets what an honest one would write."""

    header: Callable[[SegmentHeader], SegmentHeader] = lambda header: header
    chunk: Callable[[ChunkHeader], ChunkHeader] = lambda chunk: chunk
    pad: Callable[[bytes], bytes] = lambda padded: padded
    tag: Callable[[bytes], bytes] = lambda tag: tag
    commitments: Callable[[bytes], bytes] = lambda digest: digest
    seal: Callable[[Seal], Seal] = lambda seal: seal
    seal_record: Callable[[bytes], bytes] = lambda record: record


class Writer:
    """Writes one recording, segment by segment; `content_key` and ticket are kept for the test."""

    def __init__(self, camera: Camera, number: int = 1, hooks: Hooks | None = None) -> None:
        self.camera = camera
        self.hooks = hooks or Hooks()
        draw = camera.source.randbytes
        self.recording_id = draw(16)
        self.content_key = draw(32)
        self.ticket = X25519PrivateKey.from_private_bytes(draw(32))
        self.header = SegmentHeader(
            force=camera.force,
            camera=camera.name,
            epoch=camera.epoch,
            boot=7,
            recording_id=self.recording_id,
            number=number,
            segment=0,
            previous_seal=NO_SEAL,
            ticket_id=draw(16),
            wrapped_key=bytes(80),
            evidence_digest=sha256(camera.evidence_public).digest(),
            picture=Picture(640, 480, 25_000),
            pre_event_ms=0,
            firmware_digest=draw(32),
            order_digest=None,
            marked=False,
        )
        suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
        info = keys.ticket_info(self.header)
        wrapped = suite.encrypt(self.content_key, self.ticket.public_key(), info)
        self.header = replace(self.header, wrapped_key=wrapped)
        self.keys = keys.RecordingKeys(self.content_key, self.recording_id)
        self.previous = NO_SEAL
        self.next_segment = self.next_group = self.next_chunk = 0
        self.mono_us = 1_000_000

    def begin(self) -> bytes:
        """The next segment's header record."""
        header = replace(self.header, segment=self.next_segment, previous_seal=self.previous)
        record = raw_header_record(self.hooks.header(header))
        self.header_digest = sha256(record).digest()
        self.segment = self.next_segment
        self.next_segment += 1
        return record

    def group(self, bodies: Sequence[Body], flags: int = 0) -> bytes:
        """The chunk records of `bodies` and the seal record over them."""
        of_kind = {k: self.keys.group(self.segment, self.next_group, k) for k in KINDS}
        tag = sha256(b"\x03" + self.header_digest + self.previous).digest()
        out, leaves, first = b"", b"\x01", self.next_chunk
        for body in bodies:
            record, tag, leaf = self._chunk(body, of_kind[body.kind], tag)
            out, leaves = out + record, leaves + leaf
        seal = Seal(
            recording_id=self.recording_id,
            segment=self.segment,
            group=self.next_group,
            first_chunk=first,
            chunks=len(bodies),
            header_digest=self.header_digest,
            leaves_digest=sha256(leaves).digest(),
            commitments_digest=self.hooks.commitments(keys.commitments_digest(of_kind)),
            previous_seal=self.previous,
            mono_us=self.mono_us,
            utc_us=utc_of(self.mono_us),
            uncertainty_us=5_000,
            dropped_frames=0,
            indicator=Indicator(40 * len(bodies), 20 * len(bodies), 1, 1),
            flags=flags,
        )
        record = self.hooks.seal_record(self.hooks.seal(seal).record(self.camera.evidence))
        self.previous = sha256(record).digest()
        self.next_group += 1
        return out + record

    def _chunk(
        self, body: Body, of_kind: keys.GroupKeys, previous_tag: bytes
    ) -> tuple[bytes, bytes, bytes]:
        iv_cipher = Cipher(algorithms.AES256(of_kind.iv), modes.ECB()).encryptor()
        iv = iv_cipher.update(self.next_chunk.to_bytes(16, "big"))
        count = 16 - len(body.plaintext) % 16
        padded = self.hooks.pad(body.plaintext + bytes((count,)) * count)
        encryptor = Cipher(algorithms.AES256(of_kind.encryption), modes.CBC(iv)).encryptor()
        ciphertext = encryptor.update(padded)
        header = ChunkHeader(
            recording_id=self.recording_id,
            segment=self.segment,
            group=self.next_group,
            index=self.next_chunk,
            kind=body.kind,
            length=len(ciphertext),
            mono_us=body.mono_us,
            utc_us=utc_of(body.mono_us),
            uncertainty_us=5_000,
        )
        head = self.hooks.chunk(header).pack()
        digest = sha256(ciphertext).digest()
        mac_key = self.keys.mac(self.next_group, body.kind)
        tag = self.hooks.tag(hmac.digest(mac_key, previous_tag + head + digest, "sha256"))
        self.next_chunk += 1
        return head + ciphertext + tag, tag, sha256(b"\0" + head + tag + digest).digest()

    def frames(self, count: int, size: int = 200) -> list[Body]:
        """`count` pictures of about `size` bytes, at 25 a second, and time gone on behind them."""
        bodies = []
        for _ in range(count):
            jpeg = b"\xff\xd8" + self.camera.source.randbytes(size) + b"\xff\xd9"
            bodies.append(Body(PICTURE, jpeg, self.mono_us))
            self.mono_us += FRAME_US
        return bodies

    def marker(self) -> Body:
        """A marker event, now."""
        return Body(EVENT, b"\x81\x01", self.mono_us)

    def segments(self, count: int = 3, groups: int = 2, frames: int = 4) -> list[bytes]:
        """A whole recording; each group is `frames` frames and a marker."""
        segments = []
        for segment in range(count):
            data = self.begin()
            for group in range(groups):
                last = segment == count - 1 and group == groups - 1
                bodies = [*self.frames(frames), self.marker()]
                data += self.group(bodies, END if last else 0)
            segments.append(data)
        return segments


def raw_header_record(header: SegmentHeader) -> bytes:
    """A header record that nobody checks."""
    body = header.encode()
    return b"CDRh" + header.recording_id + len(body).to_bytes(4, "big") + body


def utc_of(mono_us: int) -> int:
    """The wall clock of the tests."""
    return 1_780_000_000_000_000 + mono_us


@dataclass
class Force:
    """A force with its root and service keys, drawn from a seed."""

    name: str = "demo"
    seed: int = 1
    root: Ed25519PrivateKey = field(init=False)
    service: Ed25519PrivateKey = field(init=False)

    def __post_init__(self) -> None:
        source = random.Random(f"force/{self.seed}/{self.name}")
        self.root = Ed25519PrivateKey.from_private_bytes(source.randbytes(32))
        self.service = Ed25519PrivateKey.from_private_bytes(source.randbytes(32))

    def anchor(self) -> Anchor:
        """What a checker has from outside."""
        return Anchor(self.name, (public_bytes(self.root),))

    def certificates(self, camera: Camera) -> dict[str, bytes]:
        """The three files under certificates/."""
        root = RootStatement(self.name, public_bytes(self.root), 1)
        service = Delegation(self.name, public_bytes(self.service), 1)
        return {
            layout.ROOT: root.sign(self.root),
            layout.SERVICE: service.sign(self.root),
            layout.CAMERA: camera.certificate().sign(self.root),
        }

    def receipt(self, camera: Camera, recording_id: bytes, segment: int, data: bytes) -> Receipt:
        """An unsigned receipt for a segment's bytes."""
        identity = camera.force, camera.name, camera.epoch, recording_id, segment
        return Receipt(*identity, len(data), sha256(data).digest(), bytes(32), 1)

    def bundle(
        self, camera: Camera, recordings: Mapping[bytes, Sequence[bytes]]
    ) -> dict[str, bytes]:
        """A whole bundle, by path."""
        files = self.certificates(camera)
        for recording_id, segments in recordings.items():
            for number, data in enumerate(segments):
                receipt = self.receipt(camera, recording_id, number, data)
                files[layout.segment_path(recording_id, number)] = data
                files[layout.receipt_path(recording_id, number)] = receipt.sign(self.service)
        return self.with_manifest(files)

    def with_manifest(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """The files and a manifest that lists them, signed: as a service that lies would."""
        files = {path: data for path, data in files.items() if path != layout.MANIFEST}
        listed = [ListedFile(path, len(d), sha256(d).digest()) for path, d in files.items()]
        manifest = build_manifest(self.name, 1_780_000_000, listed)
        return {**files, layout.MANIFEST: manifest.sign(self.service)}
