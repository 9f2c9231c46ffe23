# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
# pyright: reportCallIssue=false
"""Overwriting of secrets: every byte of a bytearray becomes zero.

It reaches only what stands in bytearrays. Integers, bytes and the insides of cryptolib and
hashlib objects stay in the heap until the collector gives their memory out again.
"""

import micropython


@micropython.viper
def _zero(buffer: ptr8, length: int):
    i = 0
    if not (int(buffer) & 3):
        words = ptr32(buffer)
        while i < length >> 2:
            words[i] = 0
            i += 1
        i <<= 2
    while i < length:
        buffer[i] = 0
        i += 1


def wipe(*buffers: bytearray) -> None:
    """Overwrite each buffer with zeros, in place."""
    for buffer in buffers:
        _zero(buffer, len(buffer))
