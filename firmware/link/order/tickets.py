# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Takes a batch of tickets, durable before the answer (docs/link.md §3, kind 2)."""


def steps(fields: list, orders, desk):
    """A generator. fields: counter, use by, [[id, public key], …]."""
    orders.check_counter(fields, desk.tickets_counter())
    yield None
    desk.take_tickets(fields[0], fields[1], [(ticket[0], ticket[1]) for ticket in fields[2]])
    return True
