# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Whom the dock believes: its anchor's root, and the service key that the root delegated.

Every trust decision about statements, and nothing else: no I/O but reading the two files at the
start. docs/format.md §9, §10; docs/link.md §4.
"""

from dataclasses import dataclass

from dock.config import Config
from dock.errors import ConfigError, FalseReceipt, Untrusted
from evidence.anchor import Anchor
from evidence.errors import AnchorError, EvidenceError
from evidence.statements import CameraCertificate, Delegation, Receipt, Status

_STATEMENT_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment's identity: which camera's, which recording's, which one."""

    camera: str
    epoch: int
    recording: bytes
    segment: int

    def __str__(self) -> str:
        return f"{self.camera}/{self.epoch} {self.recording.hex()[:8]}… segment {self.segment}"


@dataclass(frozen=True, slots=True)
class Trust:
    """The rules: who is a camera of this force, whose status that is, what a receipt must say."""

    anchor: Anchor
    service_public: bytes

    def certificate(self, message: bytes) -> CameraCertificate:
        """A camera's certificate, signed by a root of the anchor, of its force."""
        for root in self.anchor.roots:
            try:
                certificate = CameraCertificate.verify(root, message)
            except EvidenceError:
                continue
            if certificate.force == self.anchor.force:
                return certificate
        raise Untrusted("its certificate is not signed by a root of the anchor")

    def status(self, message: bytes, certificate: CameraCertificate) -> Status:
        """A status that the certificate's key signed, for the same camera and epoch."""
        try:
            status = Status.verify(certificate.public_key, message)
        except EvidenceError as error:
            raise Untrusted(f"its status does not verify ({error.code})") from error
        said = (status.force, status.camera, status.epoch)
        if said != (certificate.force, certificate.camera, certificate.epoch):
            raise Untrusted("its status is another camera's")
        return status

    def receipt(self, message: bytes, segment: Segment, length: int, digest: bytes) -> Receipt:
        """A receipt by the service key for exactly this segment and these bytes."""
        try:
            receipt = Receipt.verify(self.service_public, message)
        except EvidenceError as error:
            raise FalseReceipt(f"it does not verify ({error.code})") from error
        named = Segment(receipt.camera, receipt.epoch, receipt.recording_id, receipt.segment)
        if receipt.force != self.anchor.force or named != segment:
            raise FalseReceipt("it names another segment")
        if receipt.length != length or receipt.digest != digest:
            raise FalseReceipt("it names other bytes")
        return receipt


def load(config: Config) -> Trust:
    """Read anchor and delegation. Raises ConfigError where one can't be used."""
    try:
        anchor = Anchor.parse(_read(config, "anchor"))
    except AnchorError as error:
        raise ConfigError(f"`anchor` {config.anchor.name}: {error}") from error
    message = _read(config, "service_statement")
    for root in anchor.roots:
        try:
            delegation = Delegation.verify(root, message)
        except EvidenceError:
            continue
        if delegation.force == anchor.force:
            return Trust(anchor, delegation.public_key)
    raise ConfigError(
        f"`service_statement` {config.service_statement.name} is not signed by the anchor's root."
    )


def _read(config: Config, name: str) -> bytes:
    path = getattr(config, name)
    try:
        with path.open("rb") as file:
            data: bytes = file.read(_STATEMENT_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"`{name}` {path.name} can't be read ({error.strerror}).") from error
    return data
