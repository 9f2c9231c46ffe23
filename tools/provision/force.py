# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A force: its root key, what the root signs, and the intermediates for TLS. docs/format.md §9."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from evidence.anchor import Anchor
from evidence.statements import CameraCertificate, Delegation, RootStatement
from tools.provision.certificates import CLIENT, SERVER, Intermediate, host_names

DOCK_NAME = "dock.candour"


@dataclass(frozen=True)
class Force:
    """All that a force decides with; the root's private key is `root`."""

    name: str
    since_s: int
    root: Ed25519PrivateKey
    service: Ed25519PrivateKey
    dock: Intermediate
    camera: Intermediate
    server: Intermediate
    staff: Intermediate

    @property
    def root_public(self) -> bytes:
        """The root's public key, 32 bytes."""
        return self.root.public_key().public_bytes_raw()

    @property
    def root_statement(self) -> bytes:
        """The root names itself."""
        return RootStatement(self.name, self.root_public, self.since_s).sign(self.root)

    @property
    def delegation(self) -> bytes:
        """The root names the service key."""
        public = self.service.public_key().public_bytes_raw()
        return Delegation(self.name, public, self.since_s).sign(self.root)

    @property
    def anchor(self) -> bytes:
        """What checkers get from elsewhere than from the evidence."""
        return Anchor(self.name, (self.root_public,)).render()

    def certify(self, camera: str, epoch: int, evidence_public: bytes) -> bytes:
        """The root names a camera's evidence key for an epoch."""
        certificate = CameraCertificate(self.name, camera, epoch, evidence_public, self.since_s)
        return certificate.sign(self.root)


def found(name: str, server_hosts: tuple[str, ...], now: datetime.datetime) -> Force:
    """A new force whose server is reached under these host names and networks."""
    begins = now.replace(minute=0, second=0, microsecond=0) - datetime.timedelta(days=1)
    docks, servers = host_names(DOCK_NAME), host_names(*server_hosts)
    return Force(
        name=name,
        since_s=int(now.timestamp()),
        root=Ed25519PrivateKey.generate(),
        service=Ed25519PrivateKey.generate(),
        dock=Intermediate(f"Candour {name} docks", [SERVER, CLIENT], begins, docks),
        camera=Intermediate(f"Candour {name} cameras", [CLIENT], begins),
        server=Intermediate(f"Candour {name} servers", [SERVER], begins, servers),
        staff=Intermediate(f"Candour {name} staff", [CLIENT], begins),
    )


def signing_key_pem(key: Ed25519PrivateKey) -> bytes:
    """A signing key's file."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
