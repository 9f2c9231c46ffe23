# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Takes upstream's time, once, for this session's nonce (docs/link.md §3, kind 3).

The answer was made between the moment that the status went and the moment that the answer came,
so it is right for the middle of the two, ± half the round trip.
"""

from micropython import const

_MARGIN_US = const(1000)


def steps(fields: list, orders, desk, asked):
    """A generator. fields: nonce, utc_us.

    `asked`: the session's nonce, sent_us and came_us on the monotonic clock.
    """
    orders.check_nonce(fields, asked.nonce)
    asked.nonce = None
    half_us = (asked.came_us - asked.sent_us + 1) // 2
    yield None
    desk.set_time(fields[1], asked.sent_us + half_us, half_us + _MARGIN_US)
    return True
