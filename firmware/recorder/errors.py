# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Why the camera does not record; each has a code and a next step."""


class RecorderError(Exception):
    """The camera can't record, or not any more."""

    code = "recorder"
    next_step = "Restart the camera; if it stays, take it out of service."


class RandomFailed(RecorderError):
    """The random source is not wired, is stuck, or began as it did at the last boot."""

    code = "random-failed"
    next_step = "Take the camera out of service: no key may be drawn on it."


class ClockFailed(RecorderError):
    """The monotonic clock stands still."""

    code = "clock-failed"
    next_step = "Restart the camera; if it stays, take it out of service."
