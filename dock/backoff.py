# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Exponential waiting with full jitter, so that many docks do not knock together."""

import random


class Backoff:
    """Each `next_s` is drawn below a ceiling that doubles; `reset` begins again."""

    def __init__(self, least_ms: int, most_ms: int, draw: random.Random | None = None) -> None:
        self._least_s = least_ms / 1000
        self._most_s = max(most_ms, least_ms) / 1000
        self._ceiling_s = self._least_s
        self._draw = draw or random.SystemRandom()

    def next_s(self) -> float:
        """How long to wait now, in seconds."""
        ceiling_s = self._ceiling_s
        self._ceiling_s = min(2 * ceiling_s, self._most_s)
        return self._draw.uniform(self._least_s / 2, ceiling_s)

    def reset(self) -> None:
        """It went well."""
        self._ceiling_s = self._least_s
