# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Whether bytes are UTF-8 (RFC 3629): MicroPython's own check lets overlong forms through."""


def is_utf8(data: bytes | memoryview) -> bool:
    """Shortest forms alone, no surrogates, nothing above U+10FFFF."""
    at = 0
    end = len(data)
    while at < end:
        first = data[at]
        at += 1
        if first < 0x80:
            continue
        if not 0xC2 <= first <= 0xF4:
            return False
        more = 1 if first < 0xE0 else 2 if first < 0xF0 else 3
        if at + more > end:
            return False
        second = data[at]
        # The second byte's range closes what the first byte leaves open (RFC 3629 section 4).
        low = {0xE0: 0xA0, 0xF0: 0x90}.get(first, 0x80)
        high = {0xED: 0x9F, 0xF4: 0x8F}.get(first, 0xBF)
        if not low <= second <= high:
            return False
        for i in range(at + 1, at + more):
            if data[i] >> 6 != 2:
                return False
        at += more
    return True
