# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What the server is: the service key and the chain from the force's root to it; and its cameras.

Nothing is signed before root statement, delegation and key were found to belong together
(docs/format.md §9). A camera counts as known when the fleet team put its certificate into the
inventory folder as `<camera>-<epoch>.cose`; the folder is looked at anew each time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from evidence.errors import EvidenceError
from evidence.statements import CameraCertificate, Delegation, RootStatement
from upstream.config import Settings
from upstream.errors import BadRequestError, IdentityError, UnavailableError, UnknownCameraError

_MAX_FILE_BYTES = 16 * 1024
_CAMERA = re.compile(r"([A-Za-z0-9._-]{1,32})/(0|[1-9][0-9]{0,9})", re.ASCII)


@dataclass(frozen=True)
class Identity:
    """The service's key, and the statements that say whose it is, as they were signed."""

    force: str
    root_public: bytes
    root_message: bytes
    delegation_message: bytes
    service_key: Ed25519PrivateKey

    @property
    def service_public(self) -> bytes:
        """The service's public key, 32 bytes."""
        return self.service_key.public_key().public_bytes_raw()


@dataclass(frozen=True)
class Camera:
    """A camera of the inventory, with its certificate as the root signed it."""

    certificate: CameraCertificate
    message: bytes


def load(settings: Settings) -> Identity:
    """The identity of the files that the settings name; raises IdentityError."""
    root_message = _file(settings.root_statement, "root_statement")
    delegation_message = _file(settings.service_statement, "service_statement")
    key = _key(settings.service_key)
    try:
        root = RootStatement.verify_self(root_message)
        delegation = Delegation.verify(root.public_key, delegation_message)
    except EvidenceError as error:
        raise IdentityError(f"The force's statements do not verify: {error.code}.") from error
    if delegation.force != root.force:
        raise IdentityError("`service_statement` is of another force than `root_statement`.")
    if key.public_key().public_bytes_raw() != delegation.public_key:
        raise IdentityError("`service_key` is not the key that `service_statement` delegates.")
    return Identity(root.force, root.public_key, root_message, delegation_message, key)


class Inventory:
    """The cameras that the fleet team certified."""

    def __init__(self, folder: Path, identity: Identity) -> None:
        self._folder = folder
        self._identity = identity

    def named(self, text: str) -> Camera:
        """The camera of a `name/epoch` text."""
        match = _CAMERA.fullmatch(text)
        if match is None:
            raise BadRequestError("X-Candour-Camera is not `name/epoch`.")
        return self.find(match[1], int(match[2]))

    def find(self, camera: str, epoch: int) -> Camera:
        """The camera of this epoch; the name was checked to be one."""
        path = self._folder / f"{camera}-{epoch}.cose"
        try:
            with path.open("rb") as file:
                message = file.read(_MAX_FILE_BYTES)
        except FileNotFoundError as error:
            raise UnknownCameraError("This camera is not in the inventory.") from error
        except OSError as error:
            raise UnavailableError("The inventory cannot be read.") from error
        try:
            certificate = CameraCertificate.verify(self._identity.root_public, message)
        except EvidenceError as error:
            raise UnknownCameraError("The inventory's certificate does not verify.") from error
        named = (certificate.force, certificate.camera, certificate.epoch)
        if named != (self._identity.force, camera, epoch):
            raise UnknownCameraError("The inventory's certificate is another camera's.")
        return Camera(certificate, message)


def _file(path: Path, key: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_FILE_BYTES)
    except OSError as error:
        raise IdentityError(f"`{key}` cannot be read: {error.strerror}.") from error


def _key(path: Path) -> Ed25519PrivateKey:
    data = _file(path, "service_key")
    if path.stat().st_mode & 0o077:
        raise IdentityError("`service_key` can be read by others.", "Run `chmod 600` on it.")
    try:
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError) as error:
        raise IdentityError("`service_key` is not a private key in PEM.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise IdentityError("`service_key` is not an Ed25519 key.")
    return key
