# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Answers what is on the card (docs/link.md §3, list and index)."""

from micropython import const

from link import messages
from link.messages import is_uint, require

_ENTRIES = const(32)


def answer(message: list, shelf) -> list:
    """The index message for entries above the recording number and segment that were asked."""
    require(len(message) == 3, "a list message of a wrong form")
    require(is_uint(message[1], 0xFFFFFFFF), "a list message of a wrong form")
    require(is_uint(message[2], 0xFFFF), "a list message of a wrong form")
    entries = []
    more = False
    for entry in shelf.entries(message[1], message[2], _ENTRIES + 1):
        if len(entries) == _ENTRIES:
            more = True
            break
        entries.append(list(entry))
    return [messages.INDEX, entries, more]
