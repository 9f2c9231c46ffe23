# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What a recording begins with: its number, its ticket, its keys (docs/format.md sections 4, 6).

Number and ticket are durably used up before a key is drawn, so that no two recordings share one.
"""

import hashlib

from sealing import cbor, hpke
from store.desk import Desk

from recorder.keys import RecordingKeys, burn


class Beginning:
    """`recording` id, `number`, `keys`, and the header `fields` that all segments share."""

    def __init__(self, desk: Desk, random) -> None:
        """TicketsSpent, OSError, or what the random source raises: nothing has begun."""
        identity = desk.identity
        self.number = desk.next_number()
        ticket, ticket_public = desk.spend_ticket()
        self.recording = random(16)
        content_key = random(32)
        evidence = hashlib.sha256(identity.evidence_public).digest()
        info = cbor.encode(
            [
                "candour-v1",
                identity.force,
                identity.camera,
                identity.epoch,
                evidence,
                self.recording,
                self.number,
                ticket,
            ]
        )
        encapsulated, sealed = hpke.seal(ticket_public, info, b"", content_key, random)
        self.keys = RecordingKeys(content_key, self.recording)
        burn(content_key)
        self.fields = {
            5: desk.boot,
            6: self.recording,
            7: self.number,
            10: ticket,
            11: encapsulated + sealed,
            15: desk.firmware_digest,
            16: desk.order_digest,
        }
