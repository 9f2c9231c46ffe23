# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Which orders a camera obeys: every trust decision about them, and nothing else.

No I/O: what is known of the card, the flash and the session comes in as values. docs/format.md
§10, docs/link.md §3.
"""

from micropython import const
from sealing import cbor, cose
from sealing.errors import CborError, CoseError

from link.messages import is_bytes, is_uint
from link.results import FOREIGN, REFUSED, STALE, UNMATCHED, Refused

RECEIPT = const(1)
TICKETS = const(2)
TIME = const(3)

_UINT16 = 0xFFFF
_UINT32 = 0xFFFFFFFF
_UINT64 = 0xFFFFFFFFFFFFFFFF
_ORDER_BYTES = const(4096)
_SEGMENT_BYTES = const(8388608)
_TICKETS_AT_MOST = const(48)
_DOMAINS = {
    RECEIPT: "candour-v1/receipt",
    TICKETS: "candour-v1/tickets",
    TIME: "candour-v1/time",
}


def _require(condition: bool, code: int = REFUSED) -> None:
    if not condition:
        raise Refused(code)


class Orders:
    """The rules, in this order:

    1. the kind is one of three, and the message at most 4,096 bytes;               else 1
    2. its signature is the delegated service key's, under the domain of that kind; else 1
    3. the payload has exactly its kind's form;                                     else 1
    4. it names this force, this camera and this epoch;                             else 2
    5. tickets: the counter is above that of the last tickets order;                else 3
    6. time: the nonce is this session's, and no answer was taken for it;           else 3
    7. receipt: the card holds that segment of that recording, or it was freed
       against a receipt before, and then nothing more is done;                     else 4
    8. receipt: the segment's length is the receipt's;                              else 4
    9. receipt: the SHA-256 of the bytes, read back from the card, is the receipt's; else 4
    """

    def __init__(self, service_public: bytes, force: str, camera: str, epoch: int):
        self._service_public = service_public
        self._names = [force, camera, epoch]

    def opened(self, kind: int, message: bytes) -> list:
        """Rules 1 to 4: the order's fields behind force, camera and epoch, or Refused."""
        _require(kind in _DOMAINS and len(message) <= _ORDER_BYTES)
        try:
            fields = cbor.decode(cose.verify1(self._service_public, _DOMAINS[kind], message))
        except (CoseError, CborError):
            raise Refused(REFUSED)
        _require(type(fields) is list and len(fields) > 4 and is_uint(fields[0], _UINT32))
        _require(fields[0] == 1)
        _require(type(fields[1]) is str and type(fields[2]) is str)
        _require(is_uint(fields[3], _UINT32))
        own = fields[4:]
        _require(_FORMS[kind](own))
        _require(fields[1:4] == self._names, FOREIGN)
        return own

    @staticmethod
    def check_counter(fields: list, last_counter: int) -> None:
        """Rule 5."""
        _require(fields[0] > last_counter, STALE)

    @staticmethod
    def check_nonce(fields: list, session_nonce: bytes | None) -> None:
        """Rule 6; the nonce is None once an answer was taken."""
        _require(session_nonce is not None and fields[0] == session_nonce, STALE)

    @staticmethod
    def check_segment(fields: list, held_bytes: int | None, freed: bool) -> bool:
        """Rules 7 and 8: True where the digest is due, False where it was freed before."""
        if held_bytes is None:
            _require(freed, UNMATCHED)
            return False
        _require(held_bytes == fields[2], UNMATCHED)
        return True

    @staticmethod
    def check_digest(fields: list, digest: bytes) -> None:
        """Rule 9."""
        _require(fields[3] == digest, UNMATCHED)


def _is_receipt(own: list) -> bool:
    return (
        len(own) == 6
        and is_bytes(own[0], 16)
        and is_uint(own[1], _UINT16)
        and is_uint(own[2], _SEGMENT_BYTES)
        and own[2] > 0
        and is_bytes(own[3], 32)
        and is_bytes(own[4], 32)
        and is_uint(own[5], _UINT64)
    )


def _is_tickets(own: list) -> bool:
    if len(own) != 3 or not is_uint(own[0], _UINT32) or not is_uint(own[1], _UINT64):
        return False
    batch = own[2]
    if type(batch) is not list or not 0 < len(batch) <= _TICKETS_AT_MOST:
        return False
    for ticket in batch:
        if type(ticket) is not list or len(ticket) != 2:
            return False
        if not is_bytes(ticket[0], 16) or not is_bytes(ticket[1], 32):
            return False
    return True


def _is_time(own: list) -> bool:
    return len(own) == 2 and is_bytes(own[0], 16) and is_uint(own[1], _UINT64)


_FORMS = {RECEIPT: _is_receipt, TICKETS: _is_tickets, TIME: _is_time}
