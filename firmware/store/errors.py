# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Named errors of the store; each has a code and a next step, none carries a key or a name."""


class StoreError(Exception):
    """Something kept could not be read, written or trusted."""

    code = "store"
    next_step = "Show a fault; have the fleet team read the card and the flash volume."


class FlashCorrupt(StoreError):
    """A file in internal flash does not match its own digest."""

    code = "flash-corrupt"
    next_step = "Take the camera out of service: its counters can't be trusted."


class CardMissing(StoreError):
    """No card answers, or its blocks are not of 512 bytes."""

    code = "card-missing"
    next_step = "Put the camera's card back, or a new one if the old one was emptied."


class CardForeign(StoreError):
    """The card belongs to another camera or epoch, or is blank while footage is expected on it."""

    code = "card-foreign"
    next_step = "Put this camera's card back; read the foreign one with `candour card`."


class CardFull(StoreError):
    """No run of free pages is left that a segment fits in."""

    code = "card-full"
    next_step = "Dock the camera: what upstream has receipted is freed."


class TicketsSpent(StoreError):
    """No ticket is left that a recording's key could be sealed to."""

    code = "no-ticket"
    next_step = "Dock the camera: upstream hands out tickets."


class NotProvisioned(StoreError):
    """The camera has no identity yet."""

    code = "not-provisioned"
    next_step = "Provision the camera (docs/link.md section 6)."


class AlreadyProvisioned(StoreError):
    """The camera has an identity and keeps it."""

    code = "provisioned"
    next_step = "Empty its internal flash first, which closes its epoch blind."


class DelegationRefused(StoreError):
    """The delegation names another force, role or form."""

    code = "untrusted"
    next_step = "Provision with the force's own delegation of its service key."
