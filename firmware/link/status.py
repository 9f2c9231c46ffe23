# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What the camera says first: its signed status and its certificate (docs/format.md §10)."""

from sealing import cbor, cose

from link import messages

_NONCE_BYTES = 16


class Asked:
    """The question that a time answer must fit: a nonce, and when it went and the answer came."""

    def __init__(self, nonce: bytes):
        self.nonce = nonce
        self.sent_us = 0
        self.came_us = 0


def draw(random) -> Asked:
    """A fresh nonce for a session."""
    return Asked(random(_NONCE_BYTES))


def compose_steps(desk, signing_key, nonce: bytes):
    """A generator: None while the signature is made, then the message."""
    identity = desk.identity
    payload = cbor.encode(
        [
            1,
            identity.force,
            identity.camera,
            identity.epoch,
            desk.boot,
            nonce,
            desk.tickets_left(),
            desk.tickets_counter(),
            desk.firmware_digest,
            desk.last_number(),
        ]
    )
    for signed in cose.sign1_steps(signing_key, "candour-v1/status", payload):
        if signed is None:
            yield None
        else:
            yield [messages.STATUS, bytes(signed), identity.certificate]
