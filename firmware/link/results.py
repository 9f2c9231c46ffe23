# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What a camera answers to an order (docs/link.md §3)."""

from micropython import const

OBEYED = const(0)
REFUSED = const(1)
FOREIGN = const(2)
STALE = const(3)
UNMATCHED = const(4)
FAULT = const(5)


class Refused(Exception):
    """The order isn't obeyed: result {code}."""

    def __init__(self, code: int):
        super().__init__(code)
        self.code = code
