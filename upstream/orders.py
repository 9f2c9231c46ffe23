# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Answers a camera's signed status with orders: the time always, tickets where they run low.

Nothing is answered to a status that the evidence key of a camera of the inventory did not sign;
the time answer carries that status' nonce. docs/format.md §10, docs/link.md §5.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from evidence import cbor
from evidence.errors import EvidenceError, Foreign
from evidence.statements import CameraCertificate, Status, TimeAnswer
from upstream.errors import BadRequestError
from upstream.identity import Identity, Inventory
from upstream.tickets import Keyring

MAX_STATUS_BYTES: Final = 8 * 1024 + 16

TICKETS: Final = 2
TIME: Final = 3


class Orders:
    """Makes the orders that a status is due."""

    def __init__(
        self, identity: Identity, inventory: Inventory, keyring: Keyring, now_us: Callable[[], int]
    ) -> None:
        self._identity = identity
        self._inventory = inventory
        self._keyring = keyring
        self._now_us = now_us

    def answer(self, body: bytes) -> bytes:
        """`[[kind, order], …]` for `[status, camera certificate]`.

        Raises BadRequestError, UnknownCameraError, UnavailableError, and EvidenceError where a
        statement does not verify.
        """
        status = self._verified(*_parts(body))
        now_us = self._now_us()
        key = self._identity.service_key
        named = (self._identity.force, status.camera, status.epoch)
        orders: list[cbor.Value] = [[TIME, TimeAnswer(*named, status.nonce, now_us).sign(key)]]
        tickets = self._keyring.refill(status, now_us // 1_000_000)
        if tickets is not None:
            orders.append([TICKETS, tickets.sign(key)])
        return cbor.encode(orders)

    def _verified(self, message: bytes, certificate_message: bytes) -> Status:
        shown = CameraCertificate.verify(self._identity.root_public, certificate_message)
        if shown.force != self._identity.force:
            raise Foreign("the camera's certificate is of another force")
        known = self._inventory.find(shown.camera, shown.epoch).certificate
        if known.public_key != shown.public_key:
            raise Foreign("the inventory has another evidence key for this camera and epoch")
        status = Status.verify(known.public_key, message)
        if (status.force, status.camera, status.epoch) != (known.force, known.camera, known.epoch):
            raise Foreign("the status names another camera than its certificate")
        return status


def _parts(body: bytes) -> tuple[bytes, bytes]:
    try:
        value = cbor.decode(body, MAX_STATUS_BYTES)
    except EvidenceError as error:
        raise BadRequestError("The body is not deterministic CBOR within its bound.") from error
    match value:
        case [bytes(status), bytes(certificate)]:
            return status, certificate
    raise BadRequestError("The body is not `[status, camera certificate]`.")
