# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Who the camera is: made once, when it is provisioned (docs/link.md section 6)."""

from micropython import const
from sealing import cbor
from sealing.ed25519 import SigningKey

from store import flashfile

_LIMIT_BYTES = const(16384)
_VERSION = const(1)


class Identity:
    """Names, keys and certificates; `key` signs as the camera. Nothing here changes."""

    def __init__(
        self,
        force: str,
        camera: str,
        epoch: int,
        seed: bytes,
        root_public: bytes,
        delegation: bytes,
        tls_cert: bytes,
        tls_key: bytes,
        dock_ca: bytes,
        certificate: bytes,
        utc_s: int,
    ) -> None:
        self.force = force
        self.camera = camera
        self.epoch = epoch
        self.seed = seed
        self.root_public = root_public
        self.delegation = delegation
        self.tls_cert = tls_cert
        self.tls_key = tls_key
        self.dock_ca = dock_ca
        self.certificate = certificate
        self.utc_s = utc_s
        self.key = SigningKey(seed)
        self.evidence_public = self.key.public

    def save(self, path: str) -> None:
        """Write the identity durably."""
        fields = [
            _VERSION,
            self.force,
            self.camera,
            self.epoch,
            self.seed,
            self.root_public,
            self.delegation,
            self.tls_cert,
            self.tls_key,
            self.dock_ca,
            self.certificate,
            self.utc_s,
        ]
        flashfile.replace(path, cbor.encode(fields))


def load(path: str) -> Identity | None:
    """The identity, or None where the camera is not provisioned."""
    payload = flashfile.load(path, _LIMIT_BYTES)
    if payload is None:
        return None
    fields = cbor.decode(payload, _LIMIT_BYTES)
    return Identity(*fields[1:])
