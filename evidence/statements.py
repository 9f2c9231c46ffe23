# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Statements of trust and orders: what root, service and camera sign. docs/format.md §9–§11.

Each is frozen, has one encoding, and is signed under a domain of its own. `sign` refuses to sign
what `verify` would refuse to read.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence import cbor, cose
from evidence.errors import NOWHERE, Place
from evidence.fields import UINT16, UINT32, UINT64, VERSION, Fields
from evidence.limits import SEGMENT_BYTES, TICKETS


class Statement(ABC):
    """A signed array that begins with the format's version."""

    DOMAIN: ClassVar[str]
    MAX_BYTES: ClassVar[int] = cose.MAX_STATEMENT_BYTES
    MAX_ITEMS: ClassVar[int] = cbor.MAX_ITEMS

    @abstractmethod
    def _values(self) -> list[cbor.Value]:
        """The fields behind the version."""

    @classmethod
    @abstractmethod
    def _read(cls, value: cbor.Value, place: Place) -> Self:
        """The statement that a decoded payload is."""

    def encode(self) -> bytes:
        """The payload: dcbor of the fields."""
        return cbor.encode([VERSION, *self._values()])

    @classmethod
    def decode(cls, payload: bytes, place: Place = NOWHERE) -> Self:
        """The statement whose payload this is; no signature is looked at."""
        return cls._read(cbor.decode(payload, cls.MAX_BYTES, place, cls.MAX_ITEMS), place)

    def sign(self, private_key: Ed25519PrivateKey) -> bytes:
        """The signed message. Raises EvidenceError where a field is out of bounds."""
        payload = self.encode()
        self.decode(payload)
        return cose.sign1(private_key, self.DOMAIN, payload)

    @classmethod
    def verify(cls, public_key: bytes, message: bytes | memoryview) -> Self:
        """The statement that `public_key` (32 bytes) signed."""
        payload = cose.verify1(public_key, cls.DOMAIN, message, cls.MAX_BYTES)
        return cls.decode(payload, NOWHERE.forward(cose.payload_offset(message, payload)))

    @classmethod
    def unverified(cls, message: bytes | memoryview) -> Self:
        """What the message says, its signature not looked at: only to find whose key to ask."""
        payload = cose.unverified(message, cls.MAX_BYTES)
        return cls.decode(payload, NOWHERE.forward(cose.payload_offset(message, payload)))


@dataclass(frozen=True, slots=True)
class RootStatement(Statement):
    """The force's root names itself."""

    DOMAIN = "candour-v1/root"

    force: str
    public_key: bytes
    since_s: int

    def _values(self) -> list[cbor.Value]:
        return [self.force, self.public_key, self.since_s]

    @classmethod
    def _read(cls, value: cbor.Value, place: Place) -> Self:
        fields = Fields(value, 4, "a root statement", place)
        fields.version()
        return cls(
            force=fields.name("force"),
            public_key=fields.bstr("public key", 32),
            since_s=fields.uint("since", UINT64),
        )

    @classmethod
    def verify_self(cls, message: bytes | memoryview) -> Self:
        """The statement, signed by the key that it names."""
        return cls.verify(cls.unverified(message).public_key, message)


@dataclass(frozen=True, slots=True)
class Delegation(Statement):
    """The root names the service key."""

    DOMAIN = "candour-v1/delegation"
    ROLE: ClassVar[str] = "service"

    force: str
    public_key: bytes
    since_s: int

    def _values(self) -> list[cbor.Value]:
        return [self.force, self.ROLE, self.public_key, self.since_s]

    @classmethod
    def _read(cls, value: cbor.Value, place: Place) -> Self:
        fields = Fields(value, 5, "a delegation", place)
        fields.version()
        force = fields.name("force")
        fields.constant("role", cls.ROLE)
        return cls(
            force=force,
            public_key=fields.bstr("public key", 32),
            since_s=fields.uint("since", UINT64),
        )


@dataclass(frozen=True, slots=True)
class CameraCertificate(Statement):
    """The root names a camera's evidence key for one epoch."""

    DOMAIN = "candour-v1/camera"

    force: str
    camera: str
    epoch: int
    public_key: bytes
    since_s: int

    def _values(self) -> list[cbor.Value]:
        return [self.force, self.camera, self.epoch, self.public_key, self.since_s]

    @classmethod
    def _read(cls, value: cbor.Value, place: Place) -> Self:
        fields = Fields(value, 6, "a camera certificate", place)
        fields.version()
        return cls(
            force=fields.name("force"),
            camera=fields.name("camera"),
            epoch=fields.uint("epoch", UINT32),
            public_key=fields.bstr("evidence public key", 32),
            since_s=fields.uint("since", UINT64),
        )


