# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The random source: the port's `os.urandom`, which the hardware generator feeds. No other."""

import os


def draw(length_bytes: int) -> bytes:
    """Random bytes, or what the port raises where its generator failed."""
    return os.urandom(length_bytes)
