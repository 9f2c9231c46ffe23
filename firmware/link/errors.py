# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Why a session ends: each error carries the code of its bye (docs/link.md §3)."""

from micropython import const

DONE = const(0)
PROTOCOL = const(1)
STOPPING = const(2)
CARD = const(3)
WEARER = const(4)


class LinkError(Exception):
    """Ends the session; the dock may begin another at once."""

    code = PROTOCOL


class ProtocolError(LinkError):
    """The peer sent {what}: unknown, too long or out of place."""


class Silent(LinkError):
    """Nothing came or went for {seconds} s where something was due."""


class TlsFailed(LinkError):
    """The channel was refused or broken: {reason}."""


class CardFailed(LinkError):
    """The card did not give the bytes that were asked for."""

    code = CARD


class PeerEnded(LinkError):
    """The dock said bye."""

    code = DONE


class Ended(LinkError):
    """The camera ends the session with code {code}; nothing is wrong."""

    def __init__(self, code: int):
        super().__init__(code)
        self.code = code