@dataclass(frozen=True, slots=True)
class Receipt(Statement):
    """The service has stored exactly these bytes, and could open them."""

    DOMAIN = "candour-v1/receipt"

    force: str
    camera: str
    epoch: int
    recording_id: bytes
    segment: int
    length: int
    digest: bytes
    entry_hash: bytes
    utc_us: int

    def _values(self) -> list[cbor.Value]:
        return [
            *(self.force, self.camera, self.epoch),
            *(self.recording_id, self.segment, self.length, self.digest),
            *(self.entry_hash, self.utc_us),
        ]

    @classmethod
    def _read(cls, value: cbor.Value, place: Place) -> Self:
        fields = Fields(value, 10, "a receipt", place)
        fields.version()
        return cls(
            force=fields.name("force"),
            camera=fields.name("camera"),
            epoch=fields.uint("epoch", UINT32),
            recording_id=fields.bstr("recording id", 16),
            segment=fields.uint("segment", UINT16),
            length=fields.uint("length", SEGMENT_BYTES, 1),
            digest=fields.bstr("digest", 32),
            entry_hash=fields.bstr("hash of the registration entry", 32),
            utc_us=fields.uint("time", UINT64),
        )


@dataclass(frozen=True, slots=True)
class Tickets(Statement):
    """Fresh public keys for a camera to seal content keys to: (ticket id, X25519 public key)."""

    DOMAIN = "candour-v1/tickets"

    force: str
    camera: str
    epoch: int
    counter: int
    use_by_s: int
    tickets: tuple[tuple[bytes, bytes], ...]

    def _values(self) -> list[cbor.Value]:
        return [self.force, self.camera, self.epoch, self.counter, self.use_by_s, self.tickets]

    @classmethod
    def _read(cls, value: cbor.Value, place: Place) -> Self:
        fields = Fields(value, 7, "a tickets order", place)
        fields.version()
        return cls(
            force=fields.name("force"),
            camera=fields.name("camera"),
            epoch=fields.uint("epoch", UINT32),
            counter=fields.uint("counter", UINT32),
            use_by_s=fields.uint("use by", UINT64),
            tickets=tuple(_ticket(item, place) for item in fields.array("tickets", 1, TICKETS)),
        )


def _ticket(value: cbor.Value, place: Place) -> tuple[bytes, bytes]:
    fields = Fields(value, 2, "a ticket", place)
    return fields.bstr("ticket id", 16), fields.bstr("public key", 32)


@dataclass(frozen=True, slots=True)
class TimeAnswer(Statement):
    """The service's time, for one nonce of a camera."""

    DOMAIN = "candour-v1/time"

    force: str
    camera: str
    epoch: int
    nonce: bytes
    utc_us: int

    def _values(self) -> list[cbor.Value]:
        return [self.force, self.camera, self.epoch, self.nonce, self.utc_us]

    @classmethod
    def _read(cls, value: cbor.Value, place: Place) -> Self:
        fields = Fields(value, 6, "a time answer", place)
        fields.version()
        return cls(
            force=fields.name("force"),
            camera=fields.name("camera"),
            epoch=fields.uint("epoch", UINT32),
            nonce=fields.bstr("nonce", 16),
            utc_us=fields.uint("time", UINT64),
        )


@dataclass(frozen=True, slots=True)
class Status(Statement):
    """What a camera tells when a session begins, signed by its evidence key."""

    DOMAIN = "candour-v1/status"

    force: str
    camera: str
    epoch: int
    boot: int
    nonce: bytes
    tickets_left: int
    tickets_counter: int
    firmware_digest: bytes
    last_number: int

    def _values(self) -> list[cbor.Value]:
        return [
            *(self.force, self.camera, self.epoch, self.boot, self.nonce),
            *(self.tickets_left, self.tickets_counter, self.firmware_digest, self.last_number),
        ]

    @classmethod
    def _read(cls, value: cbor.Value, place: Place) -> Self:
        fields = Fields(value, 10, "a status", place)
        fields.version()
        return cls(
            force=fields.name("force"),
            camera=fields.name("camera"),
            epoch=fields.uint("epoch", UINT32),
            boot=fields.uint("boot number", UINT32),
            nonce=fields.bstr("nonce", 16),
            tickets_left=fields.uint("tickets left", UINT32),
            tickets_counter=fields.uint("tickets counter", UINT32),
            firmware_digest=fields.bstr("firmware digest", 32),
            last_number=fields.uint("last recording number", UINT32),
        )
